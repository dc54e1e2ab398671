//! Which service and operation a request means.

use wire::{Protocol, WireError};

use crate::{MODELS, form, json, signed, unsigned};

fn found(request: &wire::Request) -> String {
    match MODELS.identify(request) {
        Ok(found) => format!("{} {} {:?}", found.service.name, found.operation().name, found.protocol),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_scope_of_the_signature_names_the_service() {
    assert_eq!(found(&form("ec2", "Action=DescribeVpcs&Version=2016-11-15")), "ec2 DescribeVpcs Ec2");
    assert_eq!(found(&form("sts", "Action=GetCallerIdentity&Version=2011-06-15")), "sts GetCallerIdentity Query");
    assert_eq!(found(&json("acm", "CertificateManager.ListCertificates", "{}")), "acm ListCertificates Json11");
    assert_eq!(found(&signed("lambda", "GET", "/2015-03-31/functions/", &[], b"")), "lambda ListFunctions RestJson");
}

#[test]
fn the_scope_of_a_presigned_url_counts_too() {
    let url = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fsts%2Faws4_request";
    assert_eq!(found(&unsigned("GET", url, &[], b"")), "sts GetCallerIdentity Query");
}

#[test]
fn services_that_share_a_signing_name_are_told_apart() {
    assert_eq!(found(&signed("apigateway", "GET", "/restapis", &[], b"")), "apigateway GetRestApis RestJson");
    assert_eq!(found(&signed("apigateway", "GET", "/v2/apis", &[], b"")), "apigatewayv2 GetApis RestJson");
    let v2 = form("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01");
    assert_eq!(found(&v2), "elbv2 DescribeLoadBalancers Query");
    let classic = form("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2012-06-01");
    assert_eq!(found(&classic), "there is no service elb here");
}

#[test]
fn an_older_version_of_ec2_is_still_ec2() {
    assert_eq!(found(&form("ec2", "Action=DescribeVpcs&Version=2014-10-01")), "ec2 DescribeVpcs Ec2");
}

#[test]
fn an_unsigned_request_is_known_by_target_version_or_host() {
    let target =
        [("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth"), ("content-type", "application/x-amz-json-1.1")];
    assert_eq!(found(&unsigned("POST", "/", &target, b"{}")), "cognito-idp InitiateAuth Json11");
    let content = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15";
    assert_eq!(found(&unsigned("POST", "/", &content, body)), "sts AssumeRoleWithWebIdentity Query");
    let host = [("host", "lambda.us-east-1.amazonaws.com")];
    assert_eq!(found(&unsigned("GET", "/2015-03-31/functions", &host, b"")), "lambda ListFunctions RestJson");
    let host = [("host", "bucket.s3.us-east-1.amazonaws.com:4566")];
    assert_eq!(found(&unsigned("GET", "/key", &host, b"")), "s3 GetObject RestXml");
}

#[test]
fn the_most_specific_template_wins() {
    let s3 = |method, path| found(&signed("s3", method, path, &[], b""));
    assert_eq!(s3("GET", "/"), "s3 ListBuckets RestXml");
    assert_eq!(s3("GET", "/b"), "s3 ListObjects RestXml");
    assert_eq!(s3("GET", "/b/?list-type=2"), "s3 ListObjectsV2 RestXml");
    assert_eq!(s3("GET", "/b?lifecycle"), "s3 GetBucketLifecycleConfiguration RestXml");
    assert_eq!(s3("GET", "/b/k/l"), "s3 GetObject RestXml");
    assert_eq!(s3("GET", "/b/k?uploadId=1"), "s3 ListParts RestXml");
    assert_eq!(s3("PUT", "/b/k"), "s3 PutObject RestXml");
    assert_eq!(s3("PUT", "/b/k?partNumber=1&uploadId=1"), "s3 UploadPart RestXml");
    let copy = signed("s3", "PUT", "/b/k", &[("x-amz-copy-source", "/a/k")], b"");
    assert_eq!(found(&copy), "s3 CopyObject RestXml");
    assert_eq!(found(&signed("apigateway", "POST", "/restapis?mode=import", &[], b"{}")), "apigateway ImportRestApi RestJson");
}

#[test]
fn a_parameter_named_action_means_nothing_to_services_without_forms() {
    assert_eq!(found(&signed("s3", "GET", "/b/k?Action=x", &[], b"")), "s3 GetObject RestXml");
    let tag = signed("cloudfront", "POST", "/2020-05-31/tagging?Operation=Tag&Resource=r&Action=x", &[], b"");
    assert_eq!(found(&tag), "cloudfront TagResource RestXml");
}

#[test]
fn every_json_service_also_speaks_cbor() {
    let headers = [("smithy-protocol", "rpc-v2-cbor")];
    let request = signed("ssm", "POST", "/service/AmazonSSM/operation/GetParameter", &headers, b"");
    assert_eq!(found(&request), "ssm GetParameter RpcV2Cbor");
    let request = unsigned("POST", "/service/AmazonSSM/operation/GetParameter", &headers, b"");
    assert_eq!(found(&request), "ssm GetParameter RpcV2Cbor");
}

#[test]
fn what_we_do_not_have_is_named() {
    assert_eq!(found(&json("dynamodb", "DynamoDB_20120810.ListTables", "{}")), "there is no service dynamodb here");
    assert_eq!(found(&form("sns", "Action=ListTopics&Version=2010-03-31")), "there is no service sns here");
    assert_eq!(found(&signed("made-up", "GET", "/x", &[], b"")), "there is no service made-up here");
    assert_eq!(found(&form("ec2", "Action=Frobnicate&Version=2016-11-15")), "ec2 has no operation Frobnicate");
    assert_eq!(found(&json("ecs", "AmazonEC2ContainerServiceV20141113.Fly", "{}")), "ecs has no operation Fly");
    assert_eq!(found(&json("ecs", "Other.Fly", "{}")), "ecs has no operation Other.Fly");
    assert_eq!(found(&signed("lambda", "GET", "/nowhere", &[], b"")), "lambda has no operation GET /nowhere");
    assert_eq!(MODELS.identify(&unsigned("GET", "/", &[], b"")).unwrap_err(), WireError::Unidentified);
}

#[test]
fn the_protocol_of_the_request_is_that_of_the_answer() {
    let mut request = json("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", "{}");
    request.headers.insert("content-type", "application/x-amz-json-1.0".parse().unwrap());
    assert_eq!(MODELS.identify(&request).unwrap().protocol, Protocol::Json10);
}
