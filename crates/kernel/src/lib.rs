//! Observes and changes what a Linux kernel's network is made of — namespaces, links, addresses, routes, rules and
//! nftables — as plain data, with a fake beside the real one. It knows nothing of AWS.

mod conntrack;
mod diff;
mod display;
mod error;
mod fake;
mod kernel;
mod namespaces;
mod netlink;
pub mod nft;
mod nftables;
mod object;
mod order;
mod own_root;
mod probe;
mod proc_sys;
mod real;
mod route;
mod shortcut;

pub use conntrack::Flow;
pub use diff::diff;
pub use error::KernelError;
pub use fake::Fake;
pub use kernel::Kernel;
pub use namespaces::Namespaces;
pub use object::{Address, Change, Key, Link, LinkEnd, LinkKind, Mac, Neighbour, Object, Route, RouteKind, Rule, Sysctl};
pub use probe::{Feature, probe};
pub use real::Netlink;
