//! The commands that mend what is in the way, with the real ids in them.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use resource::{
    AclId, ElasticAddress, GroupId, GroupRule, InternetGateway, NatGateway, NatState, NetworkAcl, NetworkInterface, Owner,
    PrefixList, QUOTA, QuotaChange, Resource, Route, RouteTable, RouteTarget, RulePeer, SecurityGroup, Vpc, VpcId,
};
use store::Snapshot;

use crate::explanation::Fix;
use crate::judge::Denied;
use crate::packet::Packet;
use crate::party::Party;
use crate::walk::Sender;

/// The highest number that an ACL entry may have.
const LAST_ENTRY: u16 = 32766;

/// The quota of rules in one direction that a group may have: its service, its code, and how many these are at first.
const GROUP_RULES: (&str, &str, u32) = ("vpc", "L-0EA8095F", 60);
/// How many more are asked for where that is too few.
const MORE_RULES: u32 = 20;

/// A command for an account.
pub(crate) fn run(account: impl Into<String>, command: impl Into<String>) -> Fix {
    Fix { account: account.into(), command: command.into(), entry: None }
}

/// Lets a packet from `sender` in through a group: by reference to the sender's own group where that reaches, else by address.
pub(crate) fn let_in(world: &Snapshot, group: &GroupId, packet: Packet, sender: &Sender, vpc: &VpcId) -> Vec<Fix> {
    let own = |party: &&Party| party.vpc == *vpc && (sender.by.is_some() || party.address == sender.address);
    let known = sender.by.as_deref().or(sender.party.as_ref()).filter(own);
    let peer = match known.and_then(|party| party.groups.first()) {
        Some(id) => format!("--source-group {id}"),
        None => format!("--cidr {}/32", sender.address),
    };
    authorize(world, group, "ingress", packet, &peer)
}

/// Lets a packet in by address, where references do not reach.
pub(crate) fn let_in_address(world: &Snapshot, group: &GroupId, packet: Packet, address: Ipv4Addr) -> Vec<Fix> {
    authorize(world, group, "ingress", packet, &format!("--cidr {address}/32"))
}

/// Lets a packet in from a block.
pub(crate) fn let_in_block(world: &Snapshot, group: &GroupId, packet: Packet, block: Ipv4Net) -> Vec<Fix> {
    authorize(world, group, "ingress", packet, &format!("--cidr {block}"))
}

/// Lets a packet out through a group.
pub(crate) fn let_out(world: &Snapshot, group: &GroupId, packet: Packet, address: Ipv4Addr) -> Vec<Fix> {
    authorize(world, group, "egress", packet, &format!("--cidr {address}/32"))
}

fn authorize(world: &Snapshot, group: &GroupId, direction: &str, packet: Packet, peer: &str) -> Vec<Fix> {
    let found = world.find::<SecurityGroup>(group.as_str());
    let account = found.as_ref().map(|group| group.owner.account.clone()).unwrap_or_default();
    let ports = match packet {
        Packet::Icmp(_) => "-1".to_owned(),
        _ => packet.ports().0.to_string(),
    };
    let (name, egress) = (packet.name(), direction == "egress");
    let raise = found.filter(|group| is_full(world, group, egress)).map(|group| {
        let more = most_rules(world, &group.owner) + MORE_RULES;
        let quota = format!("--service-code {} --quota-code {}", GROUP_RULES.0, GROUP_RULES.1);
        run(&account, format!("aws service-quotas request-service-quota-increase {quota} --desired-value {more}"))
    });
    let command =
        format!("aws ec2 authorize-security-group-{direction} --group-id {group} --protocol {name} --port {ports} {peer}");
    raise.into_iter().chain([run(&account, command)]).collect()
}

/// Which of these groups a rule is best added to: the first that has room for one.
pub(crate) fn roomy<'a>(world: &Snapshot, groups: &'a [GroupId], egress: bool) -> Option<&'a GroupId> {
    let has_room = |id: &&GroupId| world.find::<SecurityGroup>(id.as_str()).is_some_and(|group| !is_full(world, &group, egress));
    groups.iter().find(has_room).or_else(|| groups.first())
}

/// Whether a group has as many rules in one direction as it may have. A prefix list counts as its greatest size.
fn is_full(world: &Snapshot, group: &SecurityGroup, egress: bool) -> bool {
    let weight = |rule: &GroupRule| match &rule.peer {
        RulePeer::Cidr6(_) => 0,
        RulePeer::PrefixList(id) => world.find::<PrefixList>(id.as_str()).map_or(1, |list| list.max_entries),
        RulePeer::Cidr(_) | RulePeer::Group { .. } | RulePeer::PeerGroup { .. } => 1,
    };
    let rules: u32 = group.rules.iter().filter(|rule| rule.egress == egress).map(weight).sum();
    rules >= most_rules(world, &group.owner)
}

