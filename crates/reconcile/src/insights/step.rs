//! The hops of an explanation as steps of a path: resources with their ids, in the order in which AWS names them.

use explain::{Blocker, Ground, Hop, Way};
use plan::{Allow, Peer};
use resource::{InterfaceId, NetworkInterface, PathComponent, PathPeer, PathReason, PathRule, PathStep, Subnet, SubnetId, VpcId};
use store::Snapshot;

use super::sight::Sight;

/// What packets meet on a way.
pub(super) fn forward(sight: &Sight<'_>, way: &Way) -> Vec<PathStep> {
    let hops = met(way).into_iter().filter(|hop| !answers_only(hop));
    let mut steps: Vec<PathStep> = Vec::new();
    for step in hops.flat_map(|hop| of(sight, hop, hop.ground.as_ref())) {
        add(&mut steps, step);
    }
    // At its source, packets come from an instance to its interface; everywhere else it is the other way round.
    if let [interface, instance, ..] = steps.as_mut_slice()
        && interface.attached_to.as_ref() == Some(&instance.component)
    {
        std::mem::swap(interface, instance);
    }
    steps
}

/// What answers meet: the same in the other order, but for the tables, which are those of who answers. Groups let answers pass
/// without a rule.
pub(super) fn back(sight: &Sight<'_>, way: &Way) -> Vec<PathStep> {
    let hops = met(way).into_iter().rev().filter(|hop| !matches!(hop.ground, Some(Ground::Groups { .. })));
    let (mut steps, mut routes) = (Vec::new(), Vec::new());
    for hop in hops {
        let mut own = of(sight, hop, hop.back.as_ref().or(hop.ground.as_ref()));
        own.reverse();
        if leads_away(hop) {
            own.retain(|step| !step.component.id.starts_with("rtb-"));
        }
        if answers_only(hop) {
            routes.extend(own);
            continue;
        }
        // Who answers comes first, and the boundary of its subnet.
        let at_home = matches!(hop.ground, Some(Ground::Acl { .. })) || own.iter().any(|step| step.attached_to.is_some());
        if !at_home {
            routes.drain(..).for_each(|step| add(&mut steps, step));
        }
        own.into_iter().for_each(|step| add(&mut steps, step));
    }
    routes.into_iter().for_each(|step| add(&mut steps, step));
    if let [.., instance, interface] = steps.as_mut_slice()
        && interface.attached_to.as_ref() == Some(&instance.component)
    {
        std::mem::swap(instance, interface);
    }
    steps
}

/// What packets come to: an internet gateway translates for an interface, which they do not meet a second time for that.
fn met(way: &Way) -> Vec<&Hop> {
    let leads_out = |hop: &Hop| matches!(&hop.ground, Some(Ground::Route { target, .. }) if target.starts_with("igw-"));
    let before = std::iter::once(None).chain(way.hops.iter().map(Some));
    before.zip(&way.hops).filter(|(before, _)| !before.is_some_and(leads_out)).map(|(_, hop)| hop).collect()
}

/// Whether it is a table that leads packets out of a VPC: answers come in there, and ask none.
fn leads_away(hop: &Hop) -> bool {
    matches!(&hop.ground, Some(Ground::Route { target, .. }) if target != "local")
}

/// Whether only answers meet it.
fn answers_only(hop: &Hop) -> bool {
    hop.ground.is_none() && hop.back.is_some()
}

/// Adds what is met next; what is met twice on end is one step.
fn add(steps: &mut Vec<PathStep>, step: PathStep) {
    if steps.last().is_none_or(|last| last.component != step.component) {
        steps.push(step);
    }
}

/// A hop as steps; none when it is nothing that AWS names. A route to a gateway is a step of its table and one of the gateway,
/// and an interface is followed by the instance that holds it.
fn of(sight: &Sight<'_>, hop: &Hop, ground: Option<&Ground>) -> Vec<PathStep> {
    let table = match ground {
        Some(Ground::Route { table: Some(table), .. }) => Some(table.to_string()),
        _ => None,
    };
    let Some(component) = sight.component(table.as_deref().unwrap_or_else(|| first_word(&hop.component))) else {
        return Vec::new();
    };
    let interface = InterfaceId::parse(&component.id).ok().and_then(|id| sight.world.find::<NetworkInterface>(id.as_str()));
    let attached_to = interface.as_ref().and_then(|interface| sight.holder(interface));
    let subnet = interface.as_ref().map(|interface| interface.subnet.clone()).or_else(|| subnet_of(ground));
    let vpc = vpc_of(sight.world, subnet.as_ref());
    let instance = attached_to.clone().filter(|holder| holder.id.starts_with("i-")).map(plain);
    let gateway = match ground {
        Some(Ground::Route { target, .. }) if target.starts_with("igw-") => sight.component(target).map(plain),
        _ => None,
    };
    let step = PathStep { component, attached_to, vpc, subnet, rule: ground.and_then(rule), header: None, inbound: None };
    std::iter::once(step).chain(instance).chain(gateway).collect()
}

