//! Observes and changes what a Linux kernel's network is made of — namespaces, links, addresses, routes, rules and
//! nftables — as plain data, with a fake beside the real one. It knows nothing of AWS.

pub mod nft;
mod display;
pub mod object;

pub use object::{Address, Change, Key, Link, LinkEnd, LinkKind, Mac, Neighbour, Object, Route, RouteKind, Rule, Sysctl};
