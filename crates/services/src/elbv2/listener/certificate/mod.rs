//! The certificates of a TLS listener beside its default one, by the name that a client asks for.

use resource::{Listener, ListenerTls};

use super::super::refusal;
use crate::Error;

pub mod add_listener_certificates;
pub mod describe_listener_certificates;
pub mod remove_listener_certificates;

/// How the listener speaks TLS.
fn spoken(listener: &mut Listener) -> Result<&mut ListenerTls, Error> {
    listener.tls.as_mut().ok_or_else(|| refusal::configuration("Only TLS listeners have certificates"))
}
