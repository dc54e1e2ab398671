//! Lowers a rule to the expressions of the kernel's little machine: load fields into registers, compare, look up, act.

use super::field::registers;
use super::value;
use super::word::{self, FIRST_REGISTER, VERDICT_REGISTER};
use crate::netlink::Writer;
use crate::nft::{Action, AddressPart, Field, Gives, Mark, Match, Nat, NatTo, Operand, Per, Reject, Rule, Value, Verdict};

pub(super) const TRANSPORT_ICMP: u8 = 1;
pub(super) const TRANSPORT_TCP: u8 = 6;
pub(super) const TRANSPORT_UDP: u8 = 17;

const EQUAL: u32 = 0;
const NOT_EQUAL: u32 = 1;
const DESTINATION: u32 = 1;
const SOURCE: u32 = 0;
const TCP_OPTION: u32 = 1;
const MAXSEG: u8 = 2;
const PERSISTENT: u32 = 8;
const NETWORK: u32 = 1;
const TRANSPORT: u32 = 2;
const ZONE: u32 = 17;
const ORIGINAL: u8 = 0;
const INTERNET_SUM: u32 = 1;
const PSEUDO_HEADER: u32 = 1;

/// Writes the expressions of a rule, in which [`flaw`] found nothing.
pub(super) fn write(w: &mut Writer, rule: &Rule) {
    let mut expressions = Expressions { w, protocol: None };
    rule.matches.iter().for_each(|question| expressions.question(question));
    rule.actions.iter().for_each(|action| expressions.action(action));
}

/// The expressions of one rule under construction.
pub(super) struct Expressions<'w> {
    w: &'w mut Writer,
    /// The protocol that the rule has demanded already.
    protocol: Option<u8>,
}

