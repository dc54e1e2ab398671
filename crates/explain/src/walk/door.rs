//! At a way to one of AWS's own services: an endpoint of its own in the VPC, or the service's front door on the internet.

use std::net::Ipv4Addr;
use std::sync::Arc;

use plan::{Door, Item, Subject};
use resource::{AwsService, EndpointId, EndpointKind, FrontDoor, PeeringConnection, Vpc, VpcEndpoint};

use super::{Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::find::interface;
use crate::party::Party;
use crate::resolve::covers;
use crate::{Code, Packet, mend};

impl Walk<'_> {
    /// At an endpoint that the daemon itself answers; what it answers is up to the endpoint's policy, request by request.
    pub(super) fn at_door(&mut self, id: &EndpointId, sender: &Sender, to: Ipv4Addr) {
        let Some(endpoint) = self.world.find::<VpcEndpoint>(id.as_str()) else { return };
        let Some(Item::Door(door)) = plan::item(self.world, &Subject::Endpoint(id.clone())) else {
            let problem = format!("is {}", endpoint.state.as_str());
            return self.blocked(Code::BadState, id, problem, Vec::new());
        };
        if !door.open {
            return self.blocked(Code::BadState, id, "is pending: nothing answers behind it yet", Vec::new());
        }
        let (answers, what) = (door.addresses().contains(&to), &endpoint.service_name);
        self.takes(id, answers.then_some(&door), what, &format!("has no {what} at {to}"));
        self.endpoint_policy(&endpoint, sender);
        self.arrived(sender.address, to);
    }

    /// At a front door on the internet, if there is one at the address.
    pub(super) fn at_front_door(&mut self, to: Ipv4Addr) -> bool {
        let Some(door) = FrontDoor::all().find(|door| door.address() == to) else { return false };
        let what = format!("the front door of {}", door.signing_name);
        match self.packet {
            Packet::Icmp(_) => self.passes(to, format!("is {what}")),
            packet if packet.tcp_port().is_some_and(|port| door.ports().contains(&port)) => {
                self.passes(to, format!("is {what}, which takes {packet}"));
            }
            packet => {
                let problem = format!("is {what} and takes no {packet}, but tcp {}", ports(door.ports()));
                self.blocked(Code::TargetPort, to, problem, Vec::new());
            }
        }
        true
    }

    fn takes(&mut self, id: &EndpointId, door: Option<&Door>, what: &str, nothing: &str) {
        match (door, self.packet) {
            (None, _) => self.blocked(Code::Nobody, id, nothing, Vec::new()),
            (Some(door), packet) if packet.tcp_port().is_some_and(|port| door.ports.contains(&port)) => {
                self.passes(id, format!("answers {packet} for {what}"));
            }
            (Some(door), packet) => {
                let problem = format!("takes no {packet}, but tcp {}", ports(&door.ports));
                self.blocked(Code::TargetPort, id, problem, Vec::new());
            }
        }
    }
}

/// What a subnet lacks to reach a service of AWS's.
pub(super) struct Lack {
    pub code: Code,
    pub component: String,
    /// What is wrong, besides that no route leads to the service's public address.
    pub problem: String,
    pub fixes: Vec<Fix>,
    /// The endpoint that packets come to once that is mended, where it is there already.
    pub instead: Option<Arc<VpcEndpoint>>,
}

