//! Balancers, their targets, and both sides of PrivateLink.

use std::collections::BTreeMap;

use resource::*;

use super::{World, owner};

impl World {
    /// A balancer with a node at an address in each subnet.
    pub fn balancer(&self, nodes: &[(&SubnetId, &str)], groups: &[&GroupId]) -> String {
        let number = self.number("balancer");
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b{number}/{number:016x}");
        let zone = |(subnet, address): &(&SubnetId, &str)| BalancerZone {
            zone: self.find::<Subnet>(subnet).zone,
            subnet: (*subnet).clone(),
            interface: self.interface(subnet, InterfaceKind::Balancer, address, groups, Holder::Service),
            chosen: None,
            allocation: None,
        };
        self.put(LoadBalancer {
            arn: arn.clone(),
            owner: owner(),
            name: format!("b{number}"),
            id: format!("{number:016x}"),
            vpc: self.find::<Subnet>(nodes[0].0).vpc,
            internet_facing: false,
            zones: nodes.iter().map(zone).collect(),
            groups: groups.iter().map(|id| (*id).clone()).collect(),
            enforce_on_private_link: true,
            attributes: BTreeMap::new(),
            state: BalancerState::Provisioning,
            created: Timestamp(1),
            tags: Tags::default(),
        });
        arn
    }

    /// A target group of instances or addresses, without targets.
    pub fn target_group(&self, vpc: &VpcId, target_type: TargetType) -> String {
        let number = self.number("target-group");
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t{number}/{number:016x}");
        self.put(TargetGroup {
            arn: arn.clone(),
            owner: owner(),
            name: format!("t{number}"),
            vpc: vpc.clone(),
            target_type,
            protocol: "TCP".into(),
            port: 80,
            health_check: HealthCheck {
                protocol: "TCP".into(),
                port: None,
                path: None,
                interval: 30,
                timeout: 10,
                healthy_threshold: 5,
                unhealthy_threshold: 2,
                matcher: None,
            },
            attributes: BTreeMap::new(),
            targets: Vec::new(),
            tags: Tags::default(),
        });
        arn
    }

    /// Registers a target that checks have found in this state; none is one that was never checked.
    pub fn target(&self, group: &str, id: TargetId, port: u16, health: Option<HealthState>) {
        let target = Target { id: id.clone(), port, zone: None, draining_since: None };
        self.update::<TargetGroup>(group, |group| group.targets.push(target.clone()));
        if let Some(state) = health {
            self.health(group, id, port, state);
        }
    }

    /// What the checks of a target have found.
    pub fn health(&self, group: &str, target: TargetId, port: u16, state: HealthState) {
        let since = Timestamp(0);
        self.put(TargetHealth { group: group.into(), target, port, state, since, reason: None, description: None });
    }

    pub fn listener(&self, balancer: &str, port: u16, target_group: &str) -> String {
        let arn = format!("{}/{:016x}", balancer.replace(":loadbalancer/", ":listener/"), self.number("listener"));
        self.put(Listener {
            arn: arn.clone(),
            owner: owner(),
            balancer: balancer.into(),
            port,
            protocol: ListenerProtocol::Tcp,
            target_group: target_group.into(),
            tls: None,
            attributes: BTreeMap::new(),
            tags: Tags::default(),
        });
        arn
    }

    pub fn service(&self, balancer: &str) -> EndpointServiceId {
        let id = EndpointServiceId::parse(&self.id("vpce-svc-")).unwrap();
        let balancers = vec![balancer.to_owned()];
        self.put(EndpointService {
            id: id.clone(),
            owner: owner(),
            acceptance_required: true,
            balancers,
            principals: Vec::new(),
            private_name: None,
            owner_pays: false,
            tags: Tags::default(),
        });
        id
    }

    /// An endpoint to a service with an interface at an address in each subnet.
    pub fn endpoint(
        &self,
        service: &EndpointServiceId,
        at: &[(&SubnetId, &str)],
        groups: &[&GroupId],
        state: EndpointState,
    ) -> EndpointId {
        let id = EndpointId::parse(&self.id("vpce-")).unwrap();
        let interfaces =
            at.iter().map(|(subnet, address)| self.interface(subnet, InterfaceKind::Endpoint, address, groups, Holder::Service));
        self.put(VpcEndpoint {
            id: id.clone(),
            owner: Owner::new("222222222222", "us-east-1"),
            vpc: self.find::<Subnet>(at[0].0).vpc,
            kind: EndpointKind::Interface,
            service_name: self.find::<EndpointService>(service).service_name(),
            service: Some(service.clone()),
            state,
            served: false,
            subnets: at.iter().map(|(subnet, _)| (*subnet).clone()).collect(),
            groups: groups.iter().map(|id| (*id).clone()).collect(),
            interfaces: interfaces.collect(),
            route_tables: Vec::new(),
            private_dns: false,
            private_names: Vec::new(),
            service_defined_records: false,
            policy: None,
            dns_label: "abcdefgh".into(),
            created: Timestamp(1),
            tags: Tags::default(),
        });
        id
    }

