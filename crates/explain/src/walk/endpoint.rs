//! Through an interface endpoint: its own filter, the state of its connection, and the provider's balancer behind it.

use plan::{Behind, Item, Leg, Subject};
use resource::{EndpointService, EndpointState, GroupId, LoadBalancer, NetworkInterface, Resource, Subnet, VpcEndpoint};
use std::net::Ipv4Addr;

use super::{Sender, Walk};
use crate::explanation::Way;
use crate::find::interface;
use crate::judge::allows;
use crate::party::Party;
use crate::{Code, mend};

impl Walk<'_> {
    /// At one interface of an endpoint.
    pub(super) fn at_endpoint(mut self, party: &Party, sender: &Sender) -> Vec<Way> {
        self.boundary(party, false, sender.address);
        self.groups_in(party, sender);
        self.through_endpoint(party, sender)
    }

    /// From an endpoint itself, which takes connections and opens none: past its own filter, to what it leads to.
    pub(super) fn leave_endpoint(mut self, endpoint: &VpcEndpoint, to: Option<&Party>) -> Vec<Way> {
        let legs = endpoint.interfaces.iter().filter_map(|id| interface(self.world, id));
        let balancer = self.balancer_behind(endpoint);
        let node = to.filter(|to| {
            let nodes = balancer.iter().flat_map(|balancer| &balancer.zones);
            nodes.into_iter().any(|node| to.interface.as_ref().is_some_and(|interface| interface.id == node.interface))
        });
        if let Some(node) = node {
            let legs: Vec<Party> = legs.filter(|leg| leg.zone == node.zone).collect();
            let sender = Sender::of;
            return legs.iter().flat_map(|leg| self.clone().through_endpoint(leg, &sender(leg))).collect();
        }
        match to.is_some_and(|to| to.vpc == endpoint.vpc) {
            true => self.blocked(Code::IntraVpc, &endpoint.id, "takes connections of its VPC and opens none there", Vec::new()),
            false => {
                let problem = format!("leads only to the balancer of {}, from its consumers", endpoint.service_name);
                self.blocked(Code::OneWay, &endpoint.id, problem, Vec::new());
            }
        }
        self.end()
    }

    /// Beyond the filter of one interface of an endpoint.
    fn through_endpoint(mut self, party: &Party, sender: &Sender) -> Vec<Way> {
        let id = party.interface.as_ref().map(|interface| interface.id.clone());
        let endpoint = id.and_then(|id| self.world.linked::<VpcEndpoint>(NetworkInterface::KIND, id).next());
        let Some(endpoint) = endpoint else {
            self.blocked(Code::Unattached, &party.name, "belongs to no endpoint any more", Vec::new());
            return self.end();
        };
        if endpoint.aws_service().is_some() {
            self.at_door(&endpoint.id, sender, party.address);
            self.answer(party, sender);
            return self.end();
        }
        self.connection(&endpoint);
        let Some(Item::Endpoint(item)) = plan::item(self.world, &Subject::Endpoint(endpoint.id.clone())) else {
            return self.end();
        };
        let leg = item.legs.iter().find(|leg| leg.address == party.address).cloned();
        if let Some(behind) = leg.as_ref().and_then(|leg| item.behind(leg)).or(item.behind.first()) {
            self.screen(&endpoint, behind, sender);
        }
        self.answer(party, sender);
        match leg {
            Some(leg) => self.over_fabric(&endpoint, &leg),
            None => self.not_in_zone(&endpoint, party),
        }
    }

    /// Where the endpoint's connection stands.
    fn connection(&mut self, endpoint: &VpcEndpoint) {
        let service = endpoint.service.as_ref().and_then(|id| self.world.find::<EndpointService>(id.as_str()));
        let provider = service.as_ref().map(|service| service.owner.account.clone()).unwrap_or_default();
        let accept = |service: &std::sync::Arc<EndpointService>| {
            let command = "aws ec2 accept-vpc-endpoint-connections";
            mend::run(&provider, format!("{command} --service-id {} --vpc-endpoint-ids {}", service.id, endpoint.id))
        };
        let fixes = service.iter().map(accept).collect();
        match endpoint.state {
            _ if endpoint.state.is_open() => self.passes(&endpoint.id, format!("is connected to {}", endpoint.service_name)),
            EndpointState::PendingAcceptance => {
                self.blocked(
                    Code::NotAccepted,
                    &endpoint.id,
                    "waits for the provider to accept its connection (pendingAcceptance)",
                    fixes,
                );
            }
            EndpointState::Rejected => {
                self.blocked(
                    Code::Rejected,
                    &endpoint.id,
                    "was rejected by the provider: nothing passes until it is accepted",
                    fixes,
                );
            }
            state => {
                let problem = format!("is {}: make a new one", state.as_str());
                let delete = format!("aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {}", endpoint.id);
                let subnets: Vec<&str> = endpoint.subnets.iter().map(resource::SubnetId::as_str).collect();
                let create = format!(
                    "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {} --subnet-ids {} --security-group-ids {}",
                    endpoint.vpc,
                    endpoint.service_name,
                    subnets.join(" "),
                    ids(&endpoint.groups)
                );
                let own = &endpoint.owner.account;
                self.blocked(Code::BadState, &endpoint.id, problem, vec![mend::run(own, delete), mend::run(own, create)]);
            }
        }
    }

    /// The balancer's own groups, which judge clients of PrivateLink by their addresses in the consumer's VPC.
    fn screen(&mut self, endpoint: &VpcEndpoint, behind: &Behind, sender: &Sender) {
        let balancer = self.world.find::<LoadBalancer>(&behind.balancer);
        let (Some(screen), Some(balancer)) = (&behind.screen, balancer) else { return };
        let passes = screen
            .iter()
            .any(|allow| allows(self.world, &endpoint.vpc, allow, self.packet, (sender.address, sender.address), &[]));
        if passes {
            return self.passes(&balancer.arn, format!("lets {} in from {} through PrivateLink", self.packet, sender.address));
        }
        let off = format!(
            "aws elbv2 set-security-groups --load-balancer-arn {} --security-groups {} --enforce-security-group-inbound-rules-on-private-link-traffic off",
            balancer.arn,
            ids(&balancer.groups)
        );
        let mut fixes = vec![mend::run(&balancer.owner.account, off)];
        fixes.extend(
            balancer.groups.first().into_iter().flat_map(|id| mend::let_in_address(self.world, id, self.packet, sender.address)),
        );
        let problem = format!(
            "filters PrivateLink traffic by its own groups, and they let no {} in from {} (either of the commands mends it)",
            self.packet, sender.address
        );
        self.blocked(Code::Screen, &balancer.arn, problem, fixes);
    }

    /// The balancer that an interface leads to.
    fn balancer(&self, leg: &Leg) -> Option<std::sync::Arc<LoadBalancer>> {
        self.world.find::<LoadBalancer>(&leg.balancer)
    }

    fn balancer_behind(&self, endpoint: &VpcEndpoint) -> Option<std::sync::Arc<LoadBalancer>> {
        let service = self.world.find::<EndpointService>(endpoint.service.as_ref()?.as_str())?;
        self.world.find::<LoadBalancer>(service.balancers.first()?)
    }

    /// Over the fabric to the node of the same zone.
    fn over_fabric(mut self, endpoint: &VpcEndpoint, leg: &Leg) -> Vec<Way> {
        let balancer = self.balancer(leg);
        let node = balancer.as_ref().and_then(|balancer| {
            let nodes = balancer.zones.iter().filter_map(|zone| interface(self.world, &zone.interface));
            nodes.into_iter().find(|node| fabric_of(node) == Some(leg.node))
        });
        let Some((node, balancer)) = node.zip(balancer) else { return self.end() };
        self.passes(&endpoint.id, format!("leads to {} in {}", node.name, balancer.vpc));
        let sender = Sender { address: leg.node, party: None, away: None, by: None };
        self.at_node(&node, sender, Some(endpoint))
    }

    fn not_in_zone(mut self, endpoint: &VpcEndpoint, party: &Party) -> Vec<Way> {
        let Some(balancer) = self.balancer_behind(endpoint) else { return self.end() };
        let there = self.in_vpc::<Subnet>(&balancer.vpc).find(|subnet| subnet.zone == party.zone);
        let add = |there: std::sync::Arc<Subnet>| {
            let subnets =
                balancer.zones.iter().map(|zone| zone.subnet.as_str()).chain([there.id.as_str()]).collect::<Vec<_>>().join(" ");
            mend::run(
                &balancer.owner.account,
                format!("aws elbv2 set-subnets --load-balancer-arn {} --subnets {subnets}", balancer.arn),
            )
        };
        let remove =
            format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --remove-subnet-ids {}", endpoint.id, party.subnet);
        let fixes = there.map(add).into_iter().chain([mend::run(&endpoint.owner.account, remove)]).collect();
        let problem = format!("has an interface in {}, where the service has no node", party.zone);
        self.blocked(Code::ServiceNotInZone, &endpoint.id, problem, fixes);
        self.end()
    }
}

fn fabric_of(node: &Party) -> Option<Ipv4Addr> {
    resource::node_address(node.interface.as_ref()?.fabric?)
}

fn ids(groups: &[GroupId]) -> String {
    groups.iter().map(GroupId::as_str).collect::<Vec<_>>().join(" ")
}
