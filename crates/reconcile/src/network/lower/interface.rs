//! An interface: a link into a workload's namespace and its place in the filter, or an address that the router holds.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use kernel::nft::{Action, Data, Mark, SetData, Type, Value, Verdict};
use kernel::{Address, Link, LinkEnd, LinkKind, Mac, Object, Rule};
use plan::{Interface, Place};
use resource::{GroupId, RouteTableId, VpcId};

use super::acl::boundary_chain;
use super::table::asked;
use super::{held_address, in_namespace, link_end, neighbour, on_device, sysctl, via};
use crate::network::ledger::Placed;
use crate::network::name::{
    LOCAL, group_in, group_out, interface_device, members, notes_in, notes_out, profile_in, profile_out, subnet_mark,
    table_number,
};
use crate::network::ruleset::{chain, device, drop_if, element, hashed, jump, set, verdict};
use crate::network::untracked::{End, concluded, noting};

/// AWS's MTU inside a VPC.
const MTU: u32 = 9001;
/// The main routing table of a workload.
const MAIN: u32 = 254;
/// The routing tables of a workload's further interfaces, and the priorities of the rules that lead to them, follow this.
const SECONDARY: u32 = 10_000;

pub(super) fn lower(interface: &Interface) -> Vec<Placed> {
    let mut objects = membership(interface);
    objects.extend(profiles(&interface.groups));
    let mut placed = match &interface.place {
        Place::Router { subnet, table, sends } => {
            objects.extend(held(interface, *subnet));
            objects.extend(at_home(interface, *subnet, table));
            if *sends {
                objects.extend(interface.addresses.iter().map(|address| answering(*address, table)));
                objects.extend(interface.public.iter().map(|address| passes(*address, *subnet)));
            } else {
                objects.extend(interface.public.iter().map(|address| translated(*address, *subnet)));
            }
            Vec::new()
        }
        Place::Workload { .. } => {
            objects.extend(linked(interface));
            workload(interface)
        }
    };
    placed.extend(in_namespace(interface.vpc.as_str(), objects));
    placed.extend(interface.abroad.iter().flat_map(|(vpc, group)| known_abroad(interface, vpc, group)));
    placed
}

/// The addresses as those of a group's members in a peered VPC, where rules name it.
fn known_abroad(interface: &Interface, vpc: &VpcId, group: &GroupId) -> Vec<Placed> {
    let name = members(group);
    let elements = interface.addresses.iter().map(|address| element(&name, vec![Value::Addr(*address)], Data::None));
    in_namespace(vpc.as_str(), elements.chain([Object::Set(hashed(&name, &[Type::Addr], SetData::None))]))
}

fn is_held(interface: &Interface) -> bool {
    matches!(interface.place, Place::Router { .. })
}

/// Who comes through a node's public address is its balancer's as well.
fn membership(interface: &Interface) -> Vec<Object> {
    let groups = interface.groups.iter();
    let known_as = || interface.addresses.iter().chain(interface.public.iter().filter(|_| is_held(interface)));
    let pairs = groups.flat_map(|group| known_as().map(move |address| (group, *address)));
    pairs.map(|(group, address)| element(&members(group), vec![Value::Addr(address)], Data::None)).collect()
}

/// The chains of a set of groups: what any of them lets in or out. Interfaces with the same groups share them.
fn profiles(groups: &[GroupId]) -> Vec<Object> {
    if groups.is_empty() {
        return Vec::new();
    }
    let profile = |name: String, end: End, notes: fn(&GroupId) -> String, each: fn(&GroupId) -> String| {
        let noted = groups.iter().map(|group| noting(&notes(group))).chain([concluded(end)]);
        let judged = groups.iter().map(|group| kernel::nft::Rule::new([], [jump(&each(group))]));
        Object::Chain(chain(&name, noted.chain(judged).chain([drop_if(vec![])]).collect()))
    };
    vec![
        profile(profile_in(groups), End::Last, notes_in, group_in),
        profile(profile_out(groups), End::First, notes_out, group_out),
    ]
}

/// An address that the router holds. Packets that do not leave its subnet are no business of the ACL.
fn held(interface: &Interface, subnet: Ipv4Net) -> Vec<Object> {
    let mut objects: Vec<Object> = interface.addresses.iter().map(|address| held_address(*address)).collect();
    for address in interface.addresses.iter().chain(&interface.public).map(|address| vec![Value::Addr(*address)]) {
        if !interface.groups.is_empty() {
            objects.push(verdict(set::MANAGED_IN, address.clone(), Verdict::Goto(profile_in(&interface.groups))));
            objects.push(verdict(set::MANAGED_OUT, address.clone(), Verdict::Goto(profile_out(&interface.groups))));
        }
        if interface.acl.is_some() {
            objects.push(verdict(set::ACL_MANAGED_IN, address.clone(), Verdict::Jump(boundary_chain(set::ACL_IN, subnet))));
            objects.push(verdict(set::ACL_MANAGED_OUT, address, Verdict::Jump(boundary_chain(set::ACL_OUT, subnet))));
        }
    }
    objects
}

/// What passes the address goes on by the table of its own subnet, whoever sends it.
fn at_home(interface: &Interface, subnet: Ipv4Net, table: &RouteTableId) -> Vec<Object> {
    let marked = Action::SetMark(Mark::Value(subnet_mark(subnet)));
    let chain = Object::Chain(chain(&boundary_chain(set::HOME, subnet), vec![kernel::nft::Rule::new([], [marked])]));
    let mut objects = vec![chain, asks(subnet, table)];
    objects.extend(interface.addresses.iter().map(|address| passes(*address, subnet)));
    objects
}

