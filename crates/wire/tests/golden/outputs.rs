//! Answers as clients expect them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json as value};
use wire::{Identified, Protocol, Response};

use crate::operation;

const ID: &str = "11111111-2222-3333-4444-555555555555";

fn answer(identified: &Identified, output: &Value) -> Response {
    assert_eq!(wire::check_output(identified, output), Vec::<String>::new());
    let response = wire::encode(identified, output, ID);
    assert_eq!(response.headers["x-amzn-requestid"], ID);
    response
}

fn body(response: &Response) -> &str {
    std::str::from_utf8(&response.body).unwrap()
}

#[test]
fn ec2_answers_sets_of_items() {
    let output = value!({"Vpcs": [{
        "VpcId": "vpc-1", "State": "available", "CidrBlock": "10.0.0.0/16", "IsDefault": false,
        "Tags": [{"Key": "Name", "Value": "a<b"}],
    }]});
    let response = answer(&operation("ec2", "DescribeVpcs"), &output);
    assert_eq!(response.headers["content-type"], "text/xml;charset=UTF-8");
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>11111111-2222-3333-4444-555555555555</requestId>\
         <vpcSet><item><isDefault>false</isDefault><tagSet><item><key>Name</key><value>a&lt;b</value></item></tagSet>\
         <vpcId>vpc-1</vpcId><state>available</state><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet></DescribeVpcsResponse>"
    );
}

#[test]
fn ec2_operations_without_output_return_true() {
    let response = answer(&operation("ec2", "DeleteSubnet"), &value!({}));
    assert!(body(&response).ends_with("</requestId><return>true</return></DeleteSubnetResponse>"));
}

#[test]
fn ec2_timestamps_are_iso_8601() {
    let output = value!({"Volumes": [{"CreateTime": 1_700_000_000_123_i64}]});
    let response = answer(&operation("ec2", "DescribeVolumes"), &output);
    assert!(body(&response).contains("<createTime>2023-11-14T22:13:20.123Z</createTime>"), "{}", body(&response));
}

#[test]
fn query_wraps_the_result_and_puts_the_request_id_last() {
    let output = value!({"Account": "111111111111", "UserId": "u", "Arn": "arn:aws:iam::111111111111:root"});
    let response = answer(&operation("sts", "GetCallerIdentity"), &output);
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <UserId>u</UserId><Account>111111111111</Account><Arn>arn:aws:iam::111111111111:root</Arn></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>11111111-2222-3333-4444-555555555555</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    let response = answer(&operation("elbv2", "DescribeTags"), &value!({"TagDescriptions": [{"Tags": []}]}));
    assert!(body(&response).contains("<TagDescriptions><member><Tags></Tags></member></TagDescriptions>"));
    let response = answer(&operation("iam", "DeleteUser"), &value!({}));
    assert!(
        body(&response).contains("<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ResponseMetadata>")
    );
}

