//! What quotas are, how they are raised, and that they are enforced as they are told.

use serde_json::{Value, json};

use super::known::{self, SERVICES};
use crate::ec2::testing::Cloud;
use crate::elbv2::tests::site::{Site, text};

fn ok(cloud: &Cloud, operation: &str, input: Value) -> Value {
    cloud.call_in("service-quotas", operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn refusal(cloud: &Cloud, operation: &str, input: Value) -> String {
    match cloud.call_in("service-quotas", operation, input) {
        Ok(answer) => panic!("{operation} succeeded: {answer}"),
        Err(error) => error.code,
    }
}

fn quota(service: &str, code: &str) -> Value {
    json!({"ServiceCode": service, "QuotaCode": code})
}

/// Asks for more; what became of it.
fn raise(cloud: &Cloud, service: &str, code: &str, to: f64) -> Value {
    let mut wish = quota(service, code);
    wish["DesiredValue"] = json!(to);
    ok(cloud, "RequestServiceQuotaIncrease", wish)["RequestedQuota"].clone()
}

fn value(cloud: &Cloud, service: &str, code: &str) -> f64 {
    ok(cloud, "GetServiceQuota", quota(service, code))["Quota"]["Value"].as_f64().expect("a number")
}

#[test]
fn every_quota_is_listed_once_with_its_default() {
    let cloud = Cloud::new();
    let services = ok(&cloud, "ListServices", json!({}))["Services"].clone();
    let code = |n: usize| services[n]["ServiceCode"].as_str();
    assert_eq!((code(0), code(3), code(6)), (Some("acm"), Some("elasticloadbalancing"), Some("vpc")));
    for service in SERVICES {
        let input = json!({"ServiceCode": service.code});
        let own = ok(&cloud, "ListServiceQuotas", input.clone())["Quotas"].clone();
        let defaults = ok(&cloud, "ListAWSDefaultServiceQuotas", input)["Quotas"].clone();
        let codes = |of: &Value| -> Vec<String> {
            of.as_array().into_iter().flatten().map(|quota| quota["QuotaCode"].to_string()).collect()
        };
        let mut once = codes(&own);
        once.sort();
        once.dedup();
        assert_eq!((codes(&own).len(), codes(&defaults)), (once.len(), codes(&own)));
        let all = known::of(service.code).expect("it is known").count();
        assert_eq!(all, once.len());
    }
    let one = json!({"ServiceCode": "vpc", "QuotaCode": "L-7E9ECCDB"});
    let found = ok(&cloud, "ListServiceQuotas", one)["Quotas"].clone();
    assert_eq!(found[0]["QuotaArn"], "arn:aws:servicequotas:us-east-1:111111111111:vpc/L-7E9ECCDB");
    assert_eq!((&found[0]["Value"], &found[0]["Adjustable"], found[1].is_null()), (&json!(50.0), &json!(true), true));
    let of_resources = json!({"ServiceCode": "vpc", "QuotaAppliedAtLevel": "RESOURCE"});
    assert_eq!(ok(&cloud, "ListServiceQuotas", of_resources)["Quotas"], json!([]));
    let page = ok(&cloud, "ListServiceQuotas", json!({"ServiceCode": "vpc", "MaxResults": 3}));
    assert_eq!(page["Quotas"].as_array().map(Vec::len), Some(3));
    let bad = json!({"ServiceCode": "vpc", "NextToken": "%"});
    assert_eq!(refusal(&cloud, "ListServiceQuotas", bad), "InvalidPaginationTokenException");
}

#[test]
fn what_is_asked_for_is_given_at_once_up_to_the_most_that_aws_gives() {
    let cloud = Cloud::new();
    let granted = raise(&cloud, "vpc", "L-7E9ECCDB", 125.0);
    assert_eq!(granted["Status"], "APPROVED");
    assert_eq!(value(&cloud, "vpc", "L-7E9ECCDB"), 125.0);
    let refused = raise(&cloud, "vpc", "L-7E9ECCDB", 126.0);
    assert_eq!(refused["Status"], "NOT_APPROVED");
    assert_eq!(value(&cloud, "vpc", "L-7E9ECCDB"), 125.0, "what is not approved changes nothing");
    let default = ok(&cloud, "GetAWSDefaultServiceQuota", quota("vpc", "L-7E9ECCDB"))["Quota"].clone();
    assert_eq!(
        (&default["Value"], default["QuotaArn"].as_str()),
        (&json!(50.0), Some("arn:aws:servicequotas:us-east-1::vpc/L-7E9ECCDB"))
    );
    for others in [cloud.account("222222222222"), cloud.region("eu-west-1")] {
        assert_eq!(value(&others, "vpc", "L-7E9ECCDB"), 50.0, "the quota is of an account in a Region");
        assert_eq!(
            refusal(&others, "GetRequestedServiceQuotaChange", json!({"RequestId": granted["Id"]})),
            "NoSuchResourceException"
        );
    }
    let shown = ok(&cloud, "GetRequestedServiceQuotaChange", json!({"RequestId": granted["Id"]}));
    assert_eq!(shown["RequestedQuota"], granted);
    let history = |input: Value| {
        let all = ok(&cloud, "ListRequestedServiceQuotaChangeHistory", input)["RequestedQuotas"].clone();
        all.as_array().map(Vec::len)
    };
    assert_eq!([history(json!({})), history(json!({"ServiceCode": "elasticloadbalancing"}))], [Some(2), Some(0)]);
    let mut approved = quota("vpc", "L-7E9ECCDB");
    approved["Status"] = json!("APPROVED");
    let by_quota = ok(&cloud, "ListRequestedServiceQuotaChangeHistoryByQuota", approved);
    assert_eq!(by_quota["RequestedQuotas"], json!([granted]));
}

#[test]
fn a_wish_that_makes_no_sense_is_refused() {
    let cloud = Cloud::new();
    let wish = |service: &str, code: &str, to: f64| {
        let mut wish = quota(service, code);
        wish["DesiredValue"] = json!(to);
        refusal(&cloud, "RequestServiceQuotaIncrease", wish)
    };
    assert_eq!(wish("vpc", "L-7E9ECCDB", 50.0), "IllegalArgumentException", "it has as many");
    assert_eq!(wish("vpc", "L-7E9ECCDB", 60.5), "IllegalArgumentException");
    assert_eq!(wish("elasticloadbalancing", "L-57A373D6", 60.0), "IllegalArgumentException", "it cannot be raised");
    assert_eq!(wish("vpc", "L-00000000", 60.0), "NoSuchResourceException");
    assert_eq!(wish("moon", "L-7E9ECCDB", 60.0), "NoSuchResourceException");
}

#[test]
fn groups_on_an_interface_are_raised_at_the_cost_of_their_rules() {
    let cloud = Cloud::new();
    assert_eq!(raise(&cloud, "vpc", "L-2AFB9258", 16.0)["Status"], "APPROVED");
    assert_eq!(raise(&cloud, "vpc", "L-0EA8095F", 63.0)["Status"], "NOT_APPROVED", "16 times 63 is too much");
    assert_eq!(raise(&cloud, "vpc", "L-0EA8095F", 62.0)["Status"], "APPROVED");
}

#[test]
fn a_vpc_has_fifty_interface_endpoints_and_more_when_they_were_asked_for() {
    let site = Site::new();
    let wish = || {
        json!({"VpcId": site.vpc, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.ec2",
                         "PrivateDnsEnabled": false})
    };
    for _ in 0..50 {
        site.cloud.ok("CreateVpcEndpoint", wish());
    }
    assert_eq!(site.cloud.refusal("CreateVpcEndpoint", wish()), "VpcEndpointLimitExceeded");
    raise(&site.cloud, "vpc", "L-29B6F2EB", 51.0);
    let last = text(&site.cloud.ok("CreateVpcEndpoint", wish()), "/VpcEndpoint/VpcEndpointId");
    assert_eq!(site.cloud.refusal("CreateVpcEndpoint", wish()), "VpcEndpointLimitExceeded");
    site.cloud.ok("DeleteVpcEndpoints", json!({"VpcEndpointIds": [last]}));
    site.cloud.ok("CreateVpcEndpoint", wish());
    let other = Site::within(site.cloud.clone());
    let elsewhere = json!({"VpcId": other.vpc, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.ec2",
                           "PrivateDnsEnabled": false});
    site.cloud.ok("CreateVpcEndpoint", elsewhere);
}

#[test]
fn a_region_has_twenty_gateway_endpoints() {
    let site = Site::new();
    let wish = || json!({"VpcId": site.vpc, "ServiceName": "com.amazonaws.us-east-1.s3"});
    for _ in 0..20 {
        site.cloud.ok("CreateVpcEndpoint", wish());
    }
    assert_eq!(site.cloud.refusal("CreateVpcEndpoint", wish()), "VpcEndpointLimitExceeded");
    assert_eq!(raise(&site.cloud, "vpc", "L-1B52E74A", 300.0)["Status"], "APPROVED");
    for _ in 20..255 {
        site.cloud.ok("CreateVpcEndpoint", wish());
    }
    assert_eq!(site.cloud.refusal("CreateVpcEndpoint", wish()), "VpcEndpointLimitExceeded", "a VPC never has more than 255");
}

#[test]
fn balancers_and_their_targets_have_quotas() {
    let site = Site::new();
    let balancer = site.balancer("balancer-0");
    let group = site.target_group("first", "ip");
    site.listener(&balancer, 80, &group);
    let register = |group: &str, zone: u16, from: u16| {
        let target = |n: u16| json!({"Id": format!("10.0.{zone}.{}", 4 + n % 250), "Port": 1 + n / 250});
        let targets: Vec<Value> = (from..from + 250).map(target).collect();
        site.call("RegisterTargets", json!({"TargetGroupArn": group, "Targets": targets})).map(drop).map_err(|error| error.code)
    };
    assert_eq!([register(&group, 1, 0), register(&group, 1, 250)], [Ok(()), Ok(())]);
    assert_eq!(register(&group, 1, 500), Err("TooManyTargets".into()), "of one zone");
    assert_eq!([register(&group, 2, 0), register(&group, 2, 250)], [Ok(()), Ok(())]);
    raise(&site.cloud, "elasticloadbalancing", "L-B211E961", 5000.0);
    assert_eq!(register(&group, 2, 500), Err("TooManyTargets".into()), "of one group");
    raise(&site.cloud, "elasticloadbalancing", "L-A0D0B863", 5000.0);
    (2..10).for_each(|n| assert_eq!(register(&group, 2, n * 250), Ok(())));
    assert_eq!(register(&group, 2, 2500), Err("TooManyTargets".into()), "of one balancer");
    let second = site.target_group("second", "ip");
    assert_eq!(register(&second, 1, 0), Ok(()), "nothing leads to it");
    let listener = crate::elbv2::tests::site::listener(&balancer, 81, &second);
    assert_eq!(site.refusal("CreateListener", listener), "TooManyTargets");

    let limits = site.ok("DescribeAccountLimits", json!({}))["Limits"].clone();
    assert!(limits.as_array().is_some_and(|all| all.contains(&json!({"Name": "network-load-balancers", "Max": "50"}))));
    for n in 1..50 {
        site.balancer(&format!("balancer-{n}"));
    }
    let wish = |name: &str| json!({"Name": name, "Type": "network", "Scheme": "internal", "Subnets": site.subnets});
    assert_eq!(site.refusal("CreateLoadBalancer", wish("one-more")), "TooManyLoadBalancers");
    site.ok("CreateLoadBalancer", wish("balancer-1"));
    raise(&site.cloud, "elasticloadbalancing", "L-69A177A2", 51.0);
    site.ok("CreateLoadBalancer", wish("one-more"));
}

#[test]
fn resolvers_zones_and_certificates_have_quotas_that_can_be_raised() {
    let site = Site::new();
    let cloud = &site.cloud;
    let group = site.group("resolver");
    let places = |count: usize| -> Vec<Value> { (0..count).map(|n| json!({"SubnetId": site.subnets[n % 2]})).collect() };
    let endpoint = |name: &str, count: usize| {
        let wish =
            json!({"CreatorRequestId": name, "Direction": "OUTBOUND", "SecurityGroupIds": [group], "IpAddresses": places(count)});
        cloud.call_in("route53resolver", "CreateResolverEndpoint", wish).map(drop).map_err(|error| error.code)
    };
    let limited = || Err("LimitExceededException".to_owned());
    ["a", "b", "c", "d"].iter().for_each(|name| assert_eq!(endpoint(name, 2), Ok(())));
    assert_eq!(endpoint("e", 2), limited());
    assert_eq!(raise(cloud, "route53resolver", "L-4A669CC0", 5.0)["Status"], "APPROVED");
    assert_eq!(endpoint("e", 7), limited(), "of addresses there are still six");
    raise(cloud, "route53resolver", "L-D2FE9758", 7.0);
    assert_eq!(endpoint("e", 7), Ok(()));

    let names: Vec<String> = (0..11).map(|n| format!("n{n}.example.com")).collect();
    let certificate = || {
        let wish = json!({"DomainName": names[0], "SubjectAlternativeNames": names[1..], "ValidationMethod": "DNS"});
        cloud.call_in("acm", "RequestCertificate", wish).map(drop).map_err(|error| error.code)
    };
    assert_eq!(certificate(), limited());
    raise(cloud, "acm", "L-FB94F0B0", 11.0);
    assert_eq!(certificate(), Ok(()));
    assert_eq!(raise(cloud, "acm", "L-FB94F0B0", 101.0)["Status"], "NOT_APPROVED");

    let zone = |n: usize| {
        let wish = json!({"Name": format!("z{n}.example.com"), "CallerReference": n.to_string()});
        cloud.call_in("route53", "CreateHostedZone", wish).map(drop).map_err(|error| error.code)
    };
    (0..500).for_each(|n| assert_eq!(zone(n), Ok(())));
    assert_eq!(zone(500), Err("TooManyHostedZones".to_owned()));
    let elsewhere = cloud.region("eu-west-1");
    let raised = raise(&elsewhere, "route53", "L-4EA4796A", 501.0);
    assert_eq!(
        (&raised["QuotaArn"], &raised["GlobalQuota"]),
        (&json!("arn:aws:servicequotas::111111111111:route53/L-4EA4796A"), &json!(true))
    );
    assert_eq!(zone(500), Ok(()), "what is of no Region is raised from any");
    for seen_from in [cloud, &elsewhere] {
        let one = ok(seen_from, "GetRequestedServiceQuotaChange", json!({"RequestId": raised["Id"]}));
        assert_eq!(one["RequestedQuota"], raised, "and told in any");
        let all = ok(seen_from, "ListRequestedServiceQuotaChangeHistoryByQuota", quota("route53", "L-4EA4796A"));
        assert_eq!(all["RequestedQuotas"], json!([raised]));
    }
    let stranger = cloud.account("222222222222");
    let asked = json!({"RequestId": raised["Id"]});
    assert_eq!(refusal(&stranger, "GetRequestedServiceQuotaChange", asked), "NoSuchResourceException");
    let told = cloud.call_in("route53", "GetAccountLimit", json!({"Type": "MAX_HOSTED_ZONES_BY_OWNER"})).expect("a limit");
    assert_eq!((&told["Limit"]["Value"], &told["Count"]), (&json!(501), &json!(501)));
}
