//! Failures as clients of each protocol expect them.

use serde_json::{Value, json as value};
use wire::{Failure, Identified, Protocol, Response};

use crate::operation;

fn told(call: &Identified, failure: &Failure) -> Response {
    wire::encode_error(Some(call), call.protocol, failure, "id-1")
}

fn body(response: &Response) -> &str {
    std::str::from_utf8(&response.body).unwrap()
}

fn failure(code: &str) -> Failure {
    Failure::new(code, "it <failed>".into(), 400)
}

#[test]
fn ec2_lists_errors() {
    let response = told(&operation("ec2", "DescribeVpcs"), &failure("InvalidVpcID.NotFound"));
    assert_eq!(response.status, 400);
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>\
         <Message>it &lt;failed&gt;</Message></Error></Errors><RequestID>id-1</RequestID></Response>"
    );
}

#[test]
fn query_says_who_is_to_blame_and_the_model_knows_code_and_status() {
    let response = told(&operation("elbv2", "CreateLoadBalancer"), &failure("DuplicateLoadBalancerNameException"));
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <Error><Type>Sender</Type><Code>DuplicateLoadBalancerName</Code><Message>it &lt;failed&gt;</Message></Error>\
         <RequestId>id-1</RequestId></ErrorResponse>"
    );
    let response = told(&operation("iam", "GetUser"), &failure("NoSuchEntity"));
    assert_eq!(response.status, 404);
    let response = told(&operation("iam", "GetUser"), &Failure::new("InternalFailure", "oh".into(), 500));
    assert!(body(&response).contains("<Type>Receiver</Type>"));
}

#[test]
fn json_names_the_type_and_spells_the_message_as_the_model_does() {
    let response = told(&operation("acm", "DescribeCertificate"), &failure("ResourceNotFoundException"));
    assert_eq!(response.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(body(&response), r#"{"__type":"ResourceNotFoundException","message":"it <failed>"}"#);
    let mut wider = failure("InvalidParameterException");
    wider.fields.insert("FieldName".into(), "Name".into());
    let response = told(&operation("route53resolver", "CreateResolverRule"), &wider);
    assert_eq!(body(&response), r#"{"__type":"InvalidParameterException","Message":"it <failed>","FieldName":"Name"}"#);
}

#[test]
fn rest_json_names_the_type_in_a_header() {
    let response = told(&operation("apigatewayv2", "GetApi"), &failure("NotFoundException"));
    assert_eq!(response.status, 404);
    assert_eq!(response.headers["x-amzn-errortype"], "NotFoundException");
    assert_eq!(body(&response), r#"{"message":"it <failed>"}"#);
    let mut slow = failure("TooManyRequestsException");
    slow.fields.insert("retryAfterSeconds".into(), "7".into());
    let response = told(&operation("lambda", "Invoke"), &slow);
    assert_eq!((response.status.as_u16(), &response.headers["retry-after"]), (429, &"7".parse().unwrap()));
}

#[test]
fn rest_xml_wraps_errors_and_s3_does_not() {
    let response = told(&operation("route53", "GetHostedZone"), &failure("NoSuchHostedZone"));
    assert_eq!(response.status, 404);
    assert!(
        body(&response)
            .contains("<ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type>")
    );
    let response = told(&operation("s3", "GetObject"), &Failure::new("NoSuchKey", "gone".into(), 404));
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>gone</Message><RequestId>id-1</RequestId></Error>"
    );
}

#[test]
fn cbor_errors_are_documents() {
    let mut call = operation("ssm", "GetParameter");
    call.protocol = Protocol::RpcV2Cbor;
    let response = told(&call, &failure("ParameterNotFound"));
    let parsed: Value = ciborium::from_reader(&response.body[..]).unwrap();
    assert_eq!(parsed, value!({"__type": "ParameterNotFound", "message": "it <failed>"}));
}

#[test]
fn a_failure_before_anything_is_known_is_well_formed_in_every_protocol() {
    use Protocol::{Ec2, Json10, Json11, Query, RestJson, RestXml, RpcV2Cbor};
    for protocol in [Ec2, Query, Json10, Json11, RestJson, RestXml, RpcV2Cbor] {
        let mut odd = failure("NotImplemented\r\n\u{1}");
        odd.fields.insert("Extra".into(), value!({"a": [1]}));
        let response = wire::encode_error(None, protocol, &odd, "id-1");
        assert_eq!(response.status, 400);
        assert!(!response.body.is_empty());
        if matches!(protocol, Json10 | Json11 | RestJson) {
            assert_eq!(serde_json::from_slice::<Value>(&response.body).unwrap()["Extra"], value!({"a": [1]}));
        }
    }
}
