//! What one more of something costs when there are many: run by hand with `--ignored --nocapture`, it prints and asserts nothing.

use std::time::{Duration, Instant};

use resource::*;

use crate::cloud::{Cloud, real};
use crate::world::{all_out, from, ingress, members};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed(cloud: &Cloud<kernel::Netlink>) -> Duration {
    let begun = Instant::now();
    let report = cloud.converge();
    assert!(report.failed.is_empty(), "{report:?}");
    begun.elapsed()
}

#[test]
#[ignore = "a measurement"]
fn one_more_endpoint_with_many_in_place() {
    let cloud = real();
    let (provider, consumer) = (cloud.vpc("10.0.0.0/16"), cloud.vpc("10.0.0.0/16"));
    let (far, near) = (cloud.subnet(&provider, "10.0.0.0/24", 'a'), cloud.subnet(&consumer, "10.0.0.0/16", 'a'));
    let group = cloud.group(&consumer, &[all_out()]);
    let balancer = cloud.balancer(&[(&far, "10.0.0.9")], &[]);
    cloud.listener(&balancer, 80, &cloud.target_group(&provider, TargetType::Instance));
    let service = cloud.service(&balancer);
    let mut made = 0u32;
    for goal in [10, 100, 1000] {
        while made < goal {
            one_more(&cloud, &service, &near, &group, made);
            made += 1;
        }
        let more = (0..9).map(|n| one_more(&cloud, &service, &near, &group, made + n)).collect();
        made += 9;
        let begun = Instant::now();
        let report = cloud.converge_all();
        println!("one more endpoint with {goal}: {:?}; a sweep {:?}, {} changes", median(more), begun.elapsed(), report.changes);
    }
}

fn one_more(cloud: &Cloud<kernel::Netlink>, service: &EndpointServiceId, subnet: &SubnetId, group: &GroupId, n: u32) -> Duration {
    let address = std::net::Ipv4Addr::from(u32::from_be_bytes([10, 0, 1, 0]) + n).to_string();
    cloud.endpoint(service, &[(subnet, &address)], &[group], EndpointState::Pending);
    timed(cloud)
}

#[test]
#[ignore = "a measurement"]
fn one_rule_with_many_interfaces() {
    for count in [10u32, 10_000] {
        let cloud = real();
        let vpc = cloud.vpc("10.0.0.0/16");
        let subnet = cloud.subnet(&vpc, "10.0.0.0/16", 'a');
        let group = cloud.group(&vpc, &[all_out()]);
        cloud.allow(&group, ingress(Traffic::Tcp(1, 9), members(&group)));
        for n in 0..count {
            let address = std::net::Ipv4Addr::from(u32::from_be_bytes([10, 0, 1, 0]) + n).to_string();
            cloud.interface(&subnet, InterfaceKind::Endpoint, &address, &[&group], Holder::Service);
        }
        let begun = Instant::now();
        let report = cloud.converge_all();
        println!("{count} interfaces at once: {:?}, {} changes, {:?}", begun.elapsed(), report.changes, report.failed);
        cloud.converge();
        let changes = (0..9).map(|n| {
            cloud.allow(&group, ingress(Traffic::Tcp(100 + n, 100 + n), from("10.0.0.0/8")));
            timed(&cloud)
        });
        println!("one rule with {count} interfaces: {:?}", median(changes.collect()));
        let (address, last) = ("10.0.250.1".to_owned(), Instant::now());
        cloud.interface(&subnet, InterfaceKind::Endpoint, &address, &[&group], Holder::Service);
        println!("one more interface with {count}: {:?} (written in {:?})", timed(&cloud), last.elapsed());
    }
}
