//! How a connection came: by the listener of this machine, or by a door in one of our networks, where nobody but the socket
//! that accepted it says which.

use std::net::SocketAddr;

use resource::{EndpointId, VpcId};

use crate::identity::Trust;

/// Where a connection came in, and from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The client's address as the socket sees it.
    pub peer: SocketAddr,
    /// The door that it came by; none is the listener.
    pub door: Option<Door>,
}

/// A way to one service of AWS's, under AWS's own names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The name for which requests to the service are signed: no other service answers here.
    pub service: &'static str,
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// The VPC endpoint that it is; none is the service's front door on the internet.
    pub endpoint: Option<Through>,
}

/// A VPC endpoint that a connection came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its VPC.
    pub vpc: VpcId,
}

impl Arrival {
    /// By the listener of this machine.
    pub fn at_listener(peer: SocketAddr) -> Self {
        Self { peer, door: None }
    }

    /// The endpoint that it came through.
    pub fn through(&self) -> Option<&Through> {
        self.door.as_ref()?.endpoint.as_ref()
    }

    /// How much keys that nobody issued are trusted here: by doors come machines and others' programs, so never there.
    pub(crate) fn trust(&self, listener: Trust) -> Trust {
        if self.door.is_some() { Trust::Enforce } else { listener }
    }

    /// For the log: the endpoint, `internet`, or nothing.
    pub(crate) fn label(&self) -> &str {
        match &self.door {
            None => "",
            Some(Door { endpoint: None, .. }) => "internet",
            Some(Door { endpoint: Some(through), .. }) => through.endpoint.as_str(),
        }
    }
}
