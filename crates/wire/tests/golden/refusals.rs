//! What wrong requests are told, in AWS's words.

use crate::{form, json, refusal, signed, unsigned};

#[test]
fn ec2_names_what_is_missing_unknown_or_wrong() {
    let ec2 = |query: &str| refusal(&form("ec2", &format!("Version=2016-11-15&{query}")));
    assert_eq!(
        ec2("Action=CreateSubnet&CidrBlock=10.0.0.0/24"),
        "400 MissingParameter: The request must contain the parameter VpcId"
    );
    assert_eq!(ec2("Action=CreateVpc&Fly=1"), "400 UnknownParameter: The parameter Fly is not recognized");
    assert_eq!(ec2("Action=DescribeVpcs&Filter.1.Nmae=x"), "400 UnknownParameter: The parameter Filter.1.Nmae is not recognized");
    assert_eq!(
        ec2("Action=CreateVpc&InstanceTenancy=mine"),
        "400 InvalidParameterValue: Value (mine) for parameter InstanceTenancy is invalid. Valid values are: default, dedicated, host."
    );
    assert_eq!(
        ec2("Action=DescribeVpcs&MaxResults=3"),
        "400 InvalidParameterValue: Value (3) for parameter MaxResults is invalid. Expecting a value greater than or equal to 5."
    );
    assert_eq!(
        ec2("Action=DescribeVpcs&MaxResults=many"),
        "400 InvalidParameterValue: Value (many) for parameter MaxResults is invalid. Expected an integer."
    );
    assert_eq!(ec2("Action=Fly"), "400 InvalidAction: The action Fly is not valid for this web service.");
    assert_eq!(
        ec2("Action=DescribeVpcs&DryRun=true&DryRun=false"),
        "400 MalformedQueryString: The parameter DryRun is given more than once"
    );
}

#[test]
fn indexes_are_numbers_and_scalars_have_no_members() {
    let ec2 = |query: &str| refusal(&form("ec2", &format!("Version=2016-11-15&Action=DescribeVpcs&{query}")));
    for odd in ["VpcId.x=1", "VpcId.%2B1=1", "VpcId.=1", "VpcId.1.2=1", "DryRun.1=true", "Filter.1=x", ".=1"] {
        assert!(ec2(odd).starts_with("400 UnknownParameter"), "{odd}: {}", ec2(odd));
    }
    assert!(ec2("VpcId.1=a&VpcId.01=b").contains("more than once"));
}

#[test]
fn query_services_detect_validation_errors() {
    let elb = |query: &str| refusal(&form("elasticloadbalancing", &format!("Version=2015-12-01&{query}")));
    assert_eq!(
        elb("Action=CreateLoadBalancer"),
        "400 ValidationError: 1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        elb("Action=CreateTargetGroup&Name=n&Port=99999&Protocol=SCTP"),
        "400 ValidationError: 2 validation errors detected: Value 'SCTP' at 'protocol' failed to satisfy constraint: \
         Member must satisfy enum value set: [HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE, QUIC, TCP_QUIC]; \
         Value '99999' at 'port' failed to satisfy constraint: Member must have value less than or equal to 65535"
    );
    assert_eq!(
        elb("Action=DescribeTags&ResourceArns.member.1=a&Fly=1"),
        "400 ValidationError: The parameter Fly is not recognized"
    );
    let iam = refusal(&form("iam", "Version=2010-05-08&Action=CreateUser&UserName=a%20b"));
    assert_eq!(
        iam,
        "400 ValidationError: 1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w+=,.@-]+"
    );
}

