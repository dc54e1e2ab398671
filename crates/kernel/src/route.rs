//! rtnetlink: links, addresses, routes, policy rules and neighbours as messages, and back.

mod decode;
mod encode;
mod link;
mod word;

use std::io;

pub(crate) use decode::{address, neighbour, route, rule};
pub(crate) use encode::{inventory, write};
pub(crate) use link::{Seen, doom, link_by_index, link_by_name, new_link, seen, set_link};
pub(crate) use word::{GETADDR, GETLINK, GETNEIGH, GETROUTE, GETRULE, NETLINK_ROUTE};

use crate::netlink::{Socket, Writer, flag};

/// Brings up the loopback of the calling thread's namespace.
pub(crate) fn set_loopback_up() -> io::Result<()> {
    let mut writer = Writer::default();
    let fixed = link::ifinfo(1, word::IFF_UP, word::IFF_UP);
    writer.message(word::NEWLINK, flag::ACK, 0, &fixed, |_| {});
    let answers = Socket::open(NETLINK_ROUTE)?.request(writer.bytes())?;
    match answers.iter().find(|answer| answer.errno != 0) {
        Some(answer) => Err(io::Error::from_raw_os_error(answer.errno)),
        None => Ok(()),
    }
}
