//! At a way to one of AWS's own services: an endpoint of its own in the VPC, or the service's front door on the internet.

use std::net::Ipv4Addr;

use plan::{Door, Item, Subject};
use resource::{AwsService, EndpointId, FrontDoor, Vpc, VpcEndpoint};

use super::{Sender, Walk};
use crate::explanation::Fix;
use crate::party::Party;
use crate::{Code, Packet, mend};

impl Walk<'_> {
    /// At an endpoint that the daemon itself answers; what it answers is up to the endpoint's policy, request by request.
    pub(super) fn at_door(&mut self, id: &EndpointId, to: Ipv4Addr) {
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
        if self.way.blockers.is_empty() && endpoint.policy.is_some() {
            self.passes(id, "has a policy, which judges every request (a refusal names it)");
        }
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

impl Walk<'_> {
    /// What a subnet without a way to the internet lacks to reach the service whose front door has the address: a sentence and
    /// the commands. None when no service has it, or none that takes interface endpoints.
    pub(super) fn endpoint_instead(&self, party: &Party, to: Ipv4Addr) -> Option<(String, Vec<Fix>)> {
        let door = FrontDoor::all().find(|door| door.address() == to)?;
        let vpc = self.world.find::<Vpc>(party.vpc.as_str())?;
        let region = &vpc.owner.region;
        let named = |service: &&AwsService| service.private_names(region).next().is_some();
        let service = AwsService::all().find(|service| service.signing_name == door.signing_name && named(service))?;
        let own = |endpoint: &std::sync::Arc<VpcEndpoint>| endpoint.aws_service() == Some(service);
        if let Some(endpoint) = self.in_vpc::<VpcEndpoint>(&party.vpc).find(own) {
            return Some(self.other_name(&endpoint));
        }
        let mut fixes = Vec::new();
        for attribute in
            [(!vpc.dns_support).then_some("support"), (!vpc.dns_hostnames).then_some("hostnames")].into_iter().flatten()
        {
            let command = format!("aws ec2 modify-vpc-attribute --vpc-id {} --enable-dns-{attribute}", party.vpc);
            fixes.push(mend::run(&party.account, command));
        }
        let groups: Vec<&str> = party.groups.iter().map(resource::GroupId::as_str).collect();
        let create = format!(
            "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {} --subnet-ids {} --security-group-ids {} --private-dns-enabled",
            party.vpc,
            service.service_name(region),
            party.subnet,
            groups.join(" ")
        );
        fixes.push(mend::run(&party.account, create));
        fixes.extend(self.let_own_group_in(party));
        Some((format!("a service of AWS's to which {} has no endpoint", party.vpc), fixes))
    }

    /// The endpoint is there, and the name is not one of those that it takes over.
    fn other_name(&self, endpoint: &VpcEndpoint) -> (String, Vec<Fix>) {
        let account = &endpoint.owner.account;
        let enable = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --private-dns-enabled", endpoint.id);
        let names = if endpoint.private_dns { endpoint.private_names.join(" and ") } else { endpoint.regional_name() };
        let fixes = if endpoint.private_dns { Vec::new() } else { vec![mend::run(account, enable)] };
        (format!("a service of AWS's for which {} answers, but only under the name {names}", endpoint.id), fixes)
    }

    /// The endpoint carries the groups of its first client, which may not let in their own members.
    fn let_own_group_in(&self, party: &Party) -> Vec<Fix> {
        let mut trial = self.clone();
        let before = trial.way.blockers.len();
        let sender = Sender { address: party.address, party: Some(party.clone()), away: None };
        trial.groups_in(party, &sender);
        trial.way.blockers.drain(..).skip(before).flat_map(|blocker| blocker.fixes).collect()
    }
}

fn ports(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ")
}
