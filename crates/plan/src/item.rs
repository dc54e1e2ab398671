//! One thing that the network should have.

use std::fmt::{self, Display, Formatter};

use resource::VpcId;

use crate::{
    Acl, Balancer, Door, Endpoint, Gateway, Group, Interface, Nat, Peering, PublicAddress, Resolver, Router, Served, Table,
};

/// One thing that the network should have; see each kind for what it means to packets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is documented where it is defined")]
pub enum Item {
    Router(Router),
    Interface(Interface),
    Table(Table),
    Group(Group),
    Acl(Acl),
    Gateway(Gateway),
    Address(PublicAddress),
    Nat(Nat),
    Peering(Peering),
    Balancer(Balancer),
    Endpoint(Endpoint),
    Door(Door),
    Resolver(Resolver),
}

impl Item {
    /// The VPC in whose router it is carried out; of a peering the one that asked for it.
    pub fn vpc(&self) -> &VpcId {
        match self {
            Self::Router(item) => &item.vpc,
            Self::Interface(item) => &item.vpc,
            Self::Table(item) => &item.vpc,
            Self::Group(item) => &item.vpc,
            Self::Acl(item) => &item.vpc,
            Self::Gateway(item) => &item.vpc,
            Self::Address(item) => &item.vpc,
            Self::Nat(item) => &item.vpc,
            Self::Peering(item) => &item.requester.vpc,
            Self::Balancer(item) => &item.vpc,
            Self::Endpoint(item) => &item.vpc,
            Self::Door(item) => &item.vpc,
            Self::Resolver(item) => &item.vpc,
        }
    }

    /// Where sockets of the daemon answer for it, in the router of its VPC.
    pub fn served(&self) -> Vec<Served> {
        match self {
            Self::Balancer(item) => item.served(),
            Self::Endpoint(item) => item.served(),
            Self::Door(item) => item.served(),
            Self::Resolver(item) => item.served(),
            _ => Vec::new(),
        }
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Router(item) => item.fmt(f),
            Self::Interface(item) => item.fmt(f),
            Self::Table(item) => item.fmt(f),
            Self::Group(item) => item.fmt(f),
            Self::Acl(item) => item.fmt(f),
            Self::Gateway(item) => item.fmt(f),
            Self::Address(item) => item.fmt(f),
            Self::Nat(item) => item.fmt(f),
            Self::Peering(item) => item.fmt(f),
            Self::Balancer(item) => item.fmt(f),
            Self::Endpoint(item) => item.fmt(f),
            Self::Door(item) => item.fmt(f),
            Self::Resolver(item) => item.fmt(f),
        }
    }
}
