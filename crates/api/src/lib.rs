//! Carries a request through identity, permission, dispatch and audit.
//!
//! The order of all that happens to a request stands in `pipeline.rs`.

mod arrival;
mod audit;
mod body;
mod caller;
mod closed;
mod connection;
mod doorman;
mod facts;
pub mod identity;
mod inside;
mod keys;
mod object;
mod origin;
mod outgoing;
mod permission;
mod pipeline;
mod private;
mod refuse;
mod request_id;
mod server;
mod settling;
mod subject;

pub use arrival::{Arrival, Door, Through};
pub use doorman::Doorman;
pub use inside::perform;
pub use private::{Answer, Health, NoRoutes, Report, Routes};
pub use server::{Config, Server};
