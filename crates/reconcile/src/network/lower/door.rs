//! A way to one of AWS's services: its addresses are held by others (interfaces, routes), its sockets are the daemon's.

use kernel::Object;
use plan::{At, Door};

use super::{in_namespace, sysctl};
use crate::network::ledger::Placed;

/// Behind routes, which route table a connection came by is known from the mark of its first packet, which its socket shall
/// have: only the router gives marks, so the endpoint cannot be forged.
pub(super) fn lower(door: &Door) -> Vec<Placed> {
    let marks: Option<Object> = match door.at {
        At::Interfaces(_) => None,
        At::Routes(_) => Some(sysctl("net/ipv4/tcp_fwmark_accept", "1")),
    };
    in_namespace(door.vpc.as_str(), marks)
}
