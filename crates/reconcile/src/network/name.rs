//! The names of what we make in the kernel: short where the kernel wants it, and always derived, never remembered.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{GroupId, InstanceId, InterfaceId, RouteTableId};

/// The namespace of the simulated internet.
pub const INTERNET: &str = "internet";

/// The internet's router on its links: number 0 of the routers on the fabric.
pub(super) const INTERNET_ROUTER: Ipv4Addr = Ipv4Addr::new(252, 0, 0, 0);

/// The address of hosts on the simulated internet that are not of any VPC.
pub(super) const INTERNET_HOST: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// Where the internet's resolver answers.
pub const INTERNET_RESOLVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);

/// The nftables table of every router.
pub(super) const TABLE: &str = "underpass";

/// A router's link to the internet.
pub(super) const WAN: &str = "wan";

/// The routing table of the fabric.
pub(super) const FABRIC: u32 = 240;
/// The routing table of a VPC's own blocks.
pub(super) const LOCAL: u32 = 100;
/// The routing table of answers to a socket of the daemon that has somebody else's address: all is delivered here.
pub(super) const SOCKETS: u32 = 110;
/// The routing table of packets that no table had a route for.
pub(super) const NOWHERE: u32 = 999;

/// The mark of packets that a socket of the daemon sends as its client. Those of subnets and route tables are higher.
pub(crate) const AS_CLIENT: u32 = 1;
/// The mark of the answers to them.
pub(super) const TO_SOCKET: u32 = 2;

/// What the bits of a flow's mark say.
pub(super) mod flow {
    /// Its packets are what a socket of the daemon sends as its client: their mark.
    pub const AS_CLIENT: u32 = super::AS_CLIENT;
    /// Tracked, whatever the rules say.
    pub const TRACKED: u32 = 0x10;
    /// An open rule of the interface that it leaves first let it begin.
    pub const FIRST_BEGUN: u32 = 0x20;
    /// Its answers pass there by a rule.
    pub const FIRST_ANSWERED: u32 = 0x40;
    /// An open rule of the interface that it arrives at let it begin.
    pub const LAST_BEGUN: u32 = 0x80;
    /// Its answers pass there by a rule.
    pub const LAST_ANSWERED: u32 = 0x100;
    /// Untracked at one of its ends, unless it is tracked after all. Flows without it, nearly all, pay for one look at their mark.
    pub const JUDGED: u32 = 0x200;

    #[test]
    fn each_bit_says_one_thing() {
        let all = [AS_CLIENT, TRACKED, FIRST_BEGUN, FIRST_ANSWERED, LAST_BEGUN, LAST_ANSWERED, JUDGED];
        assert_eq!(all.iter().fold(0, |bits, bit| bits | bit).count_ones() as usize, all.len());
        assert!(all.iter().all(|bit| bit.is_power_of_two()));
    }
}

/// Whether a namespace is a machine's, in which somebody else is root.
pub(super) fn is_machine(namespace: &str) -> bool {
    namespace.starts_with(InstanceId::PREFIX)
}

/// The router's end of an interface's link.
pub fn interface_device(id: &InterfaceId) -> String {
    format!("e{}", tail(id.as_str(), 14))
}

/// The consumer's end of the link to a provider's router.
pub(super) fn to_provider(router: u32) -> String {
    format!("p{router:x}")
}

/// The provider's end of the link to a consumer's router.
pub(super) fn to_consumer(router: u32) -> String {
    format!("c{router:x}")
}

/// A router's end of the link to a peered VPC's router.
pub(super) fn to_peer(router: u32) -> String {
    format!("x{router:x}")
}

/// The internet's end of the link to a VPC's router.
pub(super) fn to_vpc(router: u32) -> String {
    format!("v{router:x}")
}

/// The routing table of a route table, and the mark of packets that go by it wherever they are from.
pub(crate) fn table_number(id: &RouteTableId) -> u32 {
    let digits = u32::from_str_radix(tail(id.as_str(), 8), 16).unwrap_or_default();
    digits & 0x3fff_ffff | 0x4000_0000
}

/// The mark of packets that go on by the table of a subnet. Subnets of a VPC have no address in common, and sixteen at least.
pub(crate) fn subnet_mark(subnet: Ipv4Net) -> u32 {
    0x8000_0000 | u32::from(subnet.network()) >> 4
}

/// What groups together let in.
pub(super) fn profile_in(groups: &[GroupId]) -> String {
    format!("in-{}", profile(groups))
}

/// What groups together let out.
pub(super) fn profile_out(groups: &[GroupId]) -> String {
    format!("out-{}", profile(groups))
}

fn profile(groups: &[GroupId]) -> String {
    groups.iter().map(|id| tail(id.as_str(), 12)).collect::<Vec<_>>().join("-")
}

/// What one group lets in.
pub(super) fn group_in(id: &GroupId) -> String {
    format!("{id}-in")
}

/// What one group lets out.
pub(super) fn group_out(id: &GroupId) -> String {
    format!("{id}-out")
}

/// What one group notes of flows that it lets in.
pub(super) fn notes_in(id: &GroupId) -> String {
    format!("{id}-notes-in")
}

/// What one group notes of flows that it lets out.
pub(super) fn notes_out(id: &GroupId) -> String {
    format!("{id}-notes-out")
}

/// The addresses of a group's members.
pub(super) fn members(id: &GroupId) -> String {
    format!("{id}-members")
}

fn tail(text: &str, digits: usize) -> &str {
    text.get(text.len().saturating_sub(digits)..).unwrap_or(text)
}
