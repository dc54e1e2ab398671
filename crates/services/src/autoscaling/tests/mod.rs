//! Stories of groups as users and their tools tell them. The reconciler's part is played by the tests.

mod deployment;
mod groups;
mod instances;
mod refusals;
mod settings;
mod site;
