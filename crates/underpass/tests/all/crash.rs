//! A crash is the normal path: kill -9 loses no answered write, cuts no flow, and the restart mends what it finds.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually, lives, processes, text};
use crate::offer::{Access, Arrivals, DRIP, LINE, Offer};
use crate::site::{IMAGE, Net, Peer, ZONE, permission, web};

/// Everything that an account can list.
const EVERYTHING: &str = "
ec2, elb = client('ec2'), client('elbv2')
answer = {}
for name in '''addresses dhcp_options instances internet_gateways launch_templates managed_prefix_lists nat_gateways network_acls
network_interfaces route_tables security_group_rules security_groups subnets tags vpc_endpoint_connections
vpc_endpoint_service_configurations vpc_endpoints vpcs'''.split():
    answer[name] = getattr(ec2, 'describe_' + name)()
answer['balancers'] = elb.describe_load_balancers()
answer['groups'] = elb.describe_target_groups()
for group in answer['groups']['TargetGroups']:
    answer[group['TargetGroupArn']] = elb.describe_target_health(TargetGroupArn=group['TargetGroupArn'])
for balancer in answer['balancers']['LoadBalancers']:
    answer[balancer['LoadBalancerArn']] = elb.describe_listeners(LoadBalancerArn=balancer['LoadBalancerArn'])
for one in answer.values():
    one.pop('ResponseMetadata')
";

fn everything(cloud: &Cloud) -> Vec<Value> {
    [PROVIDER, CONSUMER].iter().map(|id| cloud.account(id).script(EVERYTHING, json!({}))).collect()
}

/// An offer whose endpoint is open, as it is found again after each crash.
fn opened(cloud: &Cloud, script: &str) -> (Offer, Access) {
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, script, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    (offer, access)
}

#[test]
fn a_transfer_goes_on_while_the_daemon_is_killed_and_started_again() {
    let mut cloud = Cloud::up();
    let (_, access) = opened(&cloud, DRIP);
    let lines = 120;
    let (mut program, arrivals): (_, Arrivals) = access.download(&cloud.account(CONSUMER), lines);
    cloud.kill();
    arrivals.go_on();
    arrivals.go_on();
    cloud.start(&[]);
    assert!(arrivals.so_far() < lines * LINE, "the transfer is to outlast the daemon");
    assert!(program.0.wait().unwrap().success());
    eventually("everything has arrived", || (arrivals.so_far() == lines * LINE).then_some(()));
}

#[test]
fn a_restart_answers_as_before_and_adopts_what_runs() {
    let mut cloud = Cloud::up();
    let body = "served before and after";
    let (_, access) = opened(&cloud, &format!("#!/bin/sh\nsleep 8{} &\n{}", std::process::id(), web(body)));
    let marker = format!("8{}", std::process::id());
    let runs =
        || processes().find(|process| std::fs::read(process.join("cmdline")).is_ok_and(|line| text(&line).contains(&marker)));
    let process = eventually("the user data runs", runs);
    let (resources, namespaces) = (everything(&cloud), cloud.namespaces());
    cloud.crash();
    assert_eq!(everything(&cloud), resources);
    assert_eq!(access.fetched(&cloud.account(CONSUMER)), body);
    eventually("namespaces are adopted, and that of `exec` is gone", || (cloud.namespaces() == namespaces).then_some(()));
    assert_eq!(runs(), Some(process.clone()), "processes are adopted");
    cloud.terminate();
    assert!(lives(&process), "an orderly end is no different");
    cloud.start(&[]);
    assert_eq!(everything(&cloud), resources);
    assert_eq!(access.fetched(&cloud.account(CONSUMER)), body);
    eventually("namespaces are adopted again", || (cloud.namespaces() == namespaces).then_some(()));
    assert_eq!(runs(), Some(process));
}

#[test]
fn a_restart_on_an_unchanged_world_changes_nothing_in_the_kernel() {
    let mut cloud = Cloud::up();
    let (offer, access) = opened(&cloud, &web("unchanged"));
    let vpcs = [&offer.net.vpc, &access.net.vpc];
    let watches: Vec<Watch> = vpcs.into_iter().flat_map(|vpc| Watch::both(&cloud, vpc)).collect();
    let links = |cloud: &Cloud| vpcs.map(|vpc| numbers_and_names(&cloud.inside(vpc, &["ip", "-o", "link"])));
    let before = links(&cloud);
    cloud.crash();
    // The network has been looked at once everything that comes later is in the kernel.
    let account = cloud.account(CONSUMER);
    account.vpc("10.9.0.0/16");
    let seen: Vec<String> = watches.iter().flat_map(Watch::seen).collect();
    assert_eq!(seen, Vec::<String>::new());
    assert_eq!(links(&cloud), before);
    let wish = json!({ "VpcId": access.net.vpc, "CidrBlock": "10.0.7.0/24" });
    let subnet = text_of(&account.ec2("create_subnet", wish)["Subnet"]["SubnetId"]);
    account.exec(&["--subnet", &subnet], &["true"]).ok();
    for watch in &watches[2..] {
        eventually("a watch sees what does change", || (!watch.seen().is_empty()).then_some(()));
    }
}