    /// A role that may do nothing, and the profile that gives it to instances, by their ARNs.
    pub fn role(&self, role: &str, profile: &str) {
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
        self.put(Role {
            arn: role.to_owned(),
            owner: owner(),
            id: "AROA1".into(),
            name: name(role),
            path: "/".into(),
            description: None,
            trust: String::new(),
            max_session: 3600,
            created: Timestamp(1),
            grants: Grants::default(),
            tags: Tags::default(),
        });
        self.put(InstanceProfile {
            arn: profile.to_owned(),
            owner: owner(),
            id: "AIPA1".into(),
            name: name(profile),
            path: "/".into(),
            role: Some(role.to_owned()),
            created: Timestamp(1),
            tags: Tags::default(),
        });
    }

    /// An open endpoint to one of AWS's services: with an interface at an address in each subnet, or with a route in each table.
    pub fn aws_endpoint(
        &self,
        short: &str,
        vpc: &VpcId,
        at: &[(&SubnetId, &str)],
        groups: &[&GroupId],
        tables: &[&RouteTableId],
    ) -> EndpointId {
        let id = EndpointId::parse(&self.id("vpce-")).unwrap();
        let kind = if tables.is_empty() { EndpointKind::Interface } else { EndpointKind::Gateway };
        let service = AwsService::all().find(|service| service.name == short && service.kind == kind).unwrap();
        let interfaces =
            at.iter().map(|(subnet, address)| self.interface(subnet, InterfaceKind::Endpoint, address, groups, Holder::Service));
        self.put(VpcEndpoint {
            id: id.clone(),
            owner: owner(),
            vpc: vpc.clone(),
            kind,
            service_name: service.service_name("us-east-1"),
            service: None,
            state: EndpointState::Available,
            served: true,
            subnets: at.iter().map(|(subnet, _)| (*subnet).clone()).collect(),
            groups: groups.iter().map(|id| (*id).clone()).collect(),
            interfaces: interfaces.collect(),
            route_tables: tables.iter().map(|id| (*id).clone()).collect(),
            private_dns: kind == EndpointKind::Interface,
            private_names: service.private_names("us-east-1").collect(),
            service_defined_records: false,
            policy: None,
            dns_label: "abcdefgh".into(),
            created: Timestamp(1),
            tags: Tags::default(),
        });
        if kind == EndpointKind::Gateway {
            let list = self.prefix_list(&["198.18.0.16/28"]);
            let route = |endpoint: &EndpointId| Route {
                destination: RouteDestination::PrefixList(list.clone()),
                target: RouteTarget::Endpoint(endpoint.clone()),
            };
            tables.iter().for_each(|table| self.update::<RouteTable>(table, |table| table.routes.push(route(&id))));
        }
        id
    }

    /// An inbound resolver endpoint that answers at an address in each subnet.
    pub fn resolver(&self, at: &[(&SubnetId, &str)], groups: &[&GroupId]) -> String {
        self.resolver_endpoint(ResolverDirection::Inbound, at, groups)
    }

    /// A resolver endpoint with an address in each subnet.
    pub fn resolver_endpoint(&self, direction: ResolverDirection, at: &[(&SubnetId, &str)], groups: &[&GroupId]) -> String {
        let id = self.id(direction.prefix());
        let address = |(subnet, address): &(&SubnetId, &str)| ResolverAddress {
            id: self.id("rni-"),
            subnet: (*subnet).clone(),
            interface: self.interface(subnet, InterfaceKind::Resolver, address, groups, Holder::Service),
            address: address.parse().unwrap(),
        };
        self.put(ResolverEndpoint {
            id: id.clone(),
            direction,
            owner: owner(),
            name: None,
            request: id.clone(),
            vpc: self.find::<Subnet>(at[0].0).vpc,
            groups: groups.iter().map(|id| (*id).clone()).collect(),
            addresses: at.iter().map(address).collect(),
            state: ResolverEndpointState::Operational,
            served: true,
            created: Timestamp(1),
            modified: Timestamp(1),
            tags: Tags::default(),
        });
        id
    }

    /// A rule that has a VPC's resolver ask others through an outbound endpoint.
    pub fn resolver_rule(&self, vpc: &VpcId, domain: &str, endpoint: &str, targets: &[&str]) -> String {
        let (id, association) = (self.id("rslvr-rr-"), self.id("rslvr-rrassoc-"));
        let targets = targets.iter().map(|target| target.parse().unwrap()).collect();
        self.put(RuleAssociation {
            id: association,
            owner: owner(),
            name: None,
            rule: id.clone(),
            vpc: vpc.clone(),
            state: RuleAssociationState::Complete,
            created: Timestamp(1),
        });
        self.put(ResolverRule {
            id: id.clone(),
            owner: owner(),
            name: None,
            request: id.clone(),
            domain: domain.into(),
            way: RuleWay::Forward { endpoint: endpoint.into(), targets },
            settled: true,
            created: Timestamp(1),
            modified: Timestamp(1),
            tags: Tags::default(),
        });
        id
    }

    /// Moves an endpoint's connection.
    pub fn connect(&self, endpoint: &EndpointId, state: EndpointState) {
        self.update::<VpcEndpoint>(endpoint, |endpoint| endpoint.state = state);
    }

    /// Sets an attribute of a balancer.
    pub fn balancer_attribute(&self, arn: &str, key: &str, value: &str) {
        self.update::<LoadBalancer>(arn, |balancer| drop(balancer.attributes.insert(key.into(), value.into())));
    }

    /// Sets an attribute of a target group.
    pub fn target_attribute(&self, arn: &str, key: &str, value: &str) {
        self.update::<TargetGroup>(arn, |group| drop(group.attributes.insert(key.into(), value.into())));
    }
}
