//! Network Load Balancers: flows reach the targets that are healthy, by names that the resolver knows.

use std::collections::BTreeSet;

use serde_json::json;

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::offer::{Access, DRIP, Offer};
use crate::site::{Net, OTHER_ZONE, Peer, ZONE};

/// A balancer in two zones with a target in each. A target's body is its name; its health is a server of its own.
struct Site {
    net: Net,
    client: String,
    balancer: String,
    targets: String,
    name: String,
    here: String,
    there: String,
}

/// Serves `name` at port 80, and its health at port 81.
fn script(name: &str) -> String {
    format!(
        "#!/bin/sh\nmkdir -p /srv && cd /srv && printf '%s\\n' {name} > index.html\n\
         python3 -m http.server 81 & echo $! > /run/health.pid\nexec python3 -m http.server 80\n"
    )
}

fn site(account: &Account<'_>) -> Site {
    let net = account.net();
    let other = account.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
    let (group, client) = (account.group(&net.vpc, "target"), account.group(&net.vpc, "client"));
    account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    account.allow(&group, "tcp", Some(81), Peer::Cidr("10.0.0.0/16"));
    let here = account.instance(&net.subnet, &[&group], &script("here"));
    let there = account.instance(&other, &[&group], &script("there"));
    let balancer = account.balancer("web", &[&net.subnet, &other]);
    let checks = json!({ "HealthCheckProtocol": "HTTP", "HealthCheckPort": "81", "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2 });
    let targets = account.target_group("web", &net.vpc, 80, &checks);
    account.listener(&balancer, 80, &targets);
    for target in [&here, &there] {
        account.register(&targets, target);
    }
    for target in [&here, &there] {
        account.until_health(&targets, target, "healthy");
    }
    let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
    Site { net, client, balancer, targets, name, here, there }
}

impl Site {
    /// Who answers forty connections to a host, and how many were not answered.
    fn answers(&self, account: &Account<'_>, host: &str) -> (BTreeSet<String>, usize) {
        let fetch = format!("for i in $(seq 40); do curl -sS --connect-timeout 1 http://{host}/ || echo none; done");
        let out = account.exec(&["--subnet", &self.net.subnet, "--security-group", &self.client], &["sh", "-c", &fetch]).out;
        let none = out.lines().filter(|line| *line == "none").count();
        (out.lines().filter(|line| *line != "none").map(str::to_owned).collect(), none)
    }

    fn until_answers(&self, account: &Account<'_>, host: &str, wanted: &[&str]) {
        let wanted: BTreeSet<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let mut last = (BTreeSet::new(), 0);
        eventually(&format!("{host} is answered by {wanted:?} every time"), || {
            last = self.answers(account, host);
            (last == (wanted.clone(), 0)).then_some(())
        });
    }

    fn cross_zone(&self, account: &Account<'_>, on: bool) {
        let attribute = json!([{ "Key": "load_balancing.cross_zone.enabled", "Value": on.to_string() }]);
        account.elb("modify_load_balancer_attributes", json!({ "LoadBalancerArn": self.balancer, "Attributes": attribute }));
    }

    /// The addresses that a name has in the balancer's VPC.
    fn addresses(&self, account: &Account<'_>, name: &str) -> BTreeSet<String> {
        let out =
            account.exec(&["--subnet", &self.net.subnet, "--security-group", &self.client], &["getent", "ahostsv4", name]).out;
        out.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    }
}

#[test]
fn a_zone_sends_to_its_own_targets_and_with_cross_zone_to_all() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = site(&account);
    let (near, far) = (format!("{ZONE}.{}", site.name), format!("{OTHER_ZONE}.{}", site.name));
    site.until_answers(&account, &near, &["here"]);
    site.until_answers(&account, &far, &["there"]);
    let (nodes, both) = (site.addresses(&account, &site.name), [site.addresses(&account, &near), site.addresses(&account, &far)]);
    assert_eq!(nodes, both.iter().flatten().cloned().collect(), "the regional name has the nodes of both zones");
    assert_eq!(nodes.len(), 2);
    site.cross_zone(&account, true);
    site.until_answers(&account, &near, &["here", "there"]);
    site.cross_zone(&account, false);
    site.until_answers(&account, &near, &["here"]);
    let ran = account.aws(&["elbv2", "wait", "load-balancer-available", "--load-balancer-arns", &site.balancer]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = account.aws(&["elbv2", "wait", "target-in-service", "--target-group-arn", &site.targets]);
    assert_eq!(ran.status, 0, "{}", ran.err);

    account.elb("set_subnets", json!({ "LoadBalancerArn": site.balancer, "Subnets": [site.net.subnet] }));
    account.until_health(&site.targets, &site.there, "unused");
    let node = site.addresses(&account, &near);
    eventually("the zone has left the name", || (site.addresses(&account, &site.name) == node).then_some(()));
    let gone = both[1].iter().next().unwrap();
    eventually("its node answers nobody", || (site.answers(&account, gone) == (BTreeSet::new(), 40)).then_some(()));
    site.until_answers(&account, &site.name, &["here"]);
}

#[test]
fn an_unhealthy_target_leaves_and_when_all_are_unhealthy_all_are_asked() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = site(&account);
    site.cross_zone(&account, true);
    let node = site.addresses(&account, &format!("{ZONE}.{}", site.name)).pop_first().unwrap();
    site.until_answers(&account, &node, &["here", "there"]);
    let spare = fail_over_to_an_address(&account, &site);
    eventually("the balancer answers", || {
        (site.addresses(&account, SPARED) == site.addresses(&account, &site.name)).then_some(())
    });
    let fall_ill = |target: &str| account.exec(&["--instance", target], &["sh", "-c", "kill $(cat /run/health.pid)"]).ok();
    fall_ill(&site.there);
    account.until_health(&site.targets, &site.there, "unhealthy");
    site.until_answers(&account, &node, &["here"]);
    fall_ill(&site.here);
    account.until_health(&site.targets, &site.here, "unhealthy");
    site.until_answers(&account, &node, &["here", "there"]);
    eventually("the spare address answers", || (site.addresses(&account, SPARED) == spare).then_some(()));
}

/// A name that leads to the balancer while that is healthy, and to another address otherwise.
const SPARED: &str = "www.failover.example";

fn fail_over_to_an_address(account: &Account<'_>, site: &Site) -> BTreeSet<String> {
    let zone = account.call("route53", "create_hosted_zone", json!({ "Name": "failover.example", "CallerReference": "1" }));
    let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [site.balancer] }));
    let alias = json!({ "HostedZoneId": described["LoadBalancers"][0]["CanonicalHostedZoneId"], "DNSName": site.name,
                        "EvaluateTargetHealth": true });
    let primary = json!({ "Name": SPARED, "Type": "A", "SetIdentifier": "one", "Failover": "PRIMARY", "AliasTarget": alias });
    let secondary = json!({ "Name": SPARED, "Type": "A", "SetIdentifier": "two", "Failover": "SECONDARY", "TTL": 1,
                            "ResourceRecords": [{ "Value": "198.18.200.200" }] });
    let changes = [primary, secondary].map(|set| json!({ "Action": "CREATE", "ResourceRecordSet": set }));
    let batch = json!({ "HostedZoneId": zone["HostedZone"]["Id"], "ChangeBatch": { "Changes": changes } });
    account.call("route53", "change_resource_record_sets", batch);
    BTreeSet::from(["198.18.200.200".to_owned()])
}

