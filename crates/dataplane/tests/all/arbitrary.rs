//! Arbitrary bytes at every door, a bounded number; `fuzz/` goes on from here.

use proptest::prelude::*;

use crate::harness;

/// Lines that are almost requests, so that more than the first check is reached.
fn almost_request() -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof!["GET", "PUT", "HEAD", "[A-Z]{0,6}"];
    let path = prop_oneof!["/latest/api/token", "/latest/(meta-data|user-data)?/?", "/[!-~]{0,30}"];
    let header = prop_oneof![
        "X-aws-ec2-metadata-token-ttl-seconds:[0-9-]{0,6}",
        "X-aws-ec2-metadata-token:[A-Za-z0-9=_-]{0,60}",
        "X-Forwarded-For:.{0,9}",
        "[!-~]{0,20}:.{0,20}",
    ];
    let headers = proptest::collection::vec(header, 0..4);
    (method, path, headers).prop_map(|(method, path, headers)| format!("{method}\n{path}\n{}", headers.join("\n")).into())
}

proptest! {
    #[test]
    fn any_datagram_gets_a_sound_reply_or_none(datagram in proptest::collection::vec(any::<u8>(), 0..300)) {
        harness::dns(&datagram);
    }

    #[test]
    fn of_any_answer_only_what_was_asked_for_is_taken(
        counts in any::<[u8; 2]>(),
        records in proptest::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(5), Just(0xc0), Just(12), any::<u8>()], 0..120),
    ) {
        harness::dns_reply(&[counts.map(|count| count % 4).as_slice(), &records].concat());
    }

    #[test]
    fn any_question_gets_a_sound_reply(rest in proptest::collection::vec(0..70_u8, 0..60), counts in any::<[u8; 2]>()) {
        let header = [0, 7, 1, 0, 0, 1, 0, counts[0] % 2, 0, 0, 0, counts[1] % 3];
        harness::dns(&[&header[..], &rest].concat());
    }

    #[test]
    fn any_request_for_metadata_is_refused_without_a_token(request in almost_request()) {
        harness::metadata(&request);
    }

    #[test]
    fn any_bytes_for_metadata_are_refused(request in proptest::collection::vec(any::<u8>(), 0..200)) {
        harness::metadata(&request);
    }
}
