//! The nodes of a balancer: the subnets and addresses that a request asks for, checked, then made.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    Attachment, BalancerZone, ElasticAddress, GroupId, InterfaceKind, InternetGateway, LoadBalancer, NetworkInterface, Owner,
    Resource, Subnet, Tags, Vpc,
};
use serde::Deserialize;
use store::{Snapshot, Txn};

use super::super::refusal::{configuration, validation};
use crate::ec2::address::{self, Wanted, create_interface};
use crate::ec2::{self, public_address};
use crate::{Error, Write};

/// AWS wants this many free addresses in a subnet before it puts a node there.
const FREE_ADDRESSES: usize = 8;

/// A subnet, and the address that the node there shall have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SubnetMapping {
    subnet_id: String,
    allocation_id: Option<String>,
    #[serde(rename = "PrivateIPv4Address")]
    private_address: Option<String>,
}

/// A node that is wanted.
pub struct Plan {
    /// Its subnet.
    pub subnet: Arc<Subnet>,
    /// The private address that the user chose.
    pub chosen: Option<Ipv4Addr>,
    /// The public address that the user chose.
    pub elastic: Option<Arc<ElasticAddress>>,
}

/// Reads what a request says about subnets: ids, or mappings with addresses, never both.
///
/// # Errors
/// `ValidationError` for none or both, two in one zone, or addresses that do not fit the scheme; `SubnetNotFound`,
/// `AllocationIdNotFound`; `InvalidConfigurationRequest` for subnets of several VPCs.
pub fn parse(
    world: &Snapshot,
    owner: &Owner,
    internet_facing: bool,
    subnets: &[String],
    mappings: &[SubnetMapping],
) -> Result<Vec<Plan>, Error> {
    let plain = subnets.iter().map(|id| SubnetMapping { subnet_id: id.clone(), ..SubnetMapping::default() });
    let mappings: Vec<SubnetMapping> = match (subnets.is_empty(), mappings.is_empty()) {
        (false, true) => plain.collect(),
        (true, false) => mappings.to_vec(),
        (true, true) => return Err(validation("At least one subnet must be specified")),
        (false, false) => return Err(validation("You must specify either subnets or subnet mappings, not both")),
    };
    let plans = mappings.iter().map(|mapping| plan(world, owner, internet_facing, mapping)).collect::<Result<Vec<_>, _>>()?;
    check_together(&plans)?;
    Ok(plans)
}

/// Checks that nodes can stand where they shall.
///
/// # Errors
/// `InvalidSubnet` without an internet gateway or enough free addresses, `InvalidConfigurationRequest` for an Elastic IP that is in use.
pub fn check(world: &Snapshot, internet_facing: bool, plans: &[Plan]) -> Result<(), Error> {
    for Plan { subnet, chosen, elastic } in plans {
        if let Some(address) = elastic.as_ref().filter(|address| address.association.is_some()) {
            return Err(configuration(format!("The allocation ID '{}' is already in use", address.id)));
        }
        if internet_facing && world.linked::<InternetGateway>(Vpc::KIND, &subnet.vpc).next().is_none() {
            return Err(Error::new("InvalidSubnet", format!("VPC {} has no internet gateway", subnet.vpc)));
        }
        if chosen.is_none() && address::count_free(world, subnet) < FREE_ADDRESSES {
            let message = format!(
                "Not enough IP space available in {}. ELB requires at least {FREE_ADDRESSES} free IP addresses in each subnet.",
                subnet.id
            );
            return Err(Error::new("InvalidSubnet", message));
        }
    }
    Ok(())
}

/// Makes the node's interface, and its public address when the balancer is internet-facing.
///
/// # Errors
/// `InvalidConfigurationRequest` for an address that the node cannot have.
pub fn create(
    cx: &mut Write<'_>,
    description: &str,
    internet_facing: bool,
    groups: &[GroupId],
    plan: &Plan,
) -> Result<BalancerZone, Error> {
    let owner = cx.owner().clone();
    let wanted = Wanted {
        owner: &owner,
        subnet: &plan.subnet,
        address: plan.chosen,
        groups: groups.to_vec(),
        kind: InterfaceKind::Balancer,
        description: description.to_owned(),
        requester: Some("amazon-elb"),
        attachment: Some(Attachment::of_service(cx.now)),
        tags: Tags::default(),
    };
    let interface = create_interface(cx.txn, wanted).map_err(|refused| match refused.status {
        400 => configuration(refused.message),
        _ => refused,
    })?;
    let public = internet_facing.then(|| public_address_of(cx.txn, &owner, plan, &interface)).transpose()?;
    Ok(BalancerZone {
        zone: plan.subnet.zone.clone(),
        subnet: plan.subnet.id.clone(),
        interface: interface.id,
        chosen: plan.chosen,
        allocation: public.map(|address| address.id),
    })
}