/// What makes a link the same link: made anew, it has another number.
fn numbers_and_names(links: &str) -> Vec<String> {
    links.lines().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// Tells what changes in a namespace.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    /// One for addresses, routes and routing rules, one for filters. Links are compared instead: the kernel tells that one
    /// came up as much as a second later.
    fn both(cloud: &Cloud, namespace: &str) -> [Self; 2] {
        let network = ["ip", "-4", "-o", "monitor", "address", "route", "rule"];
        [Self::with(cloud, namespace, &network), Self::with(cloud, namespace, &["nft", "monitor"])]
    }

    fn with(cloud: &Cloud, namespace: &str, program: &[&str]) -> Self {
        let file = format!("--net={}", cloud.namespace(namespace).display());
        let mut command = Command::new("nsenter");
        let mut child = command.arg(file).args(["stdbuf", "-oL"]).args(program).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stream = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || stream.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    fn seen(&self) -> Vec<String> {
        self.lines.try_iter().filter(|line| !line.starts_with("# new generation")).collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_restart_repairs_what_was_deleted_from_the_kernel() {
    let mut cloud = Cloud::up();
    let body = "repaired";
    let (offer, access) = opened(&cloud, &web(body));
    assert_eq!(access.fetched(&cloud.account(CONSUMER)), body);
    let damages: [(&str, &dyn Fn(&Cloud)); 4] = [
        ("the filter", &|cloud| drop(cloud.inside(&access.net.vpc, &["nft", "delete", "table", "ip", "underpass"]))),
        ("the routes", &|cloud| {
            drop(cloud.inside(&access.net.vpc, &["sh", "-c", "ip route flush table 100; ip route flush table 240"]))
        }),
        ("every link", &|cloud| delete_links(cloud, &offer.net.vpc)),
        ("the namespace", &|cloud| delete_namespace(cloud, &offer.net.vpc)),
    ];
    for (what, damage) in damages {
        cloud.kill();
        damage(&cloud);
        cloud.start(&[]);
        let consumer = cloud.account(CONSUMER);
        eventually(&format!("{what} is repaired"), || (access.fetched(&consumer) == body).then_some(()));
    }
}

fn delete_links(cloud: &Cloud, namespace: &str) {
    let links = cloud.inside(namespace, &["ip", "-o", "link"]);
    let names = links.lines().filter_map(|line| line.split(": ").nth(1)?.split('@').next());
    names.filter(|name| *name != "lo").for_each(|name| drop(cloud.inside(namespace, &["ip", "link", "del", name])));
}

fn delete_namespace(cloud: &Cloud, namespace: &str) {
    let file = cloud.namespace(namespace);
    nix::mount::umount2(&file, nix::mount::MntFlags::MNT_DETACH).unwrap();
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_restart_removes_what_no_longer_belongs() {
    let mut cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let (doomed, kept) = (account.vpc("10.1.0.0/16"), account.net());
    let group = account.group(&kept.vpc, "app");
    let instance = account.instance(&kept.subnet, &[&group], &format!("#!/bin/sh\nexec sleep 7{}\n", std::process::id()));
    let marker = format!("sleep\07{}", std::process::id());
    let runs =
        || processes().find(|process| std::fs::read(process.join("cmdline")).is_ok_and(|line| text(&line).starts_with(&marker)));
    eventually("the instance runs", runs);
    account.ec2("delete_vpc", json!({ "VpcId": doomed }));
    account.ec2("terminate_instances", json!({ "InstanceIds": [instance] }));
    cloud.kill();
    let stray = cloud.namespace("vpc-0123456789abcdef0");
    std::fs::write(&stray, "").unwrap();
    let made = Command::new("unshare").arg(format!("--net={}", stray.display())).arg("true").status().unwrap();
    assert!(made.success());
    cloud.start(&[]);
    eventually("the strays are gone", || {
        let left = cloud.namespaces();
        let gone = |name: &str| left.iter().all(|(left, _)| left != name);
        (gone("vpc-0123456789abcdef0") && gone(&doomed) && runs().is_none()).then_some(())
    });
    assert!(cloud.namespaces().iter().any(|(name, _)| *name == kept.vpc));
    cloud.account(CONSUMER).wait("ec2", "instance_terminated", json!({ "InstanceIds": [instance] }));
}

#[test]
fn a_privatelink_that_is_built_through_crashes_works() {
    let mut cloud = Cloud::up();
    let make = |cloud: &mut Cloud, id: &str, service: &str, call: &str, with: Value| {
        let made = cloud.account(id).call(service, call, with);
        cloud.crash();
        made
    };
    let net = |cloud: &mut Cloud, id: &str| {
        let vpc = text_of(&make(cloud, id, "ec2", "create_vpc", json!({ "CidrBlock": "10.0.0.0/16" }))["Vpc"]["VpcId"]);
        let wish = json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": ZONE });
        let subnet = text_of(&make(cloud, id, "ec2", "create_subnet", wish)["Subnet"]["SubnetId"]);
        let group = cloud.account(id).group(&vpc, "web");
        let rule = permission("tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
        make(cloud, id, "ec2", "authorize_security_group_ingress", json!({ "GroupId": group, "IpPermissions": rule }));
        (Net { vpc, subnet }, group)
    };
    let (there, web_group) = net(&mut cloud, PROVIDER);
    let wish = json!({ "ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "SubnetId": there.subnet, "SecurityGroupIds": [web_group],
                       "UserData": web("built") });
    let instance = text_of(&make(&mut cloud, PROVIDER, "ec2", "run_instances", wish)["Instances"][0]["InstanceId"]);
    let wish = json!({ "Name": "web", "Type": "network", "Scheme": "internal", "Subnets": [there.subnet] });
    let balancer =
        text_of(&make(&mut cloud, PROVIDER, "elbv2", "create_load_balancer", wish)["LoadBalancers"][0]["LoadBalancerArn"]);
    let targets = cloud.account(PROVIDER).target_group("web", &there.vpc, 80, &json!({}));
    cloud.account(PROVIDER).listener(&balancer, 80, &targets);
    cloud.account(PROVIDER).wait("ec2", "instance_running", json!({ "InstanceIds": [instance] }));
    make(
        &mut cloud,
        PROVIDER,
        "elbv2",
        "register_targets",
        json!({ "TargetGroupArn": targets, "Targets": [{ "Id": instance }] }),
    );
    cloud.account(PROVIDER).wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [balancer] }));
    let (service, name) = cloud.account(PROVIDER).service(&balancer, true);
    cloud.account(PROVIDER).permit(&service, CONSUMER);
    let (here, group) = net(&mut cloud, CONSUMER);
    let (endpoint, host) = cloud.account(CONSUMER).endpoint(&here, &name, &[&group]);
    cloud.crash();
    cloud.account(PROVIDER).accept(&service, &endpoint);
    cloud.crash();
    let consumer = cloud.account(CONSUMER);
    consumer.until_endpoint(&endpoint, "available");
    cloud.account(PROVIDER).until_health(&targets, &instance, "healthy");
    assert_eq!(consumer.curl(&here.subnet, &group, &format!("http://{host}/")).ok(), "built");
}

/// Builds small networks and takes them down again until a file appears, whatever becomes of the calls; writes down how many
/// times it came to the end.
const CHURN: &str = "
import os, uuid, botocore.exceptions
ec2, elb, built = client('ec2'), client('elbv2'), 0
while not os.path.exists(given['stop']):
    name = uuid.uuid4().hex
    try:
        vpc = ec2.create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock='10.0.1.0/24', AvailabilityZone=given['zone'])['Subnet']['SubnetId']
        run = dict(ImageId=given['image'], MinCount=1, MaxCount=1, SubnetId=subnet, ClientToken=name)
        instance = ec2.run_instances(**run)['Instances'][0]['InstanceId']
        balancer = elb.create_load_balancer(Name=name[:16], Type='network', Scheme='internal', Subnets=[subnet])
        gateway = ec2.create_internet_gateway()['InternetGateway']['InternetGatewayId']
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        ec2.terminate_instances(InstanceIds=[instance])
        elb.delete_load_balancer(LoadBalancerArn=balancer['LoadBalancers'][0]['LoadBalancerArn'])
        built += 1
        open(given['built'], 'w').write(str(built))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError):
        pass