impl Expressions<'_> {
    fn question(&mut self, question: &Match) {
        let operator = if question.negated { NOT_EQUAL } else { EQUAL };
        self.load(&question.key, FIRST_REGISTER);
        let Some(field) = question.key.first() else {
            return;
        };
        match &question.with {
            Operand::Value(value) => {
                self.compare(operator, &value::bytes(value));
                if let (Field::L4Proto, Value::Proto(protocol), false) = (field, value, question.negated) {
                    self.protocol = Some(*protocol);
                }
            }
            Operand::Range(first, last) => self.range(field, operator, first, last),
            Operand::Prefix(net) => {
                self.mask(&net.netmask().octets());
                self.compare(operator, &net.network().octets());
            }
            Operand::Bits(bits) => {
                self.mask(&bits.to_ne_bytes());
                self.compare(1 - operator, &[0; 4]);
            }
            Operand::Masked { mask, value } => {
                self.mask(&number(field, *mask));
                self.compare(operator, &number(field, *value));
            }
            Operand::Set(name) => self.expression("lookup", |w| {
                w.text(1, name);
                w.u32_be(2, FIRST_REGISTER);
                w.u32_be(5, operator);
            }),
        }
    }

    fn action(&mut self, action: &Action) {
        match action {
            Action::Verdict(verdict) => self.verdict(verdict),
            Action::Vmap { key, map } => self.look_up(key, map, VERDICT_REGISTER),
            Action::Dnat(nat) => self.translate(DESTINATION, nat),
            Action::Snat(nat) => self.translate(SOURCE, nat),
            Action::Masquerade => self.numbers("masq", &[]),
            Action::Rewrite { part, key, map } => {
                self.look_up(key, map, FIRST_REGISTER);
                self.rewrite(*part);
            }
            Action::SetMark(mark) => {
                self.mark(mark);
                self.numbers("meta", &[(2, 3), (3, FIRST_REGISTER)]);
            }
            Action::SetCtMark(mark) => {
                self.mark(mark);
                self.numbers("ct", &[(2, 3), (4, FIRST_REGISTER)]);
            }
            Action::SetCtZone(zone) => {
                self.immediate(FIRST_REGISTER, &zone.to_ne_bytes());
                self.expression("ct", |w| {
                    w.u32_be(2, ZONE);
                    w.attr(3, &[ORIGINAL]);
                    w.u32_be(4, FIRST_REGISTER);
                });
            }
            Action::Timeout(name) => self.expression("objref", |w| {
                w.u32_be(1, word::CT_TIMEOUT);
                w.text(2, name);
            }),
            Action::Notrack => self.bare("notrack"),
            Action::ClampMss(size) => self.clamp(*size),
            Action::ResetTcpOption(option) => {
                self.demand_protocol(TRANSPORT_TCP);
                self.expression("exthdr", |w| {
                    w.attr(2, &[*option]);
                    w.u32_be(6, TCP_OPTION);
                });
            }
            Action::Counter => self.numbers("counter", &[]),
            Action::Limit { rate, per, burst } => self.limit(*rate, *per, *burst),
            Action::Log(prefix) => self.expression("log", |w| w.text(2, prefix)),
            Action::Reject(Reject::TcpReset) => {
                self.demand_protocol(TRANSPORT_TCP);
                self.numbers("reject", &[(1, 1)]);
            }
            Action::Reject(Reject::Icmp(code)) => self.expression("reject", |w| {
                w.u32_be(1, 0);
                w.attr(2, &[*code]);
            }),
        }
    }

    /// Goes on only with packets of this protocol, unless the rule does so already.
    pub(super) fn demand_protocol(&mut self, protocol: u8) {
        if self.protocol != Some(protocol) {
            self.numbers("meta", &[(1, FIRST_REGISTER), (2, 16)]);
            self.compare(EQUAL, &[protocol]);
            self.protocol = Some(protocol);
        }
    }

    fn range(&mut self, field: &Field, operator: u32, first: &Value, last: &Value) {
        let ordered = |value: &Value| {
            let mut bytes = value::bytes(value);
            if field.is_native() && cfg!(target_endian = "little") {
                bytes.reverse();
            }
            bytes
        };
        if field.is_native() {
            self.network_order(4);
        }
        let (first, last) = (ordered(first), ordered(last));
        self.expression("range", |w| {
            w.u32_be(1, FIRST_REGISTER);
            w.u32_be(2, operator);
            w.nest(3, |w| w.attr(word::DATA_VALUE, &first));
            w.nest(4, |w| w.attr(word::DATA_VALUE, &last));
        });
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.expression("immediate", |w| {
            w.u32_be(1, VERDICT_REGISTER);
            w.nest(2, |w| value::write_verdict(w, verdict));
        });
    }

    fn translate(&mut self, kind: u32, nat: &Nat) {
        let mut registers = vec![(1, kind), (2, u32::from(word::HEADER[0]))];
        match &nat.to {
            NatTo::Addrs { first, last, port } => {
                self.immediate(FIRST_REGISTER, &first.octets());
                registers.push((3, FIRST_REGISTER));
                if last != first {
                    self.immediate(FIRST_REGISTER + 1, &last.octets());
                    registers.push((4, FIRST_REGISTER + 1));
                }
                if let Some(port) = port {
                    self.immediate(FIRST_REGISTER + 2, &port.to_be_bytes());
                    registers.push((5, FIRST_REGISTER + 2));
                }
            }
            NatTo::Map { key, map, gives } => {
                self.look_up(key, map, FIRST_REGISTER);
                registers.push((3, FIRST_REGISTER));
                match gives {
                    Gives::Addr => {}
                    Gives::AddrPort => registers.push((5, FIRST_REGISTER + 1)),
                    Gives::Pool => registers.push((4, FIRST_REGISTER + 1)),
                }
            }
        }
        if nat.persistent {
            registers.push((7, PERSISTENT));
        }
        self.numbers("nat", &registers);
    }

    /// Writes the first register over an address, and mends the sums: those of the header that the address is in, and those
    /// that cover it from outside. An error's own sum stays as it is, for what it quotes sums up to the same as before.
    fn rewrite(&mut self, part: AddressPart) {
        let (base, offset, sum, pseudo_header) = match part {
            AddressPart::Source => (NETWORK, 12, 10, PSEUDO_HEADER),
            AddressPart::Destination => (NETWORK, 16, 10, PSEUDO_HEADER),
            AddressPart::QuotedSource => (TRANSPORT, 20, 18, 0),
            AddressPart::QuotedDestination => (TRANSPORT, 24, 18, 0),
        };
        let attributes = [(2, base), (3, offset), (4, 4), (5, FIRST_REGISTER), (6, INTERNET_SUM), (7, sum), (8, pseudo_header)];
        self.numbers("payload", &attributes);
    }

    /// Leaves a mark in the first register.
    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Value(value) => self.immediate(FIRST_REGISTER, &value.to_ne_bytes()),
            Mark::Packet => self.load(&[Field::Mark], FIRST_REGISTER),
            Mark::Flow => self.load(&[Field::CtMark], FIRST_REGISTER),
            Mark::FlowWith(bits) => {
                self.load(&[Field::CtMark], FIRST_REGISTER);
                self.set_bits(*bits);
            }
            Mark::Map { key, map } => self.look_up(key, map, FIRST_REGISTER),
        }
    }

    fn clamp(&mut self, size: Option<u16>) {
        self.demand_protocol(TRANSPORT_TCP);
        match size {
            Some(size) => self.immediate(FIRST_REGISTER, &size.to_be_bytes()),
            None => {
                self.numbers("rt", &[(1, FIRST_REGISTER), (2, 3)]);
                self.network_order(2);
            }
        }
        self.expression("exthdr", |w| {
            w.attr(2, &[MAXSEG]);
            w.u32_be(3, 2);
            w.u32_be(4, 2);
            w.u32_be(6, TCP_OPTION);
            w.u32_be(7, FIRST_REGISTER);
        });
    }

    fn limit(&mut self, rate: u64, per: Per, burst: u32) {
        let seconds: u64 = match per {
            Per::Second => 1,
            Per::Minute => 60,
            Per::Hour => 3600,
        };
        self.expression("limit", |w| {
            w.attr(1, &rate.to_be_bytes());
            w.attr(2, &seconds.to_be_bytes());
            w.u32_be(3, burst);
        });
    }

    fn look_up(&mut self, key: &[Field], map: &str, result: u32) {
        self.load(key, FIRST_REGISTER);
        self.expression("lookup", |w| {
            w.text(1, map);
            w.u32_be(2, FIRST_REGISTER);
            w.u32_be(3, result);
        });
    }

    fn compare(&mut self, operator: u32, bytes: &[u8]) {
        self.expression("cmp", |w| {
            w.u32_be(1, FIRST_REGISTER);
            w.u32_be(2, operator);
            w.nest(3, |w| w.attr(word::DATA_VALUE, bytes));
        });
    }

    fn mask(&mut self, mask: &[u8]) {
        self.bitwise(mask, &vec![0; mask.len()]);
    }

    fn set_bits(&mut self, bits: u32) {
        self.bitwise(&(!bits).to_ne_bytes(), &bits.to_ne_bytes());
    }

    /// Leaves of the first register what is under the mask, and turns the bits of `flipped` over.
    fn bitwise(&mut self, mask: &[u8], flipped: &[u8]) {
        self.expression("bitwise", |w| {
            w.u32_be(1, FIRST_REGISTER);
            w.u32_be(2, FIRST_REGISTER);
            w.u32_be(3, u32::try_from(mask.len()).unwrap_or(4));
            w.nest(4, |w| w.attr(word::DATA_VALUE, mask));
            w.nest(5, |w| w.attr(word::DATA_VALUE, flipped));
        });
    }

    fn network_order(&mut self, size: u32) {
        self.numbers("byteorder", &[(1, FIRST_REGISTER), (2, FIRST_REGISTER), (3, 1), (4, size), (5, size)]);
    }

    fn immediate(&mut self, register: u32, bytes: &[u8]) {
        self.expression("immediate", |w| {
            w.u32_be(1, register);
            w.nest(2, |w| w.attr(word::DATA_VALUE, bytes));
        });
    }

    /// An expression whose attributes are all numbers.
    pub(super) fn numbers(&mut self, name: &str, attributes: &[(u16, u32)]) {
        self.expression(name, |w| attributes.iter().for_each(|(kind, value)| w.u32_be(*kind, *value)));
    }

    /// An expression of a name alone.
    fn bare(&mut self, name: &str) {
        self.w.nest(word::ITEM, |w| w.text(1, name));
    }

    /// One expression: its name and its attributes.
    pub(super) fn expression(&mut self, name: &str, attributes: impl FnOnce(&mut Writer)) {
        self.w.nest(word::ITEM, |w| {
            w.text(1, name);
            w.nest(2, attributes);
        });
    }
}

