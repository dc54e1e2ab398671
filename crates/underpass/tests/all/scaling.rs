//! Auto Scaling: a group behind a balancer keeps serving while its instances die, are refreshed and grow old.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{Cloud, PROVIDER, eventually};
use crate::site::{IMAGE, Net, OTHER_ZONE, Peer};

/// Serves its host's name at port 80.
const SCRIPT: &str = "#!/bin/sh\nmkdir -p /srv && cd /srv && hostname > index.html\n\
                      python3 -m http.server 80 & echo $! > /run/web.pid; wait\n";
/// A day of a group is ten seconds.
const SCALE: &str = "8640";

/// The group of seed 004: a launch template, a target group behind a balancer, instances in two zones.
struct Site<'a> {
    account: Account<'a>,
    net: Net,
    other: String,
    client: String,
    template: String,
    targets: String,
    name: String,
}

impl<'a> Site<'a> {
    fn of(account: Account<'a>) -> Self {
        let net = account.net();
        let other = account.subnet(&net.vpc, "10.0.2.0/24", OTHER_ZONE);
        let (group, client) = (account.group(&net.vpc, "web"), account.group(&net.vpc, "client"));
        account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
        let balancer = account.balancer("web", &[&net.subnet, &other]);
        let attribute = json!([{ "Key": "load_balancing.cross_zone.enabled", "Value": "true" }]);
        account.elb("modify_load_balancer_attributes", json!({ "LoadBalancerArn": balancer, "Attributes": attribute }));
        let checks = json!({ "HealthCheckProtocol": "HTTP", "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2 });
        let targets = account.target_group("web", &net.vpc, 80, &checks);
        account.listener(&balancer, 80, &targets);
        let described = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
        let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
        let data = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "SecurityGroupIds": [group], "UserData": base64(SCRIPT),
                           "MetadataOptions": { "HttpTokens": "required" } });
        let wish = json!({ "LaunchTemplateName": "web", "LaunchTemplateData": data });
        let template = text_of(&account.ec2("create_launch_template", wish)["LaunchTemplate"]["LaunchTemplateId"]);
        Self { account, net, other, client, template, targets, name }
    }

    fn call(&self, operation: &str, with: Value) -> Value {
        self.account.call("autoscaling", operation, with)
    }

    fn create(&self, desired: u32, more: &Value) {
        let mut wish = json!({
            "AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 6, "DesiredCapacity": desired,
            "LaunchTemplate": { "LaunchTemplateId": self.template, "Version": "$Latest" },
            "VPCZoneIdentifier": format!("{},{}", self.net.subnet, self.other),
            "Tags": [{ "Key": "Name", "Value": "web", "PropagateAtLaunch": true }],
        });
        wish.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.call("create_auto_scaling_group", wish);
    }

    fn group(&self) -> Value {
        self.call("describe_auto_scaling_groups", json!({ "AutoScalingGroupNames": ["web"] }))["AutoScalingGroups"][0].clone()
    }

