//! Converging on changes comes to the same as looking at everything; what fails holds up nothing else.

use std::collections::BTreeSet;

use kernel::{Change, Kernel, Key};
use plan::Subject;
use proptest::prelude::*;
use resource::*;

use crate::any_change::busy_world;
use crate::cloud::{Cloud, simulated};
use crate::world::{World, all_out, entry, from, ingress, members};

fn busy() -> Cloud<kernel::Fake> {
    Cloud::over(kernel::Fake::new(), busy_world())
}

#[test]
fn a_converged_world_needs_nothing_more_and_a_restart_adopts_it() {
    let cloud = busy();
    cloud.settle();
    cloud.restart();
    let report = cloud.converge_all();
    assert!(report.changes == 0 && report.failed.is_empty(), "{report:?}");
    let subjects: BTreeSet<Subject> = plan::subjects(&cloud.snapshot()).collect();
    assert!(report.done.is_superset(&subjects));
}

#[test]
fn what_interfaces_share_goes_with_the_last_of_them() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out()]);
    let interface =
        |address| cloud.interface(&subnet, InterfaceKind::Workload, address, &[&group], Holder::Process { pid: 1, started: 1 });
    let (first, second) = (interface("10.0.0.4"), interface("10.0.0.5"));
    cloud.settle();
    let chain = Key::Chain("underpass".into(), "in-000000000001".into());
    let there = || cloud.kernel.observe(vpc.as_str(), &[]).unwrap().iter().any(|object| object.key() == chain);
    assert!(there());
    cloud.remove::<NetworkInterface>(&first);
    cloud.settle();
    assert!(there());
    cloud.remove::<NetworkInterface>(&second);
    cloud.settle();
    assert!(!there());
}

#[test]
fn filters_and_links_come_everywhere_before_addresses_and_routes() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out()]);
    cloud.instance(&subnet, "10.0.0.4", &[&group]);
    cloud.settle();
    let waits = |change: &Change| {
        matches!(
            change.key(),
            Key::Address(..) | Key::Route(..) | Key::Rule(_) | Key::Neighbour(..) | Key::Sysctl(_) | Key::Shortcut(_)
        )
    };
    let steps: Vec<bool> = cloud.kernel.applied().iter().map(|(_, changes)| changes.iter().any(waits)).collect();
    assert!(steps.is_sorted() && steps.len() == 3, "{steps:?}");
    assert!(cloud.kernel.applied().iter().all(|(_, changes)| changes.iter().all(waits) || !changes.iter().any(waits)));
}

#[test]
fn a_namespace_that_fails_holds_up_only_what_is_in_it() {
    let cloud = simulated();
    let hosts = [1, 2].map(|_| {
        let vpc = cloud.vpc("10.0.0.0/16");
        let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
        let group = cloud.group(&vpc, &[all_out()]);
        (vpc, cloud.instance(&subnet, "10.0.0.4", &[&group]).1)
    });
    cloud.settle();
    cloud.kernel.delete_namespace(hosts[0].0.as_str()).unwrap();
    for (_, interface) in &hosts {
        cloud.update::<NetworkInterface>(interface, |eni| eni.source_dest_check = false);
    }
    let report = cloud.converge();
    assert_eq!(report.failed.keys().collect::<Vec<_>>(), [hosts[0].0.as_str()]);
    assert_eq!(report.done, BTreeSet::from([Subject::Interface(hosts[1].1.clone())]));
    let report = cloud.converge_all();
    assert!(report.failed.is_empty() && report.changes > 0, "{report:?}");
    assert_eq!(cloud.converge_all().changes, 0);
}

#[test]
fn what_could_not_be_removed_is_not_done() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = cloud.group(&vpc, &[all_out()]);
    let (instance, interface) = cloud.instance(&subnet, "10.0.0.4", &[&group]);
    cloud.settle();
    cloud.update::<Instance>(&instance, |instance| instance.state = InstanceState::Stopped);
    cloud.kernel.break_with(Some(13));
    let report = cloud.converge();
    assert!(!report.failed.is_empty() && !report.done.contains(&Subject::Interface(interface.clone())), "{report:?}");
    cloud.kernel.break_with(None);
    let report = cloud.converge_all();
    assert!(report.failed.is_empty() && report.done.contains(&Subject::Interface(interface)), "{report:?}");
    assert_eq!(cloud.converge_all().changes, 0);
}