/// What is wrong with a rule, so that the kernel would misread it, if anything.
pub(super) fn flaw(rule: &Rule) -> Option<&'static str> {
    rule.matches.iter().find_map(flaw_of_match).or_else(|| rule.actions.iter().find_map(flaw_of_action))
}

fn flaw_of_match(question: &Match) -> Option<&'static str> {
    let [field] = &question.key[..] else {
        let in_set = matches!(question.with, Operand::Set(_));
        return if in_set { flaw_of_key(&question.key) } else { Some("several fields are compared only with a set") };
    };
    let same = |value: &Value| value::fits(value) && value::width(value.kind()) == field.width();
    let fine = match &question.with {
        Operand::Value(value) => same(value),
        Operand::Range(first, last) => same(first) && same(last) && first <= last,
        Operand::Prefix(_) => {
            matches!(field, Field::Saddr | Field::Daddr | Field::CtOriginalSaddr | Field::CtOriginalDaddr)
        }
        Operand::Bits(_) => field.is_native(),
        Operand::Masked { .. } => field.width() <= 4,
        Operand::Set(_) => true,
    };
    if fine { flaw_of_key(&question.key) } else { Some("a field is compared with a value of another size") }
}

fn flaw_of_action(action: &Action) -> Option<&'static str> {
    match action {
        Action::Vmap { key, .. }
        | Action::Rewrite { key, .. }
        | Action::Dnat(Nat { to: NatTo::Map { key, .. }, .. })
        | Action::Snat(Nat { to: NatTo::Map { key, .. }, .. })
        | Action::SetMark(Mark::Map { key, .. })
        | Action::SetCtMark(Mark::Map { key, .. }) => flaw_of_key(key),
        Action::Log(prefix) if prefix.len() > 126 || prefix.contains('"') => {
            Some("a log prefix has at most 126 bytes and no quotes")
        }
        Action::Limit { rate: 0, .. } => Some("a rate is at least 1"),
        _ => None,
    }
}

