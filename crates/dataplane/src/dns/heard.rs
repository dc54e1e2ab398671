//! What another resolver answered, read from its bytes: only what belongs to the question is taken, whatever else was sent.

use super::look_up::LONGEST_CHAIN;
use super::message::{CLASS_IN, Code, HEADER};
use super::name::{DomainName, LONGEST_NAME, NameBuf, with_ancestors};
use super::record::{Kind, Records};

/// The bytes of a record between its name and its data.
const FIXED: usize = 10;

/// An answer: the records along the chain of aliases that begins at the question's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Whether the last name of the chain exists.
    pub(crate) code: Code,
    /// The aliases, then the records of the last name.
    pub(crate) answers: Vec<(DomainName, Records)>,
    /// The start of authority behind "nothing".
    pub(crate) authority: Option<(DomainName, Records)>,
    /// The name at which the chain ends without an answer: whoever asked may look it up himself.
    pub(crate) goes_on: Option<DomainName>,
}

/// What a message is to a question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Its answer.
    Answer(Heard),
    /// Its answer is too long for a datagram.
    Truncated,
    /// Whoever was asked has no answer, or none that can be read.
    Failure,
    /// Somebody else's, or made up.
    Stray,
}

/// A record as it was sent, its names written out.
struct Sent {
    owner: DomainName,
    kind: Kind,
    ttl: u32,
    data: Box<[u8]>,
}

/// Reads `message` as the answer to the question `id` for `kind` records of `name`.
pub(crate) fn read(message: &[u8], id: u16, name: &DomainName, kind: Kind) -> Reading {
    let Some(header) = message.first_chunk::<HEADER>() else { return Reading::Stray };
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (flags, questions) = (word(2), word(4));
    let is_answer = flags & 0xf800 == 0x8000;
    if word(0) != id || !is_answer || questions != 1 {
        return Reading::Stray;
    }
    let Some(start) = after_question(message, name, kind) else { return Reading::Stray };
    let mut answers = [Code::NoError, Code::NxDomain].into_iter();
    let Some(code) = answers.find(|code| *code as u16 == flags & 0xf) else { return Reading::Failure };
    if flags & 0x0200 != 0 {
        return Reading::Truncated;
    }
    heard(message, start, [word(6), word(8)], code, name, kind).map_or(Reading::Failure, Reading::Answer)
}

/// Where the records begin, if the message repeats the question.
fn after_question(message: &[u8], name: &DomainName, kind: Kind) -> Option<usize> {
    let (asked, at) = expand(message, HEADER)?;
    let fixed = message.get(at..at + 4)?;
    let repeats = asked == *name && fixed[..2] == kind.0.to_be_bytes() && fixed[2..] == CLASS_IN.to_be_bytes();
    repeats.then_some(at + 4)
}

fn heard(message: &[u8], start: usize, counts: [u16; 2], code: Code, name: &DomainName, kind: Kind) -> Option<Heard> {
    let (answers, at) = section(message, start, counts[0])?;
    let (authorities, _) = section(message, at, counts[1])?;
    let (answers, last, answered) = chain(answers, name, kind);
    let goes_on = (!answered && last != *name && code == Code::NoError).then(|| last.clone());
    let encloses = |sent: &Sent| sent.kind == Kind::SOA && with_ancestors(last.wire()).any(|name| name == sent.owner.wire());
    let authority = authorities.into_iter().find(|sent| !answered && encloses(sent));
    let authority = authority.map(|sent| (sent.owner, Records::of(sent.kind, sent.ttl, [sent.data])));
    Some(Heard { code, answers, authority, goes_on })
}

/// Follows the aliases of `sent` from `name`: what was met, the last name, and whether it has such records.
fn chain(sent: Vec<Sent>, name: &DomainName, kind: Kind) -> (Vec<(DomainName, Records)>, DomainName, bool) {
    let (mut met, mut last) = (Vec::new(), name.clone());
    for _ in 0..=LONGEST_CHAIN {
        let own: Vec<&Sent> = sent.iter().filter(|sent| sent.owner == last).collect();
        let mut kinds: Vec<Kind> = own.iter().map(|sent| sent.kind).filter(|own| *own == kind || kind == Kind::ANY).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if !kinds.is_empty() {
            met.extend(kinds.into_iter().map(|kind| (last.clone(), set(&own, kind))));
            return (met, last, true);
        }
        let Some(alias) = own.iter().find(|sent| sent.kind == Kind::CNAME) else { break };
        let target = DomainName::from_wire(&alias.data);
        met.push((last, Records::of(Kind::CNAME, alias.ttl, [alias.data.clone()])));
        last = target;
    }
    (met, last, false)
}

