//! Which items a change can touch: more than it does is allowed, fewer is not. A property test compares with planning anew.

use std::collections::BTreeSet;

use resource::{
    BalancerState, ElasticAddress, EndpointService, GROUP_VPC, GroupId, Holder, Instance, InstanceId, InternetGateway,
    InternetGatewayId, Kind, Listener, LoadBalancer, NatGateway, NetworkAcl, NetworkInterface, Owner, PeeringConnection,
    PrefixList, PublicAccess, PublicAccessExclusion, ResolverAddress, ResolverDirection, ResolverEndpoint, ResolverEndpointState,
    Resource, Route, RouteDestination, RouteTable, RulePeer, SecurityGroup, Subnet, Tags, TargetGroup, TargetHealth, Vpc,
    VpcEndpoint, VpcId,
};
use store::{Change, Snapshot};

use crate::Subject;
use crate::acl::allows_everything;

/// The subjects whose items may differ after `change`, which led to `world`.
pub fn affected(world: &Snapshot, change: &Change) -> BTreeSet<Subject> {
    let mut reach = Reach { world, found: BTreeSet::new() };
    reach.change(change, |vpc: &Vpc| (vpc.router, vpc.cidrs.clone(), vpc.dns_support), Reach::vpc);
    reach.change(change, |vpc: &Vpc| vpc.router, Reach::router);
    reach.change(change, |subnet: &Subnet| (subnet.cidr, subnet.zone.clone()), Reach::subnet);
    reach.change(change, |table: &RouteTable| (table.routes.clone(), table.associations.clone()), Reach::table);
    reach.change(change, |table: &RouteTable| table.associations.clone(), Reach::table_subnets);
    reach.change(change, RouteTable::is_main, Reach::main_table);
    reach.change(change, gateways_of, |reach, table| reach.addresses_of(&table.vpc));
    reach.change(change, |group: &SecurityGroup| (group.rules.clone(), vpcs_of(group)), Reach::group);
    reach.change(change, vpcs_of, Reach::referring_groups);
    reach.change(change, peer_groups, Reach::members_abroad);
    reach.change(
        change,
        |peering: &PeeringConnection| peering.state,
        |reach, peering| reach.add(Subject::Peering(peering.id.clone())),
    );
    reach.change(change, read_of_peering, Reach::peering);
    reach.change(change, NetworkAcl::clone, |reach, acl| reach.add(Subject::Acl(acl.id.clone())));
    reach.change(change, |acl: &NetworkAcl| (acl.associations.clone(), allows_everything(acl)), Reach::guarded);
    reach.change(change, |list: &PrefixList| list.entries.clone(), Reach::prefix_list);
    reach.change(change, read_of_interface, Reach::interface);
    reach.change(change, |gateway: &InternetGateway| gateway.vpc.clone(), Reach::gateway);
    reach.change(change, |address: &ElasticAddress| (address.public, address.association.clone()), Reach::address);
    reach.change(change, NatGateway::clone, Reach::nat);
    reach.change(change, |instance: &Instance| (instance.state, instance.zone.clone()), Reach::instance);
    reach.change(change, read_of_balancer, Reach::balancer);
    reach.change(change, Listener::clone, |reach, listener| reach.balancer_arn(&listener.balancer));
    reach.change(change, TargetGroup::clone, |reach, group| reach.target_group(&group.arn));
    reach.change(change, |health: &TargetHealth| health.state, |reach, health| reach.target_group(&health.group));
    reach.change(change, |service: &EndpointService| service.balancers.clone(), Reach::service);
    reach.change(change, VpcEndpoint::clone, Reach::endpoint);
    reach.change(change, |access: &PublicAccess| (access.mode, access.settled), |reach, access| reach.public(&access.owner));
    reach.change(change, read_of_exclusion, |reach, exclusion| reach.public(&exclusion.owner));
    reach.change(change, read_of_resolver, |reach, resolver| reach.add(Subject::Resolver(resolver.id.clone())));
    reach.found
}

fn vpcs_of(group: &SecurityGroup) -> Vec<VpcId> {
    group.vpcs().cloned().collect()
}

fn gateways_of(table: &RouteTable) -> Vec<InternetGatewayId> {
    table.gateways().cloned().collect()
}