fn flaw_of_key(key: &[Field]) -> Option<&'static str> {
    if key.is_empty() || registers(key) > 16 {
        return Some("a key has 1 to 64 bytes");
    }
    key.iter().find_map(|field| match field {
        Field::Hash { modulus: 0, .. } | Field::RoundRobin(0) | Field::Random(0) => Some("a modulus is at least 1"),
        Field::Hash { over, .. } => flaw_of_key(over),
        _ => None,
    })
}

/// A number as the bytes of a field.
fn number(field: &Field, number: u32) -> Vec<u8> {
    if field.is_native() {
        return number.to_ne_bytes().to_vec();
    }
    let width = field.width().min(4);
    number.to_be_bytes()[4 - width..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Attributes;
    use crate::nft::ct_state;

    /// The expressions of a rule, one per line: the name, then attributes as `kind=hex`.
    fn shown(rule: &Rule) -> String {
        assert_eq!(flaw(rule), None);
        let mut w = Writer::default();
        write(&mut w, rule);
        let lines = Attributes(w.bytes()).map(|(_, item)| {
            let name = Attributes(item).text(1).unwrap_or_default();
            let attributes = Attributes(item).inside(2);
            let shown = attributes.map(|(kind, value)| {
                let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
                format!(" {kind}={hex}")
            });
            name + &shown.collect::<String>()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn question(question: Match) -> String {
        shown(&Rule::new([question], []))
    }

    fn action(action: Action) -> String {
        shown(&Rule::new([], [action]))
    }

    #[test]
    fn an_address_is_loaded_from_the_packet_and_compared() {
        let question = question(Match::is(Field::Saddr, Value::Addr([10, 0, 0, 1].into())));
        insta::assert_snapshot!(question, @"
        payload 1=00000008 2=00000001 3=0000000c 4=00000004
        cmp 1=00000008 2=00000000 3=080001000a000001
        ");
    }

    #[test]
    fn a_prefix_is_masked_before_it_is_compared() {
        let question = question(Match::within(Field::Daddr, "10.128.0.0/9".parse().expect("a prefix")).negate());
        insta::assert_snapshot!(question, @"
        payload 1=00000008 2=00000001 3=00000010 4=00000004
        bitwise 1=00000008 2=00000008 3=00000004 4=08000100ff800000 5=0800010000000000
        cmp 1=00000008 2=00000001 3=080001000a800000
        ");
    }

    #[test]
    fn an_address_is_written_over_and_the_sums_that_cover_it_are_mended() {
        let rewrite = |part| action(Action::Rewrite { part, key: vec![Field::Daddr], map: "m".into() });
        insta::assert_snapshot!(rewrite(AddressPart::Destination), @"
        payload 1=00000008 2=00000001 3=00000010 4=00000004
        lookup 1=6d00 2=00000008 3=00000008
        payload 2=00000001 3=00000010 4=00000004 5=00000008 6=00000001 7=0000000a 8=00000001
        ");
        insta::assert_snapshot!(rewrite(AddressPart::QuotedSource), @"
        payload 1=00000008 2=00000001 3=00000010 4=00000004
        lookup 1=6d00 2=00000008 3=00000008
        payload 2=00000002 3=00000014 4=00000004 5=00000008 6=00000001 7=00000012 8=00000000
        ");
    }

    #[test]
    fn a_port_demands_its_protocol_once() {
        let rule = Rule::new(
            [Match::between(Field::TcpSport, Value::Port(1), Value::Port(2)), Match::is(Field::TcpDport, Value::Port(80))],
            [],
        );
        insta::assert_snapshot!(shown(&rule), @"
        meta 1=00000008 2=00000010
        cmp 1=00000008 2=00000000 3=0500010006000000
        payload 1=00000008 2=00000002 3=00000000 4=00000002
        range 1=00000008 2=00000000 3=0600010000010000 4=0600010000020000
        payload 1=00000008 2=00000002 3=00000002 4=00000002
        cmp 1=00000008 2=00000000 3=0600010000500000
        ");
        let already = Rule::new([Match::is(Field::L4Proto, Value::Proto(6)), Match::is(Field::TcpDport, Value::Port(80))], []);
        assert_eq!(shown(&already).matches("meta").count(), 1);
    }

    #[test]
    fn states_match_when_any_bit_is_set() {
        let any = question(Match::any_of(Field::CtState, ct_state::ESTABLISHED | ct_state::RELATED));
        let none = question(Match::any_of(Field::CtState, ct_state::NEW).negate());
        assert!(any.ends_with("cmp 1=00000008 2=00000001 3=0800010000000000"), "{any}");
        assert!(none.ends_with("cmp 1=00000008 2=00000000 3=0800010000000000"), "{none}");
    }

    #[test]
    fn a_range_of_numbers_is_brought_network_order() {
        let question = question(Match::between(Field::Mark, Value::Mark(1), Value::Mark(256)));
        insta::assert_snapshot!(question, @"
        meta 1=00000008 2=00000003
        byteorder 1=00000008 2=00000008 3=00000001 4=00000004 5=00000004
        range 1=00000008 2=00000000 3=0800010000000001 4=0800010000000100
        ");
    }

    #[test]
    fn a_concatenated_key_fills_one_register_after_the_other() {
        let question = question(Match::in_set([Field::IifName, Field::Saddr, Field::TcpDport], "open"));
        insta::assert_snapshot!(question, @"
        meta 1=00000008 2=00000010
        cmp 1=00000008 2=00000000 3=0500010006000000
        meta 1=00000008 2=00000006
        payload 1=0000000c 2=00000001 3=0000000c 4=00000004
        payload 1=0000000d 2=00000002 3=00000002 4=00000002
        lookup 1=6f70656e00 2=00000008 5=00000000
        ");
    }

    #[test]
    fn a_verdict_map_puts_its_answer_into_the_verdict() {
        let vmap = action(Action::Vmap { key: vec![Field::Daddr], map: "enis".into() });
        assert!(vmap.ends_with("lookup 1=656e697300 2=00000008 3=00000000"), "{vmap}");
        let jump = action(Action::Verdict(Verdict::Jump("c".into())));
        insta::assert_snapshot!(jump, @"immediate 1=00000000 2=1400028008000100fffffffd0600020063000000");
    }

    #[test]
    fn a_translation_takes_addresses_and_port_from_registers() {
        let pool = Nat { persistent: true, ..Nat::to_pool([10, 0, 0, 1].into(), [10, 0, 0, 4].into()) };
        insta::assert_snapshot!(action(Action::Snat(pool)), @"
        immediate 1=00000008 2=080001000a000001
        immediate 1=00000009 2=080001000a000004
        nat 1=00000000 2=00000002 3=00000008 4=00000009 7=00000008
        ");
        let hash = Field::Hash { over: vec![Field::Saddr, Field::ThSport], modulus: 3, seed: 9 };
        insta::assert_snapshot!(action(Action::Dnat(Nat::by_map([hash], "targets", Gives::AddrPort))), @"
        payload 1=00000008 2=00000001 3=0000000c 4=00000004
        payload 1=00000009 2=00000002 3=00000000 4=00000002
        hash 1=00000008 2=00000008 3=00000008 4=00000003 5=00000009 7=00000000
        lookup 1=7461726765747300 2=00000008 3=00000008
        nat 1=00000001 2=00000002 3=00000008 5=00000009
        ");
    }

    #[test]
    fn a_segment_size_is_clamped_to_the_route() {
        insta::assert_snapshot!(action(Action::ClampMss(None)), @"
        meta 1=00000008 2=00000010
        cmp 1=00000008 2=00000000 3=0500010006000000
        rt 1=00000008 2=00000003
        byteorder 1=00000008 2=00000008 3=00000001 4=00000002 5=00000002
        exthdr 2=02 3=00000002 4=00000002 6=00000001 7=00000008
        ");
    }

    #[test]
    fn what_cannot_be_compared_is_a_flaw() {
        let flawed = |question: Match| flaw(&Rule::new([question], [])).is_some();
        assert!(flawed(Match::is(Field::Saddr, Value::Port(80))));
        assert!(flawed(Match::is(Field::IifName, Value::Interface("a-name-of-sixteen".into()))));
        assert!(flawed(Match::between(Field::TcpDport, Value::Port(9), Value::Port(8))));
        assert!(flawed(Match::within(Field::TcpDport, "10.0.0.0/8".parse().expect("a prefix"))));
        assert!(flawed(Match { key: vec![Field::Saddr, Field::Daddr], negated: false, with: Operand::Value(Value::Port(1)) }));
        assert!(flawed(Match::in_set(vec![Field::IifName; 5], "s")));
        assert!(!flawed(Match::in_set(vec![Field::IifName; 4], "s")));
        let limit = Action::Limit { rate: 0, per: Per::Hour, burst: 1 };
        assert!(flaw(&Rule::new([], [limit])).is_some());
        let hash = Field::Hash { over: vec![], modulus: 2, seed: 0 };
        assert!(flaw(&Rule::new([], [Action::Vmap { key: vec![hash], map: "m".into() }])).is_some());
    }
}
