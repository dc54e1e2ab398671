//! Between a VPC and what is outside it: the simulated internet, and other VPCs that nothing leads to.

use std::net::Ipv4Addr;

use plan::{Item, PublicAddress, Subject};
use resource::{
    ElasticAddress, EndpointService, InterfaceKind, InternetGateway, LoadBalancer, PUBLIC_IP, Vpc, VpcEndpoint, VpcId,
};

use super::{Away, Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::find::INTERNET_HOST;
use crate::party::{Party, holder};
use crate::{Code, Ground, Packet, mend};

/// Where the internet's resolver answers.
const INTERNET_RESOLVER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);

impl Walk<'_> {
    /// Across the internet, from a public address.
    pub(super) fn onto_internet(mut self, from: Ipv4Addr, to: Ipv4Addr) -> Vec<Way> {
        let resolver = to == INTERNET_RESOLVER && matches!(self.packet, Packet::Udp(53, 53) | Packet::Tcp(53, 53));
        if to == INTERNET_HOST || resolver {
            self.passes(to, "is on the internet, which lets everything in");
            self.arrived(from, to);
            return self.end();
        }
        if self.at_front_door(to) {
            self.arrived(from, to);
            return self.end();
        }
        let address = self.world.named::<ElasticAddress>(PUBLIC_IP, to).next();
        let item = address.as_ref().and_then(|address| plan::item(self.world, &Subject::Address(address.id.clone())));
        match (item, address) {
            (Some(Item::Address(item)), _) => self.at_public(&item, from),
            (_, Some(address)) => {
                let problem = "stands for nothing that an internet gateway leads to";
                self.blocked(Code::NotPublic, &address.id, problem, Vec::new());
                self.end()
            }
            _ => {
                self.blocked(Code::Nobody, to, "is nobody's on the simulated internet", Vec::new());
                self.end()
            }
        }
    }

    fn at_public(mut self, address: &PublicAddress, from: Ipv4Addr) -> Vec<Way> {
        self.passes(&address.id, format!("leads to {} in {}", address.private, address.vpc));
        let Some(party) = holder(self.world, &address.vpc, address.private) else { return self.end() };
        let sender = Sender::from_away(from, None, Away::Internet(from));
        match party.interface.as_ref().map(|interface| interface.kind) {
            Some(InterfaceKind::Balancer) => {
                self.let_in(&party);
                self.at_node(&party, sender, None)
            }
            Some(InterfaceKind::NatGateway | InterfaceKind::Endpoint | InterfaceKind::Resolver) => {
                self.blocked(Code::TargetPort, &party.name, "takes no connections from the internet", Vec::new());
                self.end()
            }
            Some(InterfaceKind::Workload) | None => {
                self.let_in(&party);
                let passed = match &address.table {
                    Some(table) => self.by_edge(table, &sender, address.private),
                    None => Err(Box::new(self)),
                };
                passed.unwrap_or_else(|mut walk| {
                    walk.arrive(&party, &sender);
                    walk.end()
                })
            }
        }
    }

    /// From the internet to an interface that has no public address.
    pub(super) fn not_public(mut self, party: &Party) -> Vec<Way> {
        let managed = party.interface.as_ref().is_some_and(|interface| interface.kind.is_managed());
        let mut fixes: Vec<Fix> = Vec::new();
        if !managed {
            mend::gateway(self.world, party, &mut fixes);
            fixes.extend(if mend::has_address(self.world, party) { Vec::new() } else { mend::public_address(self.world, party) });
        }
        let gateway = self.in_vpc::<InternetGateway>(&party.vpc).next().is_some();
        let problem = match gateway {
            true => "has no public address: nothing on the internet leads to it".to_owned(),
            false => format!("is not on the internet: {} has no internet gateway", party.vpc),
        };
        self.blocked(Code::NotPublic, &party.name, problem, fixes);
        if !managed {
            self.let_in(party);
            self.arrive(party, &Sender::from_away(INTERNET_HOST, None, Away::Internet(INTERNET_HOST)));
        }
        self.end()
    }

    /// To an interface of another VPC.
    pub(super) fn disconnected(mut self, party: &Party, other: &Party) -> Vec<Way> {
        let problem = format!("is in {}, and nothing connects {} to it", other.vpc, party.vpc);
        let note = match (self.overlap(&party.vpc, &other.vpc), self.serves(&party.vpc, &other.vpc)) {
            (_, Some(endpoint)) => format!("; {endpoint} is one-way: it carries connections from {} only", other.vpc),
            (true, None) => "; their blocks overlap, so peering could not connect them: PrivateLink can".to_owned(),
            (false, None) => String::new(),
        };
        let code = if self.serves(&party.vpc, &other.vpc).is_some() { Code::OneWay } else { Code::Disconnected };
        let existing =
            self.serves(&other.vpc, &party.vpc).map(|id| format!("; {id} leads to a service there")).unwrap_or_default();
        let fixes = if existing.is_empty() { self.publish(party, other) } else { Vec::new() };
        self.blocked(code, &other.name, format!("{problem}{note}{existing}"), fixes);
        self.by(Ground::Apart { source: party.vpc.clone(), destination: other.vpc.clone() });
        self.end()
    }

    fn overlap(&self, one: &VpcId, two: &VpcId) -> bool {
        let blocks = |id: &VpcId| self.world.find::<Vpc>(id.as_str()).map(|vpc| vpc.cidrs.clone()).unwrap_or_default();
        let (one, two) = (blocks(one), blocks(two));
        one.iter().any(|a| two.iter().any(|b| a.cidr.contains(&b.cidr) || b.cidr.contains(&a.cidr)))
    }

    /// The endpoint in `consumer` to a service in `provider`.
    fn serves(&self, provider: &VpcId, consumer: &VpcId) -> Option<String> {
        let mut endpoints = self.in_vpc::<VpcEndpoint>(consumer);
        let endpoint = endpoints.find(|endpoint| {
            let service = endpoint.service.as_ref().and_then(|id| self.world.find::<EndpointService>(id.as_str()));
            service.is_some_and(|service| self.stands_in(&service, provider))
        });
        endpoint.map(|endpoint| endpoint.id.to_string())
    }

    fn stands_in(&self, service: &EndpointService, vpc: &VpcId) -> bool {
        service.balancers.iter().any(|arn| self.world.find::<LoadBalancer>(arn).is_some_and(|balancer| balancer.vpc == *vpc))
    }

    /// The steps from nothing to an endpoint in the sender's VPC: what exists of them is used.
    fn publish(&self, party: &Party, other: &Party) -> Vec<Fix> {
        let mut fixes = Vec::new();
        let service = self.world.all::<EndpointService>().find(|service| self.stands_in(service, &other.vpc));
        let name = match service {
            Some(service) => service.service_name(),
            None => {
                fixes.extend(self.offer(other));
                if party.account != other.account {
                    let permit = "aws ec2 modify-vpc-endpoint-service-permissions --service-id ${SERVICE##*.}";
                    let who = format!("--add-allowed-principals arn:aws:iam::{}:root", party.account);
                    fixes.push(mend::run(&other.account, format!("{permit} {who}")));
                }
                "$SERVICE".to_owned()
            }
        };
        let groups: Vec<&str> = party.groups.iter().map(resource::GroupId::as_str).collect();
        let endpoint = format!(
            "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {} --service-name {name} --subnet-ids {} --security-group-ids {}",
            party.vpc,
            party.subnet,
            groups.join(" ")
        );
        fixes.push(mend::run(&party.account, endpoint));
        fixes
    }

    /// Makes the balancer send what is asked about to `other`.
    fn listening(&self, other: &Party) -> Vec<Fix> {
        let Some((transport, port)) = self.packet.listened_for() else { return Vec::new() };
        let (protocol, address) = (transport.as_str().to_uppercase(), other.address);
        let create = format!("aws elbv2 create-target-group --name privatelink --protocol {protocol} --port {port}");
        let query = "--query 'TargetGroups[0].TargetGroupArn' --output text";
        let commands = [
            format!("TARGETS=$({create} --vpc-id {} --target-type ip {query})", other.vpc),
            format!("aws elbv2 register-targets --target-group-arn $TARGETS --targets Id={address}"),
            format!(
                "aws elbv2 create-listener --load-balancer-arn $NLB --protocol {protocol} --port {port} --default-actions Type=forward,TargetGroupArn=$TARGETS"
            ),
        ];
        commands.map(|command| mend::run(&other.account, command)).into()
    }

    /// Makes a service of the balancer in a VPC, and the balancer if there is none.
    fn offer(&self, other: &Party) -> Vec<Fix> {
        let mut fixes = Vec::new();
        let arn = match self.in_vpc::<LoadBalancer>(&other.vpc).next() {
            Some(balancer) => balancer.arn.clone(),
            None => {
                let query = "--query 'LoadBalancers[0].LoadBalancerArn' --output text";
                let create = "aws elbv2 create-load-balancer --type network --scheme internal --name privatelink";
                fixes.push(mend::run(&other.account, format!("NLB=$({create} --subnets {} {query})", other.subnet)));
                fixes.push(mend::run(&other.account, "aws elbv2 wait load-balancer-available --load-balancer-arns $NLB"));
                fixes.extend(self.listening(other));
                "$NLB".to_owned()
            }
        };
        let query = "--query ServiceConfiguration.ServiceName --output text";
        let create = "aws ec2 create-vpc-endpoint-service-configuration --no-acceptance-required";
        fixes.push(mend::run(&other.account, format!("SERVICE=$({create} --network-load-balancer-arns {arn} {query})")));
        fixes
    }
}
