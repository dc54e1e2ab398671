//! Peerings of test worlds.

use resource::*;

use super::{World, owner};

impl World {
    /// A connection between two VPCs, in a state.
    pub fn peering(&self, requester: &VpcId, accepter: &VpcId, state: PeeringState) -> PeeringId {
        let id = PeeringId::parse(&self.id("pcx-")).unwrap();
        let side = |vpc: &VpcId| PeeringSide {
            owner: self.find::<Vpc>(vpc).owner,
            vpc: vpc.clone(),
            cidrs: Vec::new(),
            resolves: false,
            ended_it: false,
            hidden: false,
            tags: Tags::default(),
        };
        let (requester, accepter) = (side(requester), side(accepter));
        self.put(PeeringConnection { id: id.clone(), requester, accepter, state, created: Timestamp(1), ended: None });
        id
    }

    /// Routes of both main tables over a connection, to the first block of the other side.
    pub fn route_over(&self, peering: &PeeringId) {
        let PeeringConnection { requester, accepter, .. } = self.find::<PeeringConnection>(peering);
        for (own, other) in [(&requester.vpc, &accepter.vpc), (&accepter.vpc, &requester.vpc)] {
            let block = self.find::<Vpc>(other).primary().unwrap();
            self.route(&self.main_table(own), &block.to_string(), RouteTarget::Peering(peering.clone()));
        }
    }
}

/// The members of a group of a peer, as a rule names them.
pub fn members_of_peer(world: &World, group: &GroupId, peering: &PeeringId) -> RulePeer {
    let vpc = world.find::<SecurityGroup>(group).vpc;
    RulePeer::PeerGroup { id: group.clone(), account: owner().account, vpc, peering: peering.clone() }
}
