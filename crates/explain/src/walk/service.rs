//! To a service that endpoints lead to, from a VPC that has none to it: what keeps an endpoint from being made, and how to make it.

use std::sync::Arc;

use ipnet::Ipv4Net;
use resource::{AwsService, EndpointService, LoadBalancer, Subnet, SubnetId, Vpc};

use super::Walk;
use crate::Code;
use crate::explanation::{Fix, Way};
use crate::mend::run;
use crate::party::Party;

/// What a full subnet, or none where the service is, is helped with: a block of this length.
const NEW_SUBNET: u8 = 24;

impl Walk<'_> {
    /// From a party to a service by its name.
    pub(super) fn towards_service(mut self, party: &Party, name: &str) -> Vec<Way> {
        let Some(vpc) = self.world.find::<Vpc>(party.vpc.as_str()) else { return self.end() };
        let region = &vpc.owner.region;
        let service = self.world.all::<EndpointService>().find(|service| service.service_name() == name);
        let is_aws = AwsService::named(region, name).next().is_some();
        let service = service.filter(|service| service.owner.region == *region);
        if service.is_none() && !is_aws {
            let problem = format!("is no endpoint service of {region}: endpoints reach services of their own Region only");
            self.blocked(Code::NoService, name, problem, Vec::new());
            return self.end();
        }
        if let Some(service) = &service {
            self.permitted(party, service);
        }
        let mut fixes = Vec::new();
        let zones = service.as_ref().map(|service| self.zones_of(service));
        let subnet = self.subnet_for(party, &vpc, zones.as_deref(), &mut fixes);
        fixes.extend(self.made(party, name, &subnet, service.as_deref()));
        self.blocked(Code::NoEndpoint, &party.vpc, format!("has no endpoint to {name}"), fixes);
        self.end()
    }

    fn permitted(&mut self, party: &Party, service: &EndpointService) {
        let Some(fix) = permitting(party, service) else {
            return self.passes(&service.id, format!("may be used by account {}", party.account));
        };
        let problem = format!("is as if it did not exist for account {}: it is none of its allowed principals", party.account);
        self.blocked(Code::NotPermitted, &service.id, problem, vec![fix]);
    }

    /// The zones in which all balancers of a service have nodes.
    pub(super) fn zones_of(&self, service: &EndpointService) -> Vec<String> {
        let balancers = service.balancers.iter().filter_map(|arn| self.world.find::<LoadBalancer>(arn));
        let zones = balancers.flat_map(|balancer| balancer.zones.iter().map(|zone| zone.zone.clone()).collect::<Vec<_>>());
        zones.collect()
    }

    /// Where the endpoint can be: the party's own subnet, or why not there, and another one or the command that makes one.
    fn subnet_for(&mut self, party: &Party, vpc: &Vpc, zones: Option<&[String]>, fixes: &mut Vec<Fix>) -> String {
        let served = |zone: &String| zones.is_none_or(|zones| zones.contains(zone));
        let own = served(&party.zone);
        if !own {
            let has = zones.map(|zones| zones.join(", ")).unwrap_or_default();
            let problem = format!("is in {}, where the service has no node; it has some in {has}", party.zone);
            self.blocked(Code::ServiceNotInZone, &party.subnet, problem, Vec::new());
        }
        if own && self.is_full(&party.subnet) {
            let problem = "has no free address, which an endpoint's interface needs";
            self.blocked(Code::SubnetFull, &party.subnet, problem, Vec::new());
        }
        self.subnet_in(party, vpc, zones, fixes)
    }

    /// A subnet with a free address in one of these zones: the party's own, another one, or what the command leaves that makes
    /// one.
    pub(super) fn subnet_in(&self, party: &Party, vpc: &Vpc, zones: Option<&[String]>, fixes: &mut Vec<Fix>) -> String {
        let served = |zone: &String| zones.is_none_or(|zones| zones.contains(zone));
        let own = served(&party.zone);
        if own && !self.is_full(&party.subnet) {
            return party.subnet.to_string();
        }
        let mut others = self.in_vpc::<Subnet>(&party.vpc).filter(|subnet| served(&subnet.zone) && !self.is_full(&subnet.id));
        if let Some(other) = others.next() {
            return other.id.to_string();
        }
        let zone = if own { &party.zone } else { zones.and_then(<[String]>::first).unwrap_or(&party.zone) };
        let block = self.free_block(vpc).map_or_else(|| "BLOCK".to_owned(), |block| block.to_string());
        let create = format!("aws ec2 create-subnet --vpc-id {} --availability-zone {zone} --cidr-block {block}", vpc.id);
        fixes.push(run(&party.account, format!("SUBNET=$({create} --query Subnet.SubnetId --output text)")));
        "$SUBNET".to_owned()
    }

    fn is_full(&self, id: &SubnetId) -> bool {
        let Some(subnet) = self.world.find::<Subnet>(id.as_str()) else { return true };
        let taken = |address: &std::net::Ipv4Addr| crate::party::holder(self.world, &subnet.vpc, *address).is_some();
        subnet.assignable().all(|address| taken(&address))
    }

    /// A block of a VPC that no subnet has.
    fn free_block(&self, vpc: &Vpc) -> Option<Ipv4Net> {
        let subnets: Vec<Arc<Subnet>> = self.in_vpc::<Subnet>(&vpc.id).collect();
        let overlaps = |a: &Ipv4Net, b: &Ipv4Net| a.contains(b) || b.contains(a);
        let mut blocks = vpc.cidrs.iter().filter_map(|block| block.cidr.subnets(NEW_SUBNET.max(block.cidr.prefix_len())).ok());
        blocks.find_map(|mut blocks| blocks.find(|block| !subnets.iter().any(|subnet| overlaps(&subnet.cidr, block))))
    }

    /// Makes the endpoint with the party's groups, has it accepted, and lets the party in at it.
    pub(super) fn made(&self, party: &Party, name: &str, subnet: &str, service: Option<&EndpointService>) -> Vec<Fix> {
        let groups: Vec<&str> = party.groups.iter().map(resource::GroupId::as_str).collect();
        let create = format!(
            "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {name} --subnet-ids {subnet} --security-group-ids {}",
            party.vpc,
            groups.join(" ")
        );
        let query = "--query VpcEndpoint.VpcEndpointId --output text";
        let mut fixes = vec![run(&party.account, format!("ENDPOINT=$({create} {query})"))];
        if let Some(service) = service.filter(|service| service.acceptance_required) {
            let accept = format!("aws ec2 accept-vpc-endpoint-connections --service-id {}", service.id);
            fixes.push(run(&service.owner.account, format!("{accept} --vpc-endpoint-ids $ENDPOINT")));
        }
        fixes.extend(self.let_own_group_in(party));
        fixes
    }
}

/// What lets a party's account make endpoints to a service, where it may not yet.
pub(super) fn permitting(party: &Party, service: &EndpointService) -> Option<Fix> {
    let root = format!("arn:aws:iam::{}:", party.account);
    let means = |principal: &str| principal == "*" || principal.starts_with(&root);
    let may = service.owner.account == party.account || service.principals.iter().any(|allowed| means(&allowed.principal));
    let permit = format!("aws ec2 modify-vpc-endpoint-service-permissions --service-id {}", service.id);
    (!may).then(|| run(&service.owner.account, format!("{permit} --add-allowed-principals {root}root")))
}