fn most_rules(world: &Snapshot, owner: &Owner) -> u32 {
    let (service, code, usual) = GROUP_RULES;
    let changes = world.named::<QuotaChange>(QUOTA, QuotaChange::quota_key(owner, service, code));
    changes.filter(|change| change.granted).map(|change| change.desired).max().unwrap_or(usual)
}

/// An entry that an ACL needs. Which number it gets is known when all are that the ACL needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    acl: AclId,
    egress: bool,
    /// The number of the rule that denies.
    before: u16,
    /// The numbers that are taken.
    used: Vec<u16>,
    /// What it speaks of, as the command says it.
    what: String,
}

impl Entry {
    /// Whether the two would do the same.
    pub(crate) fn is_for_the_same(&self, other: &Self) -> bool {
        self.is_beside(other) && self.what == other.what
    }

    /// Whether the two may not have the same number.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        (&self.acl, self.egress) == (&other.acl, other.egress)
    }

    /// A number before the rule that denies; none when all are taken or `given` to others.
    pub(crate) fn number(&self, given: &[u16]) -> Option<u16> {
        let used: Vec<u16> = self.used.iter().chain(given).copied().collect();
        let round = used.iter().filter(|number| **number < self.before).max().map_or(100, |last| last / 10 * 10 + 10);
        (round < self.before).then_some(round).or_else(|| (1..self.before).rev().find(|number| !used.contains(number)))
    }

    /// Puts the entry before the one that denies; where there is no number left, takes that one away.
    pub(crate) fn command(&self, given: &[u16]) -> String {
        let direction = if self.egress { "--egress" } else { "--ingress" };
        let of = format!("--network-acl-id {} {direction}", self.acl);
        match self.number(given) {
            Some(number) => {
                format!("aws ec2 create-network-acl-entry {of} --rule-number {number} {} --rule-action allow", self.what)
            }
            None => format!("aws ec2 delete-network-acl-entry {of} --rule-number {}", self.before),
        }
    }
}

/// Lets a packet cross an ACL that denies it.
pub(crate) fn acl_entry(world: &Snapshot, denied: &Denied, egress: bool, packet: Packet, peer: Ipv4Addr) -> Vec<Fix> {
    let Some(acl) = world.find::<NetworkAcl>(denied.acl.as_str()) else { return Vec::new() };
    let what = match packet {
        Packet::Icmp(_) => "--protocol icmp --icmp-type-code Type=-1,Code=-1".to_owned(),
        _ => {
            let (from, to) = packet.ports();
            format!("--protocol {} --port-range From={from},To={to}", packet.name())
        }
    };
    let entry = Entry {
        acl: acl.id.clone(),
        egress,
        before: denied.rule.map_or(LAST_ENTRY + 1, |rule| rule.number),
        used: acl.entries.iter().filter(|entry| entry.egress == egress).map(|entry| entry.number).collect(),
        what: format!("{what} --cidr-block {peer}/32"),
    };
    vec![Fix { entry: Some(entry.clone()), ..run(&acl.owner.account, entry.command(&[])) }]
}

/// A way to the internet for a route table: the VPC's own gateway for who has a public address, else a NAT gateway.
/// `verb` is `create-route` or `replace-route`.
pub(crate) fn route_out(world: &Snapshot, party: &Party, verb: &str, block: &str) -> Vec<Fix> {
    let Some(table) = party.table(world) else { return Vec::new() };
    let mut fixes = Vec::new();
    let target = match (has_address(world, party), nat_of(world, &party.vpc)) {
        (false, Some(nat)) => format!("--nat-gateway-id {nat}"),
        _ => format!("--gateway-id {}", gateway(world, party, &mut fixes)),
    };
    let route = format!("aws ec2 {verb} --route-table-id {table} --destination-cidr-block {block} {target}");
    fixes.push(run(&party.account, route));
    fixes
}

/// Whether a public address stands for a party, also while no gateway leads to it.
pub(crate) fn has_address(world: &Snapshot, party: &Party) -> bool {
    let interface = party.interface.as_ref();
    interface.is_some_and(|eni| world.linked::<ElasticAddress>(NetworkInterface::KIND, &eni.id).next().is_some())
}

/// A way to the internet gateway for the route table of a NAT gateway.
pub(crate) fn route_out_by_gateway(world: &Snapshot, nat: &Party) -> Vec<Fix> {
    let Some(table) = nat.table(world) else { return Vec::new() };
    let mut fixes = Vec::new();
    let gateway = gateway(world, nat, &mut fixes);
    let route =
        format!("aws ec2 create-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --gateway-id {gateway}");
    fixes.push(run(&nat.account, route));
    fixes
}

