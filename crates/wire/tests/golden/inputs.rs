//! Requests as clients send them, and the inputs they mean.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json as value;

use crate::{decoded, form, json, signed};

#[test]
fn ec2_lists_are_numbered_and_names_capitalised() {
    let request = form(
        "ec2",
        "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.1.Value.2=vpc-2&VpcId.1=vpc-9&MaxResults=5",
    );
    let expected = value!({
        "Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}], "VpcIds": ["vpc-9"], "MaxResults": 5,
    });
    assert_eq!(decoded(&request).unwrap(), expected);
}

#[test]
fn ec2_structures_nest_by_dots_and_scalars_are_typed() {
    let request = form(
        "ec2",
        "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16&DryRun=true&AmazonProvidedIpv6CidrBlock=false\
         &TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=a+b",
    );
    let expected = value!({
        "CidrBlock": "10.0.0.0/16", "DryRun": true, "AmazonProvidedIpv6CidrBlock": false,
        "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "a b"}]}],
    });
    assert_eq!(decoded(&request).unwrap(), expected);
}

#[test]
fn list_indexes_give_the_order_even_beyond_nine() {
    let ids: Vec<String> = (1..=12).rev().map(|n| format!("&VpcId.{n}=vpc-{n}")).collect();
    let request = form("ec2", &format!("Action=DescribeVpcs&Version=2016-11-15{}", ids.concat()));
    let expected: Vec<String> = (1..=12).map(|n| format!("vpc-{n}")).collect();
    assert_eq!(decoded(&request).unwrap(), value!({"VpcIds": expected}));
}

#[test]
fn a_query_may_come_in_the_url() {
    let request = signed(
        "sts",
        "GET",
        "/?Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111111111111:role/x&RoleSessionName=me&DurationSeconds=900",
        &[],
        b"",
    );
    let expected = value!({"RoleArn": "arn:aws:iam::111111111111:role/x", "RoleSessionName": "me", "DurationSeconds": 900});
    assert_eq!(decoded(&request).unwrap(), expected);
}

#[test]
fn query_lists_have_members_and_empty_lists_are_told() {
    let request = form(
        "elasticloadbalancing",
        "Action=CreateLoadBalancer&Version=2015-12-01&Name=n&Type=network&Subnets.member.1=subnet-1&SecurityGroups=&\
         Tags.member.1.Key=a&Tags.member.1.Value=b",
    );
    let expected = value!({
        "Name": "n", "Type": "network", "Subnets": ["subnet-1"], "SecurityGroups": [], "Tags": [{"Key": "a", "Value": "b"}],
    });
    assert_eq!(decoded(&request).unwrap(), expected);
}

#[test]
fn json_documents_keep_types_and_drop_nulls() {
    let request = json(
        "route53resolver",
        "Route53Resolver.CreateResolverEndpoint",
        r#"{"CreatorRequestId":"r","SecurityGroupIds":["sg-1"],"Direction":"INBOUND","Name":null,
            "IpAddresses":[{"SubnetId":"subnet-1"},{"SubnetId":"subnet-2"}]}"#,
    );
    let expected = value!({
        "CreatorRequestId": "r", "SecurityGroupIds": ["sg-1"], "Direction": "INBOUND",
        "IpAddresses": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
    });
    assert_eq!(decoded(&request).unwrap(), expected);
}

