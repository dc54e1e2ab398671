//! The bytes of questions and replies (RFC 1035 §4, RFC 6891); only what a resolver reads and writes.

use super::name::{DomainName, NameBuf};
use super::record::{Kind, Records};

pub(crate) const HEADER: usize = 12;
/// The name of the question, for every record that belongs to it: a pointer to just after the header.
const QUESTION_NAME: [u8; 2] = [0xc0, HEADER as u8];
pub(crate) const CLASS_IN: u16 = 1;
const CLASS_ANY: u16 = 255;
/// What a reply over UDP may measure without EDNS, and the most we send with it (no fragments, RFC 9715).
const PLAIN_DATAGRAM: usize = 512;
const LARGEST_DATAGRAM: usize = 1232;
const LARGEST_STREAM: usize = 65_535;

/// What carries the message: it decides how long a reply may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// Response codes (RFC 1035 §4.1.1; BADVERS of RFC 6891).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    BadVers = 16,
}

/// Why a message is not a question that can be looked up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// Not even a question: an answer could be a reflection.
    Silently,
    /// With this code.
    With(Code),
}

/// One question.
pub(crate) struct Query<'m> {
    id: u16,
    recursion_desired: bool,
    question: &'m [u8],
    pub(crate) name: NameBuf,
    pub(crate) kind: Kind,
    datagram_size: Option<usize>,
}

impl<'m> Query<'m> {
    /// Reads a message that holds one question.
    pub(crate) fn parse(message: &'m [u8]) -> Result<Self, Rejected> {
        let header: &[u8; HEADER] = message.first_chunk().ok_or(Rejected::Silently)?;
        let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let flags = word(2);
        if flags & 0x8000 != 0 {
            return Err(Rejected::Silently);
        }
        if flags & 0x7800 != 0 {
            return Err(Rejected::With(Code::NotImp));
        }
        if word(4) != 1 {
            return Err(Rejected::With(Code::FormErr));
        }
        let name = NameBuf::read(&message[HEADER..]).ok_or(Rejected::With(Code::FormErr))?;
        let end = HEADER + name.wire().len() + 4;
        let question = message.get(HEADER..end).ok_or(Rejected::With(Code::FormErr))?;
        let (kind, class) = kind_and_class(question);
        let records = usize::from(word(6)) + usize::from(word(8)) + usize::from(word(10));
        let datagram_size = edns(message, end, records).map_err(Rejected::With)?;
        if kind.is_meta() || ![CLASS_IN, CLASS_ANY].contains(&class) {
            return Err(Rejected::With(Code::Refused));
        }
        Ok(Self { id: word(0), recursion_desired: flags & 0x0100 != 0, question, name, kind, datagram_size })
    }

    /// A number that clients choose anew for each question: it turns the order of answers and decides between choices.
    pub(crate) fn luck(&self) -> u64 {
        // Fibonacci hashing: ids that follow each other must not all fall on the same choice.
        u64::from(self.id).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
    }

    fn limit(&self, transport: Transport) -> usize {
        match transport {
            Transport::Tcp => LARGEST_STREAM,
            Transport::Udp => self.datagram_size.map_or(PLAIN_DATAGRAM, |s| s.clamp(PLAIN_DATAGRAM, LARGEST_DATAGRAM)),
        }
    }
}

fn kind_and_class(question: &[u8]) -> (Kind, u16) {
    match question.last_chunk() {
        Some([a, b, c, d]) => (Kind(u16::from_be_bytes([*a, *b])), u16::from_be_bytes([*c, *d])),
        None => (Kind(0), 0),
    }
}

/// The datagram size that the OPT record among `records` offers, if there is one.
fn edns(message: &[u8], mut at: usize, records: usize) -> Result<Option<usize>, Code> {
    let mut offered = None;
    for _ in 0..records {
        let after_name = skip_name(message, at).ok_or(Code::FormErr)?;
        let fixed: &[u8; 10] = message.get(after_name..).and_then(<[u8]>::first_chunk).ok_or(Code::FormErr)?;
        let [k0, k1, size0, size1, _, version, _, _, l0, l1] = *fixed;
        at = after_name + fixed.len() + usize::from(u16::from_be_bytes([l0, l1]));
        if at > message.len() {
            return Err(Code::FormErr);
        }
        if Kind(u16::from_be_bytes([k0, k1])) == Kind::OPT {
            if version != 0 {
                return Err(Code::BadVers);
            }
            if offered.replace(usize::from(u16::from_be_bytes([size0, size1]))).is_some() {
                return Err(Code::FormErr);
            }
        }
    }
    Ok(offered)
}

