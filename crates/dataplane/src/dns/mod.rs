//! The resolver of a network: answers from layers of zones that can be replaced while they are being served.
//!
//! A [`View`] is what one network sees: layers of its own before the public one. The most specific zone of its own layers that
//! encloses the name decides, with no fall-through (the rule of Route 53 private zones), or else the public one; a name that
//! no layer knows does not exist. A [`Rule`] is a kind of zone: what it covers is put to another resolver. Answers are
//! computed at once and purely; those for which somebody has to be asked are computed again with what was heard.

mod answer;
mod ask;
mod datagrams;
mod forward;
mod heard;
mod look_up;
mod message;
mod name;
mod outlet;
mod record;
mod server;
mod zone;

pub use ask::{Told, ask};
pub use forward::{Outlet, Upstream};
pub use look_up::Answer;
pub use name::{DomainName, NotAName};
pub use outlet::carry;
pub use record::{Kind, Records, Soa};
pub use server::serve;
pub use zone::{Layer, OutOfZone, Rule, View, Zone, Zones};

/// Answers one message, as it came over UDP, into `reply`; false if it deserves no answer.
///
/// This is the whole resolver without its sockets, for tests, fuzzing and measurement; what would have to be asked of others
/// fails.
pub fn answer_datagram(view: &View, message: &[u8], reply: &mut Vec<u8>) -> bool {
    match answer::answer(view, message, &forward::Known::default(), message::Transport::Udp, reply) {
        answer::Verdict::Reply => true,
        answer::Verdict::Silence => false,
        answer::Verdict::Elsewhere(_) => {
            answer::fail(message, message::Transport::Udp, reply);
            true
        }
    }
}

/// The names and records that are taken from `message` as another resolver's answer to the question `id`; none when it is not
/// one. The same door for tests and fuzzing.
pub fn read_reply(message: &[u8], id: u16, name: &DomainName, kind: Kind) -> Option<Vec<(DomainName, Records)>> {
    match heard::read(message, id, name, kind) {
        heard::Reading::Answer(heard) => Some(heard.answers),
        heard::Reading::Truncated | heard::Reading::Failure | heard::Reading::Stray => None,
    }
}
