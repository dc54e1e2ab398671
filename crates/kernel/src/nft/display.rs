//! Prints the words of nftables in the syntax of the `nft` program.

use std::fmt::{self, Display, Formatter, Result};

use super::{
    Action, AddressPart, Chain, ChainKind, Data, Element, Field, Gives, Hook, HookPoint, Mark, Match, Nat, NatTo, Operand, Per,
    Policy, Reject, Rule, Rules, Set, SetData, Table, Timeout, Type, Value, Verdict, ct_state, ct_status,
};

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "table ip {}", self.name)
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "chain ip {} {} {{", self.table, self.name)?;
        if let Some(hook) = &self.hook {
            writeln!(f, "    {hook}")?;
        }
        match &self.rules {
            Rules::Listed(rules) => rules.iter().try_for_each(|rule| writeln!(f, "    {rule}"))?,
            Rules::Observed(digests) => digests.iter().try_for_each(|digest| match digest {
                Some(digest) => writeln!(f, "    # rule {digest:016x}"),
                None => writeln!(f, "    # a rule that is not ours"),
            })?,
        }
        write!(f, "}}")
    }
}

impl Display for Hook {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let policy = match self.policy {
            Policy::Accept => "accept",
            Policy::Drop => "drop",
        };
        write!(f, "type {} hook {} priority {}; policy {policy};", self.kind.word(), self.point.word(), self.priority)
    }
}

impl ChainKind {
    /// The kernel's word.
    pub fn word(self) -> &'static str {
        match self {
            ChainKind::Filter => "filter",
            ChainKind::Nat => "nat",
            ChainKind::Route => "route",
        }
    }
}

impl HookPoint {
    /// The kernel's word.
    pub fn word(self) -> &'static str {
        match self {
            HookPoint::Prerouting => "prerouting",
            HookPoint::Input => "input",
            HookPoint::Forward => "forward",
            HookPoint::Output => "output",
            HookPoint::Postrouting => "postrouting",
        }
    }
}

impl Display for Set {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let noun = if self.data == SetData::None { "set" } else { "map" };
        write!(f, "{noun} ip {} {} {{ type {}", self.table, self.name, Dotted(&self.key))?;
        match &self.data {
            SetData::None => {}
            SetData::Values(types) => write!(f, " : {}", Dotted(types))?,
            SetData::Pool => write!(f, " : interval ipv4_addr")?,
            SetData::Verdict => write!(f, " : verdict")?,
        }
        write!(f, "; }}")
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Type::Addr => "ipv4_addr",
            Type::Port => "inet_service",
            Type::Proto => "inet_proto",
            Type::Mark => "mark",
            Type::Interface => "ifname",
        })
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Value::Addr(addr) => write!(f, "{addr}"),
            Value::Port(port) => write!(f, "{port}"),
            Value::Proto(1) => f.write_str("icmp"),
            Value::Proto(6) => f.write_str("tcp"),
            Value::Proto(17) => f.write_str("udp"),
            Value::Proto(number) => write!(f, "{number}"),
            Value::Mark(mark) => write!(f, "{mark:#010x}"),
            Value::Interface(name) => write!(f, "\"{name}\""),
        }
    }
}

impl Display for Timeout {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Timeout { table, name, established } = self;
        write!(f, "ct timeout ip {table} {name} {{ protocol tcp; policy = {{ established: {established} }}; }}")
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "element ip {} {} {{ ", self.table, self.set)?;
        write!(f, "{}", Dotted(&self.key))?;
        match &self.data {
            Data::None => {}
            Data::Values(values) => write!(f, " : {}", Dotted(values))?,
            Data::Pool(first, last) => write!(f, " : {first}-{last}")?,
            Data::Verdict(verdict) => write!(f, " : {verdict}")?,
        }
        write!(f, " }}")
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Verdict::Accept => f.write_str("accept"),
            Verdict::Drop => f.write_str("drop"),
            Verdict::Return => f.write_str("return"),
            Verdict::Jump(chain) => write!(f, "jump {chain}"),
            Verdict::Goto(chain) => write!(f, "goto {chain}"),
        }
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut gap = "";
        for part in &self.matches {
            write!(f, "{gap}{part}")?;
            gap = " ";
        }
        for action in &self.actions {
            write!(f, "{gap}{action}")?;
            gap = " ";
        }
        Ok(())
    }
}

