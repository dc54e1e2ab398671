//! PrivateLink: one service, reached from another account's network with the same addresses, and by nobody else.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::account::{Account, Program};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::site::{Net, Peer, web};

/// What `curl` exits with.
const NO_SUCH_NAME: i32 = 6;
const BODY: &str = "Hello from the provider";

/// A provider's instance that serves HTTP behind a balancer, and the endpoint service before it.
struct Offer {
    net: Net,
    instance: String,
    balancer: String,
    service: String,
    name: String,
}

fn offer(provider: &Account<'_>, script: &str, acceptance: bool) -> Offer {
    let net = provider.net();
    let group = provider.group(&net.vpc, "web");
    provider.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
    let instance = provider.instance(&net.subnet, &[&group], script);
    let balancer = provider.balancer("web", &[&net.subnet]);
    let targets = provider.target_group("web", &net.vpc, 80, &json!({}));
    provider.listener(&balancer, 80, &targets);
    provider.register(&targets, &instance);
    provider.until_health(&targets, &instance, "healthy");
    let (service, name) = provider.service(&balancer, acceptance);
    Offer { net, instance, balancer, service, name }
}

/// A consumer's network with the provider's addresses, and a group that lets HTTP in from all of it.
fn consumer_net(consumer: &Account<'_>) -> (Net, String) {
    let net = consumer.net();
    let group = consumer.group(&net.vpc, "endpoint");
    consumer.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    (net, group)
}

/// The endpoint has no name yet or any more, and its address is silent.
fn assert_closed(consumer: &Account<'_>, net: &Net, group: &str, (endpoint, name): (&str, &str)) {
    assert_eq!(consumer.curl(&net.subnet, group, &format!("http://{name}/")).status, NO_SUCH_NAME);
    consumer.assert_silent(&net.subnet, group, &format!("http://{}/", consumer.endpoint_address(endpoint)));
}

/// A download that lasts until it is cut, and the bytes that arrived.
fn endless_download(account: &Account<'_>, net: &Net, group: &str, url: &str) -> Program {
    let place = ["--subnet", &net.subnet, "--security-group", group];
    account.spawn(&place, &["curl", "-sS", "--no-buffer", "--max-time", "25", url])
}

#[test]
fn an_accepted_endpoint_reaches_the_service_by_name_and_nothing_comes_back() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = offer(&provider, &web(BODY), true);
    let (net, group) = consumer_net(&consumer);
    let create = json!({ "VpcId": net.vpc, "VpcEndpointType": "Interface", "ServiceName": offer.name, "SubnetIds": [net.subnet] });
    assert_eq!(consumer.refused("ec2", "create_vpc_endpoint", create).code, "InvalidServiceName");
    provider.permit(&offer.service, CONSUMER);
    let (endpoint, name) = consumer.endpoint(&net, &offer.name, &[&group]);
    assert_eq!(consumer.endpoint_state(&endpoint), "pendingAcceptance");
    assert_closed(&consumer, &net, &group, (&endpoint, &name));

    let url = format!("http://{name}/");
    provider.accept(&offer.service, &endpoint);
    consumer.until_endpoint(&endpoint, "available");
    assert_eq!(consumer.curl(&net.subnet, &group, &url).ok(), BODY, "available means that traffic passes");

    nothing_comes_back(&provider, &consumer, &offer, &net, &endpoint);
}

/// The provider's instance opens no connection to the consumer's endpoint, nor to anything beside it.
fn nothing_comes_back(provider: &Account<'_>, consumer: &Account<'_>, offer: &Offer, net: &Net, endpoint: &str) {
    let everything = consumer.group(&net.vpc, "everything");
    consumer.allow(&everything, "-1", None, Peer::Cidr("0.0.0.0/0"));
    let server = consumer.instance(&net.subnet, &[&everything], &web("the consumer's own"));
    let address = consumer.private_ip(&server);
    consumer.until_fetched(&net.subnet, &everything, &format!("http://{address}/"), "the consumer's own");
    let own = provider.private_ip(&offer.instance);
    for target in [address, consumer.endpoint_address(endpoint)].iter().filter(|target| **target != own) {
        let url = format!("http://{target}/");
        let ran = provider.exec(&["--instance", &offer.instance], &["curl", "-sS", "--connect-timeout", "1", &url]);
        assert_ne!(ran.status, 0, "{target} was reached from the provider: {ran:?}");
    }
}

