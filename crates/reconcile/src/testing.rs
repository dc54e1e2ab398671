//! Resources for tests: everything that a test does not speak of has a plain value.

use std::net::Ipv4Addr;

use resource::{
    AddressAssociation, AllocationId, Attachment, AttachmentId, BalancerState, BalancerZone, CidrAssociation, ElasticAddress,
    EndpointId, EndpointKind, EndpointState, GLOBAL, HealthCheck, HealthState, Holder, HostedZone, Instance, InstanceId,
    InstanceState, InterfaceId, InterfaceKind, Listener, ListenerProtocol, LoadBalancer, MetadataOptions, NetworkInterface,
    Owner, Subnet, SubnetId, Tags, Target, TargetGroup, TargetHealth, TargetId, TargetType, Timestamp, Vpc, VpcEndpoint, VpcId,
    VpcState, ZoneVpc,
};
use store::{Store, StoreError, Txn};

/// A store with what `put` puts there.
pub(crate) async fn store(put: impl Fn(&mut Txn)) -> Store {
    let store = Store::in_memory();
    change(&store, put).await;
    store
}

/// Changes a store.
pub(crate) async fn change(store: &Store, change: impl Fn(&mut Txn)) {
    store.write(|txn| Ok::<_, StoreError>(change(txn))).await.expect("memory takes every write");
}

/// The account that owns everything.
pub(crate) fn owner() -> Owner {
    Owner::new("111111111111", "us-east-1")
}

/// The `n`-th VPC's id.
pub(crate) fn vpc_id(n: u64) -> VpcId {
    VpcId::parse(&format!("vpc-{n:017x}")).expect("it has 17 digits")
}

/// 10.0.0.`n`.
pub(crate) fn address(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, n)
}

/// The `n`-th VPC: 10.0.0.0/16, available, with both DNS attributes on.
pub(crate) fn vpc(n: u32) -> Vpc {
    Vpc {
        id: vpc_id(n.into()),
        owner: owner(),
        cidrs: vec![CidrAssociation { id: "vpc-cidr-assoc-1".into(), cidr: "10.0.0.0/16".parse().expect("a literal") }],
        dhcp_options: None,
        dns_support: true,
        dns_hostnames: true,
        usage_metrics: false,
        is_default: false,
        tenancy: "default".into(),
        state: VpcState::Available,
        router: n,
        tags: Tags::default(),
    }
}

/// The first subnet of a VPC: 10.0.0.0/24 in us-east-1a.
pub(crate) fn subnet(vpc: &VpcId) -> Subnet {
    Subnet {
        id: SubnetId::parse(&vpc.as_str().replace("vpc-", "subnet-")).expect("it has as many digits"),
        owner: owner(),
        vpc: vpc.clone(),
        cidr: "10.0.0.0/24".parse().expect("a literal"),
        zone: "us-east-1a".into(),
        state: VpcState::Available,
        map_public_ip: false,
        default_for_zone: false,
        hostname_type: "ip-name".into(),
        resource_name_a_record: false,
        tags: Tags::default(),
    }
}

/// A hosted zone of the account; a private one when it is of VPCs.
pub(crate) fn hosted_zone(id: &str, name: &str, vpcs: &[u32]) -> HostedZone {
    HostedZone {
        id: id.into(),
        owner: Owner::new("111111111111", GLOBAL),
        name: name.into(),
        reference: id.into(),
        comment: None,
        private: !vpcs.is_empty(),
        vpcs: vpcs.iter().map(|n| ZoneVpc { region: "us-east-1".into(), vpc: vpc_id((*n).into()) }).collect(),
        authorized: Vec::new(),
        created: Timestamp(id.len() as u64),
        tags: Tags::default(),
    }
}

/// The id of the interface that has this address.
pub(crate) fn interface_id(address: Ipv4Addr) -> InterfaceId {
    InterfaceId::parse(&format!("eni-{:017x}", u32::from(address))).expect("it has 17 digits")
}

/// A workload's interface in [`subnet`], attached to nobody.
pub(crate) fn interface(vpc: &VpcId, address: Ipv4Addr) -> NetworkInterface {
    let subnet = subnet(vpc);
    NetworkInterface {
        id: interface_id(address),
        owner: owner(),
        vpc: vpc.clone(),
        subnet: subnet.id,
        zone: subnet.zone,
        description: String::new(),
        kind: InterfaceKind::Workload,
        mac: format!("02:00:00:00:00:{:02x}", address.octets()[3]),
        addresses: vec![address],
        groups: Vec::new(),
        source_dest_check: true,
        attachment: None,
        requester: None,
        fabric: None,
        ready: true,
        tags: Tags::default(),
    }
}

/// An interface of an instance, its primary one when `index` is 0.
pub(crate) fn interface_of(instance: &Instance, index: u32, address: Ipv4Addr) -> NetworkInterface {
    let holder = Holder::Instance(instance.id.clone());
    let (id, since) = (AttachmentId::random(), Timestamp(0));
    let attachment = Attachment { id, holder, device_index: index, delete_on_termination: true, since, leaving: false };
    NetworkInterface { attachment: Some(attachment), ..interface(&instance.vpc, address) }
}

