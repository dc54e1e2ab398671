//! Moves bytes and answers names from snapshots of its own configuration types; knows nothing of AWS shapes.
//!
//! Everything that listens or connects is given a [`Place`]: the network namespace its sockets live in.

mod accept;
mod cores;
pub mod dns;
pub mod door;
pub mod health;
pub mod metadata;
pub mod place;
pub mod probe;
mod proxy_header;
mod serving;
pub mod tcp;
pub mod tls;

pub use cores::Cores;
pub use place::{Here, Namespace, Place};
pub use serving::Serving;