#[test]
fn rejecting_a_connection_cuts_a_transfer_and_accepting_it_again_opens_it() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let endless = "#!/bin/sh\ncat > /srv.py <<'END'\n\
        import http.server, time\n\
        class Drip(http.server.BaseHTTPRequestHandler):\n\
        \x20   def do_GET(self):\n\
        \x20       self.send_response(200); self.end_headers()\n\
        \x20       while True:\n\
        \x20           self.wfile.write(b'drop\\n'); self.wfile.flush(); time.sleep(0.05)\n\
        http.server.ThreadingHTTPServer(('', 80), Drip).serve_forever()\nEND\nexec python3 /srv.py\n";
    let offer = offer(&provider, endless, true);
    provider.permit(&offer.service, CONSUMER);
    let (net, group) = consumer_net(&consumer);
    let (endpoint, name) = consumer.endpoint(&net, &offer.name, &[&group]);
    provider.accept(&offer.service, &endpoint);
    consumer.until_endpoint(&endpoint, "available");

    let url = format!("http://{name}/");
    let mut download = endless_download(&consumer, &net, &group, &url);
    let mut arrived = Arrivals::of(&mut download);
    arrived.go_on();
    provider.reject(&offer.service, &endpoint);
    consumer.until_endpoint(&endpoint, "rejected");
    arrived.stop();
    assert_closed(&consumer, &net, &group, (&endpoint, &name));

    provider.accept(&offer.service, &endpoint);
    consumer.until_endpoint(&endpoint, "available");
    let mut again = endless_download(&consumer, &net, &group, &url);
    Arrivals::of(&mut again).go_on();
}

/// Counts what a program prints, as it comes.
struct Arrivals(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Arrivals {
    fn of(program: &mut Program) -> Self {
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (counter, mut stream) = (count.clone(), program.0.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = std::io::Read::read(&mut stream, &mut buffer) {
                counter.fetch_add(read, std::sync::atomic::Ordering::Relaxed);
            }
        });
        Self(count)
    }

    fn so_far(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn go_on(&mut self) {
        let before = self.so_far();
        eventually("more arrives", || (self.so_far() > before + 20).then_some(()));
    }

    /// Nothing arrives for a second, when something would arrive twenty times.
    fn stop(&mut self) {
        let (mut before, mut since) = (self.so_far(), Instant::now());
        eventually("nothing more arrives", || {
            if self.so_far() != before {
                (before, since) = (self.so_far(), Instant::now());
            }
            (since.elapsed() > Duration::from_secs(1)).then_some(())
        });
    }
}

#[test]
fn without_acceptance_an_endpoint_is_available_within_two_seconds_in_any_vpc_of_any_account() {
    let cloud = Cloud::up();
    let provider = cloud.account(PROVIDER);
    let offer = offer(&provider, &web(BODY), false);
    let other = provider.net();
    let consumer = cloud.account(CONSUMER);
    provider.permit(&offer.service, CONSUMER);
    let theirs = consumer.net();
    for (account, net) in [(&provider, &offer.net), (&provider, &other), (&consumer, &theirs)] {
        let group = account.group(&net.vpc, "endpoint");
        account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
        let begun = Instant::now();
        let (endpoint, name) = account.endpoint(net, &offer.name, &[&group]);
        account.until_endpoint(&endpoint, "available");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert_eq!(account.curl(&net.subnet, &group, &format!("http://{name}/")).ok(), BODY);
    }
}

#[test]
fn what_a_connection_depends_on_cannot_be_deleted() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = offer(&provider, &web(BODY), false);
    provider.permit(&offer.service, CONSUMER);
    let (net, group) = consumer_net(&consumer);
    let (endpoint, _) = consumer.endpoint(&net, &offer.name, &[&group]);
    consumer.until_endpoint(&endpoint, "available");

    let delete = json!({ "ServiceIds": [offer.service] });
    let unsuccessful = provider.ec2("delete_vpc_endpoint_service_configurations", delete.clone())["Unsuccessful"].clone();
    assert_eq!(unsuccessful[0]["Error"]["Code"], json!("ExistingVpcEndpointConnections"), "{unsuccessful}");
    let balancer = json!({ "LoadBalancerArn": offer.balancer });
    assert_eq!(provider.refused("elbv2", "delete_load_balancer", balancer.clone()).code, "ResourceInUse");
    assert_eq!(consumer.refused("ec2", "delete_subnet", json!({ "SubnetId": net.subnet })).code, "DependencyViolation");
    assert_eq!(consumer.refused("ec2", "delete_security_group", json!({ "GroupId": group })).code, "DependencyViolation");

    provider.reject(&offer.service, &endpoint);
    consumer.until_endpoint(&endpoint, "rejected");
    assert_eq!(provider.ec2("delete_vpc_endpoint_service_configurations", delete)["Unsuccessful"], json!([]));
    provider.elb("delete_load_balancer", balancer);
    assert_eq!(consumer.ec2("delete_vpc_endpoints", json!({ "VpcEndpointIds": [endpoint] }))["Unsuccessful"], json!([]));
    eventually("the endpoint is gone with its interface", || {
        let ids = json!({ "Filters": [{ "Name": "vpc-id", "Values": [net.vpc] }] });
        (consumer.ec2("describe_network_interfaces", ids)["NetworkInterfaces"] == json!([])).then_some(())
    });
    consumer.ec2("delete_subnet", json!({ "SubnetId": net.subnet }));
    consumer.ec2("delete_security_group", json!({ "GroupId": group }));
    consumer.ec2("delete_vpc", json!({ "VpcId": net.vpc }));
}
