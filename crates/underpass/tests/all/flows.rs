//! What becomes of flows at a balancer: datagrams, clients' addresses, connections that were idle or lost their target.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use serde_json::json;

use crate::account::Account;
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::offer::{Access, DRIP, Offer};
use crate::site::{IMAGE, Peer, permission};

/// Answers each datagram at port 53 with the address that it came from, and is healthy at port 80.
const ECHO: &str = "#!/bin/sh\ncat > /echo.py <<'END'\n\
import socket\n\
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 53))\n\
while True:\n\
\x20   data, peer = s.recvfrom(2048); s.sendto(peer[0].encode(), peer)\n\
END\npython3 /echo.py &\nexec python3 -m http.server 80\n";

/// Sends a datagram to port 53 of a host and prints the answer.
const ASK: &str = "import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); \
s.sendto(b'x', (sys.argv[1], 53)); print(s.recv(100).decode(), end='')";

/// Fetches the head of a long answer, is idle for so many seconds, and says what becomes of a second request.
pub const IDLE: &str = "import socket, sys, time\n\
s = socket.create_connection((sys.argv[1], 80), 2)\n\
s.sendall(b'GET /0 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'[:-2]); time.sleep(float(sys.argv[2]))\n\
try:\n\
\x20   s.sendall(b'\\r\\n'); s.settimeout(3); print('answered' if s.recv(10) else 'closed', end='')\n\
except ConnectionResetError: print('reset', end='')\n\
except TimeoutError: print('silent', end='')\n";

fn told(account: &Account<'_>, subnet: &str, group: &str, program: &[&str]) -> String {
    account.exec(&["--subnet", subnet, "--security-group", group], &[&["python3", "-c"], program].concat()).out
}

#[test]
fn datagrams_reach_targets_straight_with_their_clients_address_and_through_privatelink_with_the_nodes() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, ECHO, false);
    let all = permission("-1", None, Peer::Cidr("10.0.0.0/8"));
    let group = provider.describe_instance(&offer.instance)["SecurityGroups"][0]["GroupId"].clone();
    provider.ec2("authorize_security_group_ingress", json!({ "GroupId": group, "IpPermissions": all }));
    let wish = json!({ "Name": "dns", "Protocol": "UDP", "Port": 53, "VpcId": offer.net.vpc, "HealthCheckPort": "80",
                       "HealthCheckIntervalSeconds": 5 });
    let targets = provider.elb("create_target_group", wish)["TargetGroups"][0]["TargetGroupArn"].clone();
    let targets = targets.as_str().unwrap();
    let action = json!([{ "Type": "forward", "TargetGroupArn": targets }]);
    let wish = json!({ "LoadBalancerArn": offer.balancer, "Protocol": "UDP", "Port": 53, "DefaultActions": action });
    provider.elb("create_listener", wish);
    provider.register(targets, &offer.instance);
    provider.until_health(targets, &offer.instance, "healthy");

    let access = Access::to(&offer, &provider, &consumer);
    consumer.allow(&access.group, "udp", Some(53), Peer::Cidr("10.0.0.0/16"));
    consumer.until_endpoint(&access.endpoint, "available");
    let described = || {
        let filters =
            json!([{ "Name": "description", "Values": ["ELB net/*"] }, { "Name": "vpc-id", "Values": [offer.net.vpc] }]);
        provider.ec2("describe_network_interfaces", json!({ "Filters": filters }))["NetworkInterfaces"][0].clone()
    };
    let node = described()["PrivateIpAddress"].as_str().unwrap().to_owned();
    let seen = || told(&consumer, &access.net.subnet, &access.group, &[ASK, &access.name]);
    eventually("the target sees the node", || (seen() == node).then_some(()));
    let client = provider.group(&offer.net.vpc, "client");
    let own = provider.exec(
        &["--subnet", &offer.net.subnet, "--security-group", &client],
        &["sh", "-c", &format!("hostname -I | tr -d ' \\n'; echo; exec python3 -c \"{ASK}\" {node}")],
    );
    let lines: Vec<&str> = own.out.lines().collect();
    assert_eq!((lines.len(), lines.first()), (2, lines.last()), "the target sees the client: {own:?}");

    let more = json!([{ "Key": "secondary_ips.auto_assigned.per_subnet", "Value": "2" }]);
    provider.elb("modify_load_balancer_attributes", json!({ "LoadBalancerArn": offer.balancer, "Attributes": more }));
    let addresses = described()["PrivateIpAddresses"].as_array().unwrap().clone();
    let addresses: BTreeSet<String> = addresses.iter().map(|at| at["PrivateIpAddress"].as_str().unwrap().to_owned()).collect();
    assert_eq!(addresses.len(), 3);
    let mut met = BTreeSet::new();
    eventually("the target sees the node at each of its addresses", || {
        met.extend(Some(seen()).filter(|address| !address.is_empty()));
        (met == addresses).then_some(())
    });

    let explain = |to: &str, verdict: &str| {
        let source = format!("{}+{}", access.net.subnet, access.group);
        consumer.explain(&[&source, to, "--protocol", "udp", "--expect", verdict])
    };
    let (open, closed) = (format!("{}:53", access.endpoint), format!("{}:54", access.endpoint));
    assert_eq!(explain(&open, "allow").status, 0, "{:?}", explain(&open, "allow"));
    assert_eq!(explain(&closed, "deny").status, 0, "{:?}", explain(&closed, "deny"));
}

