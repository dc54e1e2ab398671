//! PrivateLink: one service, reached from another account's network with the same addresses, and by nobody else.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::account::{Account, text_of};
use crate::boto::tool;
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::offer::{Access, DRIP, Offer};
use crate::site::{Peer, web};

/// What `curl` exits with.
const NO_SUCH_NAME: i32 = 6;
const BODY: &str = "Hello from the provider";

/// The endpoint has no name yet or any more, and its address is silent.
fn assert_closed(consumer: &Account<'_>, access: &Access) {
    let Access { net, group, endpoint, .. } = access;
    eventually("the name is gone", || (consumer.curl(&net.subnet, group, &access.url()).status == NO_SUCH_NAME).then_some(()));
    consumer.assert_silent(&net.subnet, group, &format!("http://{}/", consumer.endpoint_address(endpoint)));
}

#[test]
fn an_accepted_endpoint_reaches_the_service_by_name_and_nothing_comes_back() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), true);
    let access = Access::to(&offer, &provider, &consumer);
    assert_eq!(consumer.endpoint_state(&access.endpoint), "pendingAcceptance");
    assert_closed(&consumer, &access);
    provider.accept(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "available");
    assert_eq!(access.fetched(&consumer), BODY, "available means that traffic passes");
    nothing_comes_back(&provider, &consumer, &offer, &access);
}

/// The provider's instance opens no connection to the consumer's endpoint, nor to anything beside it.
fn nothing_comes_back(provider: &Account<'_>, consumer: &Account<'_>, offer: &Offer, access: &Access) {
    let everything = consumer.group(&access.net.vpc, "everything");
    consumer.allow(&everything, "-1", None, Peer::Cidr("0.0.0.0/0"));
    let server = consumer.instance(&access.net.subnet, &[&everything], &web("the consumer"));
    let address = consumer.private_ip(&server);
    consumer.until_fetched(&access.net.subnet, &everything, &format!("http://{address}/"), "the consumer");
    let own = provider.private_ip(&offer.instance);
    for target in [address, consumer.endpoint_address(&access.endpoint)].iter().filter(|target| **target != own) {
        let url = format!("http://{target}/");
        let ran = provider.exec(&["--instance", &offer.instance], &["curl", "-sS", "--connect-timeout", "1", &url]);
        assert_ne!(ran.status, 0, "{target} was reached from the provider: {ran:?}");
    }
}

#[test]
fn the_example_runs_as_it_is_written() {
    let cloud = Cloud::up();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/privatelink/run.sh");
    let tools = tool("aws").parent().unwrap().display().to_string();
    let said = cloud.shell(PROVIDER, &format!("PATH={tools}:$PATH UNDERPASS=\"$0\" bash {script}"));
    assert!(said.contains("All of it works"), "{said}");
}

#[test]
fn a_principal_that_is_not_permitted_learns_nothing_of_the_service() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), false);
    let net = consumer.net();
    let create =
        json!({ "VpcId": net.vpc, "VpcEndpointType": "Interface", "ServiceName": offer.name, "SubnetIds": [net.subnet] });
    let hidden = consumer.refused("ec2", "create_vpc_endpoint", create.clone());
    assert_eq!(hidden.code, "InvalidServiceName");
    let mut unknown = create.clone();
    unknown["ServiceName"] = json!("com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000000");
    assert_eq!(consumer.refused("ec2", "create_vpc_endpoint", unknown).code, hidden.code, "existence is hidden");
    let describe = json!({ "ServiceNames": [offer.name] });
    assert_eq!(consumer.refused("ec2", "describe_vpc_endpoint_services", describe.clone()).code, "InvalidServiceName");
    provider.permit(&offer.service, CONSUMER);
    assert_eq!(consumer.ec2("describe_vpc_endpoint_services", describe)["ServiceNames"], json!([offer.name]));

    let (endpoint, _) = consumer.endpoint(&net, &offer.name, &[]);
    consumer.until_endpoint(&endpoint, "available");
    let principal = format!("arn:aws:iam::{CONSUMER}:root");
    let remove = json!({ "ServiceId": offer.service, "RemoveAllowedPrincipals": [principal] });
    provider.ec2("modify_vpc_endpoint_service_permissions", remove);
    assert_eq!(consumer.endpoint_state(&endpoint), "available", "what exists stays");
    assert_eq!(consumer.refused("ec2", "create_vpc_endpoint", create).code, "InvalidServiceName");
}

#[test]
fn rejecting_a_connection_cuts_a_transfer_and_accepting_it_again_opens_it() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, true);
    let access = Access::to(&offer, &provider, &consumer);
    provider.accept(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "available");

    let (_download, arrivals) = access.download(&consumer, 1000);
    provider.reject(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "rejected");
    arrivals.stop();
    assert_closed(&consumer, &access);

    provider.accept(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "available");
    let (_download, arrivals) = access.download(&consumer, 1000);
    arrivals.go_on();
}

