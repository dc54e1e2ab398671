//! S3 at endpoints: row A14, and a bucket's policy that knows by which endpoint a request came.

use serde_json::json;

use super::service::calls;
use super::{BODY, Client, Row, SILENT};
use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::doors::Place;

#[test]
fn a14_private_dns_of_s3_needs_a_gateway_endpoint_or_the_option_off() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let place = Place::new(&account);
    let s3 = "com.amazonaws.us-east-1.s3";
    let wish = json!({ "VpcEndpointType": "Interface", "VpcId": place.net.vpc, "SubnetIds": [place.net.subnet],
                       "ServiceName": s3, "PrivateDnsEnabled": true });
    let refused = account.refused("ec2", "create_vpc_endpoint", wish);
    assert_eq!(refused.code, "InvalidParameter");
    assert!(refused.message.contains("must have a Gateway endpoint"), "the cause and its fix: {refused:?}");

    let group = account.group(&place.net.vpc, "caller");
    let host = "s3.us-east-1.amazonaws.com";
    let row = Row::new(&account, Client::In(&place.net.subnet, &group), host, 443);
    let row = row.running(&calls(host).each_ref().map(String::as_str));
    row.fails(SILENT);
    row.explained("NO_ROUTE_TO_DESTINATION", "rtb-").mended();
    row.answers(BODY);
    let filters = json!({ "Filters": [{ "Name": "vpc-id", "Values": [place.net.vpc] }] });
    let gateway = text_of(&account.ec2("describe_vpc_endpoints", filters)["VpcEndpoints"][0]["VpcEndpointId"]);
    let made = place.endpoint("s3");
    assert_eq!(made["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"], true);
    let interface = text_of(&made["VpcEndpointId"]);

    account.call("s3", "create_bucket", json!({ "Bucket": "private-site" }));
    account.call("s3", "put_object", json!({ "Bucket": "private-site", "Key": "k", "Body": "by the endpoint" }));
    let only = |endpoint: &str| {
        let condition = json!({ "StringNotEquals": { "aws:SourceVpce": endpoint } });
        let statement = json!([{ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                                 "Resource": "arn:aws:s3:::private-site/*", "Condition": condition }]);
        let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        account.call("s3", "put_bucket_policy", json!({ "Bucket": "private-site", "Policy": policy }));
    };
    only(&gateway);
    let outside = account.refused("s3", "get_object", json!({ "Bucket": "private-site", "Key": "k" }));
    assert_eq!(outside.code, "AccessDenied");
    let own_name = || place.aws(&["s3", "cp", "s3://private-site/k", "-"]);
    eventually("the VPC's own traffic is the gateway's", || (own_name().out == "by the endpoint").then_some(()));

    only(&interface);
    let name = text_of(&made["DnsEntries"][0]["DnsName"]);
    let bucket = format!("https://bucket.{}", name.trim_start_matches("*."));
    let by_interface = || place.aws(&["--endpoint-url", &bucket, "s3", "cp", "s3://private-site/k", "-"]);
    eventually("the interface endpoint answers by its own names", || (by_interface().out == "by the endpoint").then_some(()));
    assert_ne!(own_name().status, 0, "and nobody comes by it who does not say so");

    let off = json!({ "VpcEndpointId": interface, "DnsOptions": { "PrivateDnsOnlyForInboundResolverEndpoint": false } });
    account.ec2("modify_vpc_endpoint", off);
    // The command line would ask for the name without a Region, which no endpoint takes over.
    let address =
        || place.curl(&["-o", "/dev/null", "-w", "%{remote_ip}", "https://private-site.s3.us-east-1.amazonaws.com/"]).out;
    eventually("with the option off S3's own name leads there", || address().starts_with("10.0.").then_some(()));
}