#[test]
fn a_connection_that_was_idle_for_too_long_is_reset_by_its_next_packet() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let after = |seconds: &str| told(&consumer, &access.net.subnet, &access.group, &[IDLE, &access.name, seconds]);
    eventually("a short pause is none", || (after("0.1") == "answered").then_some(()));
    assert_eq!(after("6"), "reset", "350 seconds are four");
    let client = provider.group(&offer.net.vpc, "client");
    provider.allow(&provider_group(&provider, &offer), "tcp", Some(80), Peer::Group(&client));
    let name = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = name["LoadBalancers"][0]["DNSName"].as_str().unwrap().to_owned();
    let straight = |seconds: &str| told(&provider, &offer.net.subnet, &client, &[IDLE, &name, seconds]);
    eventually("a short pause is none", || (straight("0.1") == "answered").then_some(()));
    assert_eq!(straight("6"), "reset");
}

fn provider_group(provider: &Account<'_>, offer: &Offer) -> String {
    provider.describe_instance(&offer.instance)["SecurityGroups"][0]["GroupId"].as_str().unwrap().to_owned()
}

#[test]
fn a_target_that_left_loses_its_connections_after_the_delay_when_the_group_says_so() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let attribute = |key: &str, value: &str| {
        let attributes = json!([{ "Key": key, "Value": value }]);
        provider.elb("modify_target_group_attributes", json!({ "TargetGroupArn": offer.targets, "Attributes": attributes }));
    };
    attribute("deregistration_delay.connection_termination.enabled", "true");
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let (mut download, arrivals) = access.download(&consumer, 1000);
    provider.elb("deregister_targets", json!({ "TargetGroupArn": offer.targets, "Targets": [{ "Id": offer.instance }] }));
    provider.until_health(&offer.targets, &offer.instance, "draining");
    arrivals.go_on();
    eventually("the connection is reset", || download.0.try_wait().unwrap().map(|status| assert_eq!(status.code(), Some(56))));
}