fn passes(address: Ipv4Addr, subnet: Ipv4Net) -> Object {
    verdict(set::HOME, vec![Value::Addr(address)], Verdict::Jump(boundary_chain(set::HOME, subnet)))
}

/// Packets of a subnet ask its table where the VPC itself has no way.
fn asks(subnet: Ipv4Net, table: &RouteTableId) -> Object {
    asked(300, subnet_mark(subnet), table_number(table))
}

/// Answers from the internet to what a NAT gateway translated go on by the table of the gateway's own subnet.
fn translated(public: Ipv4Addr, subnet: Ipv4Net) -> Object {
    element(set::EDGE, vec![Value::Addr(public)], Data::Values(vec![Value::Mark(subnet_mark(subnet))]))
}

/// What the router's own sockets send from an address leaves by the table of the address's subnet, after all that is marked.
fn answering(address: Ipv4Addr, table: &RouteTableId) -> Object {
    let (iif, from) = (Some("lo".into()), Some(Ipv4Net::from(address)));
    Object::Rule(Rule { priority: 350, iif, from, to: None, fwmark: None, table: table_number(table) })
}

/// The router's side of a workload's link.
fn linked(interface: &Interface) -> Vec<Object> {
    let Place::Workload { namespace, device: index, mac, subnet, checked, table, .. } = &interface.place else {
        return Vec::new();
    };
    let name = interface_device(&interface.id);
    let peer = LinkEnd { mac: parse_mac(mac).unwrap_or_else(|| Mac::of(mac)), ..link_end(&format!("eth{index}"), mac, MTU) };
    // The router never asks who has an interface's address: nobody can answer in its place, or fill the host's table of
    // neighbours, which all namespaces share.
    let mut objects: Vec<Object> = interface.addresses.iter().map(|address| neighbour(&name, *address, &peer)).collect();
    let kind = LinkKind::Veth { namespace: namespace.clone(), peer };
    objects.extend([
        Object::Link(Link { end: link_end(&name, &name, MTU), kind }),
        Object::Shortcut(name.clone()),
        // Otherwise the answer to the first ARP request is up to 0.8 s late.
        sysctl(format!("net/ipv4/neigh/{name}/proxy_delay"), "0"),
        asks(*subnet, table),
        verdict(set::EGRESS, vec![device(&name)], Verdict::Goto(profile_out(&interface.groups))),
        verdict(set::INGRESS, vec![device(&name)], Verdict::Goto(profile_in(&interface.groups))),
    ]);
    if interface.acl.is_some() {
        let around = [set::ACL_OUT, set::ACL_IN];
        objects.extend(around.map(|map| verdict(map, vec![device(&name)], Verdict::Jump(boundary_chain(map, *subnet)))));
    }
    objects.extend(interface.addresses.iter().map(|address| on_device(LOCAL, Ipv4Net::from(*address), &name)));
    let value = || Data::Values(vec![Value::Mark(subnet_mark(*subnet))]);
    let bound = |address: &Ipv4Addr| element(set::BOUND, vec![device(&name), Value::Addr(*address)], value());
    objects.extend(interface.addresses.iter().map(bound));
    if !checked {
        let appliance = element(set::APPLIANCES, vec![device(&name)], Data::None);
        objects.extend([element(set::UNCHECKED, vec![device(&name)], value()), appliance]);
    }
    objects
}

/// The workload's side of its link.
fn workload(interface: &Interface) -> Vec<Placed> {
    let Place::Workload { namespace, device: index, subnet, gateway, .. } = &interface.place else { return Vec::new() };
    let name = format!("eth{index}");
    // Only the primary address is in the subnet as Linux sees it, or the one that comes first would be what packets leave with.
    let primary = interface.addresses.first().and_then(|first| Ipv4Net::new(*first, subnet.prefix_len()).ok());
    let others = interface.addresses.iter().skip(1).map(|address| Ipv4Net::from(*address));
    let own = |net| Object::Address(Address { link: name.clone(), net });
    let mut objects: Vec<Object> = primary.into_iter().chain(others).map(own).collect();
    if *index == 0 {
        objects.push(via(MAIN, Ipv4Net::default(), &name, *gateway, None));
        objects.push(sysctl("net/ipv6/conf/all/disable_ipv6", "1"));
        objects.push(sysctl("net/ipv4/ping_group_range", "0 2147483647"));
        objects.push(sysctl("net/ipv4/ip_unprivileged_port_start", "0"));
    } else {
        objects.extend(of_its_own(interface, *index, &name, *gateway));
    }
    in_namespace(namespace, objects)
}

/// The routing table of an interface that is not the first, as in Amazon's images: answers leave by where the question came.
fn of_its_own(interface: &Interface, index: u32, name: &str, gateway: Ipv4Addr) -> Vec<Object> {
    let table = SECONDARY + index;
    let from = |address: &Ipv4Addr| Object::Rule(Rule { from: Some(Ipv4Net::from(*address)), ..Rule::of_all(table, table) });
    let rules = interface.addresses.iter().map(from);
    rules.chain([via(table, Ipv4Net::default(), name, gateway, None)]).collect()
}

/// An Ethernet address as text, `02:00:…`.
fn parse_mac(text: &str) -> Option<Mac> {
    let mut bytes = text.split(':').map(|part| u8::from_str_radix(part, 16).ok());
    let mac = std::array::from_fn(|_| bytes.next().flatten());
    let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] = mac else { return None };
    bytes.next().is_none().then_some(Mac([a, b, c, d, e, f]))
}
