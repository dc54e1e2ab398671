//! To a VPC that nothing leads to from the sender's: what can connect the two, and the commands that do.

use std::net::Ipv4Addr;
use std::sync::Arc;

use resource::{
    EndpointService, EndpointState, InterfaceKind, Listener, LoadBalancer, NetworkInterface, Resource, TargetGroup, Vpc,
    VpcEndpoint, VpcId,
};

use super::{Sender, Walk, peering, service};
use crate::explanation::{Fix, Way};
use crate::party::Party;
use crate::{Code, Ground, mend};

/// A way to connect two VPCs.
#[derive(Default)]
struct Connection {
    /// What can be said of it.
    note: String,
    fixes: Vec<Fix>,
    /// Whether packets then come straight to their destination.
    is_straight: bool,
}

impl Walk<'_> {
    /// To an interface of another VPC.
    pub(super) fn disconnected(mut self, party: &Party, other: &Party) -> Vec<Way> {
        let one_way = self.serves(&party.vpc, &other.vpc);
        let code = if one_way.is_some() { Code::OneWay } else { Code::Disconnected };
        let backwards = one_way.map(|id| format!("; {id} is one-way: it carries connections from {} only", other.vpc));
        let Connection { note, fixes, is_straight } = self.connection_to(party, other).unwrap_or_default();
        let problem = format!("is in {}, and nothing connects {} to it", other.vpc, party.vpc);
        self.blocked(code, &other.name, format!("{problem}{}{note}", backwards.unwrap_or_default()), fixes);
        self.by(Ground::Apart { source: party.vpc.clone(), destination: other.vpc.clone() });
        if is_straight {
            self.guests.extend([party, other].into_iter().filter(|party| party.interface.is_none()).cloned());
            self.boundary(other, false, party.address);
            self.groups_in(other, &Sender::of(party));
            self.present(other);
        }
        self.end()
    }

    /// Whoever has an address in another VPC: best one of the same account.
    pub(super) fn elsewhere(&self, party: &Party, to: Ipv4Addr) -> Option<Party> {
        let has_it = |other: &Arc<NetworkInterface>| other.vpc != party.vpc && other.addresses.contains(&to);
        let all = self.world.all::<NetworkInterface>().filter(has_it);
        let other = all.min_by_key(|other| (other.owner.account != party.account, other.id.clone()))?;
        Some(Party { address: to, ..Party::of(self.world, other)? })
    }

    /// The endpoint in `consumer` to a service in `provider`.
    fn serves(&self, provider: &VpcId, consumer: &VpcId) -> Option<String> {
        let stands_in = |arn: &String| self.world.find::<LoadBalancer>(arn).is_some_and(|balancer| balancer.vpc == *provider);
        let mut endpoints = self.in_vpc::<VpcEndpoint>(consumer);
        let endpoint = endpoints.find(|endpoint| {
            let service = endpoint.service.as_ref().and_then(|id| self.world.find::<EndpointService>(id.as_str()));
            service.is_some_and(|service| service.balancers.iter().any(stands_in))
        });
        endpoint.map(|endpoint| endpoint.id.to_string())
    }

    /// What there is already goes before what must be made, and peering before PrivateLink.
    fn connection_to(&self, party: &Party, other: &Party) -> Option<Connection> {
        let (near, far) = (self.world.find::<Vpc>(party.vpc.as_str())?, self.world.find::<Vpc>(other.vpc.as_str())?);
        if near.owner.region != far.owner.region {
            return None;
        }
        let kind = other.interface.as_ref().map_or(InterfaceKind::Workload, |interface| interface.kind);
        match kind {
            InterfaceKind::NatGateway => return None,
            InterfaceKind::Endpoint => return self.own_endpoint(party, other, &near),
            InterfaceKind::Workload | InterfaceKind::Balancer | InterfaceKind::Resolver => {}
        }
        let front = self.front_of(other);
        if let Some((balancer, port)) = &front
            && let Some(service) = self.world.all::<EndpointService>().find(|service| service.balancers.contains(&balancer.arn))
        {
            return Some(self.by_service(party, &near, &service, *port));
        }
        let note = match peering::overlap(&near, &far) {
            false => {
                let note = "; their blocks do not overlap, so peering can".to_owned();
                return Some(Connection { note, fixes: peering::propose(self.world, party, &far), is_straight: true });
            }
            true => "; their blocks overlap, so peering could not connect them",
        };
        let publishable = kind != InterfaceKind::Resolver && self.packet.listened_for().is_some();
        let fixes = if publishable { self.publish(party, other, &near, front.map(|(balancer, _)| balancer)) } else { Vec::new() };
        let can = if publishable { ": PrivateLink can" } else { "" };
        Some(Connection { note: format!("{note}{can}"), fixes, is_straight: false })
    }

    /// A balancer that leads to what is asked for, or whose node it is, and the port that it does so on.
    fn front_of(&self, other: &Party) -> Option<(Arc<LoadBalancer>, u16)> {
        let (transport, port) = self.packet.listened_for()?;
        let node_of = |balancer: &LoadBalancer| {
            other.interface.as_ref().is_some_and(|own| balancer.zones.iter().any(|zone| zone.interface == own.id))
        };
        let leads = |listener: &Arc<Listener>| {
            let group = self.world.find::<TargetGroup>(&listener.target_group);
            let is_it = |group: &TargetGroup| {
                let at = |target| plan::target_address(self.world, group, target).map(|(address, _)| address);
                group.targets.iter().any(|target| target.port == port && at(target) == Some(other.address))
            };
            listener.protocol.transports().contains(&transport) && group.is_some_and(|group| is_it(&group))
        };
        self.in_vpc::<LoadBalancer>(&other.vpc).find_map(|balancer| {
            if node_of(&balancer) {
                return Some((balancer, port));
            }
            let listener = self.world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn).find(leads)?;
            Some((balancer, listener.port))
        })
    }

    /// By a service that leads to what is asked for, and an endpoint to it.
    fn by_service(&self, party: &Party, near: &Vpc, service: &EndpointService, port: u16) -> Connection {
        if let Some(note) = self.pointed_to(party, &service.service_name(), Some(port)) {
            return Connection { note, ..Connection::default() };
        }
        let mut fixes: Vec<Fix> = service::permitting(party, service).into_iter().collect();
        let zones = self.zones_of(service);
        let subnet = self.subnet_in(party, near, Some(&zones), &mut fixes);
        let there = Walk { packet: self.packet.to_port(port), ..self.clone() };
        fixes.extend(there.made(party, &service.service_name(), &subnet, Some(service)));
        let on = if self.packet.ports().0 == port { String::new() } else { format!(", on port {port}") };
        Connection { note: format!("; {} leads to it{on}, and an endpoint leads to that", service.id), fixes, is_straight: false }
    }

    /// The endpoint in a party's VPC that leads to a service.
    fn pointed_to(&self, party: &Party, service: &str, port: Option<u16>) -> Option<String> {
        let mut endpoints = self.in_vpc::<VpcEndpoint>(&party.vpc);
        let own = endpoints.find(|endpoint| endpoint.service_name == service && endpoint.state != EndpointState::Deleted)?;
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("; {} leads to it: connect to {}{port}", own.id, own.regional_name()))
    }

    /// What an endpoint of another VPC leads to is reached by an own one.
    fn own_endpoint(&self, party: &Party, other: &Party, near: &Vpc) -> Option<Connection> {
        let leg = &other.interface.as_ref()?.id;
        let endpoint = self.world.linked::<VpcEndpoint>(NetworkInterface::KIND, leg).next()?;
        let service = endpoint.service.as_ref().and_then(|id| self.world.find::<EndpointService>(id.as_str()));
        let name = &endpoint.service_name;
        if let Some(note) = self.pointed_to(party, name, None) {
            return Some(Connection { note, ..Connection::default() });
        }
        let mut fixes: Vec<Fix> = service.as_ref().and_then(|service| service::permitting(party, service)).into_iter().collect();
        let zones = service.as_ref().map(|service| self.zones_of(service));
        let subnet = self.subnet_in(party, near, zones.as_deref(), &mut fixes);
        fixes.extend(self.made(party, name, &subnet, service.as_deref()));
        let note = format!("; an endpoint of {}'s own leads to {name} too", near.id);
        Some(Connection { note, fixes, is_straight: false })
    }

    /// The steps from nothing, or from a balancer, to an endpoint in the sender's VPC.
    fn publish(&self, party: &Party, other: &Party, near: &Vpc, front: Option<Arc<LoadBalancer>>) -> Vec<Fix> {
        let provider = |command: String| mend::run(&other.account, command);
        let mut fixes = Vec::new();
        let (arn, zones) = match front {
            Some(balancer) => (balancer.arn.clone(), balancer.zones.iter().map(|zone| zone.zone.clone()).collect()),
            None => {
                fixes.extend(self.balancing(other).into_iter().map(provider));
                ("$NLB".to_owned(), vec![other.zone.clone()])
            }
        };
        let query = "--query ServiceConfiguration.ServiceName --output text";
        let create = "aws ec2 create-vpc-endpoint-service-configuration --no-acceptance-required";
        fixes.push(provider(format!("SERVICE=$({create} --network-load-balancer-arns {arn} {query})")));
        if party.account != other.account {
            let permit = "aws ec2 modify-vpc-endpoint-service-permissions --service-id ${SERVICE##*.}";
            fixes.push(provider(format!("{permit} --add-allowed-principals arn:aws:iam::{}:root", party.account)));
        }
        let subnet = self.subnet_in(party, near, Some(&zones), &mut fixes);
        fixes.extend(self.made(party, "$SERVICE", &subnet, None));
        fixes.extend(self.let_balancer_in(other));
        fixes
    }

    /// A balancer that sends what is asked about to `other`. Its name is that of no other.
    fn balancing(&self, other: &Party) -> Vec<String> {
        let Some((transport, port)) = self.packet.listened_for() else { return Vec::new() };
        let (protocol, address) = (transport.as_str().to_uppercase(), other.address);
        let whose = other.interface.as_ref().map_or_else(|| other.subnet.to_string(), |interface| interface.id.to_string());
        let of_subnet = whose.strip_prefix("subnet-").map_or_else(|| whose.clone(), |id| format!("sub-{id}"));
        let name = format!("{}-{of_subnet}-{port}", transport.as_str());
        let balancer = format!("aws elbv2 create-load-balancer --type network --scheme internal --name {name}");
        let group = format!("aws elbv2 create-target-group --name {name} --protocol {protocol} --port {port}");
        let forward = "--default-actions Type=forward,TargetGroupArn=$TARGETS";
        vec![
            format!("NLB=$({balancer} --subnets {} --query 'LoadBalancers[0].LoadBalancerArn' --output text)", other.subnet),
            "aws elbv2 wait load-balancer-available --load-balancer-arns $NLB".to_owned(),
            format!(
                "TARGETS=$({group} --vpc-id {} --target-type ip --query 'TargetGroups[0].TargetGroupArn' --output text)",
                other.vpc
            ),
            format!("aws elbv2 register-targets --target-group-arn $TARGETS --targets Id={address}"),
            format!("aws elbv2 create-listener --load-balancer-arn $NLB --protocol {protocol} --port {port} {forward}"),
        ]
    }

    /// The new balancer's node has some address in the target's subnet, from which it sends and checks.
    fn let_balancer_in(&self, other: &Party) -> Vec<Fix> {
        let group = mend::roomy(self.world, &other.groups, false).filter(|_| !other.is_managed());
        let node = Sender { address: other.cidr.network(), party: None, ..Sender::of(other) };
        let mut trial = self.clone();
        let before = trial.way.blockers.len();
        trial.groups_in(other, &node);
        let group = group.filter(|_| trial.way.blockers.len() > before);
        group.map(|group| mend::let_in_block(self.world, group, self.packet, other.cidr)).unwrap_or_default()
    }
}
