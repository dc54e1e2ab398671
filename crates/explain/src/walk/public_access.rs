//! At the edge of a VPC: what its account's Block Public Access lets pass.

use plan::{Passage, passage};
use resource::{BlockMode, PublicAccess, PublicAccessExclusion, Resource, Subnet};

use super::Walk;
use crate::party::Party;
use crate::{Code, mend};

impl Walk<'_> {
    /// Whether a connection may begin inside and go to the internet from a party's public address.
    pub(super) fn let_out(&mut self, party: &Party) {
        let what = "nothing goes to the internet from";
        self.public_access(party, |passage| passage == Passage::Shut, what, Some(BlockMode::Bidirectional));
    }

    /// Whether a connection may begin on the internet and come to a party's public address.
    pub(super) fn let_in(&mut self, party: &Party) {
        self.public_access(party, |passage| passage != Passage::Open, "nobody on the internet opens a connection to", None);
    }

    /// `egress` is the mode in which an exclusion for what goes out is enough.
    fn public_access(&mut self, party: &Party, stops: impl Fn(Passage) -> bool, what: &str, egress: Option<BlockMode>) {
        let Some(interface) = &party.interface else { return };
        let access = self.world.find::<PublicAccess>(&interface.owner.key());
        let Some(access) = access.filter(|_| stops(passage(self.world, interface))) else { return };
        let problem = format!("is under Block Public Access ({}): {what} {}", access.mode.as_str(), party.name);
        let mode = if egress == Some(access.mode) { "allow-egress" } else { "allow-bidirectional" };
        let fix = mend::run(&interface.owner.account, self.exempting(party, mode));
        self.blocked(Code::PublicAccessBlocked, &party.vpc, problem, vec![fix]);
    }

    /// Exempts a party's subnet; an exclusion that lets too little pass is changed.
    fn exempting(&self, party: &Party, mode: &str) -> String {
        let of_subnet = self.world.linked::<PublicAccessExclusion>(Subnet::KIND, &party.subnet);
        let mut all = of_subnet.chain(self.in_vpc::<PublicAccessExclusion>(&party.vpc));
        let known = all.find(|exclusion| exclusion.state.counts());
        let mode = format!("--internet-gateway-exclusion-mode {mode}");
        match known {
            Some(known) => format!("aws ec2 modify-vpc-block-public-access-exclusion --exclusion-id {} {mode}", known.id),
            None => format!("aws ec2 create-vpc-block-public-access-exclusion --subnet-id {} {mode}", party.subnet),
        }
    }
}
