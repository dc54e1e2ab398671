//! Every parser against random bytes and against damaged good requests.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::harness;

const FORMS: [&[u8]; 4] = [
    b"\x00Action=RunInstances&Version=2016-11-15&ImageId=ami-1&MinCount=1&MaxCount=1&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SecurityGroupId.1=sg-1&TagSpecification.1.Tag.2.Key=a",
    b"\x01GroupId=sg-1&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F8",
    b"\x03LoadBalancerArn=a&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn=b&Port=80",
    b"\x04StackName=s&Parameters.member.1.ParameterKey=a&Parameters.member.1.ParameterValue=b&Tags.member.1.Key=k",
];
const JSON: [&[u8]; 3] = [
    b"\x00{\"family\":\"f\",\"containerDefinitions\":[{\"name\":\"n\",\"cpu\":1,\"dockerLabels\":{\"a\":\"b\"}}]}",
    b"\x01{\"Name\":\"n\",\"Value\":\"v\",\"Overwrite\":true,\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}",
    b"\x03{\"Entries\":[{\"Time\":1700000000.5,\"Source\":\"s\",\"Detail\":\"{}\"}]}",
];
const REST_JSON: [&[u8]; 3] = [
    b"\x00\n{\"FunctionName\":\"f\",\"Role\":\"r\",\"Code\":{\"ZipFile\":\"AAAA\"},\"Timeout\":3}",
    b"\x02maxResults=3&nextToken=%41\n",
    b"\x03mode=import&failonwarnings=true&a=b\nbody",
];
const REST_XML: [&[u8]; 3] = [
    b"\x00\n<C><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>a</Name><TTL>60</TTL></ResourceRecordSet></Change></Changes></ChangeBatch></C>",
    b"\x01delete\n<Delete><Object><Key>a&amp;b</Key></Object><Quiet>true</Quiet></Delete>",
    b"\x02acl\n<P><AccessControlList><Grant><Grantee xmlns:xsi=\"x\" xsi:type=\"Group\"><URI>u</URI></Grantee></Grant></AccessControlList></P>",
];
const CBOR: [&[u8]; 2] =
    [b"\x01\xa2\x64Name\x61n\x65Value\x61v", b"\x03\xa1\x67Entries\x81\xa1\x64Time\xc1\xfb\x41\xd9\x54\xfc\x40\x00\x00\x00"];
const CHUNKED: [&[u8]; 2] = [
    b"\x035;chunk-signature=aa\r\nhello\r\n1\r\n!\r\n0;chunk-signature=bb\r\nx-amz-checksum-crc32:AAAA\r\n\r\n",
    b"\x010\r\n\r\n",
];
const REQUESTS: [&[u8]; 6] = [
    b"POST /\nauthorization: AWS4-HMAC-SHA256 Credential=A/2026/us-east-1/ec2/aws4_request\ncontent-type: application/x-www-form-urlencoded\n\nAction=DescribeVpcs&Version=2016-11-15",
    b"POST /\nx-amz-target: AmazonSSM.GetParameter\ncontent-type: application/x-amz-json-1.1\n\n{\"Name\":\"n\"}",
    b"GET /b/k%20x?versionId=1\nhost: s3.amazonaws.com\n\n",
    b"POST /service/AmazonSSM/operation/GetParameter\nsmithy-protocol: rpc-v2-cbor\n\n\xa0",
    b"GET /v2/apis/a/routes?X-Amz-Credential=A%2F2026%2Fus-east-1%2Fapigateway%2Faws4_request\n\n",
    b"PUT /restapis/a%2Fb?mode=%zz\nauthorization: Credential=////,\nhost: :::\n\n",
];

/// Random bytes, or a good example with some bytes changed, cut or repeated.
fn damaged(good: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let edits =
        vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(b'.'), Just(b'['), Just(b'<'), Just(b'&')]), 0..6);
    let example = (prop::sample::select(good), edits, any::<prop::sample::Index>(), 0..4_u8);
    let edited = example.prop_map(|(bytes, edits, at, how)| {
        let mut bytes = bytes.to_vec();
        for (index, byte) in edits {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let at = at.index(bytes.len());
        match how {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => drop(bytes.remove(at)),
            _ => {}
        }
        bytes
    });
    prop_oneof![4 => edited, 1 => vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_form_makes_the_parser_panic(data in damaged(&FORMS)) {
        harness::form(&data);
    }

    #[test]
    fn no_json_makes_the_parser_panic(data in damaged(&JSON)) {
        harness::json(&data);
    }

    #[test]
    fn no_cbor_makes_the_parser_panic(data in damaged(&CBOR)) {
        harness::cbor(&data);
    }

    #[test]
    fn no_rest_json_request_makes_the_parser_panic(data in damaged(&REST_JSON)) {
        harness::rest_json(&data);
    }

    #[test]
    fn no_xml_makes_the_parser_panic(data in damaged(&REST_XML)) {
        harness::rest_xml(&data);
    }

    #[test]
    fn no_framing_comes_out_otherwise_in_pieces_or_makes_the_parser_panic(data in damaged(&CHUNKED)) {
        harness::chunked(&data);
    }

    #[test]
    fn no_request_makes_identification_panic(data in damaged(&REQUESTS)) {
        harness::identify(&data);
    }
}

#[test]
fn the_undamaged_examples_are_good() {
    for data in FORMS.iter().chain(&JSON).chain(&CBOR) {
        assert!(data.len() > 10);
    }
    FORMS.iter().for_each(|data| harness::form(data));
    REQUESTS.iter().for_each(|data| harness::identify(data));
}
