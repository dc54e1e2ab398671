//! Every protocol through boto3: what we do not have says so in its own words, and what is shared works the same everywhere.

use serde_json::{Value, json};

use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud};
use crate::site::IMAGE;

#[test]
fn an_operation_that_we_do_not_have_is_refused_by_name_in_every_protocol() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    for (service, call, with, operation) in [
        ("ec2", "describe_fleets", json!({}), "DescribeFleets"),
        ("elbv2", "describe_trust_stores", json!({}), "DescribeTrustStores"),
        ("cloudformation", "list_stacks", json!({}), "ListStacks"),
        ("autoscaling", "put_warm_pool", json!({ "AutoScalingGroupName": "x" }), "PutWarmPool"),
        ("ssm", "get_parameter", json!({ "Name": "x" }), "GetParameter"),
        ("logs", "describe_log_groups", json!({}), "DescribeLogGroups"),
        ("ecs", "list_clusters", json!({}), "ListClusters"),
        ("apprunner", "list_services", json!({}), "ListServices"),
        ("lambda", "list_functions", json!({}), "ListFunctions"),
        ("apigateway", "get_rest_apis", json!({}), "GetRestApis"),
        ("apigatewayv2", "get_apis", json!({}), "GetApis"),
        ("s3", "get_bucket_analytics_configuration", json!({ "Bucket": "x", "Id": "y" }), "GetBucketAnalyticsConfiguration"),
        ("route53", "get_health_check", json!({ "HealthCheckId": "x" }), "GetHealthCheck"),
        ("cloudfront", "list_distributions", json!({}), "ListDistributions"),
        ("cloudwatch", "list_metrics", json!({}), "ListMetrics"),
    ] {
        let refusal = account.refused(service, call, with);
        let told = refusal.message.contains(operation) || service == "cloudwatch" && refusal.message.contains(service);
        assert!(told && (400..=501).contains(&refusal.status) && !refusal.code.is_empty(), "{service} {operation}: {refusal:?}");
    }
}

#[test]
fn a_dry_run_says_that_it_would_have_worked_and_does_nothing() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let count = || account.ec2("describe_vpcs", json!({}))["Vpcs"].as_array().unwrap().len();
    let before = count();
    let refusal = account.refused("ec2", "create_vpc", json!({ "CidrBlock": "10.0.0.0/16", "DryRun": true }));
    assert_eq!((refusal.code.as_str(), refusal.status), ("DryRunOperation", 412), "{refusal:?}");
    let refusal = account.refused("ec2", "create_vpc", json!({ "CidrBlock": "10.0.0.0/8", "DryRun": true }));
    assert_eq!(refusal.code, "InvalidVpc.Range");
    assert_eq!(count(), before);
}

#[test]
fn a_client_token_makes_once_what_is_asked_twice() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let mut wish = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": net.subnet, "ClientToken": "once" });
    let first = text_of(&account.ec2("run_instances", wish.clone())["Instances"][0]["InstanceId"]);
    assert_eq!(text_of(&account.ec2("run_instances", wish.clone())["Instances"][0]["InstanceId"]), first);
    wish["MaxCount"] = json!(2);
    assert_eq!(account.refused("ec2", "run_instances", wish).code, "IdempotentParameterMismatch");
    let all = account.ec2("describe_instances", json!({}))["Reservations"].as_array().unwrap().len();
    assert_eq!(all, 1);
}

#[test]
fn tags_and_filters_find_things_by_patterns() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let tagged = |name: &str| {
        let tags =
            json!([{ "ResourceType": "vpc", "Tags": [{ "Key": "Name", "Value": name }, { "Key": "team", "Value": "net" }] }]);
        text_of(&account.ec2("create_vpc", json!({ "CidrBlock": "10.0.0.0/16", "TagSpecifications": tags }))["Vpc"]["VpcId"])
    };
    let (blue, green) = (tagged("app-blue"), tagged("app-green"));
    let found = |filters: Value| {
        let vpcs = account.ec2("describe_vpcs", json!({ "Filters": filters }))["Vpcs"].clone();
        let mut ids: Vec<String> = vpcs.as_array().unwrap().iter().map(|vpc| text_of(&vpc["VpcId"])).collect();
        ids.sort();
        ids
    };
    let mut both = vec![blue.clone(), green.clone()];
    both.sort();
    assert_eq!(found(json!([{ "Name": "tag:Name", "Values": ["app-*"] }])), both);
    assert_eq!(found(json!([{ "Name": "tag:Name", "Values": ["app-gree?"] }])), [green.as_str()]);
    assert_eq!(found(json!([{ "Name": "tag:Name", "Values": ["APP-*"] }])), Vec::<String>::new(), "values are case-sensitive");
    assert_eq!(
        found(json!([{ "Name": "tag-key", "Values": ["team"] }, { "Name": "vpc-id", "Values": [blue] }])),
        [blue.as_str()]
    );
    account.ec2("delete_tags", json!({ "Resources": [blue], "Tags": [{ "Key": "team" }] }));
    assert_eq!(found(json!([{ "Name": "tag:team", "Values": ["net"] }])), [green.as_str()]);
    account.ec2("create_tags", json!({ "Resources": [blue], "Tags": [{ "Key": "Name", "Value": "renamed" }] }));
    let tags = account.ec2("describe_tags", json!({ "Filters": [{ "Name": "resource-id", "Values": [blue] }] }))["Tags"].clone();
    assert_eq!(tags, json!([{ "Key": "Name", "Value": "renamed", "ResourceId": blue, "ResourceType": "vpc" }]));
    let refusal = account.refused("ec2", "describe_vpcs", json!({ "Filters": [{ "Name": "no-such-filter", "Values": ["x"] }] }));
    assert_eq!(refusal.code, "InvalidParameterValue", "{refusal:?}");
}

