//! Health checks of targets, sent from each node's own address inside the node's network.
//!
//! The [`Checker`] holds a set of [`Check`]s; what they find arrives as [`Transition`]s on a bounded channel, and can be read
//! at any time with [`Checker::health`]. When to judge a target is a pure state machine ([`Health`]).

mod checker;
mod matcher;
mod probe;
mod state;

pub use checker::{Checker, Transition};
pub use matcher::{InvalidMatcher, Matcher};
pub use state::{Health, Outcome, Reason, Thresholds};

use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use crate::Place;

/// One node that watches one target.
#[derive(Debug, Clone)]
pub struct Check {
    /// The network that the check is sent in.
    pub place: Arc<dyn Place>,
    /// The node's own address there.
    pub node: Ipv4Addr,
    /// The address and port to check.
    pub target: SocketAddrV4,
    /// What counts as healthy.
    pub protocol: Protocol,
    /// How often to check.
    pub interval: Duration,
    /// How long one check may take.
    pub timeout: Duration,
    /// How many results in a row change the state.
    pub thresholds: Thresholds,
    /// Whether connections open with a PROXY protocol v2 header (a `LOCAL` one, for the connection is the node's own).
    pub proxy_header: bool,
}

impl PartialEq for Check {
    /// Whether the same is checked in the same way.
    fn eq(&self, other: &Self) -> bool {
        self.place.identity() == other.place.identity()
            && (self.node, self.target, &self.protocol) == (other.node, other.target, &other.protocol)
            && (self.interval, self.timeout) == (other.interval, other.timeout)
            && (self.thresholds, self.proxy_header) == (other.thresholds, other.proxy_header)
    }
}

/// What a target must do to be healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// Accept a connection.
    Tcp,
    /// Answer a request with a matching status.
    Http(HttpCheck),
    /// The same over TLS; any certificate will do, as with AWS.
    Https(HttpCheck),
}

/// The request of a check and the answers that pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpCheck {
    /// The path to ask for, with its query.
    pub path: String,
    /// The Host header: the node's address and the listener's port, as a network load balancer sends it.
    pub host: String,
    /// The status codes that pass.
    pub matcher: Matcher,
}

/// The caller's name for a check; a transition carries it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(pub String);

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
