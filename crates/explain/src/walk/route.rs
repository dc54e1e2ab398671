//! Out of a VPC by the sender's route table: the longest prefix wins.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use plan::{Hop, Item, Nat, Subject, Table};
use resource::{
    ElasticAddress, InterfaceId, NatGateway, NatGatewayId, PUBLIC_IP, PrefixList, PrefixListId, RouteDestination, RouteTable,
    RouteTableId, RouteTarget, VpcId,
};

use super::peering::{self, live_to};
use super::{Away, Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::find::interface;
use crate::party::Party;
use crate::{Code, Ground, mend};

impl Walk<'_> {
    /// Follows the route of the sender's table for an address outside its VPC.
    pub(super) fn route_out(mut self, party: &Party, to: Ipv4Addr) -> Vec<Way> {
        if is_nowhere(to) {
            self.blocked(Code::Nobody, to, "is nobody's address: no route leads to such", Vec::new());
            return self.end();
        }
        match self.table(party) {
            Some(table) => self.by_table(party, &table, to),
            None => {
                self.blocked(Code::NoRoute, &party.subnet, "has no route table", Vec::new());
                self.end()
            }
        }
    }

    fn by_table(mut self, party: &Party, table: &Table, to: Ipv4Addr) -> Vec<Way> {
        match longest(table, to) {
            None => self.no_route(party, table, to),
            Some((prefix, Hop::Drop)) => self.into_blackhole(party, table, *prefix, to),
            Some((prefix, Hop::Internet(realm))) => {
                let target = self.target_of(table, *prefix);
                let other = self.elsewhere(party, to).filter(|_| !self.is_public(to));
                if (to.is_private() || other.is_some())
                    && let Some(far) =
                        self.unused_peering(party, table, to, &format!("leads by {prefix} to {target} and not to {to}"))
                {
                    return self.over_peering(party, party.address, far.router, to);
                }
                self.passes(&table.id, format!("routes {to} by {prefix} to {target}"));
                self.by(Ground::Route { table: None, prefix: *prefix, target });
                match other {
                    Some(other) => self.disconnected(party, &other),
                    None if to.is_private() => self.private_destination(party, table, *prefix, to),
                    None => self.translate(party, *realm, to),
                }
            }
            Some((prefix, Hop::Peer(router, _, realm))) => {
                let target = self.target_of(table, *prefix);
                self.passes(&table.id, format!("routes {to} by {prefix} to {target}"));
                self.by(Ground::Route { table: None, prefix: *prefix, target });
                let from = self.translated_within(party, *realm, to);
                self.over_peering(party, from, *router, to)
            }
            Some((prefix, Hop::Interface(id, _) | Hop::Checked(id))) => {
                self.passes(&table.id, format!("routes {to} by {prefix} to {id}"));
                self.by(Ground::Route { table: None, prefix: *prefix, target: id.to_string() });
                let sender = Sender::of(party);
                self.appliance(id, &sender, to);
                self.end()
            }
            Some((prefix, Hop::Endpoint(id))) => {
                self.passes(&table.id, format!("routes {to} by {prefix} to {id}"));
                let sender = Sender::of(party);
                self.at_door(id, &sender, to);
                self.end()
            }
        }
    }

    /// Into a blackhole, and on by what is there without it, or as if the NAT gateway that it is led on.
    fn into_blackhole(mut self, party: &Party, table: &Table, prefix: Ipv4Net, to: Ipv4Addr) -> Vec<Way> {
        self.blackhole(party, table, prefix, to);
        let (code, by_table) = match self.way.blockers.last() {
            Some(last) => (Some(last.code), last.component == table.id.as_str()),
            None => (None, false),
        };
        if code == Some(Code::MoreSpecificRoute) {
            let mut rest = table.clone();
            rest.within.retain(|(net, _)| *net != prefix);
            rest.routes.retain(|(net, _)| *net != prefix);
            return self.by_table(party, &rest, to);
        }
        if by_table {
            self.not_without_public_address(party);
            return self.end();
        }
        match self.route(table, prefix) {
            Some(RouteTarget::NatGateway(id)) => match self.public_of_nat(&id) {
                Some(public) => self.sent_on(id.as_str(), public, party, to),
                None => self.end(),
            },
            _ => self.end(),
        }
    }

    fn public_of_nat(&self, id: &NatGatewayId) -> Option<Ipv4Addr> {
        let nat = self.world.find::<NatGateway>(id.as_str()).filter(|nat| nat.public)?;
        Some(self.world.find::<ElasticAddress>(nat.allocation.as_ref()?.as_str())?.public)
    }

    /// Whether an address is one of the simulated internet.
    fn is_public(&self, address: Ipv4Addr) -> bool {
        self.world.named::<ElasticAddress>(PUBLIC_IP, address).next().is_some()
    }

    fn private_destination(mut self, party: &Party, table: &Table, prefix: Ipv4Net, to: Ipv4Addr) -> Vec<Way> {
        let problem = format!("takes nothing for private addresses, as {to} is one, which nobody has that {} knows", party.vpc);
        self.blocked(Code::PrivateDestination, self.target_of(table, prefix), problem, Vec::new());
        self.end()
    }

    /// By the table of an internet gateway, where it has another way to an address than the VPC itself.
    pub(super) fn by_edge(mut self, id: &RouteTableId, sender: &Sender, to: Ipv4Addr) -> Result<Vec<Way>, Box<Self>> {
        let Some(Item::Table(table)) = plan::item(self.world, &Subject::Table(id.clone())) else { return Err(Box::new(self)) };
        let Some((prefix, hop)) = longest(&table, to) else { return Err(Box::new(self)) };
        Ok(match hop {
            Hop::Interface(appliance, _) | Hop::Checked(appliance) => {
                self.passes(id, format!("routes {to} by {prefix} to {appliance}"));
                self.by(Ground::Route { table: Some(id.clone()), prefix: *prefix, target: appliance.to_string() });
                self.appliance(appliance, sender, to);
                self.end()
            }
            _ => {
                let problem = format!("routes {to} by {prefix} to {}, which takes no packets", self.target_of(&table, *prefix));
                self.blocked(Code::Blackhole, id, problem, Vec::new());
                self.end()
            }
        })
    }

    /// Whether a party's table has another way to an address of its own VPC than the VPC itself. The router takes what is for
    /// its own addresses (nodes, endpoints) before any table is asked, and so does it with what stays in a subnet.
    pub(super) fn is_diverted(&self, party: &Party, to: Ipv4Addr) -> bool {
        let leads = |table: Table| table.within.iter().any(|(prefix, _)| prefix.contains(&to));
        let diverts = !party.cidr.contains(&to) && self.table(party).is_some_and(leads);
        diverts && !self.holder(&party.vpc, to).is_some_and(|holder| holder.is_managed())
    }

    /// Whether answers of a party find the way out to where the connection came from.
    pub(super) fn way_back(&mut self, party: &Party, away: Away) {
        let Some(table) = self.table(party) else { return };
        let (Away::Internet(to) | Away::Peer(to, _)) = away;
        match (longest(&table, to), away) {
            (Some((prefix, Hop::Internet(_))), Away::Internet(_)) => {
                self.passes(&table.id, format!("routes the answers by {prefix}"));
                self.answered_by(Ground::Route { table: None, prefix: *prefix, target: self.target_of(&table, *prefix) });
            }
            (Some((prefix, Hop::Peer(router, ..))), Away::Peer(_, from)) if *router == from => {
                let target = self.target_of(&table, *prefix);
                self.passes(&table.id, format!("routes the answers by {prefix} to {target}"));
                self.answered_by(Ground::Route { table: None, prefix: *prefix, target });
            }
            (Some((prefix, Hop::Drop)), _) => self.blackhole(party, &table, *prefix, to),
            (Some((prefix, Hop::Interface(id, _))), _) if !is_of(party, id) => {
                let what = format!("routes the answers to {to} by {prefix} to {id} (what it does with them is not known)");
                self.passes(&table.id, what);
                self.answered_by(Ground::Route { table: None, prefix: *prefix, target: id.to_string() });
            }
            (Some((prefix, hop)), _) => {
                let elsewhere = match hop {
                    Hop::Interface(id, _) | Hop::Checked(id) => id.to_string(),
                    _ => self.target_of(&table, *prefix),
                };
                let problem =
                    format!("routes the answers to {to} by {prefix} to {elsewhere}, which is not where the connection came from");
                let fixes = self.way_back_mended(party, &table, away);
                self.blocked(Code::MoreSpecificRoute, &table.id, problem, fixes);
            }
            (None, _) => {
                let fixes = match away {
                    Away::Internet(_) => mend::route_out(self.world, party, "create-route", "0.0.0.0/0"),
                    Away::Peer(..) => self.way_back_mended(party, &table, away),
                };
                self.blocked(Code::NoRoute, &table.id, format!("has no route for the answers to {to}"), fixes);
            }
        }
    }

    fn way_back_mended(&self, party: &Party, table: &Table, away: Away) -> Vec<Fix> {
        match away {
            Away::Internet(to) => mend::route_out(self.world, party, "create-route", &format!("{to}/32")),
            Away::Peer(to, _) => {
                let Some((peering, far)) = live_to(self.world, &party.vpc, to) else { return Vec::new() };
                let block = far.cidrs.iter().map(|block| block.cidr).find(|cidr| cidr.contains(&to));
                block.map(|cidr| peering::lead(party, table, cidr, &peering)).into_iter().collect()
            }
        }
    }

    fn table(&self, party: &Party) -> Option<Table> {
        match plan::item(self.world, &Subject::Table(party.table(self.world)?))? {
            Item::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The target of the route with a prefix.
    fn target_of(&self, table: &Table, prefix: Ipv4Net) -> String {
        self.route(table, prefix).map_or_else(|| "nothing".to_owned(), |target| target_id(&target))
    }

    fn route(&self, table: &Table, prefix: Ipv4Net) -> Option<RouteTarget> {
        let table = self.world.find::<RouteTable>(table.id.as_str())?;
        let listed = |id: &PrefixListId| {
            self.world.find::<PrefixList>(id.as_str()).is_some_and(|list| list.entries.iter().any(|e| e.cidr == prefix))
        };
        let exact = table.routes.iter().find(|route| route.destination == RouteDestination::Cidr(prefix));
        let route = exact.or_else(|| {
            table.routes.iter().find(|route| matches!(&route.destination, RouteDestination::PrefixList(id) if listed(id)))
        });
        route.map(|route| route.target.clone())
    }

    fn no_route(mut self, party: &Party, table: &Table, to: Ipv4Addr) -> Vec<Way> {
        let problem = format!("has no route for {to}");
        if !to.is_private() {
            if let Some(lack) = self.endpoint_instead(party, table.id.as_str(), to) {
                self.blocked(lack.code, lack.component, lack.problem, lack.fixes);
                return match lack.instead {
                    Some(endpoint) => self.at_endpoint_instead(party, &endpoint, to),
                    None => self.end(),
                };
            }
            let fixes = mend::route_out(self.world, party, "create-route", "0.0.0.0/0");
            self.blocked(Code::NoRoute, &table.id, problem, fixes);
            self.not_without_public_address(party);
            return self.end();
        }
        if let Some(far) = self.unused_peering(party, table, to, &problem) {
            return self.over_peering(party, party.address, far.router, to);
        }
        self.blocked(Code::NoRoute, &table.id, problem, Vec::new());
        match self.elsewhere(party, to) {
            Some(other) => self.disconnected(party, &other),
            None => self.end(),
        }
    }

    /// A route whose target takes no packets. Often a wider one would do.
    fn blackhole(&mut self, party: &Party, table: &Table, prefix: Ipv4Net, to: Ipv4Addr) {
        let target = self.route(table, prefix);
        if let Some(RouteTarget::NatGateway(id)) = &target
            && plan::active_target(self.world, &party.vpc, &RouteTarget::NatGateway(id.clone()))
        {
            return self.nat_without_way(id.as_str());
        }
        if let Some(RouteTarget::Peering(id)) = &target {
            return self.dead_peering(party, table, &prefix.to_string(), id.as_str(), to);
        }
        let wider = table.routes.iter().any(|(net, hop)| *net != prefix && net.contains(&to) && *hop != Hop::Drop);
        let name = target.map_or_else(|| "a target that is gone".to_owned(), |target| target_id(&target));
        let delete = format!("aws ec2 delete-route --route-table-id {} --destination-cidr-block {prefix}", table.id);
        let ground = Ground::Route { table: None, prefix, target: name.clone() };
        match wider {
            true => {
                let problem =
                    format!("routes {to} by {prefix} to {name}, a blackhole that is more specific than a route that works");
                self.blocked(Code::MoreSpecificRoute, &table.id, problem, vec![mend::run(&party.account, delete)]);
            }
            false => {
                let problem = format!("routes {to} by {prefix} to {name}, which takes no packets: the route is a blackhole");
                let fixes = mend::route_out(self.world, party, "replace-route", &prefix.to_string());
                self.blocked(Code::Blackhole, &table.id, problem, fixes);
            }
        }
        self.by(ground);
    }

    /// A NAT gateway whose own subnet does not lead to the internet.
    fn nat_without_way(&mut self, id: &str) {
        let Some(nat) = self.world.find::<NatGateway>(id) else { return };
        if !nat.public {
            return self.blocked(Code::Blackhole, id, "is a private NAT gateway: it does not lead to the internet", Vec::new());
        }
        let home = nat.interface.as_ref().and_then(|id| interface(self.world, id));
        let fixes = home.as_ref().map(|party| mend::route_out_by_gateway(self.world, party)).unwrap_or_default();
        let problem = format!("is in {}, whose route table does not lead to an internet gateway", nat.subnet);
        self.blocked(Code::Blackhole, id, problem, fixes);
    }

    /// Through an interface that forwards, or does not.
    fn appliance(&mut self, id: &InterfaceId, sender: &Sender, to: Ipv4Addr) {
        let Some(appliance) = interface(self.world, id) else { return };
        if sender.party.as_ref().and_then(|party| party.interface.as_ref()).is_some_and(|own| own.id == *id) {
            let problem = format!("sends to {to} by a route that leads back to itself");
            return self.blocked(Code::Blackhole, id, problem, Vec::new());
        }
        self.boundary(&appliance, false, sender.address);
        self.groups_in(&appliance, sender);
        self.present(&appliance);
        self.detour_back(&appliance, sender.address);
        if appliance.forwards() {
            return self.passes(&appliance.name, format!("may forward to {to} (what it does with packets is not known)"));
        }
        self.checks_destination(&appliance);
    }

    fn checks_destination(&mut self, appliance: &Party) {
        let Some(id) = appliance.interface.as_ref().map(|interface| &interface.id) else { return };
        let fix = mend::run(
            &appliance.account,
            format!("aws ec2 modify-network-interface-attribute --network-interface-id {id} --no-source-dest-check"),
        );
        let problem = "checks source and destination, so it takes and sends nothing that is not its own";
        self.blocked(Code::SourceCheck, id, problem, vec![fix]);
    }

    /// Whether a party's table takes packets to an address of its own VPC elsewhere, as is said then.
    pub(super) fn detour(&mut self, party: &Party, sender: &Sender, to: Ipv4Addr) -> bool {
        let Some(table) = self.table(party).filter(|_| self.is_diverted(party, to)) else { return false };
        match longest(&table, to) {
            Some((prefix, Hop::Interface(id, _) | Hop::Checked(id))) => {
                self.passes(&table.id, format!("routes {to} by {prefix} to {id}"));
                self.appliance(id, sender, to);
            }
            Some((prefix, _)) => self.blackhole(party, &table, *prefix, to),
            None => {}
        }
        true
    }

    /// Answers that do not go the way that the question came, but through an interface between the two subnets.
    pub(super) fn detour_back(&mut self, party: &Party, to: Ipv4Addr) {
        let Some(table) = self.table(party).filter(|_| self.is_diverted(party, to)) else { return };
        match longest(&table, to) {
            Some((prefix, Hop::Interface(id, _))) if is_of(party, id) => {
                let problem = format!("sends the answers to {to} by {prefix}, which leads back to itself");
                self.blocked(Code::Blackhole, id, problem, Vec::new());
            }
            Some((prefix, Hop::Interface(id, _))) => {
                let what = format!("routes the answers to {to} by {prefix} to {id} (what it does with them is not known)");
                self.passes(&table.id, what);
                self.answered_by(Ground::Route { table: None, prefix: *prefix, target: id.to_string() });
            }
            Some((prefix, Hop::Checked(id))) => {
                self.passes(&table.id, format!("routes the answers to {to} by {prefix} to {id}"));
                self.answered_by(Ground::Route { table: None, prefix: *prefix, target: id.to_string() });
                if let Some(appliance) = interface(self.world, id) {
                    self.checks_destination(&appliance);
                }
            }
            Some((prefix, _)) => self.blackhole(party, &table, *prefix, to),
            None => {}
        }
    }

    /// The public address that stands for the sender outside.
    fn translate(mut self, party: &Party, realm: u16, to: Ipv4Addr) -> Vec<Way> {
        let nat = (realm != 0).then(|| self.nat_of_realm(&party.vpc, realm)).flatten();
        if let Some((id, public)) = nat {
            return self.sent_on(&id, public, party, to);
        }
        if let Some(public) = party.public_out(self.world) {
            self.passes(&party.name, format!("is {public} on the internet"));
            self.let_out(party);
            return self.onto_internet(public, to);
        }
        self.no_public_address(party);
        self.end()
    }

    /// By a NAT gateway onto the internet.
    fn sent_on(mut self, id: &str, public: Ipv4Addr, party: &Party, to: Ipv4Addr) -> Vec<Way> {
        self.passes(id, format!("sends it on as {public}"));
        self.out_of_nat(id, party, to);
        if let Some(home) = self.home_of_nat(id) {
            self.let_out(&home);
        }
        self.onto_internet(public, to)
    }

    /// The address that the sender has in a peered VPC: its own, or the private one of a NAT gateway.
    fn translated_within(&mut self, party: &Party, realm: u16, to: Ipv4Addr) -> Ipv4Addr {
        let nat = (realm != 0).then(|| self.nat_item(&party.vpc, realm)).flatten();
        let Some(nat) = nat else { return party.address };
        self.passes(&nat.id, format!("sends it on as {}", nat.private));
        self.out_of_nat(nat.id.as_str(), party, to);
        nat.private
    }

    /// The boundary of the NAT gateway's own subnet, whose table leads the answers on.
    fn out_of_nat(&mut self, id: &str, party: &Party, to: Ipv4Addr) {
        if let Some(home) = self.home_of_nat(id) {
            self.boundary(&home, true, to);
            self.detour_back(&home, party.address);
        }
    }

    fn home_of_nat(&self, id: &str) -> Option<Party> {
        interface(self.world, self.world.find::<NatGateway>(id)?.interface.as_ref()?)
    }

    /// The route that mends the table leads to the internet gateway, which is not enough for everybody.
    fn not_without_public_address(&mut self, party: &Party) {
        let by_gateway =
            self.way.blockers.last().is_some_and(|last| last.fixes.iter().any(|fix| fix.command.contains("--gateway-id")));
        let has_address = || party.public_out(self.world).is_some() || mend::has_address(self.world, party);
        match by_gateway {
            true if has_address() => self.let_out(party),
            true => self.no_public_address(party),
            false => {}
        }
    }

    fn no_public_address(&mut self, party: &Party) {
        let fixes: Vec<Fix> = mend::public_address(self.world, party);
        let problem = "has no public address, without which an internet gateway sends nothing on (a NAT gateway in another subnet would do as well)";
        self.blocked(Code::NoPublicAddress, &party.name, problem, fixes);
        self.let_out(party);
    }

    fn nat_of_realm(&self, vpc: &VpcId, realm: u16) -> Option<(String, Ipv4Addr)> {
        self.nat_item(vpc, realm).and_then(|nat| Some((nat.id.to_string(), nat.public?)))
    }

    fn nat_item(&self, vpc: &VpcId, realm: u16) -> Option<Nat> {
        let mut items = self.in_vpc::<NatGateway>(vpc).filter_map(|nat| plan::item(self.world, &Subject::Nat(nat.id.clone())));
        items.find_map(|item| match item {
            Item::Nat(nat) if nat.realm == realm => Some(nat),
            _ => None,
        })
    }
}

/// Whether an interface is a party's own.
fn is_of(party: &Party, id: &InterfaceId) -> bool {
    party.interface.as_ref().is_some_and(|interface| interface.id == *id)
}

/// Whether an address is one that no packet is routed to, wherever routes lead.
fn is_nowhere(to: Ipv4Addr) -> bool {
    matches!(to.octets()[0], 0 | 127 | 224..) || to.is_link_local()
}

fn longest(table: &Table, to: Ipv4Addr) -> Option<&(Ipv4Net, Hop)> {
    table
        .within
        .iter()
        .chain(&table.routes)
        .filter(|(prefix, _)| prefix.contains(&to))
        .max_by_key(|(prefix, _)| prefix.prefix_len())
}

/// Things with commas between.
pub(super) fn listed<T: ToString>(things: impl Iterator<Item = T>) -> String {
    things.map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}

fn target_id(target: &RouteTarget) -> String {
    match target {
        RouteTarget::InternetGateway(id) => id.to_string(),
        RouteTarget::NatGateway(id) => id.to_string(),
        RouteTarget::Interface(id) => id.to_string(),
        RouteTarget::Peering(id) => id.to_string(),
        RouteTarget::Endpoint(id) => id.to_string(),
    }
}