";

/// Deletes all that can be deleted now; answers how many VPCs there still are.
const RAZE: &str = "
import botocore.exceptions
ec2, elb = client('ec2'), client('elbv2')
def delete(call, **which):
    try:
        call(**which)
    except botocore.exceptions.ClientError:
        pass
for reservation in ec2.describe_instances()['Reservations']:
    delete(ec2.terminate_instances, InstanceIds=[reservation['Instances'][0]['InstanceId']])
for balancer in elb.describe_load_balancers()['LoadBalancers']:
    delete(elb.delete_load_balancer, LoadBalancerArn=balancer['LoadBalancerArn'])
for gateway in ec2.describe_internet_gateways()['InternetGateways']:
    for attachment in gateway['Attachments']:
        delete(ec2.detach_internet_gateway, InternetGatewayId=gateway['InternetGatewayId'], VpcId=attachment['VpcId'])
    delete(ec2.delete_internet_gateway, InternetGatewayId=gateway['InternetGatewayId'])
for subnet in ec2.describe_subnets()['Subnets']:
    delete(ec2.delete_subnet, SubnetId=subnet['SubnetId'])
for vpc in ec2.describe_vpcs()['Vpcs']:
    delete(ec2.delete_vpc, VpcId=vpc['VpcId'])
answer = len(ec2.describe_vpcs()['Vpcs'])
";