/// What the plan reads of an interface: neither what people write on it nor what we say of it.
fn read_of_interface(interface: &NetworkInterface) -> NetworkInterface {
    NetworkInterface { ready: false, description: String::new(), tags: Tags::default(), ..interface.clone() }
}

/// What the plan reads of an exclusion.
pub fn read_of_exclusion(exclusion: &PublicAccessExclusion) -> impl PartialEq + use<> {
    (exclusion.of.clone(), exclusion.mode, exclusion.state)
}

/// What the plan reads of a resolver endpoint: neither what people write on it nor whether it is told that it is there.
fn read_of_resolver(resolver: &ResolverEndpoint) -> (VpcId, ResolverDirection, bool, bool, Vec<ResolverAddress>) {
    let goes = resolver.state == ResolverEndpointState::Deleting;
    (resolver.vpc.clone(), resolver.direction, goes, resolver.served, resolver.addresses.clone())
}

/// What the plan reads of a balancer.
fn read_of_balancer(balancer: &LoadBalancer) -> LoadBalancer {
    LoadBalancer { state: BalancerState::Provisioning, tags: Tags::default(), ..balancer.clone() }
}

/// What the plan reads of a peering: whom it connects, if anybody.
fn read_of_peering(peering: &PeeringConnection) -> (bool, bool, [VpcId; 2]) {
    let vpcs = [peering.requester.vpc.clone(), peering.accepter.vpc.clone()];
    (peering.state.carries(), peering.is_regional(), vpcs)
}

/// The groups of peered VPCs that a group names, with the VPCs that it is for, where their members have to be known.
fn peer_groups(group: &SecurityGroup) -> (Vec<VpcId>, BTreeSet<GroupId>) {
    let foreign = group.rules.iter().filter_map(|rule| match &rule.peer {
        RulePeer::PeerGroup { id, .. } => Some(id.clone()),
        _ => None,
    });
    (vpcs_of(group), foreign.collect())
}

struct Reach<'a> {
    world: &'a Snapshot,
    found: BTreeSet<Subject>,
}