/// Removes a node's interface; an automatic public address goes with it, an Elastic IP is free again.
pub fn remove(txn: &mut Txn, zone: &BalancerZone) {
    txn.remove::<NetworkInterface>(zone.interface.as_str());
    let Some(id) = &zone.allocation else { return };
    match txn.find::<ElasticAddress>(id.as_str()) {
        Some(address) if address.automatic => txn.remove::<ElasticAddress>(id.as_str()),
        _ => {
            txn.update::<ElasticAddress>(id.as_str(), |address| address.association = None);
        }
    }
}

/// What AWS writes on the interfaces of a balancer.
pub fn description(name: &str, id: &str) -> String {
    format!("ELB net/{name}/{id}")
}

/// Whether `plans` name the subnet of the node that is there.
pub fn is_kept(zone: &BalancerZone, plans: &[Plan]) -> bool {
    plans.iter().any(|plan| plan.subnet.id == zone.subnet)
}

/// Whether `balancer` has the nodes that `plans` ask for, and no others.
pub fn same(balancer: &LoadBalancer, plans: &[Plan]) -> bool {
    let has = |plan: &Plan| {
        let there = |zone: &BalancerZone| zone.subnet == plan.subnet.id && zone.chosen == plan.chosen && has_elastic(zone, plan);
        balancer.zones.iter().any(there)
    };
    balancer.zones.len() == plans.len() && plans.iter().all(has)
}

/// Gives a node as many secondary addresses as `count`, those among them that it has.
///
/// # Errors
/// `InvalidSubnet` when the subnet has no address left.
pub fn add_secondaries(cx: &mut Write<'_>, zone: &BalancerZone, count: usize) -> Result<(), Error> {
    let known = cx.txn.find::<NetworkInterface>(zone.interface.as_str()).map_or(0, |interface| interface.addresses.len());
    let subnet = cx.txn.find::<Subnet>(zone.subnet.as_str()).ok_or_else(|| Error::internal("a node without a subnet"))?;
    for _ in known..=count {
        let another = address::free(cx.txn, &subnet).map_err(|refused| Error::new("InvalidSubnet", refused.message))?;
        cx.txn.update::<NetworkInterface>(zone.interface.as_str(), |interface| interface.addresses.push(another));
    }
    Ok(())
}

/// Whether a zone has the addresses that a plan names; one that names none takes any.
pub fn fits(zone: &BalancerZone, plan: &Plan) -> bool {
    has_elastic(zone, plan) && (plan.chosen.is_none() || zone.chosen == plan.chosen)
}

fn has_elastic(zone: &BalancerZone, plan: &Plan) -> bool {
    plan.elastic.as_ref().is_none_or(|address| zone.allocation.as_ref() == Some(&address.id))
}

fn plan(world: &Snapshot, owner: &Owner, internet_facing: bool, mapping: &SubnetMapping) -> Result<Plan, Error> {
    let not_found = |refused: Error| Error::new("SubnetNotFound", refused.message);
    let subnet = ec2::find::subnet(world, owner, &mapping.subnet_id).map_err(not_found)?;
    let chosen = mapping.private_address.as_deref().map(|text| {
        let parsed = text.parse::<Ipv4Addr>();
        parsed.map_err(|_| validation(format!("'{text}' is not a valid IPv4 address")))
    });
    let chosen = chosen.transpose()?;
    let elastic = mapping.allocation_id.as_deref().map(|id| elastic(world, owner, id)).transpose()?;
    match (internet_facing, &chosen, &elastic) {
        (true, Some(_), _) => Err(validation("You can specify a private IPv4 address only for internal load balancers")),
        (false, _, Some(_)) => Err(validation("You can specify allocation IDs only for internet-facing load balancers")),
        _ => Ok(Plan { subnet, chosen, elastic }),
    }
}

fn elastic(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ElasticAddress>, Error> {
    let not_found = |refused: Error| Error::new("AllocationIdNotFound", refused.message);
    ec2::find::allocation(world, owner, id).map_err(not_found)
}

fn check_together(plans: &[Plan]) -> Result<(), Error> {
    for (i, plan) in plans.iter().enumerate() {
        let before = &plans[..i];
        if before.iter().any(|other| other.subnet.vpc != plan.subnet.vpc) {
            return Err(configuration("All subnets must belong to the same VPC"));
        }
        if before.iter().any(|other| other.subnet.zone == plan.subnet.zone) {
            return Err(configuration("A load balancer cannot be attached to multiple subnets in the same Availability Zone"));
        }
    }
    Ok(())
}

fn public_address_of(txn: &mut Txn, owner: &Owner, plan: &Plan, interface: &NetworkInterface) -> Result<ElasticAddress, Error> {
    let address = match &plan.elastic {
        Some(address) => (**address).clone(),
        None => public_address::allocate(txn, owner, true, Tags::default())?,
    };
    public_address::associate(txn, &address, interface)?;
    Ok(address)
}
