//! What the plan has items for: the resources that the kernel carries.

use resource::{
    AclId, AllocationId, ElasticAddress, EndpointId, GroupId, InterfaceId, InternetGateway, InternetGatewayId, LoadBalancer,
    NatGateway, NatGatewayId, NetworkAcl, NetworkInterface, PeeringConnection, PeeringId, PublicAccess, PublicAccessExclusion,
    ResolverEndpoint, Resource, RouteTable, RouteTableId, SecurityGroup, Vpc, VpcEndpoint, VpcId,
};
use store::Snapshot;

/// A resource that the kernel carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the id of the resource that it is named after")]
pub enum Subject {
    Router(VpcId),
    Interface(InterfaceId),
    Table(RouteTableId),
    Group(GroupId),
    Acl(AclId),
    Gateway(InternetGatewayId),
    Address(AllocationId),
    Nat(NatGatewayId),
    Peering(PeeringId),
    Balancer(String),
    Endpoint(EndpointId),
    Resolver(String),
    /// What an account in a Region blocks: carried out by its public addresses, so that there is no item of it.
    PublicAccess(String),
}

/// Every subject of `world`.
pub fn subjects(world: &Snapshot) -> impl Iterator<Item = Subject> + '_ {
    let routers = world.all::<Vpc>().map(|r| Subject::Router(r.id.clone()));
    let groups = world.all::<SecurityGroup>().map(|r| Subject::Group(r.id.clone()));
    let acls = world.all::<NetworkAcl>().map(|r| Subject::Acl(r.id.clone()));
    let tables = world.all::<RouteTable>().map(|r| Subject::Table(r.id.clone()));
    let gateways = world.all::<InternetGateway>().map(|r| Subject::Gateway(r.id.clone()));
    let interfaces = world.all::<NetworkInterface>().map(|r| Subject::Interface(r.id.clone()));
    let addresses = world.all::<ElasticAddress>().map(|r| Subject::Address(r.id.clone()));
    let nats = world.all::<NatGateway>().map(|r| Subject::Nat(r.id.clone()));
    let peerings = world.all::<PeeringConnection>().map(|r| Subject::Peering(r.id.clone()));
    let balancers = world.all::<LoadBalancer>().map(|r| Subject::Balancer(r.arn.clone()));
    let endpoints = world.all::<VpcEndpoint>().map(|r| Subject::Endpoint(r.id.clone()));
    let resolvers = world.all::<ResolverEndpoint>().map(|r| Subject::Resolver(r.id.clone()));
    let network = routers.chain(groups).chain(acls).chain(tables).chain(gateways);
    let blocked = world.all::<PublicAccess>().map(|r| r.key());
    let exempt = world.all::<PublicAccessExclusion>().map(|r| r.owner.key());
    let access = blocked.chain(exempt).map(Subject::PublicAccess);
    let network = network.chain(access);
    network.chain(interfaces).chain(addresses).chain(nats).chain(peerings).chain(balancers).chain(endpoints).chain(resolvers)
}
