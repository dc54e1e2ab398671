//! Balancers, and endpoints to them and to AWS's services.

use resource::*;

use super::{Net, PORTS, Site};

impl Site<'_> {
    /// One or two balancers with a node in one or two zones.
    pub(super) fn balancers(&mut self, net: &Net) -> Vec<String> {
        let mut dice = self.dice("balancers", net.number);
        let count = if self.has("balancers") { 1 + dice.below(2) } else { 0 };
        (0..count).map(|n| self.balancer(net, n)).collect()
    }

    fn balancer(&mut self, net: &Net, n: usize) -> String {
        use ListenerProtocol::{Tcp, TcpUdp, Udp};
        let mut dice = self.dice("balancer", 10 * net.number + n);
        let groups: Vec<&GroupId> = if dice.chance(50) { Vec::new() } else { vec![dice.pick(&net.groups)] };
        let addresses: Vec<String> = (0..1 + dice.below(2)).map(|zone| format!("{}.{zone}.{}", net.base, 20 + n)).collect();
        let nodes: Vec<(&SubnetId, &str)> = net.subnets.iter().zip(addresses.iter().map(String::as_str)).collect();
        addresses.iter().for_each(|address| self.spot(address, &[80, 80, 8080]));
        let balancer = self.world.balancer(&nodes, &groups);
        if dice.chance(30) && self.has("addresses") {
            self.further_addresses(net, &balancer, n);
        }
        for (port, many) in [(80, 100), (8080, 30)] {
            let protocol = *dice.pick(&[Tcp, Tcp, Tcp, Udp, TcpUdp]);
            if dice.chance(many) {
                let targets = self.targets(net, protocol, 100 * net.number + 10 * n + usize::from(port == 80));
                let listener = self.world.listener(&balancer, port, &targets);
                self.world.update::<Listener>(&listener, |listener| listener.protocol = protocol);
            }
        }
        if dice.chance(50) {
            self.world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", "true");
        }
        let enforced = dice.chance(70);
        self.world.update::<LoadBalancer>(&balancer, |balancer| balancer.enforce_on_private_link = enforced);
        if dice.chance(50) && self.has("public") {
            let interface = self.world.find::<LoadBalancer>(&balancer).zones[0].interface.clone();
            let public = self.public(net.number, 20 + n);
            self.world.public_address(&public, Some(&interface));
            self.world.update::<LoadBalancer>(&balancer, |balancer| balancer.internet_facing = balancer.zones.len() == 1);
        }
        balancer
    }

    /// Further addresses of nodes, to connect to targets from.
    fn further_addresses(&mut self, net: &Net, balancer: &str, n: usize) {
        for (zone, node) in self.world.find::<LoadBalancer>(balancer).zones.iter().enumerate() {
            let further = format!("{}.{zone}.{}", net.base, 24 + n);
            self.spot(&further, &[80]);
            self.world.update::<NetworkInterface>(&node.interface, |eni| eni.addresses.push(further.parse().unwrap()));
        }
    }

    fn targets(&mut self, net: &Net, protocol: ListenerProtocol, number: usize) -> String {
        let mut dice = self.dice("targets", number);
        let kind = if dice.chance(50) { TargetType::Instance } else { TargetType::Ip };
        let group = self.world.target_group(&net.vpc, kind);
        let keeps = dice.chance(50) || protocol != ListenerProtocol::Tcp;
        self.world.target_attribute(&group, "preserve_client_ip.enabled", if keeps { "true" } else { "false" });
        self.world.update::<TargetGroup>(&group, |group| group.protocol = protocol.as_str().into());
        for machine in &net.machines {
            let (health, port) = ([HealthState::Healthy, HealthState::Healthy, HealthState::Unhealthy], *dice.pick(&PORTS));
            let health = if dice.chance(80) { Some(*dice.pick(&health)) } else { None };
            if dice.chance(60) {
                let id = match kind {
                    TargetType::Instance => TargetId::Instance(machine.instance.clone()),
                    TargetType::Ip => TargetId::Ip(machine.address.parse().unwrap()),
                };
                self.world.target(&group, id, port, health);
            }
        }
        if kind == TargetType::Ip && dice.chance(15) {
            let nobody = TargetId::Ip(format!("{}.0.99", net.base).parse().unwrap());
            self.world.target(&group, nobody, 80, Some(HealthState::Healthy));
        }
        group
    }

    /// Endpoints to the balancers, accepted and not.
    pub(super) fn endpoints(&mut self, nets: &[Net], balancers: &[String]) {
        use EndpointState::{Available, PendingAcceptance, Rejected};
        let count = if self.has("endpoints") && !balancers.is_empty() { 3 } else { 0 };
        for n in 0..count {
            let mut dice = self.dice("endpoint", n);
            let (net, balancer) = (dice.pick(nets), dice.pick(balancers));
            let service = self.world.service(balancer);
            let second = dice.pick(balancers).clone();
            if dice.chance(40) && second != *balancer && self.has("several") {
                self.world.update::<EndpointService>(&service, |service| service.balancers.push(second.clone()));
            }
            let addresses = [0, 1].map(|zone| format!("{}.{zone}.{}", net.base, 30 + n));
            let legs: Vec<(&SubnetId, &str)> = net.subnets.iter().zip(addresses.iter().map(String::as_str)).collect();
            addresses.iter().for_each(|address| self.spot(address, &[80, 80, 8080]));
            let state = *dice.pick(&[Available, Available, Available, PendingAcceptance, Rejected]);
            let endpoint = self.world.endpoint(&service, &legs, &[dice.pick(&net.groups)], state);
            if dice.chance(50) && self.has("names") {
                self.private_name(&service, &endpoint, &format!("s{n}.corp.test"));
            }
            let endpoint = self.world.find::<VpcEndpoint>(&endpoint);
            self.names.extend([endpoint.regional_name(), endpoint.zonal_name("us-east-1a"), endpoint.zonal_name("us-east-1b")]);
        }
    }

    /// A name that a service has in the VPCs of its endpoints, and that one of them takes over.
    fn private_name(&mut self, service: &EndpointServiceId, endpoint: &EndpointId, name: &str) {
        let own = PrivateName {
            name: name.to_owned(),
            state: PrivateNameState::Verified,
            label: "_proof".into(),
            value: "vpce:proof".into(),
            since: Timestamp(1),
        };
        self.world.update::<EndpointService>(service, |service| service.private_name = Some(own.clone()));
        self.world.update::<VpcEndpoint>(endpoint, |endpoint| {
            (endpoint.private_dns, endpoint.private_names) = (true, vec![name.to_owned()]);
        });
        self.names.push(name.to_owned());
    }

    /// Endpoints to AWS's services, and one that answers for the VPC's resolver.
    pub(super) fn doors(&mut self, net: &Net) {
        let mut dice = self.dice("doors", net.number);
        let (interface, gateway, resolver) = (dice.chance(50), dice.chance(50), dice.chance(30));
        if interface && self.has("doors") {
            let addresses = [0, 1].map(|zone| format!("{}.{zone}.50", net.base));
            let count = 1 + dice.below(2);
            let legs = net.subnets.iter().zip(addresses.iter().map(String::as_str)).take(count).collect::<Vec<_>>();
            legs.iter().for_each(|(_, address)| self.spot(address, &[443, 80]));
            let short = *dice.pick(&["ec2", "sts"]);
            let endpoint = self.world.aws_endpoint(short, &net.vpc, &legs, &[dice.pick(&net.groups)], &[]);
            let (named, served) = (dice.chance(70), dice.chance(85));
            self.world.update::<VpcEndpoint>(&endpoint, |endpoint| {
                (endpoint.private_dns, endpoint.served) = (named, served);
            });
            self.names.push(self.world.find::<VpcEndpoint>(&endpoint).regional_name());
        }
        if gateway && self.has("doors") {
            let tables = self.world.snapshot().linked::<RouteTable>(Vpc::KIND, &net.vpc).collect::<Vec<_>>();
            let leading: Vec<&RouteTableId> = tables.iter().filter(|_| dice.chance(70)).map(|table| &table.id).collect();
            if !leading.is_empty() {
                self.world.aws_endpoint("s3", &net.vpc, &[], &[], &leading);
            }
        }
        if resolver && self.has("resolvers") {
            let address = format!("{}.0.60", net.base);
            self.spot(&address, &[53]);
            self.world.resolver(&[(&net.subnets[0], &address)], &[dice.pick(&net.groups)]);
        }
    }
}