/// Pages through every list that botocore can page and that we have, and compares with the list unpaged.
const PAGED: &str = "
import botocore.exceptions, json
answer = {'compared': [], 'wrong': []}
for service, prefix, least in (('ec2', ('describe_', 'get_'), 5), ('elbv2', ('describe_',), 1)):
    api = client(service)
    for name in [n for n in api.meta.method_to_api_mapping if n.startswith(prefix) and api.can_paginate(n)]:
        operation = api.meta.method_to_api_mapping[name]
        page = api.get_paginator(name)
        keys = [key.expression for key in page.result_keys]
        limit = page._limit_key
        with_ = given['with'].get(name, {})
        try:
            whole = getattr(api, name)(**with_)
        except botocore.exceptions.ParamValidationError:
            continue
        except botocore.exceptions.ClientError as refusal:
            if operation in refusal.response['Error']['Message']:
                continue
            answer['wrong'].append([name, str(refusal)])
            continue
        try:
            paged = page.paginate(**with_, PaginationConfig={'PageSize': least} if limit else {}).build_full_result()
        except Exception as refusal:
            answer['wrong'].append([name, str(refusal)])
            continue
        plain = lambda all, key: json.dumps(sorted(json.dumps(one, default=str, sort_keys=True) for one in (all.get(key) or [])))
        for key in keys:
            if plain(whole, key) != plain(paged, key):
                answer['wrong'].append([name, key, len(whole.get(key) or []), len(paged.get(key) or [])])
        answer['compared'].append([name, max(len(whole.get(key) or []) for key in keys)])
";

#[test]
fn every_list_that_can_be_paged_is_the_same_page_by_page() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let vpc = account.vpc("10.0.0.0/16");
    for n in 0..7 {
        account.subnet(&vpc, &format!("10.0.{n}.0/24"), "us-east-1a");
        account.group(&vpc, &format!("group-{n}"));
        account.ec2("create_route_table", json!({ "VpcId": vpc }));
        account.ec2("create_network_acl", json!({ "VpcId": vpc }));
        account.ec2("create_internet_gateway", json!({}));
        account.ec2("create_vpc", json!({ "CidrBlock": "10.0.0.0/16" }));
        account.target_group(&format!("group-{n}"), &vpc, 80, &json!({}));
        let data = json!({ "InstanceType": "t3.micro" });
        account
            .ec2("create_launch_template", json!({ "LaunchTemplateName": format!("template-{n}"), "LaunchTemplateData": data }));
    }
    let entries: Vec<Value> = (0..120).map(|n| json!({ "Cidr": format!("10.{n}.0.0/16") })).collect();
    let wish = json!({ "PrefixListName": "many", "MaxEntries": 200, "AddressFamily": "IPv4", "Entries": &entries[..100] });
    let list = text_of(&account.ec2("create_managed_prefix_list", wish)["PrefixList"]["PrefixListId"]);
    let subnet = account.subnet(&vpc, "10.0.100.0/24", "us-east-1a");
    let balancer = account.balancer("web", &[&subnet]);
    let group = account.target_group("web", &vpc, 80, &json!({}));
    let listeners: Vec<String> = (1..8).map(|port| account.listener(&balancer, port, &group)).collect();
    let with = json!({
        "describe_addresses_attribute": { "Attribute": "domain-name" },
        "describe_listeners": { "LoadBalancerArn": balancer },
        "describe_rules": { "ListenerArn": listeners[0] },
        "describe_launch_template_versions": { "LaunchTemplateName": "template-1" },
        "get_managed_prefix_list_entries": { "PrefixListId": list },
    });
    let answer = account.script(PAGED, json!({ "with": with }));
    assert_eq!(answer["wrong"], json!([]), "{}", answer["compared"]);
    let compared = answer["compared"].as_array().unwrap();
    let long = compared.iter().filter(|one| one[1].as_u64() > Some(5)).count();
    assert!(compared.len() >= 20 && long >= 9, "{compared:?}");
}
