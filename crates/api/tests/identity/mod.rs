//! Requests signed by botocore and by AWS's own signing crate are believed, and nothing else is.

mod accounts;
mod botocore;
mod tampering;
mod world;
