//! The words of nftables that we use, as plain data: tables, chains with their rules, sets, maps and elements. All of it
//! is of family `ip`. Printing gives the syntax of the `nft` program.

mod display;
mod rule;

pub use rule::{Action, AddressPart, Field, Gives, Mark, Match, Nat, NatTo, Operand, Per, Reject, Rule, ct_state, ct_status};

use std::net::Ipv4Addr;

/// A table: a name space for chains and sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, such as `underpass`.
    pub name: String,
}

/// A chain with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The table in which it lies.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Where packets enter it; none for a chain that is only jumped to.
    pub hook: Option<Hook>,
    /// What it does, in order.
    pub rules: Rules,
}

/// The rules of a chain. A wanted chain lists them; an observed chain knows only their digests, which are left in the
/// kernel with each rule. The two are equal when the digests are.
#[derive(Debug, Clone)]
pub enum Rules {
    /// The rules themselves.
    Listed(Vec<Rule>),
    /// The digest of each rule as found in the kernel; none for a rule that somebody else made.
    Observed(Vec<Option<u64>>),
}

/// Where and when the packets enter a base chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hook {
    /// What the chain may do.
    pub kind: ChainKind,
    /// The place in the packet's path.
    pub point: HookPoint,
    /// The order among chains at that place; lower is earlier. `raw` is -300, `mangle` -150, `dstnat` -100, `filter` 0, `srcnat` 100.
    pub priority: i32,
    /// What happens to a packet that reaches the end.
    pub policy: Policy,
}

/// What a base chain may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainKind {
    /// Accept and drop.
    Filter,
    /// Rewrite addresses; sees only the first packet of a flow.
    Nat,
    /// Change what routing of local packets depends on.
    Route,
}

/// A place in the packet's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the kernel's own five words")]
pub enum HookPoint {
    Prerouting,
    Input,
    Forward,
    Output,
    Postrouting,
}

/// What happens at the end of a base chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The packet goes on.
    Accept,
    /// The packet is gone.
    Drop,
}

/// A set (without data) or a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The table in which it lies.
    pub table: String,
    /// Its name.
    pub name: String,
    /// The type of its keys; several are a concatenation.
    pub key: Vec<Type>,
    /// What a key leads to.
    pub data: SetData,
}

/// What the keys of a set or map lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetData {
    /// Nothing: a set.
    None,
    /// Values: a map, for address translation or marks.
    Values(Vec<Type>),
    /// A range of addresses: a map from a key to a pool for source translation.
    Pool,
    /// A verdict: a verdict map.
    Verdict,
}

/// The type of a key or datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `ipv4_addr`
    Addr,
    /// `inet_service`: a port.
    Port,
    /// `inet_proto`: a protocol number.
    Proto,
    /// `mark`: a 32-bit number; also the type of [`Field::Hash`].
    Mark,
    /// `ifname`: the name of a device.
    Interface,
}

/// A value of one of the types.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// An IPv4 address.
    Addr(Ipv4Addr),
    /// A port.
    Port(u16),
    /// A protocol number: 1 ICMP, 6 TCP, 17 UDP.
    Proto(u8),
    /// A 32-bit number.
    Mark(u32),
    /// The name of a device.
    Interface(String),
}

/// One element of a set or map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The table of the set.
    pub table: String,
    /// The set.
    pub set: String,
    /// The key.
    pub key: Vec<Value>,
    /// What the key leads to.
    pub data: Data,
}

/// How long flows of TCP are remembered whose first packet met [`Action::Timeout`] of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeout {
    /// The table in which it lies.
    pub table: String,
    /// Its name. The kernel cannot change one: let the name say what it is.
    pub name: String,
    /// For so many seconds an established flow without packets.
    pub established: u32,
}

/// What a key leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nothing: the element of a set.
    None,
    /// Values, of the types that the map declares.
    Values(Vec<Value>),
    /// The first and last address of a pool.
    Pool(Ipv4Addr, Ipv4Addr),
    /// A verdict.
    Verdict(Verdict),
}

/// What becomes of a packet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It goes on, past the rest of this hook's chain.
    Accept,
    /// It is gone.
    Drop,
    /// Back to the calling chain, or the policy of a base chain.
    Return,
    /// Into a chain, and back after its end.
    Jump(String),
    /// Into a chain, never back.
    Goto(String),
}

impl Rules {
    /// The digest of each rule.
    pub fn digests(&self) -> Vec<Option<u64>> {
        match self {
            Rules::Listed(rules) => rules.iter().map(|rule| Some(rule.digest())).collect(),
            Rules::Observed(digests) => digests.clone(),
        }
    }
}

impl PartialEq for Rules {
    fn eq(&self, other: &Rules) -> bool {
        match (self, other) {
            (Rules::Listed(ours), Rules::Listed(theirs)) => ours == theirs,
            _ => self.digests() == other.digests(),
        }
    }
}

impl Eq for Rules {}

impl Rule {
    /// A number that differs between rules that the kernel would see differ; it lies beside the rule there.
    pub fn digest(&self) -> u64 {
        digest(&crate::nftables::encoded(self))
    }
}

impl Value {
    /// The type of the value.
    pub fn kind(&self) -> Type {
        match self {
            Value::Addr(_) => Type::Addr,
            Value::Port(_) => Type::Port,
            Value::Proto(_) => Type::Proto,
            Value::Mark(_) => Type::Mark,
            Value::Interface(_) => Type::Interface,
        }
    }
}

/// FNV-1a, 64 bits: stable between builds, so that a daemon recognises what its predecessor left.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
