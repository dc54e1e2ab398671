//! Netlink itself: messages made of attributes, and the socket that carries them. Knows no subsystem.

mod socket;
mod wire;

pub(crate) use socket::{Answer, Socket};
#[cfg(test)]
pub(crate) use wire::Messages;
pub(crate) use wire::{Attributes, Writer, flag, u32_ne};