impl Display for Match {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (key, not) = (Dotted(&self.key), if self.negated { "!= " } else { "" });
        match &self.with {
            Operand::Value(value) => write!(f, "{key} {not}{}", Constant(self.key.first(), value)),
            Operand::Range(first, last) => write!(f, "{key} {not}{first}-{last}"),
            Operand::Prefix(net) => write!(f, "{key} {not}{net}"),
            Operand::Bits(bits) => write!(f, "{key} {not}{}", Bits(self.key.first(), *bits)),
            Operand::Masked { mask, value } => {
                write!(f, "{key} & {mask:#x} {} {value:#x}", if self.negated { "!=" } else { "==" })
            }
            Operand::Set(name) => write!(f, "{key} {not}@{name}"),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Field::IifName => "iifname",
            Field::OifName => "oifname",
            Field::L4Proto => "meta l4proto",
            Field::Mark => "meta mark",
            Field::SocketAddress => "meta priority",
            Field::RtClassId => "meta rtclassid",
            Field::FibDaddrType => "fib daddr type",
            Field::Saddr => "ip saddr",
            Field::Daddr => "ip daddr",
            Field::TcpSport => "tcp sport",
            Field::TcpDport => "tcp dport",
            Field::UdpSport => "udp sport",
            Field::UdpDport => "udp dport",
            Field::ThSport => "th sport",
            Field::ThDport => "th dport",
            Field::TcpFlags => "tcp flags",
            Field::IcmpType => "icmp type",
            Field::IcmpCode => "icmp code",
            Field::CtState => "ct state",
            Field::CtStatus => "ct status",
            Field::CtMark => "ct mark",
            Field::CtDirection => "ct direction",
            Field::CtOriginalSaddr => "ct original ip saddr",
            Field::CtOriginalDaddr => "ct original ip daddr",
            Field::CtOriginalDport => "ct original proto-dst",
            Field::Hash { over, modulus, seed } => {
                return write!(f, "jhash {} mod {modulus} seed {seed:#x}", Dotted(over));
            }
            Field::RoundRobin(modulus) => return write!(f, "numgen inc mod {modulus}"),
            Field::Random(modulus) => return write!(f, "numgen random mod {modulus}"),
        })
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Action::Verdict(verdict) => write!(f, "{verdict}"),
            Action::Vmap { key, map } => write!(f, "{} vmap @{map}", Dotted(key)),
            Action::Dnat(nat) => write!(f, "dnat {nat}"),
            Action::Snat(nat) => write!(f, "snat {nat}"),
            Action::Masquerade => f.write_str("masquerade"),
            Action::Rewrite { part, key, map } => write!(f, "{part} set {} map @{map}", Dotted(key)),
            Action::SetMark(mark) => write!(f, "meta mark set {mark}"),
            Action::SetCtMark(mark) => write!(f, "ct mark set {mark}"),
            Action::SetCtZone(zone) => write!(f, "ct original zone set {zone}"),
            Action::Timeout(name) => write!(f, "ct timeout set \"{name}\""),
            Action::Notrack => f.write_str("notrack"),
            Action::ClampMss(Some(size)) => write!(f, "tcp option maxseg size set {size}"),
            Action::ClampMss(None) => f.write_str("tcp option maxseg size set rt mtu"),
            Action::ResetTcpOption(number) => write!(f, "reset tcp option {number}"),
            Action::Counter => f.write_str("counter"),
            Action::Limit { rate, per, burst } => {
                write!(f, "limit rate {rate}/{} burst {burst} packets", per.word())
            }
            Action::Log(prefix) => write!(f, "log prefix \"{prefix}\""),
            Action::Reject(Reject::TcpReset) => f.write_str("reject with tcp reset"),
            Action::Reject(Reject::Icmp(code)) => write!(f, "reject with icmp {code}"),
        }
    }
}

impl Display for AddressPart {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            AddressPart::Source => "ip saddr",
            AddressPart::Destination => "ip daddr",
            AddressPart::QuotedSource => "@th,160,32",
            AddressPart::QuotedDestination => "@th,192,32",
        })
    }
}

impl Per {
    fn word(self) -> &'static str {
        match self {
            Per::Second => "second",
            Per::Minute => "minute",
            Per::Hour => "hour",
        }
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Mark::Value(value) => write!(f, "{value:#010x}"),
            Mark::Packet => f.write_str("meta mark"),
            Mark::Flow => f.write_str("ct mark"),
            Mark::FlowWith(bits) => write!(f, "ct mark | {bits:#010x}"),
            Mark::Map { key, map } => write!(f, "{} map @{map}", Dotted(key)),
        }
    }
}

impl Display for Nat {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.to {
            NatTo::Addrs { first, last, port } => {
                write!(f, "to {first}")?;
                if last != first {
                    write!(f, "-{last}")?;
                }
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
            }
            NatTo::Map { key, map, gives: Gives::AddrPort } => write!(f, "ip to {} map @{map}", Dotted(key))?,
            NatTo::Map { key, map, .. } => write!(f, "to {} map @{map}", Dotted(key))?,
        }
        if self.persistent { f.write_str(" persistent") } else { Ok(()) }
    }
}

/// Parts of a concatenation.
struct Dotted<'a, T>(&'a [T]);

impl<T: Display> Display for Dotted<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if index == 0 { "" } else { " . " })?;
        }
        Ok(())
    }
}

/// A value with the words that its field has for it.
struct Constant<'a>(Option<&'a Field>, &'a Value);

impl Display for Constant<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match (self.0, self.1) {
            (Some(Field::FibDaddrType), value) if *value == Field::UNICAST => f.write_str("unicast"),
            (Some(Field::FibDaddrType), value) if *value == Field::LOCAL => f.write_str("local"),
            (Some(Field::FibDaddrType), value) if *value == Field::BROADCAST => f.write_str("broadcast"),
            (Some(Field::FibDaddrType), value) if *value == Field::MULTICAST => f.write_str("multicast"),
            (Some(Field::CtDirection), Value::Proto(0)) => f.write_str("original"),
            (Some(Field::CtDirection), Value::Proto(1)) => f.write_str("reply"),
            (Some(Field::IcmpType | Field::IcmpCode), Value::Proto(number)) => {
                write!(f, "{number}")
            }
            (_, value) => write!(f, "{value}"),
        }
    }
}

