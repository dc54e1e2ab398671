//! The resolver of a network: answers from layers of zones that can be replaced while they are being served.
//!
//! A [`View`] is what one network sees: layers from the most private to the public one. The first layer with a zone that
//! encloses the name decides, by its most specific zone, with no fall-through (the rule of Route 53 private zones). Nothing
//! is ever forwarded to another resolver: a name that no layer knows does not exist.

mod answer;
mod look_up;
mod message;
mod name;
mod record;
mod server;
mod zone;

pub use look_up::Answer;
pub use name::{DomainName, NotAName};
pub use record::{Kind, Records, Soa};
pub use server::serve;
pub use zone::{Layer, OutOfZone, View, Zone, Zones};

/// Answers one message, as it came over UDP, into `reply`; false if it deserves no answer.
///
/// This is the whole resolver without its sockets, for tests, fuzzing and measurement.
pub fn answer_datagram(view: &View, message: &[u8], reply: &mut Vec<u8>) -> bool {
    answer::answer(view, message, message::Transport::Udp, reply)
}
