//! From a message and a view to a reply, purely.

use std::sync::LazyLock;

use super::forward::{Ask, Known};
use super::look_up::{End, Step, follow};
use super::message::{Code, Query, Rejected, Reply, Transport, reject};
use super::name::DomainName;
use super::record::{Records, Soa};
use super::zone::View;

/// How long a client may keep "no such name" for a name in nobody's zone: short, for somebody may create it next.
const UNKNOWN_TTL: u32 = 5;
const ROOT: &[u8] = &[0];

/// The start of authority of the root, as it stands behind names that nobody has.
static UNKNOWN: LazyLock<Records> = LazyLock::new(|| {
    let (primary, contact) = (DomainName::root(), DomainName::root());
    let soa = Soa { primary, contact, serial: 1, negative_ttl: UNKNOWN_TTL };
    soa.records()
});

/// What becomes of a message.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The reply is written.
    Reply,
    /// It deserves none.
    Silence,
    /// There is one once another resolver has been asked this.
    Elsewhere(Ask),
}

/// Answers `message` into `out`, by what `view` says and other resolvers are `known` to say.
pub(crate) fn answer(view: &View, message: &[u8], known: &Known, transport: Transport, out: &mut Vec<u8>) -> Verdict {
    match Query::parse(message) {
        Err(Rejected::Silently) => Verdict::Silence,
        Err(Rejected::With(code)) => {
            reject(message, code, out);
            Verdict::Reply
        }
        Ok(query) => {
            let mut reply = Reply::new(&query, out);
            match resolve(view, &query, known, &mut reply) {
                Ok(code) => reply.finish(code, transport),
                Err(ask) => return Verdict::Elsewhere(ask),
            }
            Verdict::Reply
        }
    }
}

/// Writes into `out` that `message`, a question, could not be answered.
pub(crate) fn fail(message: &[u8], transport: Transport, out: &mut Vec<u8>) {
    if let Ok(query) = Query::parse(message) {
        Reply::new(&query, out).finish(Code::ServFail, transport);
    }
}