/// Bits with the words that their field has for them.
struct Bits<'a>(Option<&'a Field>, u32);

impl Display for Bits<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let words: &[(u32, &str)] = match self.0 {
            Some(Field::CtState) => &[
                (ct_state::INVALID, "invalid"),
                (ct_state::ESTABLISHED, "established"),
                (ct_state::RELATED, "related"),
                (ct_state::NEW, "new"),
                (ct_state::UNTRACKED, "untracked"),
            ],
            Some(Field::CtStatus) => &[(ct_status::SNAT, "snat"), (ct_status::DNAT, "dnat")],
            _ => &[],
        };
        let mut rest = self.1;
        let mut comma = "";
        for (bit, word) in words {
            if rest & bit != 0 {
                write!(f, "{comma}{word}")?;
                (rest, comma) = (rest & !bit, ",");
            }
        }
        if rest != 0 || self.1 == 0 { write!(f, "{comma}{rest:#x}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(hook: Option<Hook>, rules: Rules) -> Chain {
        Chain { table: "t".into(), name: "c".into(), hook, rules }
    }

    #[test]
    fn a_chain_reads_like_nft() {
        let hook = Hook { kind: ChainKind::Nat, point: HookPoint::Prerouting, priority: -100, policy: Policy::Drop };
        let pool = Nat { persistent: true, ..Nat::to_pool([10, 0, 0, 1].into(), [10, 0, 0, 4].into()) };
        let rules = vec![
            Rule::new(
                [Match::any_of(Field::CtState, ct_state::ESTABLISHED | ct_state::RELATED)],
                [Action::Verdict(Verdict::Accept)],
            ),
            Rule::new(
                [Match::in_set([Field::IifName, Field::Saddr], "spoof").negate()],
                [Action::Counter, Action::Verdict(Verdict::Drop)],
            ),
            Rule::new([], [Action::Snat(pool)]),
            Rule::new([], [Action::Dnat(Nat::to_port([10, 0, 0, 1].into(), 80))]),
        ];
        insta::assert_snapshot!(chain(Some(hook), Rules::Listed(rules)), @r#"
        chain ip t c {
            type nat hook prerouting priority -100; policy drop;
            ct state established,related accept
            iifname . ip saddr != @spoof counter drop
            snat to 10.0.0.1-10.0.0.4 persistent
            dnat to 10.0.0.1:80
        }
        "#);
    }

    #[test]
    fn an_observed_chain_shows_digests_and_strangers() {
        insta::assert_snapshot!(chain(None, Rules::Observed(vec![Some(0xbeef), None])), @"
        chain ip t c {
            # rule 000000000000beef
            # a rule that is not ours
        }
        ");
    }

    #[test]
    fn sets_and_elements_read_like_nft() {
        let set = |data| Set { table: "t".into(), name: "s".into(), key: vec![Type::Addr, Type::Port], data };
        let key = || vec![Value::Addr([10, 0, 0, 0].into()), Value::Port(80)];
        let element = |data| Element { table: "t".into(), set: "s".into(), key: key(), data };
        let lines = [
            set(SetData::None).to_string(),
            set(SetData::Verdict).to_string(),
            set(SetData::Values(vec![Type::Mark])).to_string(),
            set(SetData::Pool).to_string(),
            element(Data::None).to_string(),
            element(Data::Verdict(Verdict::Goto("c".into()))).to_string(),
            element(Data::Values(vec![Value::Interface("x".into())])).to_string(),
            element(Data::Pool([192, 0, 2, 1].into(), [192, 0, 2, 9].into())).to_string(),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        set ip t s { type ipv4_addr . inet_service; }
        map ip t s { type ipv4_addr . inet_service : verdict; }
        map ip t s { type ipv4_addr . inet_service : mark; }
        map ip t s { type ipv4_addr . inet_service : interval ipv4_addr; }
        element ip t s { 10.0.0.0 . 80 }
        element ip t s { 10.0.0.0 . 80 : goto c }
        element ip t s { 10.0.0.0 . 80 : "x" }
        element ip t s { 10.0.0.0 . 80 : 192.0.2.1-192.0.2.9 }
        "#);
    }

    #[test]
    fn rules_that_differ_have_digests_that_differ() {
        let rule = |port| Rule::new([Match::is(Field::TcpDport, Value::Port(port))], [Action::Verdict(Verdict::Accept)]);
        assert_eq!(rule(80).digest(), rule(80).digest());
        assert_ne!(rule(80).digest(), rule(81).digest());
        assert_eq!(Rules::Listed(vec![rule(80)]), Rules::Observed(vec![Some(rule(80).digest())]));
        assert_ne!(Rules::Listed(vec![rule(80)]), Rules::Observed(vec![]));
    }
}
