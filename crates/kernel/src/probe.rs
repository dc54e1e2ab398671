//! Finds out what this machine can do, by doing it in a namespace that is gone afterwards.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};

use crate::error::KernelError;
use crate::namespaces::{aside, choose_congestion_control};
use crate::netlink::Socket;
use crate::nft::{
    Action, Chain, ChainKind, Data, Element, Field, Gives, Hook, HookPoint, Match, Nat, Policy, Rule, Rules, Set, SetData, Table,
    Type, Value, Verdict, ct_state,
};
use crate::object::{Change, LinkEnd, LinkKind, Mac, Object};
use crate::own_root::Holder;
use crate::proc_sys::Folders;
use crate::shortcut::Shortcuts;
use crate::{nftables, route};

const TABLE: &str = "underpass-probe";

/// Something that the machine must be able to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// What it is.
    pub name: &'static str,
    /// Whether the machine can.
    pub ok: bool,
    /// Whether nothing works without it.
    pub required: bool,
    /// Why it cannot; empty when it can.
    pub reason: String,
    /// The command that mends it.
    pub remedy: &'static str,
}

/// Tries everything that this crate needs or can use.
pub fn probe() -> Vec<Feature> {
    let mut features =
        vec![capability("CAP_NET_ADMIN", 12, "sudo underpass up"), capability("CAP_SYS_ADMIN", 21, "sudo underpass up")];
    // What is left of the namespace goes with the thread.
    let tried = aside(|| match unshare(CloneFlags::CLONE_NEWNET) {
        Ok(()) => inside(),
        Err(error) => vec![feature(
            "network namespaces",
            Err(KernelError::failed("make one", error)),
            "sudo sysctl -w user.max_net_namespaces=65536",
        )],
    });
    match tried {
        Ok(tried) => features.extend(tried),
        Err(error) => features.push(feature("threads", Err(error), "ulimit -u unlimited")),
    }
    features
}

/// Everything that can be tried inside a fresh namespace.
fn inside() -> Vec<Feature> {
    let loopback = route::set_loopback_up().map_err(|e| KernelError::failed("bring up a loopback", e));
    let mut features = vec![
        feature("network namespaces", loopback, "sudo sysctl -w user.max_net_namespaces=65536"),
        feature("user namespaces", own_root(), "sudo sysctl -w user.max_user_namespaces=65536"),
        feature("veth pairs", veth(), "sudo modprobe veth"),
        feature(
            "congestion control without pacing",
            choose_congestion_control(&mut Folders::default()),
            "sudo sysctl -w net.ipv4.tcp_allowed_congestion_control='reno cubic'",
        ),
        feature("nftables", commit(&[table()]), "sudo modprobe nf_tables"),
    ];
    for (name, objects, remedy) in filters() {
        features.push(feature(name, commit(&objects), remedy));
    }
    let shortcuts = Shortcuts::new(Duration::ZERO).map(drop).map_err(|e| KernelError::failed("load programs for routers", e));
    let remedy = "use Linux 6.6 or newer with CONFIG_BPF_SYSCALL=y and CONFIG_NET_XGRESS=y";
    features.push(Feature { required: false, ..feature("shortcuts for flows that were judged", shortcuts, remedy) });
    features
}

