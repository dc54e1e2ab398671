//! The kinds of EC2 resources that carry tags: one table of prefix, type, error code and access.

use std::sync::Arc;

use resource::{
    CidrReservation, DhcpOptions, ElasticAddress, EndpointService, GROUP_RULE, InsightsAnalysis, InsightsPath, Instance,
    InternetGateway, KeyPair, LaunchTemplate, NatGateway, NetworkAcl, NetworkInterface, Owner, PeeringConnection, PrefixList,
    PublicAccessExclusion, Resource, RouteTable, SecurityGroup, Subnet, Tags, Vpc, VpcEndpoint,
};
use store::{Snapshot, Txn};

use crate::Error;
use crate::ec2::peering;

/// A kind of resource that carries tags.
pub struct Taggable {
    prefix: &'static str,
    /// Its name as a resource type of tag operations.
    pub resource_type: &'static str,
    not_found: &'static str,
    /// The tags of the resource of an account with an id.
    of: fn(&Snapshot, &Owner, &str) -> Option<Tags>,
    /// Ids and tags of all that an account has.
    pub all: fn(&Snapshot, &Owner) -> Vec<(String, Tags)>,
    /// Gives the tags of one that exists to a function that changes them.
    pub change: fn(&mut Txn, &Owner, &str, Change<'_>) -> Result<(), Error>,
}

/// What is to be done to the tags of a resource.
pub struct Change<'a>(pub &'a dyn Fn(&mut Tags) -> Result<(), Error>);

/// The kind of the resource `id`, which `owner` has.
///
/// # Errors
/// `InvalidID` for an id of no kind, the kind's `….NotFound` when there is none.
pub fn find(world: &Snapshot, owner: &Owner, id: &str) -> Result<&'static Taggable, Error> {
    let of_prefix = TAGGABLE.iter().filter(|kind| id.starts_with(kind.prefix)).max_by_key(|kind| kind.prefix.len());
    let kind = of_prefix.ok_or_else(|| Error::new("InvalidID", format!("The ID '{id}' is not valid")))?;
    match (kind.of)(world, owner, id) {
        Some(_) => Ok(kind),
        None => Err(Error::new(kind.not_found, format!("The {} ID '{id}' does not exist", kind.resource_type))),
    }
}

/// The kind and the tags of the resource `id`, if `owner` has it.
pub fn tags_of(world: &Snapshot, owner: &Owner, id: &str) -> Option<(&'static Taggable, Tags)> {
    let kind = find(world, owner, id).ok()?;
    Some((kind, (kind.of)(world, owner, id)?))
}

macro_rules! taggable {
    ($($prefix:literal $resource_type:literal $not_found:literal $resource:ident;)*) => {
        /// All kinds.
        pub const TAGGABLE: &[Taggable] = &[RULE, PEERING, $(Taggable {
            prefix: $prefix,
            resource_type: $resource_type,
            not_found: $not_found,
            of: |world, owner, id| {
                world.find::<$resource>(id).filter(|found| found.owner() == Some(owner)).map(|found| found.tags.clone())
            },
            all: |world, owner| world.owned::<$resource>(owner).map(|each| (each.key(), each.tags.clone())).collect(),
            change: |txn, _, id, Change(change)| {
                let mut changed = Ok(());
                txn.update::<$resource>(id, |resource| changed = change(&mut resource.tags));
                changed
            },
        },)*];
    };
}

taggable! {
    "vpc-" "vpc" "InvalidVpcID.NotFound" Vpc;
    "subnet-" "subnet" "InvalidSubnetID.NotFound" Subnet;
    "rtb-" "route-table" "InvalidRouteTableID.NotFound" RouteTable;
    "sg-" "security-group" "InvalidGroup.NotFound" SecurityGroup;
    "acl-" "network-acl" "InvalidNetworkAclID.NotFound" NetworkAcl;
    "eni-" "network-interface" "InvalidNetworkInterfaceID.NotFound" NetworkInterface;
    "igw-" "internet-gateway" "InvalidInternetGatewayID.NotFound" InternetGateway;
    "eipalloc-" "elastic-ip" "InvalidAllocationID.NotFound" ElasticAddress;
    "nat-" "natgateway" "NatGatewayNotFound" NatGateway;
    "vpcbpa-exclude-" "vpc-block-public-access-exclusion" "InvalidVpcBlockPublicAccessExclusionId.NotFound" PublicAccessExclusion;
    "dopt-" "dhcp-options" "InvalidDhcpOptionID.NotFound" DhcpOptions;
    "scr-" "subnet-cidr-reservation" "InvalidSubnetCidrReservationID.NotFound" CidrReservation;
    "pl-" "prefix-list" "InvalidPrefixListID.NotFound" PrefixList;
    "vpce-" "vpc-endpoint" "InvalidVpcEndpointId.NotFound" VpcEndpoint;
    "vpce-svc-" "vpc-endpoint-service" "InvalidVpcEndpointServiceId.NotFound" EndpointService;
    "nip-" "network-insights-path" "InvalidNetworkInsightsPathId.NotFound" InsightsPath;
    "nia-" "network-insights-analysis" "InvalidNetworkInsightsAnalysisId.NotFound" InsightsAnalysis;
    "i-" "instance" "InvalidInstanceID.NotFound" Instance;
    "lt-" "launch-template" "InvalidLaunchTemplateId.NotFound" LaunchTemplate;
    "key-" "key-pair" "InvalidKeyPair.NotFound" KeyPair;
}

/// Rules live inside their groups.
const RULE: Taggable = Taggable {
    prefix: "sgr-",
    resource_type: "security-group-rule",
    not_found: "InvalidSecurityGroupRuleId.NotFound",
    of: |world, owner, id| {
        let group = group_of_rule(world, owner, id)?;
        group.rules.iter().find(|rule| rule.id.as_str() == id).map(|rule| rule.tags.clone())
    },
    all: |world, owner| {
        let groups = world.owned::<SecurityGroup>(owner);
        groups
            .flat_map(|group| group.rules.iter().map(|rule| (rule.id.to_string(), rule.tags.clone())).collect::<Vec<_>>())
            .collect()
    },
    change: |txn, owner, id, Change(change)| {
        let mut changed = Ok(());
        if let Some(group) = group_of_rule(txn, owner, id) {
            txn.update::<SecurityGroup>(group.id.as_str(), |group| {
                changed =
                    group.rules.iter_mut().filter(|rule| rule.id.as_str() == id).try_for_each(|rule| change(&mut rule.tags));
            });
        }
        changed
    },
};

/// Each side of a peering has tags of its own.
const PEERING: Taggable = Taggable {
    prefix: "pcx-",
    resource_type: "vpc-peering-connection",
    not_found: "InvalidVpcPeeringConnectionID.NotFound",
    of: |world, owner, id| peering::find(world, owner, id).ok().map(|peering| peering::tags_of(&peering, owner).clone()),
    all: |world, owner| {
        let seen = peering::seen(world, owner);
        seen.iter().map(|peering| (peering.key(), peering::tags_of(peering, owner).clone())).collect()
    },
    change: |txn, owner, id, Change(change)| {
        let mut changed = Ok(());
        txn.update::<PeeringConnection>(id, |peering| {
            let side = if peering.requester.owner == *owner { &mut peering.requester } else { &mut peering.accepter };
            changed = change(&mut side.tags);
        });
        changed
    },
};

fn group_of_rule(world: &Snapshot, owner: &Owner, id: &str) -> Option<Arc<SecurityGroup>> {
    world.named::<SecurityGroup>(GROUP_RULE, id).find(|group| group.owner == *owner)
}