/// The VPC's internet gateway, or the commands that make one and the variable that they leave its id in.
pub(crate) fn gateway(world: &Snapshot, party: &Party, fixes: &mut Vec<Fix>) -> String {
    if let Some(gateway) = world.linked::<InternetGateway>(Vpc::KIND, &party.vpc).next() {
        return gateway.id.to_string();
    }
    let make = "IGW=$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId --output text)";
    fixes.push(run(&party.account, make));
    fixes.push(run(&party.account, format!("aws ec2 attach-internet-gateway --internet-gateway-id $IGW --vpc-id {}", party.vpc)));
    "$IGW".to_owned()
}

fn nat_of(world: &Snapshot, vpc: &VpcId) -> Option<String> {
    let usable = |nat: &std::sync::Arc<NatGateway>| nat.public && matches!(nat.state, NatState::Pending | NatState::Available);
    world.linked::<NatGateway>(Vpc::KIND, vpc).find(usable).map(|nat| nat.id.to_string())
}

/// Gives a party's interface a public address; who has no interface yet, or one that a service manages, gets a NAT gateway in a
/// public subnet instead.
pub(crate) fn public_address(world: &Snapshot, party: &Party) -> Vec<Fix> {
    let Some(interface) = party.interface.as_ref().filter(|interface| !interface.kind.is_managed()) else {
        return nat_gateway(world, party).unwrap_or_default();
    };
    let allocate = "EIP=$(aws ec2 allocate-address --query AllocationId --output text)";
    let associate = format!("aws ec2 associate-address --allocation-id $EIP --network-interface-id {}", interface.id);
    vec![run(&party.account, allocate), run(&party.account, associate)]
}

/// A NAT gateway in a subnet that leads to the internet by another route table, and the party's default route to it.
fn nat_gateway(world: &Snapshot, party: &Party) -> Option<Vec<Fix>> {
    let own = party.table(world)?;
    let leaves = |table: &RouteTable| {
        let out = |route: &Route| {
            matches!(route.target, RouteTarget::InternetGateway(_)) && plan::active_target(world, &party.vpc, &route.target)
        };
        table.id != own && table.routes.iter().any(out)
    };
    let subnets = world.linked::<RouteTable>(Vpc::KIND, &party.vpc).filter(|table| leaves(table));
    let public =
        subnets.flat_map(|table| table.associations.iter().filter_map(|a| a.subnet.clone()).collect::<Vec<_>>()).next()?;
    let create = format!("aws ec2 create-nat-gateway --subnet-id {public} --allocation-id $EIP");
    let route = format!("aws ec2 replace-route --route-table-id {own} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id $NAT");
    Some(vec![
        run(&party.account, "EIP=$(aws ec2 allocate-address --query AllocationId --output text)"),
        run(&party.account, format!("NAT=$({create} --query NatGateway.NatGatewayId --output text)")),
        run(&party.account, "aws ec2 wait nat-gateway-available --nat-gateway-ids $NAT"),
        run(&party.account, route),
    ])
}

/// Makes a hosted zone, for everybody or for a VPC, and leaves its id in a variable.
pub(crate) fn new_zone(domain: &str, vpc: Option<&Vpc>) -> String {
    let vpc = vpc.map(|vpc| format!(" --vpc VPCRegion={},VPCId={}", vpc.owner.region, vpc.id)).unwrap_or_default();
    let create = format!("aws route53 create-hosted-zone --name {domain} --caller-reference \"$(date +%s%N)\"{vpc}");
    format!("ZONE=$({create} --query HostedZone.Id --output text)")
}

/// Lets a VPC see a private zone; the zone's owner permits that first when the VPC is another's.
pub(crate) fn associating(zone: &str, owner: &str, vpc: &Vpc) -> Vec<Fix> {
    let vpc_of = format!("--hosted-zone-id {zone} --vpc VPCRegion={},VPCId={}", vpc.owner.region, vpc.id);
    let permit = || run(owner, format!("aws route53 create-vpc-association-authorization {vpc_of}"));
    let mut fixes: Vec<Fix> = (vpc.owner.account != owner).then(permit).into_iter().collect();
    fixes.push(run(&vpc.owner.account, format!("aws route53 associate-vpc-with-hosted-zone {vpc_of}")));
    fixes
}

/// Writes a record set, given as the members of a JSON object, in which the shell's variables may stand.
pub(crate) fn record(zone: &str, set: &str) -> String {
    let batch = format!("{{\"Changes\":[{{\"Action\":\"UPSERT\",\"ResourceRecordSet\":{{{set}}}}}]}}");
    let quoted = batch.replace('\\', "\\\\").replace('"', "\\\"");
    format!("aws route53 change-resource-record-sets --hosted-zone-id {zone} --change-batch \"{quoted}\"")
}