/// What nftables must be able to do, each as the objects that show it.
fn filters() -> Vec<(&'static str, Vec<Object>, &'static str)> {
    let hash = Field::Hash { over: vec![Field::Saddr], modulus: 2, seed: 1 };
    let service = vec![Type::Addr, Type::Port];
    let dnat = |key: Field, map: &str| rule(Action::Dnat(Nat::by_map([key], map, Gives::AddrPort)));
    let nat = |name, point, rules| chain(name, ChainKind::Nat, point, rules);
    let follow = Rule::new([Match::any_of(Field::CtState, ct_state::NEW)], [Action::Verdict(Verdict::Accept)]);
    let realm = Rule::new([Match::masked(Field::RtClassId, 0xffff, 1)], [Action::Counter]);
    let local = Rule::new([Match::is(Field::FibDaddrType, Field::LOCAL)], [Action::SetCtZone(1), Action::Notrack]);
    let verdict = Element {
        table: TABLE.to_owned(),
        set: "verdicts".to_owned(),
        key: vec![Value::Mark(1)],
        data: Data::Verdict(Verdict::Drop),
    };
    vec![
        (
            "connection tracking",
            vec![chain("follow", ChainKind::Filter, HookPoint::Forward, vec![follow])],
            "sudo modprobe nft_ct",
        ),
        (
            "routing realms",
            vec![chain("realm", ChainKind::Filter, HookPoint::Postrouting, vec![realm])],
            "use a kernel with CONFIG_IP_ROUTE_CLASSID=y",
        ),
        (
            "unfollowed flows",
            vec![chain("raw", ChainKind::Filter, HookPoint::Prerouting, vec![local])],
            "sudo modprobe -a nft_ct nft_fib_ipv4",
        ),
        (
            "verdict maps",
            vec![set("verdicts", vec![Type::Mark], SetData::Verdict), Object::Element(verdict)],
            "sudo modprobe nf_tables",
        ),
        (
            "address translation by map",
            vec![
                set("services", vec![Type::Addr], SetData::Values(service.clone())),
                nat("translate", HookPoint::Prerouting, vec![dnat(Field::Daddr, "services")]),
                nat("hide", HookPoint::Postrouting, vec![rule(Action::Masquerade)]),
            ],
            "sudo modprobe -a nft_chain_nat nft_nat nft_masq",
        ),
        (
            "flow hashing",
            vec![
                set("targets", vec![Type::Mark], SetData::Values(service)),
                nat("balance", HookPoint::Prerouting, vec![dnat(hash, "targets"), dnat(Field::RoundRobin(2), "targets")]),
            ],
            "sudo modprobe -a nft_hash nft_numgen",
        ),
    ]
}

fn own_root() -> Result<(), KernelError> {
    Holder::start().map(drop).map_err(|e| KernelError::failed("make a user namespace with a network", e))
}

fn veth() -> Result<(), KernelError> {
    let failed = |e| KernelError::failed("make a veth pair", e);
    let end = |name: &str| LinkEnd { name: name.to_owned(), mac: Mac::of(name), mtu: 1500, up: true };
    let here = File::open("/proc/thread-self/ns/net").map_err(failed)?;
    let kind = LinkKind::Veth { namespace: String::new(), peer: end("probe1") };
    let message = route::new_link(&end("probe0"), &kind, here.as_fd());
    let answers = Socket::open(route::NETLINK_ROUTE).and_then(|socket| socket.request(message.bytes())).map_err(failed)?;
    match answers.iter().find(|answer| answer.errno != 0) {
        Some(answer) => Err(failed(std::io::Error::from_raw_os_error(answer.errno))),
        None => Ok(()),
    }
}

fn commit(objects: &[Object]) -> Result<(), KernelError> {
    let changes: Vec<Change> = objects.iter().cloned().map(Change::Add).collect();
    nftables::commit(&changes.iter().collect::<Vec<_>>())
}

fn table() -> Object {
    Object::Table(Table { name: TABLE.to_owned() })
}

fn chain(name: &str, kind: ChainKind, point: HookPoint, rules: Vec<Rule>) -> Object {
    let priority = if name == "raw" { -300 } else { 0 };
    let hook = Some(Hook { kind, point, priority, policy: Policy::Accept });
    Object::Chain(Chain { table: TABLE.to_owned(), name: name.to_owned(), hook, rules: Rules::Listed(rules) })
}

fn set(name: &str, key: Vec<Type>, data: SetData) -> Object {
    Object::Set(Set { table: TABLE.to_owned(), name: name.to_owned(), key, data })
}

fn rule(action: Action) -> Rule {
    Rule::new([], [action])
}

/// Whether this process holds a capability, by its bit in `/proc/self/status`.
fn capability(name: &'static str, bit: u32, remedy: &'static str) -> Feature {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    let ok = effective >> bit & 1 == 1;
    let reason = if ok { String::new() } else { "this process does not have it".to_owned() };
    Feature { name, ok, required: true, reason, remedy }
}

fn feature(name: &'static str, outcome: Result<(), KernelError>, remedy: &'static str) -> Feature {
    let reason = outcome.as_ref().err().map_or_else(String::new, chain_of_causes);
    Feature { name, ok: outcome.is_ok(), required: true, reason, remedy }
}

fn chain_of_causes(error: &KernelError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