#[test]
fn json_answers_documents_with_seconds() {
    let output = value!({"CertificateSummaryList": [{"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/1", "CreatedAt": 1_700_000_000_123_i64, "InUse": true}]});
    let response = answer(&operation("acm", "ListCertificates"), &output);
    assert_eq!(response.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(
        body(&response),
        r#"{"CertificateSummaryList":[{"CertificateArn":"arn:aws:acm:us-east-1:1:certificate/1","InUse":true,"CreatedAt":1700000000.123}]}"#
    );
    let mut listing = operation("apprunner", "ListServices");
    listing.protocol = Protocol::Json10;
    let response = answer(&listing, &value!({"ServiceSummaryList": []}));
    assert_eq!(response.headers["content-type"], "application/x-amz-json-1.0");
}

#[test]
fn rest_json_uses_its_own_names_status_and_formats() {
    let output = value!({"ApiId": "a", "CreatedDate": 1_700_000_000_000_i64, "Tags": {"k": "v"}});
    let response = answer(&operation("apigatewayv2", "CreateApi"), &output);
    assert_eq!(response.status, 201);
    assert_eq!(body(&response), r#"{"apiId":"a","createdDate":"2023-11-14T22:13:20.000Z","tags":{"k":"v"}}"#);
    let response = answer(&operation("apigatewayv2", "DeleteApi"), &value!({}));
    assert_eq!((response.status.as_u16(), body(&response)), (204, ""));
}

#[test]
fn a_payload_a_header_and_a_status_have_their_places() {
    let output = value!({"StatusCode": 202, "FunctionError": "Unhandled", "Payload": STANDARD.encode("{}")});
    let response = answer(&operation("lambda", "Invoke"), &output);
    assert_eq!(response.status, 202);
    assert_eq!(response.headers["x-amz-function-error"], "Unhandled");
    assert_eq!(body(&response), "{}");
}

#[test]
fn rest_xml_answers_documents_and_headers() {
    let output = value!({
        "HostedZone": {"Id": "/hostedzone/Z1", "Name": "a.", "CallerReference": "r", "Config": {"PrivateZone": true}},
        "ChangeInfo": {"Id": "/change/C1", "Status": "INSYNC", "SubmittedAt": 1_700_000_000_000_i64},
        "DelegationSet": {"NameServers": ["ns-1."]}, "Location": "https://route53.amazonaws.com/2013-04-01/hostedzone/Z1",
    });
    let response = answer(&operation("route53", "CreateHostedZone"), &output);
    assert_eq!(response.status, 201);
    assert_eq!(response.headers["location"], "https://route53.amazonaws.com/2013-04-01/hostedzone/Z1");
    let text = body(&response);
    assert!(text.contains("<CreateHostedZoneResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><HostedZone><Id>/hostedzone/Z1</Id>"), "{text}");
    assert!(text.contains("<NameServers><NameServer>ns-1.</NameServer></NameServers>"), "{text}");
    assert!(!text.contains("Location"), "{text}");
}

#[test]
fn s3_has_roots_attributes_and_flat_lists_of_its_own() {
    let listing = value!({"Name": "b", "Contents": [{"Key": "k1"}, {"Key": "k2"}], "IsTruncated": false});
    let response = answer(&operation("s3", "ListObjectsV2"), &listing);
    assert_eq!(response.headers["x-amz-request-id"], ID);
    let text = body(&response);
    assert!(
        text.contains("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>"),
        "{text}"
    );
    assert!(text.contains("<Contents><Key>k1</Key></Contents><Contents><Key>k2</Key></Contents>"), "{text}");

    let acl = value!({"Grants": [{"Grantee": {"ID": "i", "Type": "CanonicalUser"}, "Permission": "READ"}]});
    let response = answer(&operation("s3", "GetBucketAcl"), &acl);
    let grantee =
        "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee>";
    assert!(body(&response).contains(grantee), "{}", body(&response));

    let response = answer(&operation("s3", "GetBucketLocation"), &value!({"LocationConstraint": "eu-west-1"}));
    assert!(
        body(&response)
            .ends_with("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>")
    );

    let object = value!({"Body": STANDARD.encode("hello"), "ContentType": "text/plain", "Metadata": {"a": "1"}, "LastModified": 1_700_000_000_000_i64});
    let response = answer(&operation("s3", "GetObject"), &object);
    assert_eq!((body(&response), &response.headers["content-type"]), ("hello", &"text/plain".parse().unwrap()));
    assert_eq!(response.headers["x-amz-meta-a"], "1");
    assert_eq!(response.headers["last-modified"], "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[test]
fn cbor_answers_tagged_times_and_bytes() {
    let mut call = operation("ssm", "PutParameter");
    call.protocol = Protocol::RpcV2Cbor;
    let response = answer(&call, &value!({"Version": 3, "Tier": "Standard"}));
    assert_eq!(response.headers["smithy-protocol"], "rpc-v2-cbor");
    let parsed: Value = ciborium::from_reader(&response.body[..]).unwrap();
    assert_eq!(parsed, value!({"Version": 3, "Tier": "Standard"}));
}

#[test]
fn a_header_value_with_a_line_break_does_not_become_a_header() {
    let object = value!({"ContentType": "a\r\nx-evil: 1", "Metadata": {"k\r\n": "v"}});
    let response = wire::encode(&operation("s3", "GetObject"), &object, ID);
    assert!(response.headers.iter().all(|(name, _)| name != "x-evil" && name != "content-type"));
}

#[test]
fn an_output_that_is_not_in_the_model_is_found() {
    let call = operation("ec2", "DescribeVpcs");
    let wrong = value!({"Vpcs": [{"VpcId": 1, "Fly": 2, "Tags": {}}], "NextToken": null});
    let found = wire::check_output(&call, &wrong);
    assert_eq!(
        found,
        [
            "DescribeVpcs.NextToken is not a String: null",
            "DescribeVpcs.Vpcs.0.Tags is not a TagList: {}",
            "DescribeVpcs.Vpcs.0.VpcId is not a String: 1",
            "DescribeVpcs.Vpcs.0.Fly is not in the model",
        ]
    );
    assert_eq!(wire::check_output(&operation("lambda", "PutFunctionConcurrency"), &value!({"x": 1})).len(), 1);
    assert_eq!(wire::check_output(&operation("ec2", "DeleteSubnet"), &value!({"x": 1})).len(), 1);
}
