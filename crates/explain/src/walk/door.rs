//! At a way to one of AWS's own services: an endpoint of its own in the VPC, or the service's front door on the internet.

use std::net::Ipv4Addr;

use plan::{Door, Item, Subject};
use resource::{AwsService, EndpointId, EndpointKind, FrontDoor, VpcEndpoint};

use super::Walk;
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

/// An endpoint to the service whose front door has the address: what a subnet without a way to the internet lacks.
pub(super) fn endpoint_instead(party: &Party, region: &str, to: Ipv4Addr) -> Option<Fix> {
    let door = FrontDoor::all().find(|door| door.address() == to)?;
    let of_door =
        |service: &&AwsService| service.signing_name == door.signing_name && service.private_names(region).next().is_some();
    let service = AwsService::all().filter(of_door).find(|service| service.kind == EndpointKind::Interface)?;
    let groups: Vec<&str> = party.groups.iter().map(resource::GroupId::as_str).collect();
    let command = format!(
        "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {} --subnet-ids {} --security-group-ids {} --private-dns-enabled",
        party.vpc,
        service.service_name(region),
        party.subnet,
        groups.join(" ")
    );
    Some(mend::run(&party.account, command))
}

fn ports(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ")
}