#[test]
fn whatever_is_taken_from_the_kernel_comes_back() {
    let cloud = busy();
    cloud.settle();
    let all: Vec<(String, Key)> = cloud
        .kernel
        .namespaces()
        .unwrap()
        .into_iter()
        .flat_map(|name| {
            let objects = cloud.kernel.observe(&name, &[]).unwrap();
            objects.into_iter().map(move |object| (name.clone(), object.key()))
        })
        .collect();
    for (namespace, key) in all {
        cloud.kernel.vandalise(&namespace, &key);
        let report = cloud.converge_all();
        assert!(report.failed.is_empty() && report.changes > 0, "{key} in {namespace}: {report:?}");
        assert_eq!(cloud.converge_all().changes, 0, "{key} in {namespace}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn converging_on_changes_leaves_nothing_to_do(steps in prop::collection::vec((0..14usize, any::<u8>()), 1..20)) {
        let cloud = busy();
        cloud.settle();
        for (kind, number) in steps {
            let told = wise_change(&cloud, kind, number);
            let report = cloud.converge();
            prop_assert!(report.failed.is_empty(), "{} {:?}", told, report);
            let report = cloud.converge_all();
            prop_assert!(report.changes == 0 && report.failed.is_empty(), "{} {:?}", told, report);
        }
    }
}

/// The `number`th resource of a kind.
fn nth<R: Resource>(world: &World, number: u8) -> R {
    let all: Vec<_> = world.snapshot().all::<R>().collect();
    (*all[usize::from(number) % all.len()]).clone()
}

/// A change as the services would allow it.
#[allow(clippy::too_many_lines, reason = "one line for each change that services could ask for")]
fn wise_change(world: &World, kind: usize, number: u8) -> &'static str {
    let odd = number % 2 == 1;
    let edit = |what: &'static str| what;
    match kind {
        0 => {
            let endpoint = nth::<VpcEndpoint>(world, number);
            let states =
                [EndpointState::PendingAcceptance, EndpointState::Available, EndpointState::Rejected, EndpointState::Deleting];
            world.connect(&endpoint.id, states[usize::from(number / 4) % 4]);
            edit("an endpoint's state")
        }
        1 => {
            let group = nth::<SecurityGroup>(world, number);
            let other = world.snapshot().linked::<SecurityGroup>(Vpc::KIND, &group.vpc).last().unwrap().id.clone();
            world.allow(
                &group.id,
                if odd { ingress(Traffic::All, members(&other)) } else { ingress(Traffic::Udp(1, 9), from("10.0.0.0/8")) },
            );
            edit("a rule")
        }
        2 | 3 => {
            use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
            let state = [Pending, Running, Stopping, Stopped, ShuttingDown, Terminated][usize::from(number / 4) % 6];
            world.update::<Instance>(&nth::<Instance>(world, number).id, |instance| instance.state = state);
            edit("an instance's state")
        }
        4 => {
            let gateway = nth::<InternetGateway>(world, number);
            let free = world
                .snapshot()
                .all::<Vpc>()
                .find(|vpc| world.snapshot().linked::<InternetGateway>(Vpc::KIND, &vpc.id).next().is_none());
            let vpc = if gateway.vpc.is_some() { None } else { free.map(|vpc| vpc.id.clone()) };
            world.update::<InternetGateway>(&gateway.id, |gateway| gateway.vpc = vpc.clone());
            edit("a gateway's attachment")
        }
        5 => {
            let states = [NatState::Pending, NatState::Available, NatState::Deleting, NatState::Deleted];
            world.update::<NatGateway>(&nth::<NatGateway>(world, number).id, |nat| {
                nat.state = states[usize::from(number / 4) % 4]
            });
            edit("a NAT gateway's state")
        }
        6 => {
            world.update::<TargetHealth>(nth::<TargetHealth>(world, number).key(), |health| {
                health.state = if number % 4 > 1 { HealthState::Healthy } else { HealthState::Unhealthy };
            });
            edit("a target's health")
        }
        7 => {
            world.update::<Listener>(nth::<Listener>(world, number).arn, |listener| listener.port = 8000 + u16::from(number));
            edit("a listener's port")
        }
        8 => {
            world.update::<NetworkInterface>(&nth::<NetworkInterface>(world, number).id, |eni| eni.source_dest_check = odd);
            edit("a source check")
        }
        9 => {
            let deny = entry(u16::from(number) + 1, if odd { "in" } else { "out" }, Traffic::Tcp(1, 9), "10.0.0.0/9", false);
            world.update::<NetworkAcl>(&nth::<NetworkAcl>(world, number).id, |acl| match number % 3 {
                0 => {
                    acl.entries =
                        vec![entry(1, "in", Traffic::All, "0.0.0.0/0", true), entry(1, "out", Traffic::All, "0.0.0.0/0", true)]
                }
                _ => acl.entries.push(deny.clone()),
            });
            edit("an ACL")
        }
        10 => {
            let table = nth::<RouteTable>(world, number);
            let subnet = world.snapshot().linked::<Subnet>(Vpc::KIND, &table.vpc).last().unwrap().id.clone();
            world.update::<RouteTable>(&table.id, |table| match table.is_main() {
                true => table.routes.truncate(usize::from(number / 4) % 2),
                false => {
                    table.associations = odd
                        .then(|| RouteTableAssociation { id: "rtbassoc-x".into(), subnet: Some(subnet.clone()), gateway: None })
                        .into_iter()
                        .collect()
                }
            });
            edit("a table's use")
        }
        11 => {
            let cidr = format!("10.{number}.0.0/16").parse().unwrap();
            world.update::<PrefixList>(&nth::<PrefixList>(world, number).id, |list| {
                list.entries = vec![PrefixEntry { cidr, description: None }]
            });
            edit("a list's entries")
        }
        12 => {
            let balancer = nth::<LoadBalancer>(world, number).arn;
            world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", if odd { "true" } else { "false" });
            world.update::<LoadBalancer>(&balancer, |balancer| balancer.enforce_on_private_link = number % 4 > 1);
            edit("a balancer's attributes")
        }
        _ => {
            let interface = nth::<NetworkInterface>(world, number);
            let workload = interface.kind == InterfaceKind::Workload;
            let next = world.snapshot().linked::<Instance>(Vpc::KIND, &interface.vpc).last();
            if let (true, Some(next)) = (workload, next) {
                world.update::<NetworkInterface>(&interface.id, |eni| {
                    let attachment = eni.attachment.as_mut().unwrap();
                    attachment.holder = Holder::Instance(next.id.clone());
                    attachment.device_index = 1 + u32::from(eni.mac.as_bytes()[16]);
                });
            }
            edit("an interface's holder")
        }
    }
}
