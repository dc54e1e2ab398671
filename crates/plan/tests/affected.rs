//! Planning only what a change affects gives what planning everything anew gives, whatever changes and in whatever order.
#![allow(clippy::unwrap_used)]

mod any_change;
mod world;

use std::collections::BTreeMap;

use any_change::{Graveyard, busy_world, change};
use plan::{Item, Subject, affected, item, subjects};
use proptest::prelude::*;
use resource::{EndpointState, Holder, InterfaceKind, NetworkInterface, RouteTarget, SecurityGroup, Tags};
use store::Snapshot;
use world::{World, all_out, from, ingress, members};

fn planned(world: &Snapshot) -> BTreeMap<Subject, Item> {
    subjects(world).filter_map(|subject| Some((subject.clone(), item(world, &subject)?))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn planning_what_changes_affect_is_planning_anew(steps in prop::collection::vec(prop::collection::vec(any::<u64>(), 1..3), 1..24)) {
        let world = busy_world();
        let mut watch = world.store.watch();
        let mut known = planned(&world.snapshot());
        let mut graveyard = Graveyard::default();
        for step in steps {
            let mut told = Vec::new();
            world.write(|txn| told = step.iter().map(|seed| change(txn, &mut graveyard, *seed)).collect());
            let now = world.snapshot();
            while let Some(batch) = watch.try_next() {
                for subject in batch.changes.iter().flat_map(|change| affected(&now, change)) {
                    match item(&now, &subject) {
                        Some(item) => drop(known.insert(subject, item)),
                        None => drop(known.remove(&subject)),
                    }
                }
            }
            let anew = planned(&now);
            for subject in anew.keys().chain(known.keys()) {
                prop_assert_eq!(known.get(subject), anew.get(subject), "{:?} after {:?}", subject, told);
            }
        }
    }
}

/// How many subjects the last change to a world affects.
fn reach(world: &World, change: impl FnOnce()) -> usize {
    let mut watch = world.store.watch();
    change();
    let now = world.snapshot();
    let batches = std::iter::from_fn(|| watch.try_next());
    batches.map(|batch| batch.changes.iter().flat_map(|change| affected(&now, change)).count()).sum()
}

#[test]
fn what_a_change_costs_does_not_grow_with_what_it_does_not_touch() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let (a, b) = (world.subnet(&vpc, "10.0.0.0/24", 'a'), world.subnet(&vpc, "10.0.1.0/24", 'b'));
    let group = world.group(&vpc, &[all_out()]);
    world.allow(&group, ingress(resource::Traffic::All, members(&group)));
    let hosts: Vec<_> = (4..54).map(|n| world.instance(&a, &format!("10.0.0.{n}"), &[&group]).1).collect();
    let gateway = world.internet_gateway(Some(&vpc));
    let main = world.main_table(&vpc);
    let acl = world.acl(&vpc, &[&a], &[]);
    assert_eq!(
        reach(&world, || world.allow(&group, ingress(resource::Traffic::All, from("10.9.0.0/16")))),
        1,
        "a rule of a group"
    );
    assert_eq!(reach(&world, || world.route(&main, "0.0.0.0/0", RouteTarget::InternetGateway(gateway.clone()))), 1, "a route");
    assert_eq!(reach(&world, || drop(world.table(&vpc, &[Some(&b)]))), 1, "a table of an empty subnet");
    let entry = world::entry(1, "in", resource::Traffic::All, "10.9.0.0/16", false);
    assert_eq!(
        reach(&world, || world.update::<resource::NetworkAcl>(&acl, |acl| acl.entries.push(entry.clone()))),
        1,
        "an entry of an ACL"
    );
    assert_eq!(reach(&world, || world.update::<NetworkInterface>(&hosts[0], |eni| eni.ready = true)), 0, "a state that we wrote");
    assert_eq!(
        reach(&world, || world.update::<resource::Vpc>(&vpc, |vpc| vpc.state = resource::VpcState::Available)),
        0,
        "a VPC's state"
    );
    assert_eq!(reach(&world, || world.update::<SecurityGroup>(&group, |group| group.tags = named())), 0, "a tag");
    let process = Holder::Process { pid: 1, started: 1 };
    assert_eq!(
        reach(&world, || drop(world.interface(&a, InterfaceKind::Workload, "10.0.0.99", &[&group], process.clone()))),
        1,
        "an interface"
    );
}

fn named() -> Tags {
    Tags([("Name".to_owned(), "x".to_owned())].into())
}

#[test]
fn an_endpoint_touches_no_other_endpoint_of_its_service() {
    let world = World::new();
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let balancer = world.balancer(&[(&subnet, "10.0.0.9")], &[]);
    let service = world.service(&balancer);
    let endpoints: Vec<_> = (10..40)
        .map(|n| world.endpoint(&service, &[(&subnet, &format!("10.0.0.{n}"))], &[], EndpointState::PendingAcceptance))
        .collect();
    assert_eq!(reach(&world, || world.connect(&endpoints[7], EndpointState::Available)), 1);
}