/// The records of one type as one set, which lives as long as the first of them to go.
fn set(own: &[&Sent], kind: Kind) -> Records {
    let of_kind = || own.iter().filter(|sent| sent.kind == kind);
    let ttl = of_kind().map(|sent| sent.ttl).min().unwrap_or_default();
    Records::of(kind, ttl, of_kind().map(|sent| sent.data.clone()))
}

/// The `count` records from `at` on, without those of other classes, and where they end.
fn section(message: &[u8], mut at: usize, count: u16) -> Option<(Vec<Sent>, usize)> {
    let mut all = Vec::new();
    for _ in 0..count {
        let (owner, fixed_at) = expand(message, at)?;
        let fixed: &[u8; FIXED] = message.get(fixed_at..)?.first_chunk()?;
        let [k0, k1, c0, c1, t0, t1, t2, t3, l0, l1] = *fixed;
        let data_at = fixed_at + FIXED;
        at = data_at + usize::from(u16::from_be_bytes([l0, l1]));
        let kind = Kind(u16::from_be_bytes([k0, k1]));
        let raw = message.get(data_at..at)?;
        if u16::from_be_bytes([c0, c1]) == CLASS_IN {
            let ttl = u32::from_be_bytes([t0, t1, t2, t3]);
            // A time to live with the first bit set is none (RFC 2181 §8).
            let ttl = if ttl >> 31 == 0 { ttl } else { 0 };
            all.push(Sent { owner, kind, ttl, data: written_out(message, data_at, raw, kind)? });
        }
    }
    Some((all, at))
}

/// The data of a record with the names in it written out: those types may compress them (RFC 3597 §4).
fn written_out(message: &[u8], at: usize, raw: &[u8], kind: Kind) -> Option<Box<[u8]>> {
    let (before, names) = match kind {
        Kind::NS | Kind::CNAME | Kind::PTR | Kind::DNAME => (0, 1),
        Kind::MX => (2, 1),
        Kind::SRV => (6, 1),
        Kind::SOA => (0, 2),
        _ => return Some(raw.into()),
    };
    let mut data = raw.get(..before)?.to_vec();
    let (mut at, end) = (at + before, at + raw.len());
    for _ in 0..names {
        let (name, after) = expand(message, at)?;
        data.extend_from_slice(name.wire());
        at = after;
    }
    data.extend_from_slice(message.get(at..end)?);
    Some(data.into())
}

