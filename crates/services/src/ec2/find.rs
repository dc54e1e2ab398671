//! Finding what a request names: the caller's own resources only, with EC2's codes for malformed and unknown ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use resource::{
    AclId, AllocationId, DhcpOptions, DhcpOptionsId, ElasticAddress, EndpointId, EndpointService, EndpointServiceId, GroupId,
    InsightsAnalysis, InsightsAnalysisId, InsightsPath, InsightsPathId, Instance, InstanceId, InterfaceId, InternetGateway,
    InternetGatewayId, Kind, MalformedId, NatGateway, NatGatewayId, NetworkAcl, NetworkInterface, Owner, PublicAccessExclusion,
    PublicAccessExclusionId, Resource, RouteTable, RouteTableId, SecurityGroup, Subnet, SubnetId, Vpc, VpcEndpoint, VpcId,
};
use store::Snapshot;

use crate::filter::{self, Filter};
use crate::{Error, Read};

/// A resource of the caller's, or `{thing}.NotFound`.
fn own<R: Resource>(world: &Snapshot, owner: &Owner, key: &str, code: &str, what: &str) -> Result<Arc<R>, Error> {
    let found = world.find::<R>(key).filter(|r| r.owner() == Some(owner));
    found.ok_or_else(|| Error::new(format!("{code}.NotFound"), format!("The {what} ID '{key}' does not exist")))
}

fn well_formed<I>(parsed: Result<I, MalformedId>, code: &str) -> Result<I, Error> {
    parsed.map_err(|e| {
        Error::new(format!("{code}.Malformed"), format!("Invalid id: \"{}\" (expecting \"{}...\")", e.text, e.prefix))
    })
}

/// The resources that a Describe request is about: those that it names, each once, or all of the caller's.
///
/// # Errors
/// What `find` says about an id.
pub fn listed<R: Resource>(
    cx: &Read<'_>,
    ids: &[String],
    find: fn(&Snapshot, &Owner, &str) -> Result<Arc<R>, Error>,
) -> Result<Vec<Arc<R>>, Error> {
    match ids {
        [] => Ok(cx.world.owned(cx.owner()).collect()),
        ids => ids.iter().collect::<BTreeSet<_>>().into_iter().map(|id| find(cx.world, cx.owner(), id)).collect(),
    }
}

/// The resources that a Describe request with filters may be about: those that it names or, when it names none, those that
/// one of the filters `by` leads to. The filters still have to be applied.
///
/// Each of `by` is the name of a filter and the kind of resource whose ids it takes: the kind that is described, or one that
/// it links to.
///
/// # Errors
/// What `find` says about an id.
pub fn chosen<R: Resource>(
    cx: &Read<'_>,
    ids: &[String],
    filters: &[Filter],
    by: &[(&str, Kind)],
    find: fn(&Snapshot, &Owner, &str) -> Result<Arc<R>, Error>,
) -> Result<Vec<Arc<R>>, Error> {
    let lead = by.iter().find_map(|(name, kind)| Some((filter::keys(filters, name)?, *kind)));
    let Some((keys, kind)) = lead.filter(|_| ids.is_empty()) else {
        return listed(cx, ids, find);
    };
    let keys: BTreeSet<&String> = keys.iter().collect();
    let own = |resource: &Arc<R>| resource.owner() == Some(cx.owner());
    match kind == R::KIND {
        true => Ok(keys.into_iter().filter_map(|key| cx.world.find(key)).filter(own).collect()),
        false => {
            let linked = keys.into_iter().flat_map(|key| cx.world.linked(kind, key)).filter(own);
            // An ACL of two subnets is reached by both, and described once.
            Ok(linked.map(|resource| (resource.key(), resource)).collect::<BTreeMap<_, _>>().into_values().collect())
        }
    }
}

macro_rules! finders {
    ($($(#[$doc:meta])* $name:ident: $id:ident -> $resource:ident, $malformed:literal, $missing:literal, $what:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// EC2's codes for a malformed or unknown id.
        pub fn $name(world: &Snapshot, owner: &Owner, text: &str) -> Result<Arc<$resource>, Error> {
            let id = well_formed($id::parse(text), $malformed)?;
            own(world, owner, id.as_str(), $missing, $what)
        }
    )*};
}

finders! {
    /// A VPC by id.
    vpc: VpcId -> Vpc, "InvalidVpcID", "InvalidVpcID", "vpc";
    /// A subnet by id.
    subnet: SubnetId -> Subnet, "InvalidSubnetID", "InvalidSubnetID", "subnet";
    /// A route table by id.
    route_table: RouteTableId -> RouteTable, "InvalidRouteTableID", "InvalidRouteTableID", "routeTable";
    /// A security group by id.
    group: GroupId -> SecurityGroup, "InvalidGroupId", "InvalidGroup", "security group";
    /// A network ACL by id.
    acl: AclId -> NetworkAcl, "InvalidNetworkAclID", "InvalidNetworkAclID", "networkAcl";
    /// A network interface by id.
    interface: InterfaceId -> NetworkInterface, "InvalidNetworkInterfaceId", "InvalidNetworkInterfaceID", "networkInterface";
    /// An internet gateway by id.
    internet_gateway: InternetGatewayId -> InternetGateway, "InvalidInternetGatewayId", "InvalidInternetGatewayID", "internetGateway";
    /// An Elastic IP by allocation id.
    allocation: AllocationId -> ElasticAddress, "InvalidAllocationID", "InvalidAllocationID", "allocation";
    /// A NAT gateway by id.
    nat_gateway: NatGatewayId -> NatGateway, "InvalidNatGatewayID", "InvalidNatGatewayID", "natGateway";
    /// DHCP options by id.
    dhcp_options: DhcpOptionsId -> DhcpOptions, "InvalidDhcpOptionsId", "InvalidDhcpOptionID", "dhcpOption";
    /// An endpoint by id.
    endpoint: EndpointId -> VpcEndpoint, "InvalidVpcEndpointId", "InvalidVpcEndpointId", "VpcEndpoint";
    /// An endpoint service by id; AWS's list of codes has the malformed one in this spelling.
    endpoint_service: EndpointServiceId -> EndpointService, "InvalidVpcEndpointServiceIdId", "InvalidVpcEndpointServiceId", "VpcEndpointService";
    /// A path to analyse, by id.
    insights_path: InsightsPathId -> InsightsPath, "InvalidNetworkInsightsPathId", "InvalidNetworkInsightsPathId", "NetworkInsightsPath";
    /// An analysis of a path, by id.
    insights_analysis: InsightsAnalysisId -> InsightsAnalysis, "InvalidNetworkInsightsAnalysisId", "InvalidNetworkInsightsAnalysisId", "NetworkInsightsAnalysis";
    /// An exclusion from Block Public Access, by id.
    public_access_exclusion: PublicAccessExclusionId -> PublicAccessExclusion, "InvalidVpcBlockPublicAccessExclusionId", "InvalidVpcBlockPublicAccessExclusionId", "vpcBlockPublicAccessExclusion";
    /// An instance by id.
    instance: InstanceId -> Instance, "InvalidInstanceID", "InvalidInstanceID", "instance";
}