#[test]
fn a_deregistered_target_gets_no_new_flows_and_is_forgotten_after_the_delay() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = site(&account);
    let delay = json!([{ "Key": "deregistration_delay.timeout_seconds", "Value": "4" }]);
    account.elb("modify_target_group_attributes", json!({ "TargetGroupArn": site.targets, "Attributes": delay }));
    site.cross_zone(&account, true);
    let node = site.addresses(&account, &format!("{ZONE}.{}", site.name)).pop_first().unwrap();
    site.until_answers(&account, &node, &["here", "there"]);

    account.elb("deregister_targets", json!({ "TargetGroupArn": site.targets, "Targets": [{ "Id": site.there }] }));
    let state = || account.health(&site.targets).into_iter().find(|(id, _)| *id == site.there).map(|(_, state)| state);
    assert_eq!(state().as_deref(), Some("draining"));
    site.until_answers(&account, &node, &["here"]);
    eventually("the target is forgotten", || state().is_none().then_some(()));
    account.wait("elbv2", "target_deregistered", json!({ "TargetGroupArn": site.targets, "Targets": [{ "Id": site.there }] }));
    account.register(&site.targets, &site.there);
    account.until_health(&site.targets, &site.there, "healthy");
    site.until_answers(&account, &node, &["here", "there"]);
}

#[test]
fn a_draining_target_keeps_the_flows_that_it_has() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let (_download, arrivals) = access.download(&consumer, 1000);
    provider.elb("deregister_targets", json!({ "TargetGroupArn": offer.targets, "Targets": [{ "Id": offer.instance }] }));
    provider.until_health(&offer.targets, &offer.instance, "draining");
    let status = || consumer.curl(&access.net.subnet, &access.group, &access.url()).status;
    eventually("new flows are not answered", || (status() != 0).then_some(()));
    arrivals.go_on();
    arrivals.go_on();
}

#[test]
fn a_zone_without_healthy_targets_leaves_the_name() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let site = site(&account);
    let far = site.addresses(&account, &format!("{OTHER_ZONE}.{}", site.name));
    assert!(site.addresses(&account, &site.name).is_superset(&far));
    account.ec2("stop_instances", json!({ "InstanceIds": [site.there] }));
    account.wait("ec2", "instance_stopped", json!({ "InstanceIds": [site.there] }));
    account.until_health(&site.targets, &site.there, "unused");
    eventually("the name has lost the zone's node", || site.addresses(&account, &site.name).is_disjoint(&far).then_some(()));
    site.until_answers(&account, &site.name, &["here"]);
}