impl Reach<'_> {
    /// Follows what a change of an `R` reaches, from what it was and from what it is, when what the plan reads of it differs.
    fn change<R: Resource, T: PartialEq>(&mut self, change: &Change, read: impl Fn(&R) -> T, follow: impl Fn(&mut Self, &R)) {
        if change.kind != R::KIND {
            return;
        }
        let (before, after) = (change.before::<R>(), change.after::<R>());
        if before.as_deref().map(&read) != after.as_deref().map(&read) {
            before.iter().chain(&after).for_each(|resource| follow(self, resource));
        }
    }

    fn add(&mut self, subject: Subject) {
        self.found.insert(subject);
    }

    fn vpc(&mut self, vpc: &Vpc) {
        self.add(Subject::Router(vpc.id.clone()));
        self.tables_of(&vpc.id);
        for peering in self.world.linked::<PeeringConnection>(Vpc::KIND, &vpc.id) {
            self.add(Subject::Peering(peering.id.clone()));
        }
    }

    /// A router that comes or goes takes everything along that names its place on the fabric.
    fn router(&mut self, vpc: &Vpc) {
        for gateway in self.world.linked::<InternetGateway>(Vpc::KIND, &vpc.id) {
            self.add(Subject::Gateway(gateway.id.clone()));
        }
        self.addresses_of(&vpc.id);
        for group in self.world.named::<SecurityGroup>(GROUP_VPC, &vpc.id) {
            self.group(&group);
        }
        for peering in self.world.linked::<PeeringConnection>(Vpc::KIND, &vpc.id) {
            self.peering(&peering);
        }
        for endpoint in self.world.linked::<VpcEndpoint>(Vpc::KIND, &vpc.id) {
            self.add(Subject::Endpoint(endpoint.id.clone()));
        }
        for balancer in self.world.linked::<LoadBalancer>(Vpc::KIND, &vpc.id) {
            self.balancer(&balancer);
        }
    }

    /// A subnet is also where targets without a zone of their own find one.
    fn subnet(&mut self, subnet: &Subnet) {
        self.add(Subject::Router(subnet.vpc.clone()));
        self.diverting(&subnet.vpc);
        self.interfaces_of(Subnet::KIND, subnet.id.as_str());
        for acl in self.world.linked::<NetworkAcl>(Subnet::KIND, &subnet.id) {
            self.add(Subject::Acl(acl.id.clone()));
        }
        for group in self.world.linked::<TargetGroup>(Vpc::KIND, &subnet.vpc) {
            self.target_group(&group.arn);
        }
    }

    /// Routes to a NAT gateway depend on the table of the gateway's own subnet.
    fn table(&mut self, table: &RouteTable) {
        self.add(Subject::Table(table.id.clone()));
        self.nats_of(Vpc::KIND, table.vpc.as_str());
        for subnet in table.associations.iter().filter_map(|association| association.subnet.as_ref()) {
            self.nats_of(Subnet::KIND, subnet.as_str());
        }
    }

    /// Another table, the main one, has them or had them.
    fn table_subnets(&mut self, table: &RouteTable) {
        let mut vpcs = BTreeSet::from([table.vpc.clone()]);
        for subnet in table.associations.iter().filter_map(|association| association.subnet.as_ref()) {
            self.interfaces_of(Subnet::KIND, subnet.as_str());
            vpcs.extend(self.world.find::<Subnet>(subnet.as_str()).map(|subnet| subnet.vpc.clone()));
        }
        vpcs.iter().for_each(|vpc| self.diverting(vpc));
    }

    fn main_table(&mut self, table: &RouteTable) {
        if table.is_main() {
            self.interfaces_of(Vpc::KIND, table.vpc.as_str());
        }
    }

    fn group(&mut self, group: &SecurityGroup) {
        self.add(Subject::Group(group.id.clone()));
        for balancer in self.world.linked::<LoadBalancer>(SecurityGroup::KIND, &group.id) {
            self.balancer(&balancer);
        }
    }

    fn referring_groups(&mut self, group: &SecurityGroup) {
        for other in self.world.linked::<SecurityGroup>(SecurityGroup::KIND, &group.id) {
            self.group(&other);
        }
    }

    /// The interfaces that carry groups of peered VPCs which `group` names.
    fn members_abroad(&mut self, group: &SecurityGroup) {
        for id in peer_groups(group).1 {
            self.interfaces_of(SecurityGroup::KIND, id.as_str());
        }
    }

    /// Routes over a peering, and the groups of each side that name groups of the other.
    fn peering(&mut self, peering: &PeeringConnection) {
        self.add(Subject::Peering(peering.id.clone()));
        for table in self.world.linked::<RouteTable>(PeeringConnection::KIND, &peering.id) {
            self.table(&table);
        }
        for vpc in [&peering.requester.vpc, &peering.accepter.vpc] {
            let own = self.world.linked::<SecurityGroup>(Vpc::KIND, vpc);
            let groups = own.chain(self.world.named::<SecurityGroup>(GROUP_VPC, vpc));
            for group in groups.filter(|group| !peer_groups(group).1.is_empty()) {
                self.group(&group);
                self.members_abroad(&group);
            }
        }
    }

    /// The interfaces that an ACL guards.
    fn guarded(&mut self, acl: &NetworkAcl) {
        for association in &acl.associations {
            self.interfaces_of(Subnet::KIND, association.subnet.as_str());
        }
    }

    fn prefix_list(&mut self, list: &PrefixList) {
        for group in self.world.linked::<SecurityGroup>(PrefixList::KIND, &list.id) {
            self.group(&group);
        }
        for table in self.world.linked::<RouteTable>(PrefixList::KIND, &list.id) {
            self.table(&table);
        }
    }

    fn interface(&mut self, interface: &NetworkInterface) {
        self.add(Subject::Interface(interface.id.clone()));
        for table in self.world.linked::<RouteTable>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Table(table.id.clone()));
        }
        for balancer in self.world.linked::<LoadBalancer>(NetworkInterface::KIND, &interface.id) {
            self.balancer(&balancer);
        }
        for endpoint in self.world.linked::<VpcEndpoint>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Endpoint(endpoint.id.clone()));
        }
        for address in self.world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Address(address.id.clone()));
        }
        for nat in self.world.linked::<NatGateway>(NetworkInterface::KIND, &interface.id) {
            self.nat(&nat);
        }
        if let Some(Holder::Instance(id)) = interface.attachment.as_ref().map(|attachment| &attachment.holder) {
            self.targeting(id);
        }
    }

    fn gateway(&mut self, gateway: &InternetGateway) {
        self.add(Subject::Gateway(gateway.id.clone()));
        let Some(vpc) = &gateway.vpc else { return };
        self.tables_of(vpc);
        self.nats_of(Vpc::KIND, vpc.as_str());
        self.addresses_of(vpc);
    }

    fn address(&mut self, address: &ElasticAddress) {
        self.add(Subject::Address(address.id.clone()));
        for nat in self.world.linked::<NatGateway>(ElasticAddress::KIND, &address.id) {
            self.add(Subject::Nat(nat.id.clone()));
        }
        let interface = address.association.as_ref().map(|association| association.interface.as_str());
        if let Some(interface) = interface.and_then(|id| self.world.find::<NetworkInterface>(id)) {
            self.interface(&interface);
        }
    }

    fn nat(&mut self, nat: &NatGateway) {
        self.add(Subject::Nat(nat.id.clone()));
        for table in self.world.linked::<RouteTable>(NatGateway::KIND, &nat.id) {
            self.add(Subject::Table(table.id.clone()));
        }
    }

    fn instance(&mut self, instance: &Instance) {
        for interface in self.world.linked::<NetworkInterface>(Instance::KIND, &instance.id) {
            self.interface(&interface);
        }
        self.targeting(&instance.id);
    }

    /// The groups of which an instance is a target.
    fn targeting(&mut self, instance: &InstanceId) {
        for group in self.world.linked::<TargetGroup>(Instance::KIND, instance) {
            self.target_group(&group.arn);
        }
    }

    fn target_group(&mut self, arn: &str) {
        for listener in self.world.linked::<Listener>(TargetGroup::KIND, arn) {
            self.balancer_arn(&listener.balancer);
        }
    }

    fn balancer(&mut self, balancer: &LoadBalancer) {
        self.balancer_arn(&balancer.arn);
    }

    fn balancer_arn(&mut self, arn: &str) {
        self.add(Subject::Balancer(arn.to_owned()));
        for service in self.world.linked::<EndpointService>(LoadBalancer::KIND, arn) {
            self.service(&service);
        }
    }

    fn service(&mut self, service: &EndpointService) {
        for endpoint in self.world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id) {
            self.add(Subject::Endpoint(endpoint.id.clone()));
        }
    }

    /// An endpoint is also where routes lead.
    fn endpoint(&mut self, endpoint: &VpcEndpoint) {
        self.add(Subject::Endpoint(endpoint.id.clone()));
        for table in self.world.linked::<RouteTable>(VpcEndpoint::KIND, &endpoint.id) {
            self.table(&table);
        }
    }

    /// The public addresses of an account in a Region.
    fn public(&mut self, owner: &Owner) {
        self.add(Subject::PublicAccess(owner.key()));
        for address in self.world.owned::<ElasticAddress>(owner).filter(|address| address.association.is_some()) {
            self.address(&address);
        }
    }

    fn tables_of(&mut self, vpc: &VpcId) {
        for table in self.world.linked::<RouteTable>(Vpc::KIND, vpc) {
            self.add(Subject::Table(table.id.clone()));
        }
    }

    /// The tables of a VPC that lead packets for its own blocks elsewhere, and so depend on which subnets use them.
    fn diverting(&mut self, vpc: &VpcId) {
        let Some(blocks) = self.world.find::<Vpc>(vpc.as_str()).map(|vpc| vpc.cidrs.clone()) else { return };
        let within = |route: &Route| match &route.destination {
            RouteDestination::Cidr(net) => blocks.iter().any(|block| block.cidr.contains(net)),
            RouteDestination::PrefixList(_) => true,
        };
        let tables = self.world.linked::<RouteTable>(Vpc::KIND, vpc).filter(|table| table.routes.iter().any(within));
        self.found.extend(tables.map(|table| Subject::Table(table.id.clone())));
    }

    fn nats_of(&mut self, kind: Kind, key: &str) {
        for nat in self.world.linked::<NatGateway>(kind, key) {
            self.nat(&nat);
        }
    }

    fn interfaces_of(&mut self, kind: Kind, key: &str) {
        for interface in self.world.linked::<NetworkInterface>(kind, key) {
            self.add(Subject::Interface(interface.id.clone()));
        }
    }

    fn addresses_of(&mut self, vpc: &VpcId) {
        for interface in self.world.linked::<NetworkInterface>(Vpc::KIND, vpc) {
            for address in self.world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id) {
                self.add(Subject::Address(address.id.clone()));
            }
        }
    }
}
