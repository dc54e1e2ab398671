//! Computes from resources what the network should be, purely and printably.
//!
//! The plan is a map from [`Subject`]s to [`Item`]s. Each item is computed from a snapshot alone, and [`affected`] names the
//! subjects that a change can touch, so that a change costs what it changes and not what exists.

mod acl;
mod affected;
mod answering;
mod balancer;
mod delegation;
mod door;
mod endpoint;
mod gateway;
mod group;
mod interface;
mod item;
pub mod names;
mod passage;
mod peering;
mod resolver;
mod router;
mod served;
mod subject;
mod table;

pub use acl::{Acl, AclRule};
pub use affected::{affected, read_of_exclusion};
pub use answering::answering;
pub use balancer::{Balancer, Flow, Node, Port, eligible_targets, is_named, target_address};
pub use delegation::{is_delegated, public_zone_of};
pub use door::{At, Door};
pub use endpoint::{Behind, Endpoint, Leg};
pub use gateway::{Gateway, Nat, PublicAddress};
pub use group::{Allow, Group, Peer};
pub use interface::{Interface, Place, members_from, table_of};
pub use item::Item;
pub use passage::{Passage, passage};
pub use peering::{Peering, PeeringEnd, peering_between};
pub use resolver::Resolver;
pub use resource::Transport;
pub use router::Router;
pub use served::{Served, by_sockets};
pub use subject::{Subject, subjects};
pub use table::{Hop, Table, active_target};

use store::Snapshot;

/// What `subject` should be in `world`; none when it should not be in the kernel.
pub fn item(world: &Snapshot, subject: &Subject) -> Option<Item> {
    Some(match subject {
        Subject::Router(id) => Item::Router(router::plan(world, id)?),
        Subject::Interface(id) => Item::Interface(interface::plan(world, id)?),
        Subject::Table(id) => Item::Table(table::plan(world, id)?),
        Subject::Group(id) => Item::Group(group::plan(world, id)?),
        Subject::Acl(id) => Item::Acl(acl::plan(world, id)?),
        Subject::Gateway(id) => Item::Gateway(gateway::plan(world, id)?),
        Subject::Address(id) => Item::Address(gateway::plan_address(world, id)?),
        Subject::Nat(id) => Item::Nat(gateway::plan_nat(world, id)?),
        Subject::Peering(id) => Item::Peering(peering::plan(world, id)?),
        Subject::Balancer(arn) => Item::Balancer(balancer::plan(world, arn)?),
        Subject::Endpoint(id) => match door::plan(world, id) {
            Some(door) => Item::Door(door),
            None => Item::Endpoint(endpoint::plan(world, id)?),
        },
        Subject::Resolver(id) => Item::Resolver(resolver::plan(world, id)?),
        Subject::PublicAccess(_) => return None,
    })
}