    fn members(&self) -> Vec<Value> {
        self.group()["Instances"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until there are exactly so many instances, all in service, none of which is one of `gone`; answers who.
    fn until_serving(&self, count: usize, gone: &BTreeSet<String>) -> BTreeSet<String> {
        eventually(&format!("{count} others than {gone:?} serve"), || {
            let members = self.members();
            let serve =
                members.iter().all(|member| member["LifecycleState"] == "InService" && member["HealthStatus"] == "Healthy");
            let ids: BTreeSet<String> = members.iter().map(|member| text_of(&member["InstanceId"])).collect();
            (serve && ids.len() == count && ids.is_disjoint(gone)).then_some(ids)
        })
    }

    fn until_healthy(&self, ids: &BTreeSet<String>) {
        ids.iter().for_each(|id| self.account.until_health(&self.targets, id, "healthy"));
    }

    /// How many of ten connections to the balancer were answered.
    fn answered(&self) -> usize {
        let fetch = format!("for i in $(seq 10); do curl -sS --connect-timeout 1 http://{}/ || true; done", self.name);
        let place = ["--subnet", &self.net.subnet, "--security-group", &self.client];
        self.account.exec(&place, &["sh", "-c", &fetch]).out.lines().filter(|line| line.starts_with("ip-10-0-")).count()
    }
}

/// Text as user data is sent.
pub fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of = |part: &[u8]| {
        let bits = part.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        (0..4)
            .map(|n| if n <= part.len() { LETTERS[(bits >> (18 - 6 * n) & 63) as usize] as char } else { '=' })
            .collect::<String>()
    };
    text.as_bytes().chunks(3).map(of).collect()
}

#[test]
fn a_group_behind_a_balancer_keeps_serving_while_instances_die_are_refreshed_and_grow_old() {
    let cloud = Cloud::up_with(&["--time-scale", SCALE]);
    let site = Site::of(cloud.account(PROVIDER));
    let account = &site.account;
    site.create(2, &json!({ "TargetGroupARNs": [site.targets], "HealthCheckType": "ELB", "HealthCheckGracePeriod": 86400 }));
    let first = site.until_serving(2, &BTreeSet::new());
    site.until_healthy(&first);
    assert_eq!(site.answered(), 10);
    let one = first.first().unwrap();
    let described = account.describe_instance(one);
    assert_eq!(described["MetadataOptions"]["HttpTokens"], "required");
    let tags = json!([
        { "Key": "Name", "Value": "web" }, { "Key": "aws:autoscaling:groupName", "Value": "web" },
        { "Key": "aws:ec2launchtemplate:id", "Value": site.template }, { "Key": "aws:ec2launchtemplate:version", "Value": "1" },
    ]);
    assert_eq!(described["Tags"], tags);
    let status = "curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/instance-id";
    assert_eq!(account.exec(&["--instance", one], &["sh", "-c", status]).ok(), "401", "no metadata without a token");

    let target = "t=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token); \
                  curl -sS -H \"X-aws-ec2-metadata-token: $t\" http://169.254.169.254/latest/meta-data/autoscaling/target-lifecycle-state";
    assert_eq!(account.exec(&["--instance", one], &["sh", "-c", target]).ok(), "InService");

    // One dies, and one falls ill: both are replaced, and the balancer answers all the time.
    account.ec2("terminate_instances", json!({ "InstanceIds": [one] }));
    let second = site.until_serving(2, &[one.clone()].into());
    site.until_healthy(&second);
    assert_eq!(site.answered(), 10);
    let ill = first.last().unwrap();
    account.exec(&["--instance", ill], &["sh", "-c", "kill $(cat /run/web.pid)"]).ok();
    let third = site.until_serving(2, &first);
    site.until_healthy(&third);
    assert_eq!(site.answered(), 10);
    let activities = site.call("describe_scaling_activities", json!({ "AutoScalingGroupName": "web" }))["Activities"].clone();
    let causes: Vec<String> = activities.as_array().unwrap().iter().map(|activity| text_of(&activity["Cause"])).collect();
    for what in ["an EC2 health check indicating it has been terminated or stopped", "an ELB system health check failure"] {
        assert!(causes.iter().any(|cause| cause.contains(what)), "{what}: {causes:#?}");
    }

    // Without Launch a dead instance is missed, until it is resumed.
    site.call("suspend_processes", json!({ "AutoScalingGroupName": "web", "ScalingProcesses": ["Launch"] }));
    let dies = third.first().unwrap();
    account.ec2("terminate_instances", json!({ "InstanceIds": [dies] }));
    site.until_serving(1, &[dies.clone()].into());
    site.call("resume_processes", json!({ "AutoScalingGroupName": "web" }));
    let fourth = site.until_serving(2, &[dies.clone()].into());
    site.until_healthy(&fourth);

    // A refresh leads to the template's new version.
    let next =
        json!({ "LaunchTemplateId": site.template, "SourceVersion": "1", "LaunchTemplateData": { "InstanceType": "t3.nano" } });
    account.ec2("create_launch_template_version", next);
    let preferences = json!({ "MinHealthyPercentage": 100, "MaxHealthyPercentage": 150, "SkipMatching": true });
    site.call("start_instance_refresh", json!({ "AutoScalingGroupName": "web", "Preferences": preferences }));
    eventually("the refresh is over", || {
        let refreshes = site.call("describe_instance_refreshes", json!({ "AutoScalingGroupName": "web" }));
        (refreshes["InstanceRefreshes"][0]["Status"] == "Successful").then_some(())
    });
    let fifth = site.until_serving(2, &fourth);
    assert!(
        site.members().iter().all(|member| member["InstanceType"] == "t3.nano" && member["LaunchTemplate"]["Version"] == "2")
    );
    site.until_healthy(&fifth);
    assert_eq!(site.answered(), 10);

    // Nobody lives longer than a day.
    let lifetime = |seconds: u32| json!({ "AutoScalingGroupName": "web", "MaxInstanceLifetime": seconds });
    site.call("update_auto_scaling_group", lifetime(86_400));
    eventually("all are others", || {
        let ids: BTreeSet<String> = site.members().iter().map(|member| text_of(&member["InstanceId"])).collect();
        ids.is_disjoint(&fifth).then_some(())
    });
    site.call("update_auto_scaling_group", lifetime(0));

    // A cooldown is as much shorter as a day.
    site.call("update_auto_scaling_group", json!({ "AutoScalingGroupName": "web", "DefaultCooldown": 17_280 }));
    let capacity =
        |count: u32, honor: bool| json!({ "AutoScalingGroupName": "web", "DesiredCapacity": count, "HonorCooldown": honor });
    site.call("set_desired_capacity", capacity(1, false));
    let refused = account.refused("autoscaling", "set_desired_capacity", capacity(2, true));
    assert_eq!(refused.code, "ScalingActivityInProgress");
    eventually("two seconds later it is over", || account.ask("autoscaling", "set_desired_capacity", &capacity(2, true)).ok());
    leave(&site);
}

/// As Terraform does: to nothing, then away.
fn leave(site: &Site<'_>) {
    let name = json!({ "AutoScalingGroupName": "web" });
    let refused = site.account.refused("autoscaling", "delete_auto_scaling_group", name.clone());
    assert!(["ResourceInUse", "ScalingActivityInProgress"].contains(&refused.code.as_str()), "{refused:?}");
    let nothing = json!({ "AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0 });
    site.call("update_auto_scaling_group", nothing);
    eventually("all instances are gone", || site.members().is_empty().then_some(()));
    site.call("delete_auto_scaling_group", name);
    assert_eq!(site.group(), Value::Null);
    site.account.ec2("delete_launch_template", json!({ "LaunchTemplateId": site.template }));
}

#[test]
fn a_group_whose_daemon_is_killed_again_and_again_has_neither_more_nor_fewer_instances() {
    let mut cloud = Cloud::up();
    let (endpoint, instances) = {
        let site = Site::of(cloud.account(PROVIDER));
        site.create(5, &json!({}));
        let count = |account: &Account<'_>| {
            let filter = json!([{ "Name": "tag:aws:autoscaling:groupName", "Values": ["web"] },
                                { "Name": "instance-state-name", "Values": ["pending", "running"] }]);
            let found = account.ec2("describe_instances", json!({ "Filters": filter }))["Reservations"].clone();
            found.as_array().map_or(0, Vec::len)
        };
        (cloud.endpoint().to_owned(), count)
    };
    cloud.crash();
    cloud.crash();
    assert_eq!(cloud.endpoint(), endpoint);
    let account = cloud.account(PROVIDER);
    let serving = |account: &Account<'_>| {
        let group = account.call("autoscaling", "describe_auto_scaling_groups", json!({}))["AutoScalingGroups"][0].clone();
        let members = group["Instances"].as_array().cloned().unwrap_or_default();
        members.iter().filter(|member| member["LifecycleState"] == "InService").count()
    };
    eventually("five serve", || (serving(&account) == 5).then_some(()));
    assert_eq!(instances(&account), 5);
    account.call("autoscaling", "delete_auto_scaling_group", json!({ "AutoScalingGroupName": "web", "ForceDelete": true }));
    eventually("all are gone", || (instances(&account) == 0).then_some(()));
}