#[test]
fn json_services_refuse_wrong_types_and_unknown_members() {
    let ssm = |body: &str| refusal(&json("ssm", "AmazonSSM.GetParameter", body));
    assert_eq!(ssm("{"), "400 SerializationException: the body is not JSON: EOF while parsing an object at line 1 column 1");
    assert_eq!(ssm("[]"), "400 SerializationException: ARRAY_VALUE can not be converted to a structure at ''");
    assert_eq!(ssm(r#"{"Name":1}"#), "400 SerializationException: NUMBER_VALUE can not be converted to a string at 'name'");
    assert_eq!(ssm(r#"{"Name":"x","Fly":1}"#), "400 ValidationException: The parameter Fly is not recognized");
    assert_eq!(
        ssm("{}"),
        "400 ValidationException: 1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
    );
    let deep = format!(r#"{{"Name":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert!(ssm(&deep).starts_with("400 SerializationException: the body is not JSON: recursion limit"));
}

#[test]
fn services_use_codes_of_their_own() {
    let ecs = refusal(&json("ecs", "AmazonEC2ContainerServiceV20141113.CreateService", "{}"));
    assert!(ecs.starts_with("400 InvalidParameterException: 1 validation error detected"), "{ecs}");
    let zone = refusal(&signed("route53", "POST", "/2013-04-01/hostedzone", &[], b"<R><Name>a</Name></R>"));
    assert!(zone.starts_with("400 InvalidInput: 1 validation error detected: Value null at 'callerReference'"), "{zone}");
    let apis = refusal(&signed("apigateway", "GET", "/v2/apis?fly=1", &[], b""));
    assert_eq!(apis, "400 BadRequestException: The parameter fly is not recognized");
}

#[test]
fn broken_xml_is_refused() {
    let zone = |body: &[u8]| refusal(&signed("route53", "POST", "/2013-04-01/hostedzone", &[], body));
    let bomb = b"<!DOCTYPE x [<!ENTITY a \"b\">]><R><Name>&a;</Name></R>";
    for body in [&b"<R>"[..], b"<R></S>", b"x", b"<R/><R/>", b"\xff", b"<R><Name>&a;</Name></R>", bomb, b"<R a='1' a='2'/>"] {
        assert!(zone(body).starts_with("400 MalformedXML"), "{}: {}", String::from_utf8_lossy(body), zone(body));
    }
    let deep = [b"<a>".repeat(100_000), b"</a>".repeat(100_000)].concat();
    assert!(zone(&deep).contains("nested too deeply"));
    assert_eq!(zone(b"<R><Fly/></R>"), "400 InvalidInput: The parameter Fly is not recognized");
    assert!(zone(b"<R><Name>a</Name><Name>b</Name></R>").contains("more than once"));
}

#[test]
fn a_compressed_document_is_refused_by_name() {
    let mut request = json("ssm", "AmazonSSM.GetParameter", "{}");
    request.headers.insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(refusal(&request), "400 SerializationException: the content encoding gzip is not supported");
}

#[test]
fn broken_cbor_is_refused() {
    let headers = [("smithy-protocol", "rpc-v2-cbor")];
    let ssm = |body: &[u8]| refusal(&signed("ssm", "POST", "/service/AmazonSSM/operation/GetParameter", &headers, body));
    for body in [&b"\xbf"[..], b"\xa0\xa0", b"\x81", &[0x81; 1000], b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"] {
        assert!(ssm(body).starts_with("400 SerializationException: "), "{}", ssm(body));
    }
    assert!(ssm(b"\xa1\x64Name\x01").contains("NUMBER_VALUE can not be converted to a string at 'name'"));
}

#[test]
fn what_belongs_to_nobody_is_not_authenticated() {
    assert_eq!(
        refusal(&unsigned("GET", "/", &[], b"")),
        "403 MissingAuthenticationToken: Request is missing Authentication Token"
    );
    assert_eq!(
        refusal(&json("dynamodb", "DynamoDB_20120810.ListTables", "{}")),
        "501 NotImplemented: there is no service dynamodb here"
    );
    assert!(refusal(&signed("lambda", "GET", "/x", &[], b"")).starts_with("404 UnknownOperationException"));
}

#[test]
fn a_form_without_an_action_is_refused_by_name() {
    for service in ["ec2", "elasticloadbalancing", "iam", "sts"] {
        let told = refusal(&form(service, "Version=2016-11-15&DryRun=true"));
        assert_eq!(told, "400 MissingAction: The request must contain the parameter Action", "{service}");
    }
}

#[test]
fn a_form_that_is_too_large_is_not_parsed() {
    let body = format!("Action=DescribeVpcs&Version=2016-11-15&VpcId.1={}", "x".repeat(9 << 20));
    assert!(refusal(&form("ec2", &body)).starts_with("413 RequestEntityTooLarge"));
    let many: String = (0..20_001).map(|n| format!("&VpcId.{n}=v")).collect();
    assert!(refusal(&form("ec2", &format!("Action=DescribeVpcs&Version=2016-11-15{many}"))).contains("20000 parameters"));
    let deep = format!("Action=DescribeVpcs&Version=2016-11-15&A{}=1", ".1".repeat(100));
    assert!(refusal(&form("ec2", &deep)).contains("nested deeper"));
}
