//! The socket path: connections accepted in one network and carried on in another, byte for byte, both ways closed apart.
//!
//! It is used where the kernel path cannot be: a PROXY protocol header must be written, or bytes must be seen. Each core has a
//! runtime of its own and shares every listening address (`SO_REUSEPORT`), so a connection never changes cores. Small
//! messages are read into one buffer per thread and idle connections hold none; bulk goes through a pipe without being copied.
//! With a [`Front`] the bytes are decrypted on the way, and encrypted again for targets that want it.

mod ahead;
mod connection;
mod engine;
mod front;
mod listener;
mod pipe;
mod pump;
mod relay;
mod route;
mod session;

pub use engine::Engine;
pub use front::Front;
pub use listener::Listener;
pub use route::{ProxyHeader, Route};
pub use session::{Session, Sessions};