#[test]
fn without_acceptance_an_endpoint_is_available_within_two_seconds_in_any_vpc_of_any_account() {
    let cloud = Cloud::up();
    let provider = cloud.account(PROVIDER);
    let offer = Offer::of(&provider, &web(BODY), false);
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
    let offer = Offer::of(&provider, &web(BODY), false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");

    let delete = json!({ "ServiceIds": [offer.service] });
    let unsuccessful = provider.ec2("delete_vpc_endpoint_service_configurations", delete.clone())["Unsuccessful"].clone();
    assert_eq!(unsuccessful[0]["Error"]["Code"], json!("ExistingVpcEndpointConnections"), "{unsuccessful}");
    let balancer = json!({ "LoadBalancerArn": offer.balancer });
    assert_eq!(provider.refused("elbv2", "delete_load_balancer", balancer.clone()).code, "ResourceInUse");
    let (subnet, group) = (json!({ "SubnetId": access.net.subnet }), json!({ "GroupId": access.group }));
    assert_eq!(consumer.refused("ec2", "delete_subnet", subnet.clone()).code, "DependencyViolation");
    assert_eq!(consumer.refused("ec2", "delete_security_group", group.clone()).code, "DependencyViolation");

    provider.reject(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "rejected");
    assert_eq!(provider.ec2("delete_vpc_endpoint_service_configurations", delete)["Unsuccessful"], json!([]));
    provider.elb("delete_load_balancer", balancer);
    let deleted = consumer.ec2("delete_vpc_endpoints", json!({ "VpcEndpointIds": [access.endpoint] }));
    assert_eq!(deleted["Unsuccessful"], json!([]));
    eventually("the endpoint is gone with its interface", || {
        let ids = json!({ "Filters": [{ "Name": "vpc-id", "Values": [access.net.vpc] }] });
        (consumer.ec2("describe_network_interfaces", ids)["NetworkInterfaces"] == json!([])).then_some(())
    });
    consumer.ec2("delete_subnet", subnet);
    consumer.ec2("delete_security_group", group);
    consumer.ec2("delete_vpc", json!({ "VpcId": access.net.vpc }));
}

#[test]
fn what_is_deleted_through_the_api_is_gone_from_the_kernel() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    assert_eq!(access.fetched(&consumer), BODY);

    consumer.ec2("delete_vpc_endpoints", json!({ "VpcEndpointIds": [access.endpoint] }));
    let gone = || provider.ec2("delete_vpc_endpoint_service_configurations", json!({ "ServiceIds": [offer.service] }));
    eventually("the service is deleted", || (gone()["Unsuccessful"] == json!([])).then_some(()));
    provider.elb("delete_load_balancer", json!({ "LoadBalancerArn": offer.balancer }));
    provider.elb("delete_target_group", json!({ "TargetGroupArn": offer.targets }));
    provider.ec2("terminate_instances", json!({ "InstanceIds": [offer.instance] }));
    provider.wait("ec2", "instance_terminated", json!({ "InstanceIds": [offer.instance] }));
    for (account, net) in [(&provider, &offer.net), (&consumer, &access.net)] {
        let deleted = |operation: &str, with: serde_json::Value| {
            eventually(operation, || account.ask("ec2", operation, &with).ok());
        };
        deleted("delete_subnet", json!({ "SubnetId": net.subnet }));
        let own = json!({ "Filters": [{ "Name": "vpc-id", "Values": [net.vpc] }] });
        for group in account.ec2("describe_security_groups", own)["SecurityGroups"].as_array().unwrap() {
            if group["GroupName"] != json!("default") {
                deleted("delete_security_group", json!({ "GroupId": group["GroupId"] }));
            }
        }
        deleted("delete_vpc", json!({ "VpcId": net.vpc }));
    }
    eventually("every namespace is gone", || cloud.namespaces().is_empty().then_some(()));
}

#[test]
fn a_balancers_own_groups_filter_the_clients_of_an_endpoint() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let net = provider.net();
    let (own, web_group) = (provider.group(&net.vpc, "balancer"), provider.group(&net.vpc, "web"));
    provider.allow(&web_group, "tcp", Some(80), Peer::Group(&own));
    let instance = provider.instance(&net.subnet, &[&web_group], &web(BODY));
    let wish =
        json!({ "Name": "web", "Type": "network", "Scheme": "internal", "Subnets": [net.subnet], "SecurityGroups": [own] });
    let balancer = text_of(&provider.elb("create_load_balancer", wish)["LoadBalancers"][0]["LoadBalancerArn"]);
    provider.wait("elbv2", "load_balancer_available", json!({ "LoadBalancerArns": [balancer] }));
    let targets = provider.target_group("web", &net.vpc, 80, &json!({}));
    provider.listener(&balancer, 80, &targets);
    provider.register(&targets, &instance);
    provider.until_health(&targets, &instance, "healthy");
    let (service, name) = provider.service(&balancer, false);
    let offer = Offer { net, instance, balancer: balancer.clone(), targets, service, name };
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    consumer.assert_silent(&access.net.subnet, &access.group, &access.url());
    provider.allow(&own, "tcp", Some(80), Peer::Cidr("10.0.1.0/24"));
    consumer.until_fetched(&access.net.subnet, &access.group, &access.url(), BODY);
    provider.revoke(&own, "tcp", Some(80), Peer::Cidr("10.0.1.0/24"));
    let status = || consumer.curl(&access.net.subnet, &access.group, &access.url()).status;
    eventually("the balancer's group keeps it out", || (status() == 28).then_some(()));
    let off = json!({ "LoadBalancerArn": balancer, "SecurityGroups": [own], "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off" });
    provider.elb("set_security_groups", off);
    consumer.until_fetched(&access.net.subnet, &access.group, &access.url(), BODY);
}
