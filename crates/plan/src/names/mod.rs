//! Names: what the resolver of the internet and those of VPCs know, as entries that each resource contributes.
//!
//! Servers publish the entries, kept in step one [`Source`] at a time; explanations look names up among them by [`Known`].

mod affected;
mod entry;
mod hosted;
mod known;
mod private;
mod public;
mod rule;

pub use affected::{affected, sources};
pub use entry::{Content, Entry, Says, Scope, Source};
pub use known::{Decider, Known, LONGEST_CHAIN, Observer, Said, Zone};
pub use public::{front_doors, own_names};

use store::Snapshot;

use crate::Subject;

/// What `source` contributes to the DNS of `world`.
pub fn entries(world: &Snapshot, source: &Source) -> Vec<Entry> {
    match source {
        Source::Plan(subject) => of_subject(world, subject),
        Source::Records { zone, name, kind } => hosted::of_records(world, zone, name, *kind),
        Source::Rule(id) => rule::of_association(world, id),
    }
}

fn of_subject(world: &Snapshot, subject: &Subject) -> Vec<Entry> {
    match subject {
        Subject::Router(id) => private::of_vpc(world, id),
        Subject::Interface(id) => private::of_interface(world, id),
        Subject::Address(id) => [public::of_address(world, id), private::of_address(world, id)].concat(),
        Subject::Balancer(arn) => public::of_balancer(world, arn),
        Subject::Endpoint(id) => [public::of_endpoint(world, id), private::of_endpoint(world, id)].concat(),
        Subject::Table(_) | Subject::Group(_) | Subject::Acl(_) | Subject::Gateway(_) => Vec::new(),
        Subject::Nat(_) | Subject::Peering(_) | Subject::Resolver(_) | Subject::PublicAccess(_) => Vec::new(),
    }
}