#[test]
fn a_listener_says_for_how_long_its_connections_may_be_idle() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let listeners = provider.elb("describe_listeners", json!({ "LoadBalancerArn": offer.balancer }));
    let listener = listeners["Listeners"][0]["ListenerArn"].clone();
    let idle = |seconds: &str| {
        let attributes = json!([{ "Key": "tcp.idle_timeout.seconds", "Value": seconds }]);
        json!({ "ListenerArn": listener, "Attributes": attributes })
    };
    let client = provider.group(&offer.net.vpc, "client");
    provider.allow(&provider_group(&provider, &offer), "tcp", Some(80), Peer::Group(&client));
    let name = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = name["LoadBalancers"][0]["DNSName"].as_str().unwrap().to_owned();
    let straight = |seconds: &str| told(&provider, &offer.net.subnet, &client, &[IDLE, &name, seconds]);
    let through = |seconds: &str| told(&consumer, &access.net.subnet, &access.group, &[IDLE, &access.name, seconds]);
    provider.elb("modify_listener_attributes", idle("6000"));
    eventually("350 seconds are no limit any more", || (straight("6") == "answered").then_some(()));
    provider.elb("modify_listener_attributes", idle("60"));
    eventually("60 seconds are one", || (straight("2.5") == "reset").then_some(()));
    eventually("through PrivateLink too", || (through("2.5") == "reset").then_some(()));
    assert_eq!(straight("0.1"), "answered");
    assert_eq!(provider.refused("elbv2", "modify_listener_attributes", idle("59")).code, "ValidationError");
    provider.elb("modify_listener_attributes", idle("350"));
    eventually("350 seconds are four", || (straight("2.5") == "answered").then_some(()));
}

/// Serves HTTP at ports 80 and 81, and HTTPS at port 82 with a certificate that nobody trusts.
const HEALTHY: &str = "#!/bin/sh\nmkdir /srv; cd /srv\n\
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=me -keyout key -out certificate\n\
cat > https.py <<'END'\n\
import http.server, ssl\n\
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain('certificate', 'key')\n\
server = http.server.ThreadingHTTPServer(('', 82), http.server.SimpleHTTPRequestHandler)\n\
server.socket = context.wrap_socket(server.socket, server_side=True); server.serve_forever()\n\
END\npython3 https.py &\npython3 -m http.server 81 &\nexec python3 -m http.server 80\n";

#[test]
fn an_unhealthy_target_drains_for_as_long_as_its_group_says_and_then_loses_its_connections() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let (mut download, arrivals) = access.download(&consumer, 10000);
    let group = provider_group(&provider, &offer);
    provider.allow(&group, "tcp", Some(81), Peer::Cidr("10.0.0.0/8"));
    provider.allow(&group, "tcp", Some(82), Peer::Cidr("10.0.0.0/8"));
    let well = provider.instance(&offer.net.subnet, &[&group], HEALTHY);
    provider.register(&offer.targets, &well);
    provider.until_health(&offer.targets, &well, "healthy");

    let attribute = |key: &str, value: &str| {
        let key = format!("target_health_state.unhealthy.{key}");
        json!({ "TargetGroupArn": offer.targets, "Attributes": [{ "Key": key, "Value": value }] })
    };
    let interval = attribute("draining_interval_seconds", "1000");
    let refused = provider.refused("elbv2", "modify_target_group_attributes", interval.clone());
    assert_eq!(refused.code, "InvalidConfigurationRequest", "connections end at once");
    provider.elb("modify_target_group_attributes", attribute("connection_termination.enabled", "false"));
    provider.elb("modify_target_group_attributes", interval);
    provider.elb("modify_target_group", json!({ "TargetGroupArn": offer.targets, "HealthCheckPort": "81" }));
    provider.until_health(&offer.targets, &offer.instance, "unhealthy.draining");
    arrivals.go_on();
    provider.until_health(&offer.targets, &offer.instance, "unhealthy");
    eventually("the connection is reset", || download.0.try_wait().unwrap().map(|status| assert_eq!(status.code(), Some(56))));

    let checked = |port: &str| {
        let wish = json!({ "TargetGroupArn": offer.targets, "HealthCheckProtocol": "HTTPS", "HealthCheckPort": port });
        provider.elb("modify_target_group", wish);
    };
    checked("81");
    provider.until_health(&offer.targets, &well, "unhealthy.draining");
    checked("82");
    provider.until_health(&offer.targets, &well, "healthy");
}

/// Answers each datagram at port 53 with a word, and is healthy at port 80.
fn says(word: &str) -> String {
    ECHO.replace("peer[0].encode()", &format!("b'{word}'"))
}

/// Sends datagrams from one port all the time, and prints each answer that is not the one before.
const LISTEN: &str = "import socket, sys, time\n\
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.2); seen = None\n\
while True:\n\
\x20   s.sendto(b'x', (sys.argv[1], 53)); time.sleep(0.02)\n\
\x20   try: word = s.recv(100).decode()\n\
\x20   except OSError: continue\n\
\x20   if word != seen: print(word, flush=True)\n\
\x20   seen = word\n";

