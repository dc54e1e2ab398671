//! Builds worlds for tests in an in-memory store: a line per resource, ids counted from 1 so that what is printed is stable.
#![allow(dead_code, unused_imports, clippy::unwrap_used, reason = "each test crate that includes this builds other worlds")]

mod internet;
mod peering;
mod service;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use futures::executor::block_on;
pub use peering::members_of_peer;
use resource::*;
use store::{Snapshot, Store, StoreError, Txn};

pub struct World {
    pub store: Store,
    numbers: RefCell<BTreeMap<String, u32>>,
}

impl World {
    pub fn new() -> Self {
        Self { store: Store::in_memory(), numbers: RefCell::default() }
    }

    pub fn snapshot(&self) -> Snapshot {
        self.store.snapshot()
    }

    pub fn write(&self, mut change: impl FnMut(&mut Txn)) {
        let done = self.store.write(|txn| {
            change(txn);
            Ok::<_, StoreError>(())
        });
        block_on(done).unwrap();
    }

    pub fn put<R: Resource>(&self, resource: R) {
        self.write(|txn| txn.put(resource.clone()));
    }

    pub fn remove<R: Resource>(&self, key: impl ToString) {
        self.write(|txn| txn.remove::<R>(&key.to_string()));
    }

    #[track_caller]
    pub fn update<R: Resource>(&self, key: impl ToString, change: impl Fn(&mut R)) {
        let found = RefCell::new(false);
        self.write(|txn| *found.borrow_mut() = txn.update::<R>(&key.to_string(), &change));
        assert!(found.into_inner(), "there is no {} {}", R::KIND.0, key.to_string());
    }

    #[track_caller]
    pub fn find<R: Resource>(&self, key: impl ToString) -> R {
        (*self.snapshot().find::<R>(&key.to_string()).unwrap()).clone()
    }

    /// The next number of a series: 1, 2, 3 …
    pub fn number(&self, series: &str) -> u32 {
        let mut numbers = self.numbers.borrow_mut();
        let last = numbers.entry(series.to_owned()).or_default();
        *last += 1;
        *last
    }

    /// The next id with a prefix.
    pub fn id(&self, prefix: &str) -> String {
        format!("{prefix}{:017x}", self.number(prefix))
    }

    /// A VPC with its main route table.
    pub fn vpc(&self, cidr: &str) -> VpcId {
        let id = VpcId::parse(&self.id("vpc-")).unwrap();
        self.put(Vpc {
            id: id.clone(),
            owner: owner(),
            cidrs: vec![CidrAssociation { id: self.id("vpc-cidr-assoc-"), cidr: cidr.parse().unwrap() }],
            dhcp_options: None,
            dns_support: true,
            dns_hostnames: false,
            usage_metrics: false,
            is_default: false,
            tenancy: "default".into(),
            state: VpcState::Pending,
            router: self.number("router"),
            tags: Tags::default(),
        });
        self.table(&id, &[None]);
        id
    }

    /// A route table that is used by these subnets; none is the VPC's main one.
    pub fn table(&self, vpc: &VpcId, users: &[Option<&SubnetId>]) -> RouteTableId {
        let id = RouteTableId::parse(&self.id("rtb-")).unwrap();
        let association = |subnet: &Option<&SubnetId>| RouteTableAssociation {
            id: self.id("rtbassoc-"),
            subnet: subnet.cloned(),
            gateway: None,
        };
        let associations = users.iter().map(association).collect();
        self.put(RouteTable {
            id: id.clone(),
            owner: owner(),
            vpc: vpc.clone(),
            routes: Vec::new(),
            associations,
            tags: Tags::default(),
        });
        id
    }

    /// The main route table of a VPC.
    pub fn main_table(&self, vpc: &VpcId) -> RouteTableId {
        self.snapshot().linked::<RouteTable>(Vpc::KIND, vpc).find(|table| table.is_main()).unwrap().id.clone()
    }

    pub fn route(&self, table: &RouteTableId, destination: &str, target: RouteTarget) {
        let destination = RouteDestination::Cidr(destination.parse().unwrap());
        self.update::<RouteTable>(table, |table| {
            table.routes.push(Route { destination: destination.clone(), target: target.clone() })
        });
    }

    /// A subnet in zone `a`, `b`, …
    pub fn subnet(&self, vpc: &VpcId, cidr: &str, zone: char) -> SubnetId {
        let id = SubnetId::parse(&self.id("subnet-")).unwrap();
        self.put(Subnet {
            id: id.clone(),
            owner: owner(),
            vpc: vpc.clone(),
            cidr: cidr.parse().unwrap(),
            zone: zone_name(zone),
            state: VpcState::Pending,
            map_public_ip: false,
            default_for_zone: false,
            hostname_type: "ip-name".into(),
            resource_name_a_record: false,
            tags: Tags::default(),
        });
        id
    }

    /// A group that lets everything out and in.
    pub fn open_group(&self, vpc: &VpcId) -> GroupId {
        self.group(vpc, &[all_out(), ingress(Traffic::All, from("0.0.0.0/0"))])
    }

    pub fn group(&self, vpc: &VpcId, rules: &[GroupRule]) -> GroupId {
        let id = GroupId::parse(&self.id("sg-")).unwrap();
        self.put(SecurityGroup {
            id: id.clone(),
            owner: owner(),
            vpc: vpc.clone(),
            associations: Vec::new(),
            name: id.to_string(),
            description: String::new(),
            rules: rules.to_vec(),
            tags: Tags::default(),
        });
        id
    }

