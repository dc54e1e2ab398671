//! Resources for tests: everything that a test does not speak of has a plain value.

use std::net::Ipv4Addr;

use resource::{
    CidrAssociation, HealthCheck, Instance, InstanceId, InstanceState, InterfaceId, InterfaceKind, MetadataOptions, NetworkInterface,
    Owner, Subnet, SubnetId, Tags, Target, TargetGroup, TargetId, TargetType, Timestamp, Vpc, VpcId, VpcState,
};

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

/// 10.0.0.0/24 in us-east-1a.
pub(crate) fn subnet(vpc: &VpcId) -> Subnet {
    Subnet {
        id: SubnetId::parse("subnet-00000000000000001").expect("it has 17 digits"),
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

/// A workload's interface in [`subnet`], attached to nobody.
pub(crate) fn interface(vpc: &VpcId, address: Ipv4Addr) -> NetworkInterface {
    let subnet = subnet(vpc);
    NetworkInterface {
        id: InterfaceId::random(),
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

/// A running instance in [`subnet`], without interfaces.
pub(crate) fn instance(vpc: &VpcId) -> Instance {
    let subnet = subnet(vpc);
    Instance {
        id: InstanceId::random(),
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
        boot: 0,
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
