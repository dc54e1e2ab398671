//! The ways between subnets, VPCs and the internet: NAT gateways, peerings, and the routes that use them or should.

use std::collections::BTreeSet;

use resource::*;

use super::{Net, Site};
use crate::dice::Dice;

/// A peering connection of two VPCs by their numbers.
pub struct Link {
    pub id: PeeringId,
    ends: [usize; 2],
}

impl Link {
    /// The VPC at the other end.
    pub fn other(&self, own: usize) -> Option<usize> {
        match self.ends {
            [a, b] if a == own => Some(b),
            [a, b] if b == own => Some(a),
            _ => None,
        }
    }
}

impl Site<'_> {
    /// At most one connection between each two VPCs; those with the same addresses fail.
    pub(super) fn peerings(&mut self, nets: &[Net]) -> Vec<Link> {
        use PeeringState::{Active, Deleted, Failed, PendingAcceptance};
        let pairs = nets.iter().flat_map(|a| nets.iter().filter(|b| b.number > a.number).map(move |b| (a, b)));
        let pairs = pairs.filter(|_| self.has("peerings")).filter_map(|(a, b)| {
            let mut dice = self.dice("peering", 10 * a.number + b.number);
            let state = *dice.pick(&[Active, Active, Active, PendingAcceptance, Deleted]);
            let state = if a.base == b.base { Failed } else { state };
            let (a, b) = if dice.chance(50) { (a, b) } else { (b, a) };
            dice.chance(75).then(|| Link { id: self.world.peering(&a.vpc, &b.vpc, state), ends: [a.number, b.number] })
        });
        pairs.collect()
    }

    /// NAT gateways, public ones where there is an internet gateway.
    pub(super) fn gates(&mut self, nets: &mut [Net]) {
        for net in nets {
            if !self.has("nat") {
                continue;
            }
            let mut dice = self.dice("nat", net.number);
            if net.gateway.is_some() && dice.chance(50) {
                let (address, public) = (format!("{}.0.40", net.base), self.public(net.number, 30));
                self.spot(&address, &[80]);
                net.nats.push(self.world.nat_gateway(&net.subnets[0], &address, &public));
            }
            if dice.chance(30) {
                let address = format!("{}.1.41", net.base);
                self.spot(&address, &[80]);
                net.nats.push(self.world.private_nat_gateway(&net.subnets[1], &address));
            }
        }
    }

    pub(super) fn routes(&mut self, nets: &[Net], links: &[Link]) {
        for net in nets {
            let mut dice = self.dice("tables", net.number);
            let mut tables = vec![self.world.main_table(&net.vpc), self.world.table(&net.vpc, &[Some(&net.subnets[1])])];
            if dice.chance(50) {
                tables.push(self.world.table(&net.vpc, &[Some(&net.subnets[2])]));
            }
            for (n, table) in tables.iter().enumerate() {
                let routes = self.table(&mut dice, net, nets, links, n);
                let mut taken = BTreeSet::new();
                for (block, target) in routes.into_iter().filter(|(block, _)| taken.insert(block.clone())) {
                    self.world.route(table, &block, target);
                }
                if self.has("lists") && dice.chance(30) {
                    self.by_list(&mut dice, net, nets, table);
                }
            }
        }
    }

    /// A route for a prefix list, which may have what another route of the table is for.
    fn by_list(&self, dice: &mut Dice, net: &Net, nets: &[Net], table: &RouteTableId) {
        let blocks = ["198.18.0.0/24".to_owned(), format!("{}.0.0/16", dice.pick(nets).base), "198.18.1.0/24".to_owned()];
        let blocks: Vec<&str> = blocks.iter().filter(|block| !block.starts_with(&net.base)).map(String::as_str).collect();
        let destination = RouteDestination::PrefixList(self.world.prefix_list(&blocks));
        let gateway = net.gateway.clone().map(RouteTarget::InternetGateway);
        let nat = net.nats.first().cloned().map(RouteTarget::NatGateway);
        let appliance = Some(RouteTarget::Interface(net.machines[0].interface.clone()));
        if let Some(target) = dice.pick(&[gateway, nat, appliance]).clone() {
            let route = Route { destination, target };
            self.world.update::<RouteTable>(table, |table| table.routes.push(route.clone()));
        }
    }

    /// What accounts block between their VPCs and the internet, and what they leave out of that.
    pub(super) fn access(&mut self, nets: &[Net]) {
        let mut dice = self.dice("access", 0);
        if !dice.chance(20) || !self.has("access") {
            return;
        }
        self.world.block_public_access(*dice.pick(&[BlockMode::Bidirectional, BlockMode::Ingress, BlockMode::Off]));
        let modes = [ExclusionMode::Bidirectional, ExclusionMode::Egress];
        let net = dice.pick(nets);
        let whole = dice.chance(40).then(|| Excluded::Vpc(net.vpc.clone()));
        let part = dice.chance(60).then(|| Excluded::Subnet(dice.pick(&net.subnets).clone()));
        for of in whole.into_iter().chain(part) {
            self.world.exempt(of, *dice.pick(&modes));
        }
    }

    /// The routes of the VPC's main table, or of that of its second or third subnet.
    fn table(&self, dice: &mut Dice, net: &Net, nets: &[Net], links: &[Link], n: usize) -> Vec<(String, RouteTarget)> {
        let mut routes: Vec<(String, Option<RouteTarget>)> = Vec::new();
        let appliance = || Some(RouteTarget::Interface(net.machines[0].interface.clone()));
        for block in ["0.0.0.0/0", "198.18.0.0/16"] {
            let open = self.open > 50 && dice.chance(80);
            let target = match dice.below(if open { 5 } else { 10 }) {
                0..=4 => net.gateway.clone().map(RouteTarget::InternetGateway),
                5..=6 => net.nats.first().cloned().map(RouteTarget::NatGateway),
                7 if self.has("routes") && block != "0.0.0.0/0" => appliance(),
                8 => links.iter().find(|link| link.other(net.number).is_some()).map(|link| RouteTarget::Peering(link.id.clone())),
                _ => None,
            };
            routes.push((block.to_owned(), target));
        }
        for link in links {
            let Some(other) = link.other(net.number).filter(|other| nets[*other].base != net.base) else { continue };
            let (block, part) = (format!("{}.0.0/16", nets[other].base), format!("{}.1.0/24", nets[other].base));
            let over = || Some(RouteTarget::Peering(link.id.clone()));
            let (wide, narrow) = match dice.below(10) {
                0..=5 => (over(), None),
                6 => (None, over()),
                7 => (over(), net.nats.last().cloned().map(RouteTarget::NatGateway)),
                8 if self.has("routes") => (over(), appliance()),
                8 => (over(), None),
                _ => (None, None),
            };
            let second = nets[other].prefixes.get(3).filter(|_| wide.is_some()).map(|prefix| format!("{prefix}.0/24"));
            routes.extend(second.map(|block| (block, wide.clone())));
            routes.extend([(block, wide), (part, narrow)]);
        }
        if self.has("routes") && dice.chance(25) {
            // Of another subnet than those that may use the table.
            let nat = net.nats.first().filter(|_| dice.chance(20)).cloned().map(RouteTarget::NatGateway);
            routes.push((format!("{}.{}.0/24", net.base, if n == 1 { dice.pick(&[0, 2]) } else { &1 }), nat.or_else(appliance)));
        }
        if self.has("routes") && dice.chance(10) {
            // In place of the local route.
            routes.push((format!("{}.0.0/16", net.base), appliance()));
        }
        routes.into_iter().filter_map(|(block, target)| Some((block, target?))).collect()
    }
}