/// The public address 198.18.1.`n`, standing for the primary address of an interface.
pub(crate) fn elastic(n: u8, interface: Option<&NetworkInterface>) -> ElasticAddress {
    let association = interface.and_then(|interface| {
        let private = interface.primary()?;
        Some(AddressAssociation { id: format!("eipassoc-{n}"), interface: interface.id.clone(), private })
    });
    ElasticAddress {
        id: AllocationId::parse(&format!("eipalloc-{n:017x}")).expect("it has 17 digits"),
        owner: owner(),
        public: Ipv4Addr::new(198, 18, 1, n),
        association,
        automatic: false,
        tags: Tags::default(),
    }
}

/// A running instance in [`subnet`], without interfaces.
pub(crate) fn instance(vpc: &VpcId) -> Instance {
    let subnet = subnet(vpc);
    Instance {
        id: InstanceId::parse("i-00000000000000001").expect("it has 17 digits"),
        owner: owner(),
        reservation: "r-00000000000000001".into(),
        launch_index: 0,
        image: resource::BUILT_IN_IMAGE.into(),
        instance_type: "t3.micro".into(),
        vpc: vpc.clone(),
        subnet: subnet.id,
        zone: subnet.zone,
        state: InstanceState::Running,
        state_reason: None,
        boot: 1,
        booted: 1,
        user_data: None,
        key_name: None,
        profile: None,
        metadata: MetadataOptions::default(),
        termination_protection: false,
        terminate_on_shutdown: false,
        monitoring: false,
        ebs_optimized: false,
        cpu_credits: None,
        client_token: None,
        launched: Timestamp(1_767_323_045_000),
        terminated: None,
        tags: Tags::default(),
    }
}

/// A group of these targets, at port 80.
pub(crate) fn target_group(name: &str, vpc: &VpcId, targets: impl IntoIterator<Item = TargetId>) -> TargetGroup {
    let health_check = HealthCheck {
        protocol: "TCP".into(),
        port: None,
        path: None,
        interval: 30,
        timeout: 10,
        healthy_threshold: 5,
        unhealthy_threshold: 2,
        matcher: None,
    };
    TargetGroup {
        arn: owner().arn("elasticloadbalancing", &format!("targetgroup/{name}/0000000000000001")),
        owner: owner(),
        name: name.into(),
        vpc: vpc.clone(),
        target_type: TargetType::Ip,
        protocol: "TCP".into(),
        port: 80,
        health_check,
        attributes: Default::default(),
        targets: targets.into_iter().map(|id| Target { id, port: 80, zone: None, draining_since: None }).collect(),
        tags: Tags::default(),
    }
}

/// What the checks of a target at port 80 have found.
pub(crate) fn health(group: &TargetGroup, target: &TargetId, state: HealthState) -> TargetHealth {
    let (reason, description) = (None, None);
    TargetHealth { group: group.arn.clone(), target: target.clone(), port: 80, state, since: Timestamp(0), reason, description }
}

/// An internal balancer with a node at each of these addresses, from us-east-1a on.
pub(crate) fn balancer(vpc: &VpcId, nodes: &[Ipv4Addr]) -> LoadBalancer {
    let zone = |(address, letter): (&Ipv4Addr, char)| BalancerZone {
        zone: format!("us-east-1{letter}"),
        subnet: subnet(vpc).id,
        interface: interface_id(*address),
        chosen: None,
        allocation: None,
    };
    LoadBalancer {
        arn: owner().arn("elasticloadbalancing", "loadbalancer/net/web/0000000000000001"),
        owner: owner(),
        name: "web".into(),
        id: "0000000000000001".into(),
        vpc: vpc.clone(),
        internet_facing: false,
        zones: nodes.iter().zip('a'..).map(zone).collect(),
        groups: Vec::new(),
        enforce_on_private_link: true,
        attributes: Default::default(),
        state: BalancerState::Active,
        created: Timestamp(0),
        tags: Tags::default(),
    }
}

/// A listener at port 80.
pub(crate) fn listener(balancer: &LoadBalancer, group: &TargetGroup) -> Listener {
    Listener {
        arn: owner().arn("elasticloadbalancing", "listener/net/web/0000000000000001/0000000000000001"),
        owner: owner(),
        balancer: balancer.arn.clone(),
        port: 80,
        protocol: ListenerProtocol::Tcp,
        target_group: group.arn.clone(),
        tls: None,
        attributes: Default::default(),
        tags: Tags::default(),
    }
}

/// An interface endpoint with an interface at each of these addresses.
pub(crate) fn endpoint(vpc: &VpcId, state: EndpointState, addresses: &[Ipv4Addr]) -> VpcEndpoint {
    VpcEndpoint {
        id: EndpointId::parse("vpce-00000000000000001").expect("it has 17 digits"),
        owner: owner(),
        vpc: vpc.clone(),
        kind: EndpointKind::Interface,
        service_name: "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001".into(),
        service: None,
        state,
        served: false,
        subnets: vec![subnet(vpc).id],
        groups: Vec::new(),
        interfaces: addresses.iter().map(|address| interface_id(*address)).collect(),
        route_tables: Vec::new(),
        private_dns: false,
        private_names: Vec::new(),
        service_defined_records: false,
        policy: None,
        dns_label: "abcd1234".into(),
        created: Timestamp(0),
        tags: Tags::default(),
    }
}

/// An authority that nobody trusts.
pub(crate) fn authority() -> dataplane::tls::Authority {
    let key = rcgen::KeyPair::generate().expect("keys can be made");
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("it can sign itself");
    dataplane::tls::Authority::from_pem(&certificate.pem(), &key.serialize_pem()).expect("it was just made")
}
