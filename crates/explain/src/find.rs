//! Finds who sends.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    ElasticAddress, EndpointKind, GroupId, Instance, InterfaceId, NetworkInterface, PRIVATE_IP, PUBLIC_IP, Resource,
    SecurityGroup, Subnet, SubnetId, Vpc, VpcEndpoint,
};
use store::Snapshot;

use crate::party::{Party, primary};
use crate::resolve::Goal;
use crate::{Question, QuestionError, Source};

/// Who sends.
pub(crate) enum Start {
    /// An interface in a VPC.
    Party(Box<Party>),
    /// An endpoint, from which connections go to its service only.
    Endpoint(Arc<VpcEndpoint>),
    /// A host on the internet.
    Internet,
}

impl Start {
    /// The same with another source address, if one is given.
    pub(crate) fn with_address(self, from: Option<Ipv4Addr>) -> Self {
        match (self, from) {
            (Self::Party(party), Some(address)) => Self::Party(Box::new(Party { address, ..*party })),
            (start, _) => start,
        }
    }
}

/// The address of the hosts on the simulated internet.
pub(crate) const INTERNET_HOST: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

pub(crate) fn start(world: &Snapshot, source: &Source) -> Result<Start, QuestionError> {
    let party = match source {
        Source::Internet => return Ok(Start::Internet),
        Source::Instance(id) => world.find::<Instance>(id.as_str()).and_then(|instance| primary(world, &instance)),
        Source::Interface(id) => interface(world, id),
        Source::Subnet(id, groups) => program(world, id, groups, None)?,
        Source::Endpoint(id) => {
            let endpoint = world.find::<VpcEndpoint>(id.as_str()).filter(|endpoint| endpoint.kind == EndpointKind::Interface);
            return endpoint.map(Start::Endpoint).ok_or_else(|| QuestionError::Unknown(source.to_string()));
        }
    };
    party.map(|party| Start::Party(Box::new(party))).ok_or_else(|| QuestionError::Unknown(source.to_string()))
}

/// Whether who asks may: others' networks are as if they did not exist.
pub(crate) fn allowed(world: &Snapshot, question: &Question, start: &Start, goals: &[Goal]) -> Result<(), QuestionError> {
    let Some(account) = &question.account else { return Ok(()) };
    let own = |goal: &Goal| match goal {
        Goal::Elsewhere(party) | Goal::Program(party) => party.account == *account,
        Goal::Hidden(..) | Goal::Promised(..) | Goal::Service(_) | Goal::Unasked(..) => true,
        Goal::Unseen(..) | Goal::Nowhere(..) | Goal::Alias(..) => true,
        Goal::Address(address, _) => {
            world.named::<ElasticAddress>(PUBLIC_IP, address).next().is_none_or(|a| a.owner.account == *account)
        }
    };
    match start {
        Start::Party(party) if party.account != *account => Err(QuestionError::Unknown(question.source.to_string())),
        Start::Endpoint(endpoint) if endpoint.owner.account != *account => {
            Err(QuestionError::Unknown(question.source.to_string()))
        }
        Start::Internet if !goals.iter().all(own) => Err(QuestionError::Unknown(question.destination.to_string())),
        _ => Ok(()),
    }
}

pub(crate) fn interface(world: &Snapshot, id: &InterfaceId) -> Option<Party> {
    Party::of(world, world.find::<NetworkInterface>(id.as_str())?)
}

/// A program as `underpass exec --subnet` would run it, at the first free address that is not another guest's.
pub(crate) fn program(
    world: &Snapshot,
    id: &SubnetId,
    groups: &[GroupId],
    other: Option<&Party>,
) -> Result<Option<Party>, QuestionError> {
    let Some(subnet) = world.find::<Subnet>(id.as_str()) else { return Ok(None) };
    let in_vpc = |id: &&GroupId| world.find::<SecurityGroup>(id.as_str()).is_none_or(|group| !group.is_for(&subnet.vpc));
    if let Some(stranger) = groups.iter().find(in_vpc) {
        return Err(QuestionError::Unknown(format!("group {stranger} in {}", subnet.vpc)));
    }
    let default = || world.linked::<SecurityGroup>(Vpc::KIND, &subnet.vpc).filter(|group| group.name == "default");
    let groups = if groups.is_empty() { default().map(|group| group.id.clone()).collect() } else { groups.to_vec() };
    let other = other.filter(|party| party.interface.is_none() && party.vpc == subnet.vpc).map(|party| party.address);
    let taken = |address: &Ipv4Addr| {
        other == Some(*address)
            || world.named::<NetworkInterface>(PRIVATE_IP, NetworkInterface::address_key(&subnet.vpc, *address)).next().is_some()
    };
    let free = subnet.assignable().find(|address| !taken(address));
    Ok(free.map(|address| Party {
        name: format!("a program in {id}"),
        account: subnet.owner.account.clone(),
        vpc: subnet.vpc.clone(),
        subnet: id.clone(),
        cidr: subnet.cidr,
        zone: subnet.zone.clone(),
        address,
        groups,
        interface: None,
    }))
}