/// The name at `at`, its pointers followed, and where it ends. Pointers lead backwards only, so that they end.
fn expand(message: &[u8], at: usize) -> Option<(DomainName, usize)> {
    let (mut wire, mut at, mut floor, mut end) = (Vec::new(), at, at, None);
    loop {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => {
                wire.push(0);
                let name = NameBuf::read(&wire)?;
                return Some((DomainName::from_wire(name.wire()), end.unwrap_or(at + 1)));
            }
            1..=63 => wire.extend_from_slice(message.get(at..=at + length)?),
            192.. => {
                let target = (length & 0x3f) << 8 | usize::from(*message.get(at + 1)?);
                if target >= floor {
                    return None;
                }
                end.get_or_insert(at + 2);
                (at, floor) = (target, target);
                continue;
            }
            _ => return None,
        }
        if wire.len() > LONGEST_NAME {
            return None;
        }
        at += 1 + length;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
    use hickory_proto::rr::rdata::{A, CNAME, SOA};
    use hickory_proto::rr::{Name, RData, Record, RecordType};
    use proptest::prelude::*;

    use super::*;

    fn host(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn domain(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    fn reply(name: &str, records: Vec<(&str, RData)>) -> Message {
        let mut message = Message::query();
        message.metadata.id = 7;
        message.metadata.message_type = MessageType::Response;
        message.add_query(Query::query(host(name), RecordType::A));
        for (owner, data) in records {
            message.add_answer(Record::from_rdata(host(owner), 60, data));
        }
        message
    }

    fn a(last: u8) -> RData {
        RData::A(A::new(10, 0, 0, last))
    }

    fn alias(to: &str) -> RData {
        RData::CNAME(CNAME(host(to)))
    }

    fn heard(message: &Message, name: &str) -> Reading {
        read(&message.to_vec().unwrap(), 7, &domain(name), Kind::A)
    }

    fn answer(message: &Message, name: &str) -> Heard {
        match heard(message, name) {
            Reading::Answer(heard) => heard,
            other => panic!("{other:?}"),
        }
    }

    fn texts(heard: &Heard) -> Vec<String> {
        heard.answers.iter().map(|(owner, set)| format!("{owner} {set}")).collect()
    }

    #[test]
    fn records_along_the_chain_are_taken_and_what_nobody_asked_for_is_not() {
        let records = vec![
            ("evil.test.", a(66)),
            ("db.corp.test.", a(2)),
            ("www.corp.test.", alias("DB.corp.test.")),
            ("db.corp.test.", a(1)),
        ];
        let heard = answer(&reply("WWW.corp.test.", records), "www.corp.test");
        assert_eq!(texts(&heard), ["www.corp.test. type 5 60 db.corp.test.", "db.corp.test. type 1 60 10.0.0.2 10.0.0.1"]);
        assert_eq!((heard.code, heard.goes_on), (Code::NoError, None));
    }

    #[test]
    fn an_alias_without_its_records_says_where_to_go_on() {
        let heard = answer(&reply("www.corp.test.", vec![("www.corp.test.", alias("lb.aws.test."))]), "www.corp.test");
        assert_eq!(heard.goes_on, Some(domain("lb.aws.test")));
    }

    #[test]
    fn no_such_name_comes_with_the_authority_of_a_zone_that_encloses_it() {
        let mut message = reply("no.corp.test.", vec![]);
        message.metadata.response_code = ResponseCode::NXDomain;
        let soa = |zone: &str| {
            let soa = SOA::new(host("ns.corp.test."), host("me.corp.test."), 1, 2, 3, 4, 5);
            Record::from_rdata(host(zone), 9, RData::SOA(soa))
        };
        message.add_authority(soa("other.test."));
        message.add_authority(soa("corp.test."));
        let heard = answer(&message, "no.corp.test");
        assert_eq!((heard.code, heard.authority.unwrap().0), (Code::NxDomain, domain("corp.test")));
    }

    #[test]
    fn what_does_not_repeat_the_question_is_somebody_elses() {
        let good = reply("www.corp.test.", vec![("www.corp.test.", a(1))]);
        assert_eq!(heard(&good, "other.corp.test"), Reading::Stray);
        assert_eq!(read(&good.to_vec().unwrap(), 8, &domain("www.corp.test"), Kind::A), Reading::Stray);
        assert_eq!(read(&good.to_vec().unwrap(), 7, &domain("www.corp.test"), Kind::TXT), Reading::Stray);
        let mut question = good.clone();
        question.metadata.message_type = MessageType::Query;
        assert_eq!(heard(&question, "www.corp.test"), Reading::Stray);
    }

    #[test]
    fn failures_and_answers_that_were_cut_are_told_apart() {
        let mut message = reply("www.corp.test.", vec![]);
        message.metadata.truncation = true;
        assert_eq!(heard(&message, "www.corp.test"), Reading::Truncated);
        message.metadata.response_code = ResponseCode::Refused;
        assert_eq!(heard(&message, "www.corp.test"), Reading::Failure);
    }

    #[test]
    fn pointers_that_lead_in_circles_or_onwards_are_no_names() {
        assert!(expand(b"\xc0\x00", 0).is_none());
        assert!(expand(b"\xc0\x02\x01a\x00", 0).is_none());
        assert!(expand(b"\x01a\xc0\x00", 2).is_none(), "a name that holds the pointer to itself");
        assert_eq!(expand(b"\x01a\x00\x01b\xc0\x00", 3).unwrap(), (domain("b.a"), 7));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_read(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), plausible in any::<bool>()) {
            if plausible {
                let good = reply("www.corp.test.", vec![("www.corp.test.", alias("a.test."))]).to_vec().unwrap();
                let length = good.len().min(31);
                bytes.splice(0..length.min(bytes.len()), good[..length].iter().copied());
            }
            if let Reading::Answer(heard) = read(&bytes, 7, &domain("www.corp.test"), Kind::A) {
                prop_assert!(heard.answers.len() <= LONGEST_CHAIN + 2);
            }
        }
    }
}