impl Walk<'_> {
    /// What a subnet without a way to the internet lacks to reach the service whose front door has the address. None when no
    /// service has it, or none that takes interface endpoints.
    pub(super) fn endpoint_instead(&self, party: &Party, table: &str, to: Ipv4Addr) -> Option<Lack> {
        let door = FrontDoor::all().find(|door| door.address() == to)?;
        let vpc = self.world.find::<Vpc>(party.vpc.as_str())?;
        let region = &vpc.owner.region;
        let by_routes =
            |service: &&AwsService| service.signing_name == door.signing_name && service.kind == EndpointKind::Gateway;
        if let Some(service) = AwsService::all().find(by_routes) {
            return Some(self.leading_routes(party, table, to, &service.service_name(region)));
        }
        let service = self.named_service(door, region)?;
        let own = |endpoint: &Arc<VpcEndpoint>| endpoint.aws_service() == Some(service);
        if let Some(endpoint) = self.in_vpc::<VpcEndpoint>(&party.vpc).find(own) {
            return Some(self.other_name(party, table, &endpoint));
        }
        if let Some((endpoint, far)) = self.of_peer(party, own) {
            return Some(elsewhere(&endpoint, &vpc, &far, self.switching_on(party)));
        }
        let problem = format!("has no route for {to}, a service of AWS's to which {} has no endpoint", party.vpc);
        let mut fixes = self.creating(party, &service.service_name(region), "--private-dns-enabled");
        fixes.extend(self.calling(party, service, region));
        Some(Lack { code: Code::NoRoute, component: table.to_owned(), problem, fixes, instead: None })
    }

    /// At the endpoint that answers in a front door's place, as if names or routes led there.
    pub(super) fn at_endpoint_instead(mut self, party: &Party, endpoint: &VpcEndpoint, to: Ipv4Addr) -> Vec<Way> {
        let sender = Sender::of(party);
        let legs = endpoint.interfaces.iter().filter_map(|id| interface(self.world, id));
        match legs.min_by_key(|leg| leg.zone != party.zone) {
            Some(leg) => self.inside(&party.vpc, sender, leg.address),
            None => {
                self.at_door(&endpoint.id, &sender, to);
                self.end()
            }
        }
    }

    /// The service behind a front door whose endpoints have the name that was asked for; else the first with names at all.
    fn named_service(&self, door: &FrontDoor, region: &str) -> Option<&'static AwsService> {
        let behind = || AwsService::all().filter(|service| service.signing_name == door.signing_name);
        let meant = behind().find(|service| self.name.is_some_and(|name| has_name(service, region, name)));
        meant.or_else(|| behind().find(|service| service.private_names(region).next().is_some()))
    }

    /// A client that calls a service by a name which no endpoint has is to call it by one that they have.
    fn calling(&self, party: &Party, service: &AwsService, region: &str) -> Option<Fix> {
        self.name.filter(|name| !has_name(service, region, name))?;
        let name = service.private_names(region).find(|name| !name.starts_with('*'))?;
        let variable = format!("AWS_ENDPOINT_URL_{}", service.signing_name.to_uppercase());
        Some(mend::run(&party.account, format!("export {variable}=https://{name} # where the client runs")))
    }

    /// A service that takes gateway endpoints is reached by one that the subnet's table has a route to. Interface endpoints do
    /// without only at a price, and S3's have private DNS only beside one.
    fn leading_routes(&self, party: &Party, table: &str, to: Ipv4Addr, service: &str) -> Lack {
        let own = |endpoint: &Arc<VpcEndpoint>| endpoint.kind == EndpointKind::Gateway && endpoint.service_name == service;
        let endpoint = self.in_vpc::<VpcEndpoint>(&party.vpc).filter(|endpoint| endpoint.state.is_open()).find(own);
        let (problem, command) = match &endpoint {
            Some(endpoint) => (
                format!("has no route for {to}: {} leads to {service}, and not from here", endpoint.id),
                format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --add-route-table-ids {table}", endpoint.id),
            ),
            None => (
                format!("has no route for {to}, a service of AWS's to which {} has no gateway endpoint", party.vpc),
                format!(
                    "aws ec2 create-vpc-endpoint --vpc-endpoint-type Gateway --vpc-id {} --service-name {service} --route-table-ids {table}",
                    party.vpc
                ),
            ),
        };
        let fixes = vec![mend::run(&party.account, command)];
        Lack { code: Code::NoRoute, component: table.to_owned(), problem, fixes, instead: endpoint }
    }

    /// From nothing to an endpoint to a service in a party's subnet, with the party's groups.
    fn creating(&self, party: &Party, service: &str, more: &str) -> Vec<Fix> {
        let mut fixes = self.switching_on(party);
        let groups: Vec<&str> = party.groups.iter().map(resource::GroupId::as_str).collect();
        let create = format!(
            "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {service} --subnet-ids {} --security-group-ids {} {more}",
            party.vpc,
            party.subnet,
            groups.join(" ")
        );
        fixes.push(mend::run(&party.account, create));
        fixes.extend(self.let_own_group_in(party));
        fixes
    }

    /// The endpoint is there, and the name does not lead to it: private DNS is off, has no effect, or takes over other names.
    fn other_name(&self, party: &Party, table: &str, endpoint: &Arc<VpcEndpoint>) -> Lack {
        let instead = Some(endpoint.clone());
        let account = &endpoint.owner.account;
        let mut fixes = self.switching_on(party);
        if !endpoint.private_dns {
            let enable = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled", endpoint.id);
            fixes.push(mend::run(account, enable));
            let problem = format!(
                "answers in {}, but only under the name {}: its private DNS is off, and no route leads to the public address",
                party.vpc,
                endpoint.regional_name()
            );
            return Lack { code: Code::PrivateDnsOff, component: endpoint.id.to_string(), problem, fixes, instead };
        }
        if !fixes.is_empty() {
            let problem = format!(
                "has DNS hostnames or support off, so the private DNS of {} has no effect, and no route leads to the public address",
                endpoint.id
            );
            return Lack { code: Code::PrivateDnsOff, component: party.vpc.to_string(), problem, fixes, instead };
        }
        let names = endpoint.private_names.join(" and ");
        let problem =
            format!("has no route to a service of AWS's for which {} answers, but only under the name {names}", endpoint.id);
        let fixes = endpoint.aws_service().and_then(|service| self.calling(party, service, &endpoint.owner.region));
        let fixes = fixes.into_iter().collect();
        Lack { code: Code::NoRoute, component: table.to_owned(), problem, fixes, instead }
    }

    /// An endpoint in a VPC that is peered with a party's.
    fn of_peer(&self, party: &Party, wanted: impl Fn(&Arc<VpcEndpoint>) -> bool) -> Option<(Arc<VpcEndpoint>, Arc<Vpc>)> {
        let peerings = self.in_vpc::<PeeringConnection>(&party.vpc).filter(|peering| peering.state.carries());
        let far = peerings.filter_map(|peering| self.world.find::<Vpc>(peering.sides_from(&party.vpc)?.1.vpc.as_str()));
        far.into_iter().find_map(|far| Some((self.in_vpc::<VpcEndpoint>(&far.id).find(&wanted)?, far)))
    }

    /// The endpoint carries the groups of its first client, which may not let in their own members.
    pub(super) fn let_own_group_in(&self, party: &Party) -> Vec<Fix> {
        let mut trial = self.clone();
        trial.guests.extend(party.interface.is_none().then(|| party.clone()));
        let before = trial.way.blockers.len();
        let sender = Sender::of(party);
        trial.groups_in(party, &sender);
        trial.way.blockers.drain(..).skip(before).flat_map(|blocker| blocker.fixes).collect()
    }
}