#[test]
fn datagrams_of_one_flow_go_to_another_target_once_theirs_has_left() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let account = cloud.account(PROVIDER);
    let net = account.net();
    let group = account.group(&net.vpc, "all");
    account.allow(&group, "-1", None, Peer::Cidr("10.0.0.0/8"));
    let targets = ["one", "two"].map(|word| (word, account.instance(&net.subnet, &[&group], &says(word))));
    let balancer = account.balancer("dns", &[&net.subnet]);
    let wish = json!({ "Name": "dns", "Protocol": "UDP", "Port": 53, "VpcId": net.vpc, "HealthCheckPort": "80",
                       "HealthCheckIntervalSeconds": 5 });
    let served = account.elb("create_target_group", wish)["TargetGroups"][0]["TargetGroupArn"].as_str().unwrap().to_owned();
    let action = json!([{ "Type": "forward", "TargetGroupArn": served }]);
    account
        .elb("create_listener", json!({ "LoadBalancerArn": balancer, "Protocol": "UDP", "Port": 53, "DefaultActions": action }));
    for (_, target) in &targets {
        account.register(&served, target);
    }
    for (_, target) in &targets {
        account.until_health(&served, target, "healthy");
    }
    let attributes = account.elb("describe_target_group_attributes", json!({ "TargetGroupArn": served }))["Attributes"].clone();
    let ends = json!({ "Key": "deregistration_delay.connection_termination.enabled", "Value": "true" });
    assert!(attributes.as_array().unwrap().contains(&ends), "{attributes}");
    let name = account.elb("describe_load_balancers", json!({ "LoadBalancerArns": [balancer] }));
    let name = name["LoadBalancers"][0]["DNSName"].as_str().unwrap().to_owned();
    let place = ["--subnet", &net.subnet, "--security-group", &group];
    let mut program = account.spawn(&place, &["python3", "-c", LISTEN, &name]);
    let mut heard = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let first = heard.next().unwrap().unwrap();
    let (leaving, staying) = if first == "one" { (&targets[0], &targets[1]) } else { (&targets[1], &targets[0]) };
    account.elb("deregister_targets", json!({ "TargetGroupArn": served, "Targets": [{ "Id": leaving.1 }] }));
    assert_eq!(heard.next().unwrap().unwrap(), staying.0, "the flow goes on elsewhere");
}

#[test]
fn who_gets_the_address_of_another_has_no_part_in_its_flows() {
    let cloud = Cloud::up();
    let account = cloud.account(PROVIDER);
    let net = account.net();
    let (open, closed) = (account.group(&net.vpc, "open"), account.group(&net.vpc, "closed"));
    account.allow(&open, "-1", None, Peer::Cidr("10.0.0.0/8"));
    let former = account.instance(&net.subnet, &[&open], &says("former"));
    let client = account.instance(&net.subnet, &[&closed], "#!/bin/sh\n");
    let address = account.private_ip(&former);
    let from_one_port = ASK.replace("s.settimeout", "s.bind(('', 5000)); s.settimeout");
    let asked =
        |instance: &str, address: &str| account.exec(&["--instance", instance], &["python3", "-c", &from_one_port, address]).out;
    eventually("the flow is let in", || (asked(&client, &address) == "former").then_some(()));

    account.ec2("terminate_instances", json!({ "InstanceIds": [former] }));
    account.wait("ec2", "instance_terminated", json!({ "InstanceIds": [former] }));
    let wish = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": net.subnet,
                       "PrivateIpAddress": address, "SecurityGroupIds": [closed], "UserData": says("next") });
    let next = account.ec2("run_instances", wish)["Instances"][0]["InstanceId"].as_str().unwrap().to_owned();
    account.wait("ec2", "instance_running", json!({ "InstanceIds": [next] }));
    eventually("the next one serves", || (asked(&next, "127.0.0.1") == "next").then_some(()));
    assert_eq!(asked(&client, &address), "", "its group lets nobody in");
}
