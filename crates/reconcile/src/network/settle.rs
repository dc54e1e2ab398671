//! What the store says of a resource once the kernel is as the plan says.

use std::sync::Arc;

use plan::{Item, Subject, read_of_exclusion};
use resource::{
    BalancerState, ElasticAddress, EndpointState, ExclusionState, LoadBalancer, NatGateway, NatState, NetworkInterface,
    PeeringConnection, PeeringState, PublicAccess, PublicAccessExclusion, ResolverEndpoint, ResolverEndpointState, Resource,
    SecurityGroup, Subnet, Timestamp, Vpc, VpcAssociation, VpcAssociationState, VpcEndpoint, VpcId, VpcState,
};
use store::{Snapshot, Txn};

/// Moves the states that `subject` decides: `item` is what the kernel has of it, as planned from `world`. The store may have
/// gone on meanwhile.
pub(super) fn settle(txn: &mut Txn, world: &Snapshot, subject: &Subject, item: Option<&Item>) {
    match (subject, item) {
        (Subject::Router(id), Some(_)) => router(txn, id.as_str()),
        (Subject::Interface(id), _) => interface(txn, id.as_str(), item.is_some()),
        (Subject::Group(id), Some(Item::Group(carried))) => group(txn, id.as_str(), &carried.others),
        (Subject::Nat(id), _) => nat(txn, id.as_str(), item.is_some()),
        (Subject::Peering(id), _) => peering(txn, id.as_str(), item.is_some()),
        (Subject::Balancer(arn), Some(_)) => balancer(txn, arn),
        (Subject::Endpoint(id), _) => endpoint(txn, id.as_str(), item),
        (Subject::Resolver(id), _) => resolver(txn, id, item),
        (Subject::PublicAccess(owner), _) => public_access(txn, world, owner),
        _ => {}
    }
}

fn router(txn: &mut Txn, id: &str) {
    txn.update::<Vpc>(id, |vpc| vpc.state = VpcState::Available);
    let pending: Vec<_> = txn.linked::<Subnet>(Vpc::KIND, id).filter(|subnet| subnet.state == VpcState::Pending).collect();
    for subnet in pending {
        txn.update::<Subnet>(subnet.id.as_str(), |subnet| subnet.state = VpcState::Available);
    }
}

/// What was leaving its holder has left it when the kernel does not have it any more.
fn interface(txn: &mut Txn, id: &str, present: bool) {
    txn.update::<NetworkInterface>(id, |interface| {
        interface.ready = present;
        if !present {
            interface.attachment.take_if(|attachment| attachment.leaving);
        }
    });
}

/// The group filters in `others` besides its own VPC, and nowhere else.
fn group(txn: &mut Txn, id: &str, others: &[VpcId]) {
    use VpcAssociationState::{Associated, Associating, Disassociating};
    let moves = |other: &VpcAssociation| match other.state {
        Associating => others.contains(&other.vpc),
        Disassociating => !others.contains(&other.vpc),
        Associated => false,
    };
    if txn.find::<SecurityGroup>(id).is_some_and(|group| group.associations.iter().any(moves)) {
        txn.update::<SecurityGroup>(id, |group| {
            group.associations.retain(|other| other.state != Disassociating || !moves(other));
            group.associations.iter_mut().filter(|other| moves(other)).for_each(|other| other.state = Associated);
        });
    }
}

fn balancer(txn: &mut Txn, arn: &str) {
    txn.update::<LoadBalancer>(arn, |balancer| {
        if balancer.state == BalancerState::Provisioning {
            balancer.state = BalancerState::Active;
        }
    });
}

fn nat(txn: &mut Txn, id: &str, present: bool) {
    let Some(nat) = txn.find::<NatGateway>(id) else { return };
    match nat.state {
        NatState::Pending if present || !nat.public => drop(txn.update::<NatGateway>(id, |nat| nat.state = NatState::Available)),
        NatState::Deleting if !present => {
            if let Some(interface) = &nat.interface {
                txn.remove::<NetworkInterface>(interface.as_str());
            }
            if let Some(allocation) = &nat.allocation {
                txn.update::<ElasticAddress>(allocation.as_str(), |address| address.association = None);
            }
            txn.update::<NatGateway>(id, |nat| {
                nat.state = NatState::Deleted;
                nat.deleted = Some(Timestamp::now());
            });
        }
        _ => {}
    }
}

/// What was asked for waits for its acceptance, unless the two VPCs do not go together.
fn peering(txn: &mut Txn, id: &str, present: bool) {
    let Some(peering) = txn.find::<PeeringConnection>(id) else { return };
    let vpc = |id: &VpcId| txn.find::<Vpc>(id.as_str());
    let fits = || peering.fits(vpc(&peering.requester.vpc).as_deref(), vpc(&peering.accepter.vpc).as_deref());
    let state = match peering.state {
        state if state.is_pending() && !fits() => PeeringState::Failed,
        PeeringState::InitiatingRequest => PeeringState::PendingAcceptance,
        PeeringState::Provisioning if present => PeeringState::Active,
        PeeringState::Deleting if !present => PeeringState::Deleted,
        _ => return,
    };
    txn.update::<PeeringConnection>(id, |peering| {
        peering.state = state;
        peering.ended = matches!(state, PeeringState::Failed | PeeringState::Deleted).then(Timestamp::now);
    });
}

