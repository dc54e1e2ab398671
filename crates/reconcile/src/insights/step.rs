//! The hops of an explanation as steps of a path: resources with their ids, in the order in which AWS names them.

use explain::{Blocker, Ground, Hop, Way};
use plan::{Allow, Peer};
use resource::{
    Holder, InterfaceId, NetworkInterface, Owner, PathComponent, PathPeer, PathReason, PathRule, PathStep, Resource, Subnet,
    SubnetId, VpcId,
};
use store::Snapshot;

/// The types of EC2's resources by the prefixes of their ids, for ARNs.
const TYPES: [(&str, &str); 14] = [
    ("vpce-svc", "vpc-endpoint-service"),
    ("vpce", "vpc-endpoint"),
    ("vpc", "vpc"),
    ("subnet", "subnet"),
    ("rtb", "route-table"),
    ("sg", "security-group"),
    ("acl", "network-acl"),
    ("eni", "network-interface"),
    ("igw", "internet-gateway"),
    ("nat", "natgateway"),
    ("eipalloc", "elastic-ip"),
    ("pcx", "vpc-peering-connection"),
    ("pl", "prefix-list"),
    ("i", "instance"),
];

/// What packets meet on a way.
pub(super) fn forward(world: &Snapshot, owner: &Owner, way: &Way) -> Vec<PathStep> {
    let mut steps: Vec<PathStep> = Vec::new();
    for hop in &way.hops {
        for step in of(world, owner, hop, hop.ground.as_ref()) {
            if steps.last().is_none_or(|last| last.component != step.component) {
                steps.push(step);
            }
        }
    }
    steps
}

/// What answers meet: the same in the other order. Groups let answers pass without a rule.
pub(super) fn back(world: &Snapshot, owner: &Owner, way: &Way) -> Vec<PathStep> {
    let hops = way.hops.iter().rev().filter(|hop| !matches!(hop.ground, Some(Ground::Groups { .. })));
    hops.flat_map(|hop| {
        let mut steps = of(world, owner, hop, hop.back.as_ref().or(hop.ground.as_ref()));
        steps.reverse();
        steps
    })
    .collect()
}

/// A hop as steps; none when it is nothing that AWS names. A route to a gateway is a step of its table and one of the gateway.
fn of(world: &Snapshot, owner: &Owner, hop: &Hop, ground: Option<&Ground>) -> Vec<PathStep> {
    let table = match ground {
        Some(Ground::Route { table: Some(table), .. }) => Some(table.to_string()),
        _ => None,
    };
    let Some(component) = component(world, owner, table.as_deref().unwrap_or_else(|| first_word(&hop.component))) else {
        return Vec::new();
    };
    let interface = InterfaceId::parse(&component.id).ok().and_then(|id| world.find::<NetworkInterface>(id.as_str()));
    let attached_to = interface.as_ref().and_then(|interface| holder(world, owner, interface));
    let subnet = interface.as_ref().map(|interface| interface.subnet.clone()).or_else(|| subnet_of(ground));
    let vpc = vpc_of(world, subnet.as_ref());
    let instance = attached_to.clone().filter(|holder| holder.id.starts_with("i-")).map(plain);
    let gateway = match ground {
        Some(Ground::Route { target, .. }) if target.starts_with("igw-") => self::component(world, owner, target).map(plain),
        _ => None,
    };
    let step = PathStep { component, attached_to, vpc, subnet, rule: ground.and_then(rule), header: None, inbound: None };
    instance.into_iter().chain([step]).chain(gateway).collect()
}

fn plain(component: PathComponent) -> PathStep {
    PathStep { component, attached_to: None, vpc: None, subnet: None, rule: None, header: None, inbound: None }
}

/// Why a path ends.
pub(super) fn reason(world: &Snapshot, owner: &Owner, blocker: &Blocker) -> PathReason {
    let ground = blocker.ground.as_ref();
    let text = first_word(&blocker.component);
    let own = component(world, owner, text).unwrap_or_else(|| PathComponent { id: text.to_owned(), arn: None });
    let (egress, interface, groups) = match ground {
        Some(Ground::Groups { egress, interface, groups, .. }) => (Some(*egress), interface.clone(), groups.clone()),
        Some(Ground::Acl { egress, .. }) => (Some(*egress), None, Vec::new()),
        Some(Ground::Route { .. }) | None => (None, None, Vec::new()),
    };
    let home = interface.as_ref().and_then(|id| world.find::<NetworkInterface>(id.as_str()));
    let subnet = home.map(|interface| interface.subnet.clone()).or_else(|| subnet_of(ground));
    PathReason {
        code: blocker.code.to_string(),
        component: own,
        egress,
        interface: interface.and_then(|id| component(world, owner, id.as_str())),
        groups: groups.iter().filter_map(|id| component(world, owner, id.as_str())).collect(),
        rule: ground.and_then(rule),
        vpc: vpc_of(world, subnet.as_ref()),
        subnet,
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// A resource by its id or ARN, with its ARN in the account that owns it; none for what is no resource.
fn component(world: &Snapshot, owner: &Owner, id: &str) -> Option<PathComponent> {
    if id.starts_with("arn:") {
        return Some(PathComponent { id: id.to_owned(), arn: Some(id.to_owned()) });
    }
    let (prefix, digits) = id.rsplit_once('-')?;
    let (_, kind) = TYPES.iter().find(|(known, _)| *known == prefix)?;
    let is_id = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let owner = owner_of(world, id).unwrap_or_else(|| owner.clone());
    is_id.then(|| PathComponent { id: id.to_owned(), arn: Some(owner.arn("ec2", &format!("{kind}/{id}"))) })
}

/// Who owns what has an id: a path may lead through what belongs to others.
fn owner_of(world: &Snapshot, id: &str) -> Option<Owner> {
    macro_rules! owner {
        ($($kind:ident),*) => {
            None$(.or_else(|| world.find::<resource::$kind>(id).and_then(|found| found.owner().cloned())))*
        };
    }
    owner!(
        NetworkInterface,
        SecurityGroup,
        NetworkAcl,
        RouteTable,
        VpcEndpoint,
        EndpointService,
        Instance,
        Vpc,
        Subnet,
        NatGateway
    )
}

fn holder(world: &Snapshot, owner: &Owner, interface: &NetworkInterface) -> Option<PathComponent> {
    match &interface.attachment.as_ref()?.holder {
        Holder::Instance(id) => component(world, owner, id.as_str()),
        Holder::Process { .. } | Holder::Service => None,
    }
}

fn subnet_of(ground: Option<&Ground>) -> Option<SubnetId> {
    match ground? {
        Ground::Acl { subnet, .. } => Some(subnet.clone()),
        Ground::Groups { .. } | Ground::Route { .. } => None,
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
        Ground::Route { prefix, target, .. } => PathRule::Route { prefix: *prefix, target: target.clone() },
    })
}