fn plain(component: PathComponent) -> PathStep {
    PathStep { component, attached_to: None, vpc: None, subnet: None, rule: None, header: None, inbound: None }
}

/// Why a path ends. Of what is in the way in a stranger's network, only the account is said.
pub(super) fn reason(sight: &Sight<'_>, blocker: &Blocker) -> PathReason {
    let ground = blocker.ground.as_ref();
    let text = first_word(&blocker.component);
    let mut reason = because(blocker.code.as_str(), text, None);
    if let Some(account) = sight.stranger(text) {
        return PathReason { component: None, account: Some(account), ..reason };
    }
    reason.component = sight.component(text).or(reason.component);
    match ground {
        Some(Ground::Groups { egress, interface, groups, .. }) => {
            reason.egress = Some(*egress);
            reason.interface = interface.as_ref().and_then(|id| sight.component(id.as_str()));
            reason.groups = groups.iter().filter_map(|id| sight.component(id.as_str())).collect();
        }
        Some(Ground::Acl { egress, .. }) => reason.egress = Some(*egress),
        Some(Ground::Apart { source, destination }) => {
            (reason.source_vpc, reason.destination_vpc) = (Some(source.clone()), Some(destination.clone()));
        }
        Some(Ground::Route { .. }) | None => {}
    }
    let home = reason.interface.as_ref().and_then(|interface| sight.world.find::<NetworkInterface>(&interface.id));
    reason.subnet = home.map(|interface| interface.subnet.clone()).or_else(|| subnet_of(ground));
    reason.vpc = vpc_of(sight.world, reason.subnet.as_ref());
    reason.rule = ground.and_then(rule);
    reason
}

/// A reason of which only the code and the component are known.
pub(super) fn because(code: &str, id: &str, arn: Option<String>) -> PathReason {
    PathReason {
        code: code.to_owned(),
        component: Some(PathComponent { id: id.to_owned(), arn }),
        account: None,
        egress: None,
        interface: None,
        groups: Vec::new(),
        rule: None,
        vpc: None,
        subnet: None,
        source_vpc: None,
        destination_vpc: None,
    }
}

/// The id, of what may be called "eni-… of i-…".
pub(super) fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

fn subnet_of(ground: Option<&Ground>) -> Option<SubnetId> {
    match ground? {
        Ground::Acl { subnet, .. } => Some(subnet.clone()),
        Ground::Groups { .. } | Ground::Route { .. } | Ground::Apart { .. } => None,
    }
}

fn vpc_of(world: &Snapshot, subnet: Option<&SubnetId>) -> Option<VpcId> {
    Some(world.find::<Subnet>(subnet?.as_str())?.vpc.clone())
}

fn rule(ground: &Ground) -> Option<PathRule> {
    Some(match ground {
        Ground::Groups { egress, allow, .. } => {
            let Allow { traffic, peer } = allow.as_ref()?;
            let peer = match peer {
                Peer::Net(net) => PathPeer::Cidr(*net),
                Peer::Members(id) => PathPeer::Group(id.clone()),
                Peer::List(id, _) => PathPeer::List(id.clone()),
            };
            PathRule::Group { egress: *egress, traffic: *traffic, peer }
        }
        Ground::Acl { egress, rule, .. } => {
            let rule = rule.as_ref()?;
            let (number, traffic, cidr, allow) = (rule.number, rule.traffic, rule.cidr, rule.allow);
            PathRule::Acl { egress: *egress, number, traffic, cidr, allow }
        }
        Ground::Apart { .. } => return None,
        Ground::Route { prefix, target, .. } => PathRule::Route { prefix: *prefix, target: target.clone() },
    })
}