#[test]
fn networks_that_are_built_and_taken_down_through_kills_leave_nothing() {
    let mut cloud = Cloud::up();
    let machines = |cloud: &Cloud| {
        let names = std::fs::read_dir(cloud.state_dir().join("machines")).unwrap();
        names.map(|entry| entry.unwrap().file_name()).filter(|name| name.to_string_lossy().starts_with("i-")).count()
    };
    let names = |cloud: &Cloud| cloud.namespaces().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let before = names(&cloud);
    let [stop, built] = ["stop-churning", "built"].map(|name| cloud.state_dir().join(name));
    let given = json!({ "stop": stop, "built": built, "zone": ZONE, "image": IMAGE });
    let kill = |cloud: &mut Cloud, round: u32| {
        cloud.kill_after(std::time::Duration::from_millis(u64::from(round * 7919 % 397)));
        cloud.start(&[]);
    };
    let mut round = 0;
    std::thread::scope(|scope| {
        let place = cloud.account(PROVIDER).place();
        let builder = scope.spawn(move || place.script(CHURN, &given));
        let count = || std::fs::read_to_string(&built).ok().and_then(|text| text.parse::<u32>().ok());
        eventually("networks are built to the end between kills", || {
            kill(&mut cloud, round);
            round += 1;
            (round >= 16 && count() >= Some(4)).then_some(())
        });
        std::fs::write(&stop, "").unwrap();
        builder.join().unwrap();
    });
    eventually("everything is deleted", || {
        let left = cloud.account(PROVIDER).script(RAZE, json!({}));
        kill(&mut cloud, round);
        round += 1;
        (left == 0).then_some(())
    });
    eventually("nothing is left of it", || (names(&cloud) == before && machines(&cloud) == 0).then_some(()));
}

/// Creates launch templates until a file appears; answers the ids that it was told.
const WRITER: &str = "
import os, botocore.exceptions
ec2, answer, n = client('ec2'), [], 0
while not os.path.exists(given['stop']):
    n += 1
    try:
        made = ec2.create_launch_template(LaunchTemplateName=f't{n}', LaunchTemplateData={'InstanceType': 't3.micro'})
        answer.append(made['LaunchTemplate']['LaunchTemplateId'])
    except (botocore.exceptions.BotoCoreError, OSError):
        pass
";

#[test]
fn every_answered_write_survives_fifty_kills() {
    let mut cloud = Cloud::up();
    let stop = cloud.state_dir().join("stop-writing");
    let given = json!({ "stop": stop });
    let answered = std::thread::scope(|scope| {
        let place = cloud.account(PROVIDER).place();
        let writer = scope.spawn(move || place.script(WRITER, &given));
        for round in 0..50u32 {
            cloud.kill_after(std::time::Duration::from_millis(u64::from(round * 7919 % 97)));
            cloud.start(&[]);
        }
        std::fs::write(&stop, "").unwrap();
        writer.join().unwrap()
    });
    let answered: Vec<String> = answered.as_array().unwrap().iter().map(text_of).collect();
    assert!(answered.len() > 25, "only {} writes were answered", answered.len());
    let account: Account<'_> = cloud.account(PROVIDER);
    let pages = account.pages("ec2", "describe_launch_templates", json!({}));
    let kept: std::collections::BTreeSet<String> = pages
        .iter()
        .flat_map(|page| page["LaunchTemplates"].as_array().unwrap())
        .map(|one| text_of(&one["LaunchTemplateId"]))
        .collect();
    let lost: Vec<&String> = answered.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "{} of {} answered writes are lost: {lost:?}", lost.len(), answered.len());
    println!("{} writes were answered and kept", answered.len());
}