    /// Adds a rule to a group.
    pub fn allow(&self, group: &GroupId, rule: GroupRule) {
        self.update::<SecurityGroup>(group, |group| group.rules.push(rule.clone()));
    }

    pub fn prefix_list(&self, blocks: &[&str]) -> PrefixListId {
        let id = PrefixListId::parse(&self.id("pl-")).unwrap();
        let entry = |block: &&str| PrefixEntry { cidr: block.parse().unwrap(), description: None };
        self.put(PrefixList {
            id: id.clone(),
            owner: owner(),
            name: id.to_string(),
            max_entries: 10,
            version: 1,
            entries: blocks.iter().map(entry).collect(),
            history: Vec::new(),
            tags: Tags::default(),
        });
        id
    }

    pub fn acl(&self, vpc: &VpcId, subnets: &[&SubnetId], entries: &[AclEntry]) -> AclId {
        let id = AclId::parse(&self.id("acl-")).unwrap();
        let association = |subnet: &&SubnetId| AclAssociation { id: self.id("aclassoc-"), subnet: (*subnet).clone() };
        self.put(NetworkAcl {
            id: id.clone(),
            owner: owner(),
            vpc: vpc.clone(),
            is_default: false,
            entries: entries.to_vec(),
            associations: subnets.iter().map(association).collect(),
            tags: Tags::default(),
        });
        id
    }

    /// A running instance with one interface.
    pub fn instance(&self, subnet: &SubnetId, address: &str, groups: &[&GroupId]) -> (InstanceId, InterfaceId) {
        let id = InstanceId::parse(&self.id("i-")).unwrap();
        let Subnet { vpc, zone, .. } = self.find::<Subnet>(subnet);
        self.put(Instance {
            id: id.clone(),
            owner: owner(),
            reservation: "r-1".into(),
            launch_index: 0,
            image: BUILT_IN_IMAGE.into(),
            instance_type: "t3.micro".into(),
            vpc,
            subnet: subnet.clone(),
            zone,
            state: InstanceState::Running,
            state_reason: None,
            boot: 1,
            booted: 1,
            user_data: None,
            key_name: None,
            profile: None,
            metadata: MetadataOptions::default(),
            termination_protection: false,
            terminate_on_shutdown: false,
            monitoring: false,
            ebs_optimized: false,
            cpu_credits: None,
            client_token: None,
            launched: Timestamp(1),
            terminated: None,
            tags: Tags::default(),
        });
        let interface = self.interface(subnet, InterfaceKind::Workload, address, groups, Holder::Instance(id.clone()));
        (id, interface)
    }

    /// An interface in use; managed ones get a number on the fabric.
    pub fn interface(
        &self,
        subnet: &SubnetId,
        kind: InterfaceKind,
        address: &str,
        groups: &[&GroupId],
        holder: Holder,
    ) -> InterfaceId {
        let id = InterfaceId::parse(&self.id("eni-")).unwrap();
        let Subnet { vpc, zone, .. } = self.find::<Subnet>(subnet);
        let number = self.number("mac");
        self.put(NetworkInterface {
            id: id.clone(),
            owner: owner(),
            vpc,
            subnet: subnet.clone(),
            zone,
            description: String::new(),
            kind,
            mac: format!("02:00:00:00:{:02x}:{:02x}", number / 256, number % 256),
            addresses: vec![ip(address)],
            groups: groups.iter().map(|id| (*id).clone()).collect(),
            source_dest_check: true,
            attachment: Some(Attachment {
                id: AttachmentId::parse(&self.id("eni-attach-")).unwrap(),
                holder,
                device_index: 0,
                delete_on_termination: true,
                since: Timestamp(1),
                leaving: false,
            }),
            requester: None,
            fabric: kind.is_managed().then(|| self.number("fabric")),
            ready: false,
            tags: Tags::default(),
        });
        id
    }

    /// Every item of the plan, printed.
    pub fn plan(&self) -> String {
        let world = self.snapshot();
        let items = plan::subjects(&world).filter_map(|subject| plan::item(&world, &subject));
        items.map(|item| item.to_string()).collect::<Vec<_>>().join("\n")
    }
}

pub fn owner() -> Owner {
    Owner::new("111111111111", "us-east-1")
}

pub fn zone_name(letter: char) -> String {
    format!("us-east-1{letter}")
}

pub fn ip(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn rule(egress: bool, traffic: Traffic, peer: RulePeer) -> GroupRule {
    let id = GroupRuleId::parse("sgr-00000000000000001").unwrap();
    GroupRule { id, egress, traffic, peer, description: None, tags: Tags::default() }
}

/// A rule for what may come in.
pub fn ingress(traffic: Traffic, peer: RulePeer) -> GroupRule {
    rule(false, traffic, peer)
}

/// A rule for what may go out.
pub fn egress(traffic: Traffic, peer: RulePeer) -> GroupRule {
    rule(true, traffic, peer)
}

/// The rule that AWS gives to new groups.
pub fn all_out() -> GroupRule {
    egress(Traffic::All, from("0.0.0.0/0"))
}

pub fn from(cidr: &str) -> RulePeer {
    RulePeer::Cidr(cidr.parse().unwrap())
}

pub fn members(group: &GroupId) -> RulePeer {
    RulePeer::Group { id: group.clone(), account: owner().account }
}

pub const PING: Traffic = Traffic::Icmp { kind: None, code: None };

/// An entry of an ACL: number, `in` or `out`, traffic, block, verdict.
pub fn entry(number: u16, direction: &str, traffic: Traffic, cidr: &str, allow: bool) -> AclEntry {
    AclEntry { number, egress: direction == "out", traffic, cidr: cidr.parse().unwrap(), allow }
}