fn skip_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            192.. => return Some(at + 2),
            _ => return None,
        }
    }
}

/// A reply under construction in a buffer that is used again and again.
pub(crate) struct Reply<'q, 'o> {
    query: &'q Query<'q>,
    out: &'o mut Vec<u8>,
    answers: u16,
    authorities: u16,
}

impl<'q, 'o> Reply<'q, 'o> {
    pub(crate) fn new(query: &'q Query<'q>, out: &'o mut Vec<u8>) -> Self {
        out.clear();
        out.extend_from_slice(&[0; HEADER]);
        out.extend_from_slice(query.question);
        Self { query, out, answers: 0, authorities: 0 }
    }

    /// Adds a record set of `owner` to the answer, addresses starting at a place that the question's id turns.
    pub(crate) fn answer(&mut self, owner: &[u8], set: &Records) {
        let turns = [Kind::A, Kind::AAAA].contains(&set.kind) && !set.data.is_empty();
        let first = if turns { usize::from(self.query.id) % set.data.len() } else { 0 };
        let (before, from) = set.data.split_at(first);
        for data in from.iter().chain(before).take(set.most) {
            self.record(owner, set, data);
            self.answers = self.answers.saturating_add(1);
        }
    }

    /// Adds the start of authority that says how long a negative answer may be kept.
    pub(crate) fn authority(&mut self, apex: &[u8], soa: &Records) {
        for data in &soa.data {
            self.record(apex, soa, data);
            self.authorities = self.authorities.saturating_add(1);
        }
    }

    fn record(&mut self, owner: &[u8], set: &Records, data: &[u8]) {
        if owner == self.query.name.wire() {
            self.out.extend_from_slice(&QUESTION_NAME);
        } else {
            self.out.extend_from_slice(owner);
        }
        self.out.extend_from_slice(&set.kind.0.to_be_bytes());
        self.out.extend_from_slice(&CLASS_IN.to_be_bytes());
        self.out.extend_from_slice(&set.ttl.to_be_bytes());
        self.out.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.out.extend_from_slice(data);
    }

    /// Completes the reply; one that is too long is cut to the question and says so.
    pub(crate) fn finish(mut self, code: Code, transport: Transport) {
        let opt: &[u8] = if self.query.datagram_size.is_some() { &opt_record(code) } else { &[] };
        let truncated = self.out.len() + opt.len() > self.query.limit(transport);
        if truncated {
            self.out.truncate(HEADER + self.query.question.len());
            (self.answers, self.authorities) = (0, 0);
        }
        self.out.extend_from_slice(opt);
        let flags = response_flags(self.query.recursion_desired, truncated, code);
        let counts = [1, self.answers, self.authorities, u16::from(!opt.is_empty())];
        write_header(self.out, self.query.id, flags, counts);
    }
}

/// A reply to a message that could not be read as a question: the header alone, with an OPT where the code needs one.
pub(crate) fn reject(message: &[u8], code: Code, out: &mut Vec<u8>) {
    out.clear();
    let Some([id0, id1, flags, ..]) = message.first_chunk::<HEADER>() else {
        return;
    };
    out.extend_from_slice(&[0; HEADER]);
    if code == Code::BadVers {
        out.extend_from_slice(&opt_record(code));
    }
    let opcode = u16::from(flags & 0x78) << 8;
    let flags = response_flags(flags & 1 != 0, false, code) | opcode;
    write_header(out, u16::from_be_bytes([*id0, *id1]), flags, [0, 0, 0, u16::from(code == Code::BadVers)]);
}