#[test]
fn json_timestamps_are_seconds_and_become_milliseconds() {
    let request = json("events", "AWSEvents.PutEvents", r#"{"Entries":[{"Time":1700000000.5},{"Time":"2023-11-14T22:13:20Z"}]}"#);
    let expected = value!({"Entries": [{"Time": 1_700_000_000_500_i64}, {"Time": 1_700_000_000_000_i64}]});
    assert_eq!(decoded(&request).unwrap(), expected);
    let body = r#"{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1700000000123,"message":"m"}]}"#;
    let events = decoded(&json("logs", "Logs_20140328.PutLogEvents", body)).unwrap();
    assert_eq!(events["logEvents"][0]["timestamp"], 1_700_000_000_123_i64);
}

#[test]
fn rest_json_joins_path_query_and_body() {
    let create = signed("apigateway", "POST", "/v2/apis", &[], br#"{"name":"a","protocolType":"HTTP"}"#);
    assert_eq!(decoded(&create).unwrap(), value!({"Name": "a", "ProtocolType": "HTTP"}));
    let list = signed("apigateway", "GET", "/v2/apis/abc/routes?maxResults=3", &[], b"");
    assert_eq!(decoded(&list).unwrap(), value!({"ApiId": "abc", "MaxResults": "3"}));
    let untag = signed("apigateway", "DELETE", "/v2/tags/arn%3Aaws%3Ax%2Fy?tagKeys=a&tagKeys=b", &[], b"");
    assert_eq!(decoded(&untag).unwrap(), value!({"ResourceArn": "arn:aws:x/y", "TagKeys": ["a", "b"]}));
}

#[test]
fn a_payload_member_is_the_whole_body() {
    let invoke =
        signed("lambda", "POST", "/2015-03-31/functions/f/invocations", &[("x-amz-invocation-type", "Event")], b"{\"a\":1}");
    let expected = value!({"FunctionName": "f", "InvocationType": "Event", "Payload": STANDARD.encode("{\"a\":1}")});
    assert_eq!(decoded(&invoke).unwrap(), expected);
}

#[test]
fn rest_xml_documents_follow_the_model() {
    let body = br#"<?xml version="1.0"?><CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
        <Name>example.com</Name><VPC><VPCRegion>us-east-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>
        <CallerReference>a &amp; b</CallerReference><HostedZoneConfig><Comment><![CDATA[<c>]]></Comment><PrivateZone>true</PrivateZone></HostedZoneConfig>
        </CreateHostedZoneRequest>"#;
    let expected = value!({
        "Name": "example.com", "VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}, "CallerReference": "a & b",
        "HostedZoneConfig": {"Comment": "<c>", "PrivateZone": true},
    });
    assert_eq!(decoded(&signed("route53", "POST", "/2013-04-01/hostedzone", &[], body)).unwrap(), expected);
}

#[test]
fn rest_xml_lists_are_wrapped_or_flat() {
    let body = b"<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet>\
        <Name>a.</Name><Type>A</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>1.2.3.4</Value></ResourceRecord></ResourceRecords>\
        </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>";
    let wrapped = decoded(&signed("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", &[], body)).unwrap();
    assert_eq!(wrapped["HostedZoneId"], "Z1");
    let set = &wrapped["ChangeBatch"]["Changes"][0]["ResourceRecordSet"];
    assert_eq!(set, &value!({"Name": "a.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "1.2.3.4"}]}));

    let body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>";
    let flat = decoded(&signed("s3", "POST", "/bucket?delete", &[], body)).unwrap();
    assert_eq!(flat, value!({"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}], "Quiet": true}}));
}

#[test]
fn headers_with_a_prefix_become_a_map() {
    let headers = [("x-amz-meta-a", "1"), ("x-amz-meta-b", "2"), ("content-type", "text/plain")];
    let put = decoded(&signed("s3", "PUT", "/bucket/dir/key%20x", &headers, b"hello")).unwrap();
    let expected = value!({
        "Bucket": "bucket", "Key": "dir/key x", "Body": STANDARD.encode("hello"), "ContentType": "text/plain",
        "Metadata": {"a": "1", "b": "2"},
    });
    assert_eq!(put, expected);
}

#[test]
fn cbor_documents_follow_the_model() {
    let mut body = Vec::new();
    let document = value!({"Name": "n", "Value": "v", "Type": "String", "Overwrite": true});
    ciborium::into_writer(&document, &mut body).unwrap();
    let headers = [("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")];
    let request = signed("ssm", "POST", "/service/AmazonSSM/operation/PutParameter", &headers, &body);
    assert_eq!(decoded(&request).unwrap(), value!({"Name": "n", "Value": "v", "Type": "String", "Overwrite": true}));
}

#[test]
fn an_operation_without_input_takes_an_empty_request() {
    assert_eq!(decoded(&form("sts", "Action=GetCallerIdentity&Version=2011-06-15")).unwrap(), value!({}));
}