/// Follows the name through the view and writes down what is found, or says who has to be asked first.
fn resolve(view: &View, query: &Query, known: &Known, reply: &mut Reply) -> Result<Code, Ask> {
    let end = follow(view, &query.name, query.kind, query.luck(), known, &mut |step| match step {
        Step::Records(owner, set) => reply.answer(owner, set),
        Step::Nothing(apex, soa) => reply.authority(apex, soa),
        Step::Nobody => reply.authority(ROOT, &UNKNOWN),
    });
    match end {
        End::Name => Ok(Code::NoError),
        End::NoName => Ok(Code::NxDomain),
        End::Failed => Ok(Code::ServFail),
        End::Elsewhere(ask) => Err(ask),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_proto::op::{Message, OpCode, ResponseCode};
    use hickory_proto::rr::{Name, RData, RecordType};
    use proptest::prelude::*;

    use super::super::{Layer, Zone, Zones};
    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    fn zone(apex: &str, records: Vec<(&str, Records)>) -> Zone {
        let apex = name(apex);
        let soa = Soa { primary: apex.clone(), contact: apex.clone(), serial: 1, negative_ttl: 60 };
        let mut zone = Zone::new(apex, &soa);
        for (owner, set) in records {
            zone.put(&name(owner), set).unwrap();
        }
        zone
    }

    fn layer(zones: Vec<Zone>) -> Layer {
        let layer = Layer::default();
        layer.publish(zones.into_iter().collect::<Zones>());
        layer
    }

    fn a(last: u8) -> Records {
        Records::a(60, [Ipv4Addr::new(10, 0, 0, last)])
    }

    /// A private zone over a public layer, as a VPC sees them.
    fn view() -> View {
        let private =
            zone("corp.test", vec![("db.corp.test", a(1)), ("svc.corp.test", Records::cname(60, &name("vpce-1.aws.test")))]);
        let dangling = Records::cname(60, &name("gone.aws.test"));
        let looped = Records::cname(60, &name("loop.aws.test"));
        let public = zone(
            "aws.test",
            vec![
                ("vpce-1.aws.test", Records::a(60, (2..5).map(|n| Ipv4Addr::new(10, 0, 0, n)))),
                ("dangling.aws.test", dangling),
                ("loop.aws.test", looped),
                ("text.aws.test", Records::txt(60, ["hello"])),
                ("many.aws.test", Records::a(60, (0..100).map(Ipv4Addr::from_bits))),
            ],
        );
        let hidden = zone("corp.test", vec![("www.corp.test", a(9))]);
        View::new([layer(vec![private])], layer(vec![public, hidden]))
    }

    fn question(text: &str, kind: RecordType) -> Message {
        let mut message = Message::query();
        message.metadata.id = 7;
        message.metadata.recursion_desired = true;
        message.add_query(hickory_proto::op::Query::query(Name::from_ascii(text).unwrap(), kind));
        message
    }

    fn replied(view: &View, message: &[u8], transport: Transport, out: &mut Vec<u8>) -> bool {
        matches!(answer(view, message, &Known::default(), transport, out), Verdict::Reply)
    }

    fn ask_over(transport: Transport, message: &Message) -> Message {
        let mut out = Vec::new();
        assert!(replied(&view(), &message.to_vec().unwrap(), transport, &mut out));
        Message::from_vec(&out).unwrap()
    }

    fn ask(text: &str, kind: RecordType) -> Message {
        ask_over(Transport::Udp, &question(text, kind))
    }

    fn addresses(reply: &Message) -> Vec<u8> {
        let last = |data: &RData| match data {
            RData::A(a) => Some(a.0.octets()[3]),
            _ => None,
        };
        reply.answers.iter().filter_map(|record| last(&record.data)).collect()
    }

    #[test]
    fn an_alias_is_followed_from_the_private_zone_into_the_public_layer() {
        let reply = ask("svc.corp.test.", RecordType::A);
        assert_eq!(reply.answers[0].record_type(), RecordType::CNAME);
        assert_eq!(addresses(&reply), [3, 4, 2], "the id turns the order");
    }

    #[test]
    fn the_reply_repeats_the_question_in_the_case_in_which_it_was_asked() {
        let reply = ask("DB.Corp.test.", RecordType::A);
        assert_eq!(reply.queries[0].name().to_string(), "DB.Corp.test.");
        assert_eq!(reply.answers[0].name.to_string(), "DB.Corp.test.");
        assert!(reply.metadata.recursion_available && reply.metadata.recursion_desired);
    }

    #[test]
    fn a_private_zone_does_not_fall_through_to_a_public_one_of_the_same_name() {
        let reply = ask("www.corp.test.", RecordType::A);
        assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
        assert_eq!(reply.authorities[0].name.to_string(), "corp.test.");
    }

    #[test]
    fn a_name_without_such_records_is_no_error_with_the_start_of_authority() {
        let reply = ask("db.corp.test.", RecordType::AAAA);
        assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
        assert_eq!((reply.answers.len(), reply.authorities[0].record_type()), (0, RecordType::SOA));
    }

    #[test]
    fn a_name_that_no_layer_knows_does_not_exist_and_nobody_else_is_asked() {
        let reply = ask("example.com.", RecordType::A);
        assert_eq!(reply.metadata.response_code, ResponseCode::NXDomain);
        assert_eq!(reply.authorities[0].ttl, UNKNOWN_TTL);
    }

    #[test]
    fn an_alias_to_nowhere_says_that_the_target_does_not_exist() {
        let reply = ask("dangling.aws.test.", RecordType::A);
        assert_eq!((reply.metadata.response_code, reply.answers.len()), (ResponseCode::NXDomain, 1));
    }

    #[test]
    fn an_alias_loop_ends() {
        assert!(ask("loop.aws.test.", RecordType::A).answers.len() <= 9);
    }

    #[test]
    fn a_long_answer_is_truncated_over_udp_and_whole_with_edns_or_tcp() {
        let mut message = question("many.aws.test.", RecordType::A);
        let plain = ask_over(Transport::Udp, &message);
        assert!(plain.metadata.truncation && plain.answers.is_empty());
        assert_eq!(ask_over(Transport::Tcp, &message).answers.len(), 100);
        let mut edns = hickory_proto::op::Edns::new();
        edns.set_max_payload(4096);
        message.edns = Some(edns);
        let reply = ask_over(Transport::Udp, &message);
        assert!(reply.metadata.truncation, "1,600 bytes are more than we put in one datagram");
        assert!(reply.edns.is_some());
    }

    #[test]
    fn a_published_change_is_seen_by_the_next_question() {
        let layer = layer(vec![zone("x", vec![])]);
        let view = View::public(layer.clone());
        let bytes = question("a.x.", RecordType::A).to_vec().unwrap();
        let mut out = Vec::new();
        replied(&view, &bytes, Transport::Udp, &mut out);
        assert_eq!(Message::from_vec(&out).unwrap().metadata.response_code, ResponseCode::NXDomain);
        let mut zones = layer.zones();
        zones.zone_mut(&name("x")).unwrap().put(&name("a.x"), a(8)).unwrap();
        layer.publish(zones);
        replied(&view, &bytes, Transport::Udp, &mut out);
        assert_eq!(addresses(&Message::from_vec(&out).unwrap()), [8]);
    }

    proptest! {
        #[test]
        fn no_message_makes_the_resolver_panic(message in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut out = Vec::new();
            replied(&view(), &message, Transport::Udp, &mut out);
        }

        #[test]
        fn a_damaged_question_gets_a_reply_that_reads_or_none(
            at in 2_usize..60, value in any::<u8>(), cut in 0_usize..60,
        ) {
            let mut message = question("svc.corp.test.", RecordType::A);
            message.edns = Some(hickory_proto::op::Edns::new());
            let mut bytes = message.to_vec().unwrap();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            let mut out = Vec::new();
            if replied(&view(), &bytes, Transport::Udp, &mut out) {
                prop_assert!(out.len() <= 1232);
                let reply = Message::from_vec(&out).unwrap();
                prop_assert!(reply.metadata.op_code == OpCode::Query || reply.metadata.response_code != ResponseCode::NoError);
            }
        }

        #[test]
        fn every_name_that_hickory_writes_is_read_the_same(labels in proptest::collection::vec("[a-zA-Z0-9]{1,20}", 1..8)) {
            let text = format!("{}.", labels.join("."));
            let message = question(&text, RecordType::A).to_vec().unwrap();
            let query = Query::parse(&message).ok().unwrap();
            prop_assert_eq!(DomainName::from_wire(query.name.wire()).to_string(), text.to_lowercase());
        }
    }
}