/// The question that is put to another resolver.
pub(crate) fn question(id: u16, name: &DomainName, kind: Kind) -> Vec<u8> {
    let mut out = vec![0; HEADER];
    out.extend_from_slice(name.wire());
    out.extend_from_slice(&kind.0.to_be_bytes());
    out.extend_from_slice(&CLASS_IN.to_be_bytes());
    out.extend_from_slice(&opt_record(Code::NoError));
    let recursion_desired = 0x0100;
    write_header(&mut out, id, recursion_desired, [1, 0, 0, 1]);
    out
}

fn response_flags(recursion_desired: bool, truncated: bool, code: Code) -> u16 {
    let recursion_available = 0x0080;
    0x8000 | u16::from(truncated) << 9 | u16::from(recursion_desired) << 8 | recursion_available | (code as u16 & 0xf)
}

fn opt_record(code: Code) -> [u8; 11] {
    let [size0, size1] = (LARGEST_DATAGRAM as u16).to_be_bytes();
    [0, 0, Kind::OPT.0 as u8, size0, size1, (code as u16 >> 4) as u8, 0, 0, 0, 0, 0]
}

fn write_header(out: &mut [u8], id: u16, flags: u16, counts: [u16; 4]) {
    let words = [id, flags, counts[0], counts[1], counts[2], counts[3]];
    for (to, word) in out.chunks_exact_mut(2).zip(words) {
        to.copy_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const QUESTION: &[u8] = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01A\x01x\x00\x00\x01\x00\x01";

    fn rejection(change: impl FnOnce(&mut Vec<u8>)) -> Rejected {
        let mut message = QUESTION.to_vec();
        change(&mut message);
        Query::parse(&message).err().expect("the message must be rejected")
    }

    #[test]
    fn a_plain_question_reads_with_its_name_folded() {
        let query = Query::parse(QUESTION).ok().unwrap();
        assert_eq!((query.id, query.kind, query.name.wire()), (0x1234, Kind::A, &b"\x01a\x01x\x00"[..]));
        assert_eq!(query.question, &QUESTION[12..], "the reply repeats the question as it was asked");
    }

    #[test]
    fn answers_and_fragments_of_headers_are_dropped() {
        assert_eq!(rejection(|m| m[2] |= 0x80), Rejected::Silently);
        assert_eq!(rejection(|m| m.truncate(11)), Rejected::Silently);
    }

    #[test]
    fn malformed_questions_are_format_errors() {
        let form = || Rejected::With(Code::FormErr);
        assert_eq!(rejection(|m| m[5] = 2), form());
        assert_eq!(rejection(|m| m[5] = 0), form());
        assert_eq!(rejection(|m| m[12] = 0xc0), form());
        assert_eq!(rejection(|m| m.truncate(18)), form());
        assert_eq!(rejection(|m| m[11] = 1), form(), "an additional record that is not there");
    }

    #[test]
    fn other_operations_classes_and_transfers_are_refused() {
        assert_eq!(rejection(|m| m[2] = 0x28), Rejected::With(Code::NotImp));
        assert_eq!(rejection(|m| *m.last_mut().unwrap() = 3), Rejected::With(Code::Refused));
        assert_eq!(rejection(|m| m[18] = 252), Rejected::With(Code::Refused));
    }

    #[test]
    fn a_newer_edns_is_answered_with_bad_version() {
        let with_opt = |m: &mut Vec<u8>| {
            m[11] = 1;
            m.extend_from_slice(&[0, 0, 41, 4, 208, 0, 1, 0, 0, 0, 0]);
        };
        assert_eq!(rejection(with_opt), Rejected::With(Code::BadVers));
        let mut out = Vec::new();
        reject(QUESTION, Code::BadVers, &mut out);
        assert_eq!((out.len(), out[3] & 0xf, out[17]), (23, 0, 1), "the high bits of the code are in the OPT record");
    }

    #[test]
    fn a_reply_that_is_too_long_is_cut_and_says_so() {
        let query = Query::parse(QUESTION).ok().unwrap();
        let mut out = Vec::new();
        let mut reply = Reply::new(&query, &mut out);
        reply.answer(query.name.wire(), &Records::a(1, (0..40).map(std::net::Ipv4Addr::from_bits)));
        reply.finish(Code::NoError, Transport::Udp);
        assert_eq!((out.len(), out[2] & 2, out[7]), (QUESTION.len(), 2, 0));
    }
}
