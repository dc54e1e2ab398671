//! What can exist in a namespace, as plain data: each object has a key, so that a wanted and an observed set can be
//! compared and the difference applied.

use std::fmt;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::nft;

/// One thing in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A network device that we made.
    Link(Link),
    /// An address on a device.
    Address(Address),
    /// An entry of a routing table.
    Route(Route),
    /// A policy routing rule: which table a packet asks.
    Rule(Rule),
    /// A permanent neighbour entry.
    Neighbour(Neighbour),
    /// A kernel setting of the namespace.
    Sysctl(Sysctl),
    /// Flows that were judged may pass from and to this device of a router without being judged again, for a moment and until
    /// anything changes in the namespace. Only where the kernel can: see [`crate::Kernel::has_shortcuts`]. Where flows are
    /// followed, the namespace needs `net/netfilter/nf_conntrack_tcp_be_liberal`: of a flow that takes a shortcut the kernel
    /// sees some packets only, and their numbers are not those it expected.
    Shortcut(String),
    /// An nftables table of family `ip`.
    Table(nft::Table),
    /// A set or map of a table, without its elements.
    Set(nft::Set),
    /// A chain with all its rules, replaced as one.
    Chain(nft::Chain),
    /// One element of a set or map.
    Element(nft::Element),
    /// How long some flows are remembered.
    Timeout(nft::Timeout),
}

/// What makes an object the same object within its namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A device, by name.
    Link(String),
    /// An address, by device and address with prefix length.
    Address(String, Ipv4Net),
    /// A route, by table, destination and metric.
    Route(u32, Ipv4Net, u32),
    /// A rule, by everything it says: the kernel has no other identity for it.
    Rule(Rule),
    /// A neighbour, by device and address.
    Neighbour(String, Ipv4Addr),
    /// A setting, by its path below `/proc/sys`.
    Sysctl(String),
    /// A shortcut, by its device.
    Shortcut(String),
    /// A table, by name.
    Table(String),
    /// A set, by table and name.
    Set(String, String),
    /// A chain, by table and name.
    Chain(String, String),
    /// An element, by table, set, key and inclusive end of the key's range.
    Element(String, String, Vec<nft::Value>),
    /// A time of remembering, by table and name.
    Timeout(String, String),
}

/// One step from an observed to a wanted namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Make what is not there. An equal object that is already there is no error.
    Add(Object),
    /// Bring the object with the same key to this content.
    Replace(Object),
    /// Take away what is there. An object that is not there is no error.
    Remove(Key),
}

/// A device that we made, owned by the namespace of its first end. (Addresses without a device go on `lo`.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The end in the namespace to which the object belongs.
    pub end: LinkEnd,
    /// What kind of device it is, with the far end of a pair.
    pub kind: LinkKind,
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEnd {
    /// The name of the device, at most 15 bytes.
    pub name: String,
    /// Its link-layer address.
    pub mac: Mac,
    /// Its maximum transmission unit in bytes.
    pub mtu: u32,
    /// Whether it is administratively up.
    pub up: bool,
}

/// The kind of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkKind {
    /// A pair; the far end lies in another (or the same) namespace. Removing one end removes both.
    Veth {
        /// The namespace of the far end, by its name in [`crate::Namespaces`].
        namespace: String,
        /// The far end.
        peer: LinkEnd,
    },
}

/// A link-layer address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

/// An IPv4 address on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The device's name.
    pub link: String,
    /// The address with the length of its prefix.
    pub net: Ipv4Net,
}

/// An entry of a routing table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The number of the table; 254 is `main`, 255 `local`.
    pub table: u32,
    /// The destination; its host bits are zero.
    pub dst: Ipv4Net,
    /// The preference among routes to one destination; lower wins.
    pub metric: u32,
    /// What happens to a packet.
    pub kind: RouteKind,
}

/// What a route does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKind {
    /// Send it out.
    Unicast {
        /// The device.
        dev: String,
        /// The next hop; none when the destination is a neighbour.
        via: Option<Ipv4Addr>,
        /// Believe that the next hop is on the link though no address of the device says so.
        onlink: bool,
        /// The source address for packets of this host that have none yet.
        src: Option<Ipv4Addr>,
        /// The realm, which `meta rtclassid` matches; 1 to 65535.
        realm: Option<u16>,
    },
    /// Deliver it here, as if the destination were an address of the device.
    Local {
        /// The device, usually `lo`.
        dev: String,
    },
    /// Drop it silently.
    Blackhole,
    /// Answer "host unreachable".
    Unreachable,
    /// Answer "administratively prohibited".
    Prohibit,
    /// Stop asking this table and go on with the next rule.
    Throw,
}

/// A policy routing rule. `None` matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule {
    /// The order of asking; lower is earlier. The kernel's own are 0, 32766 and 32767.
    pub priority: u32,
    /// The device through which the packet came.
    pub iif: Option<String>,
    /// The packet's source.
    pub from: Option<Ipv4Net>,
    /// The packet's destination.
    pub to: Option<Ipv4Net>,
    /// The packet's mark.
    pub fwmark: Option<u32>,
    /// The table to ask.
    pub table: u32,
}

impl Rule {
    /// A rule that is true of every packet.
    pub fn of_all(priority: u32, table: u32) -> Self {
        Self { priority, iif: None, from: None, to: None, fwmark: None, table }
    }
}

/// A permanent neighbour: no ARP is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The device.
    pub link: String,
    /// The neighbour's address.
    pub ip: Ipv4Addr,
    /// The neighbour's link-layer address.
    pub mac: Mac,
}

/// A kernel setting inside the namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sysctl {
    /// The path below `/proc/sys`, such as `net/ipv4/ip_forward`; it begins with `net/`.
    pub path: String,
    /// The value as the kernel prints it, words separated by single blanks.
    pub value: String,
}

impl Object {
    /// What makes this object the same object within its namespace.
    pub fn key(&self) -> Key {
        match self {
            Object::Link(link) => Key::Link(link.end.name.clone()),
            Object::Address(a) => Key::Address(a.link.clone(), a.net),
            Object::Route(route) => Key::Route(route.table, route.dst, route.metric),
            Object::Rule(rule) => Key::Rule(rule.clone()),
            Object::Neighbour(n) => Key::Neighbour(n.link.clone(), n.ip),
            Object::Sysctl(sysctl) => Key::Sysctl(sysctl.path.clone()),
            Object::Shortcut(device) => Key::Shortcut(device.clone()),
            Object::Table(table) => Key::Table(table.name.clone()),
            Object::Set(set) => Key::Set(set.table.clone(), set.name.clone()),
            Object::Chain(chain) => Key::Chain(chain.table.clone(), chain.name.clone()),
            Object::Timeout(timeout) => Key::Timeout(timeout.table.clone(), timeout.name.clone()),
            Object::Element(e) => Key::Element(e.table.clone(), e.set.clone(), e.key.clone()),
        }
    }
}

impl Change {
    /// The key of the object that changes.
    pub fn key(&self) -> Key {
        match self {
            Change::Add(object) | Change::Replace(object) => object.key(),
            Change::Remove(key) => key.clone(),
        }
    }
}

impl Mac {
    /// An address that belongs to `name`: locally administered, unicast, and always the same for the same name.
    pub fn of(name: &str) -> Mac {
        let bytes = crate::nft::digest(name.as_bytes()).to_be_bytes();
        Mac([0x02, bytes[1] ^ bytes[0], bytes[2], bytes[3] ^ bytes[6], bytes[4], bytes[5] ^ bytes[7]])
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}