fn endpoint(txn: &mut Txn, id: &str, item: Option<&Item>) {
    let Some(endpoint) = txn.find::<VpcEndpoint>(id) else { return };
    match (endpoint.state, item) {
        (EndpointState::Pending, Some(Item::Endpoint(carried))) if carried.open => {
            txn.update::<VpcEndpoint>(id, |endpoint| endpoint.state = EndpointState::Available);
        }
        (EndpointState::Pending, Some(Item::Door(door))) if door.open => {
            txn.update::<VpcEndpoint>(id, |endpoint| endpoint.state = EndpointState::Available);
        }
        (EndpointState::Deleting | EndpointState::Deleted, None) => {
            for interface in &endpoint.interfaces {
                txn.remove::<NetworkInterface>(interface.as_str());
            }
            txn.remove::<VpcEndpoint>(id);
        }
        _ => {}
    }
}

/// The public addresses obey what was chosen and who was exempt in `world`: what has been asked for since is still to come.
fn public_access(txn: &mut Txn, world: &Snapshot, owner: &str) {
    let carried = |access: &PublicAccess| world.find::<PublicAccess>(owner).is_some_and(|known| known.mode == access.mode);
    let chosen = |access: &Arc<PublicAccess>| !access.settled && carried(access);
    if txn.find::<PublicAccess>(owner).is_some_and(|access| chosen(&access)) {
        txn.update::<PublicAccess>(owner, |access| access.settled = true);
    }
    let moved = |exclusion: &Arc<PublicAccessExclusion>| {
        let carried = world.find::<PublicAccessExclusion>(exclusion.id.as_str());
        let as_carried = carried.is_some_and(|carried| read_of_exclusion(&carried) == read_of_exclusion(exclusion));
        exclusion.state.settled() != exclusion.state && as_carried
    };
    let of_owner = txn.all::<PublicAccessExclusion>().filter(|exclusion| exclusion.owner.key() == owner && moved(exclusion));
    for exclusion in of_owner.collect::<Vec<_>>() {
        txn.update::<PublicAccessExclusion>(exclusion.id.as_str(), |exclusion| {
            exclusion.state = exclusion.state.settled();
            exclusion.updated = Timestamp::now();
            exclusion.deleted = (exclusion.state == ExclusionState::Deleted).then_some(exclusion.updated);
        });
    }
}

fn resolver(txn: &mut Txn, id: &str, item: Option<&Item>) {
    let Some(resolver) = txn.find::<ResolverEndpoint>(id) else { return };
    match (resolver.state, item) {
        (ResolverEndpointState::Creating, Some(Item::Resolver(carried))) if carried.open => {
            txn.update::<ResolverEndpoint>(id, |resolver| resolver.state = ResolverEndpointState::Operational);
        }
        (ResolverEndpointState::Deleting, None) => {
            for address in &resolver.addresses {
                txn.remove::<NetworkInterface>(address.interface.as_str());
            }
            txn.remove::<ResolverEndpoint>(id);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use resource::{BlockMode, Excluded, ExclusionMode, PublicAccessExclusionId, Tags};

    use super::*;
    use crate::testing::{change, owner, store};

    #[tokio::test]
    async fn what_is_chosen_while_the_kernel_follows_an_earlier_choice_is_not_in_force_yet() {
        let chosen = |mode, at| PublicAccess { owner: owner(), mode, settled: false, updated: Timestamp(at) };
        let store = store(|txn| txn.put(chosen(BlockMode::Ingress, 1))).await;
        let carried = store.snapshot();
        change(&store, |txn| txn.put(chosen(BlockMode::Bidirectional, 2))).await;
        let subject = Subject::PublicAccess(owner().key());
        let settled = || store.snapshot().all::<PublicAccess>().all(|access| access.settled);
        change(&store, |txn| settle(txn, &carried, &subject, None)).await;
        assert!(!settled());
        let carried = store.snapshot();
        change(&store, |txn| settle(txn, &carried, &subject, None)).await;
        assert!(settled());
    }

    #[tokio::test]
    async fn an_exclusion_that_gets_tags_while_the_kernel_follows_is_in_force_all_the_same() {
        let id = PublicAccessExclusionId::random();
        let exclusion = PublicAccessExclusion {
            id: id.clone(),
            owner: owner(),
            of: Excluded::Vpc(VpcId::random()),
            mode: ExclusionMode::Bidirectional,
            state: ExclusionState::Creating,
            created: Timestamp(1),
            updated: Timestamp(1),
            deleted: None,
            tags: Tags::default(),
        };
        let store = store(|txn| txn.put(exclusion.clone())).await;
        let carried = store.snapshot();
        change(&store, |txn| {
            let tagged = |exclusion: &mut PublicAccessExclusion| drop(exclusion.tags.0.insert("name".into(), "one".into()));
            txn.update(id.as_str(), tagged);
        })
        .await;
        change(&store, |txn| settle(txn, &carried, &Subject::PublicAccess(owner().key()), None)).await;
        let found = store.snapshot().find::<PublicAccessExclusion>(id.as_str()).expect("it is there");
        assert_eq!(found.state, ExclusionState::Created);
    }
}