/// Whether private DNS of a service's endpoints takes `name` over.
fn has_name(service: &AwsService, region: &str, name: &str) -> bool {
    service.private_names(region).any(|own| covers(&own, name))
}

/// The endpoint of a peered VPC answers, and its private DNS is its own VPC's: a private zone that both see takes its place.
fn elsewhere(endpoint: &VpcEndpoint, near: &Vpc, far: &Vpc, mut fixes: Vec<Fix>) -> Lack {
    let names = endpoint.private_names.join(" and ");
    let problem = format!(
        "answers for {names} in {}, and its private DNS is no name in {}: a private zone of both VPCs would be one",
        far.id, near.id
    );
    let own = |command: String| mend::run(&endpoint.owner.account, command);
    if endpoint.private_dns {
        fixes.push(own(format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --no-private-dns-enabled", endpoint.id)));
    }
    let entry = format!("aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {}", endpoint.id);
    fixes.push(own(format!("ENTRY=$({entry} --query 'VpcEndpoints[0].DnsEntries[0].HostedZoneId' --output text)")));
    for name in endpoint.private_names.iter().filter(|name| !name.starts_with('*')) {
        fixes.push(own(mend::new_zone(name, Some(far))));
        let alias =
            format!("\"HostedZoneId\":\"$ENTRY\",\"DNSName\":\"{}\",\"EvaluateTargetHealth\":false", endpoint.regional_name());
        fixes.push(own(mend::record("$ZONE", &format!("\"Name\":\"{name}\",\"Type\":\"A\",\"AliasTarget\":{{{alias}}}"))));
        fixes.extend(mend::associating("$ZONE", &endpoint.owner.account, near));
    }
    Lack { code: Code::PrivateDnsOff, component: endpoint.id.to_string(), problem, fixes, instead: None }
}

fn ports(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ")
}
