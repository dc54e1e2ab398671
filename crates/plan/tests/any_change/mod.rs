//! A small world in which everything refers to everything, and any change to it, wise or not, drawn from a number.

use std::net::Ipv4Addr;

use resource::*;
use store::Txn;

use crate::world::{World, all_out, egress, entry, from, ingress, ip, members, members_of_peer, zone_name};

/// Two VPCs with the same addresses and one of each thing that can refer to another.
pub fn busy_world() -> World {
    let world = World::new();
    let vpcs = [world.vpc("10.0.0.0/16"), world.vpc("10.0.0.0/16")];
    for vpc in &vpcs {
        let a = world.subnet(vpc, "10.0.0.0/24", 'a');
        let b = world.subnet(vpc, "10.0.1.0/24", 'b');
        let list = world.prefix_list(&["10.7.0.0/16", "10.8.0.0/16"]);
        let web = world.group(vpc, &[all_out(), ingress(Traffic::Tcp(80, 80), from("0.0.0.0/0"))]);
        let inner = world.group(vpc, &[ingress(Traffic::All, members(&web)), egress(Traffic::All, RulePeer::PrefixList(list))]);
        let (first, eni) = world.instance(&a, "10.0.0.4", &[&web]);
        let (second, _) = world.instance(&b, "10.0.1.4", &[&inner, &web]);
        let gateway = world.internet_gateway(Some(vpc));
        world.public_address(&format!("198.18.0.{}", 10 + world.number("public")), Some(&eni));
        let nat = world.nat_gateway(&a, "10.0.0.5", &format!("198.18.1.{}", 10 + world.number("public")));
        let private = world.table(vpc, &[Some(&b)]);
        world.route(&world.main_table(vpc), "0.0.0.0/0", RouteTarget::InternetGateway(gateway));
        world.route(&private, "0.0.0.0/0", RouteTarget::NatGateway(nat));
        world.route(&private, "10.99.0.0/16", RouteTarget::Interface(eni));
        world.acl(vpc, &[&a], &[entry(1, "in", Traffic::All, "10.0.0.0/8", true)]);
        world.acl(
            vpc,
            &[&b],
            &[entry(1, "in", Traffic::All, "0.0.0.0/0", true), entry(1, "out", Traffic::All, "0.0.0.0/0", true)],
        );
        world.aws_endpoint("ec2", vpc, &[(&b, "10.0.1.9")], &[&inner], &[]);
        world.aws_endpoint("s3", vpc, &[], &[], &[&private]);
        world.resolver(&[(&a, "10.0.0.53"), (&b, "10.0.1.53")], &[&web]);
        let balancer = world.balancer(&[(&a, "10.0.0.6"), (&b, "10.0.1.6")], &[&web]);
        let targets = world.target_group(vpc, TargetType::Instance);
        let addresses = world.target_group(vpc, TargetType::Ip);
        world.target(&targets, TargetId::Instance(first), 80, Some(HealthState::Healthy));
        world.target(&targets, TargetId::Instance(second), 80, Some(HealthState::Unhealthy));
        world.target(&addresses, TargetId::Ip(ip("10.0.1.4")), 8080, None);
        world.listener(&balancer, 80, &targets);
        world.listener(&balancer, 81, &addresses);
        let service = world.service(&balancer);
        let other = world.snapshot().all::<Subnet>().next().unwrap().id.clone();
        let clients = world.snapshot().linked::<SecurityGroup>(Vpc::KIND, &vpcs[0]).next().unwrap().id.clone();
        let place = format!("10.0.0.{}", 20 + world.number("endpoint address"));
        world.endpoint(&service, &[(&other, &place)], &[&clients], EndpointState::Available);
    }
    world.block_public_access(BlockMode::Ingress);
    world.exempt(Excluded::Vpc(vpcs[0].clone()), ExclusionMode::Egress);
    let away = world.vpc("10.9.0.0/16");
    let subnet = world.subnet(&away, "10.9.0.0/24", 'a');
    let group = world.group(&away, &[all_out()]);
    world.instance(&subnet, "10.9.0.4", &[&group]);
    let peering = world.peering(&vpcs[0], &away, PeeringState::Active);
    world.route_over(&peering);
    let first = world.snapshot().linked::<SecurityGroup>(Vpc::KIND, &vpcs[0]).next().unwrap().id.clone();
    world.allow(&first, ingress(Traffic::All, members_of_peer(&world, &group, &peering)));
    world.allow(&group, ingress(Traffic::All, members_of_peer(&world, &first, &peering)));
    world
}

/// What was removed and may come back.
#[derive(Default)]
pub struct Graveyard(Vec<Box<dyn Fn(&mut Txn)>>);

/// Numbers drawn from one number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }

    fn maybe<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if self.coin() { self.any(of) } else { None }
    }

    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.coin()).cloned().collect()
    }
}

fn all<R: Resource>(txn: &Txn) -> Vec<R> {
    txn.all::<R>().map(|resource| (*resource).clone()).collect()
}

/// Makes the change that `seed` stands for and says what it was.
pub fn change(txn: &mut Txn, graveyard: &mut Graveyard, seed: u64) -> String {
    let dice = &mut Dice(seed);
    dice.below(1);
    match dice.below(28) {
        0 => restore(txn, graveyard, dice),
        1 => remove_anything(txn, graveyard, dice),
        2 => edit::<Vpc>(txn, dice, vpc),
        3 | 4 => edit::<RouteTable>(txn, dice, table),
        5 | 6 => edit::<SecurityGroup>(txn, dice, group),
        7 => edit::<NetworkAcl>(txn, dice, acl),
        8 => edit::<PrefixList>(txn, dice, |list, dice, _| list.entries = list_entries(dice)),
        9 | 10 => edit::<NetworkInterface>(txn, dice, interface),
        11 => edit::<InternetGateway>(txn, dice, |gateway, dice, txn| gateway.vpc = dice.maybe(&ids::<Vpc, _>(txn, |r| r.id))),
        12 => edit::<ElasticAddress>(txn, dice, address),
        13 => edit::<NatGateway>(txn, dice, nat),
        14 | 15 => edit::<Instance>(txn, dice, instance),
        16 => edit::<LoadBalancer>(txn, dice, balancer),
        17 => edit::<Listener>(txn, dice, listener),
        18 | 19 => edit::<TargetGroup>(txn, dice, target_group),
        20 => edit::<TargetHealth>(txn, dice, |health, dice, _| {
            health.state = [HealthState::Initial, HealthState::Healthy, HealthState::Unhealthy][dice.below(3)];
        }),
        21 => edit::<EndpointService>(txn, dice, |service, dice, txn| {
            service.balancers = dice.some(&ids::<LoadBalancer, _>(txn, |r| r.arn))
        }),
        22 | 23 => edit::<PeeringConnection>(txn, dice, peering),
        24 => edit::<ResolverEndpoint>(txn, dice, resolver),
        25 => edit::<PublicAccess>(txn, dice, |access, dice, _| {
            access.mode = [BlockMode::Off, BlockMode::Bidirectional, BlockMode::Ingress][dice.below(3)];
        }),
        26 => edit::<PublicAccessExclusion>(txn, dice, exclusion),
        _ => edit::<VpcEndpoint>(txn, dice, endpoint),
    }
}

fn ids<R: Resource, T>(txn: &Txn, id: impl Fn(R) -> T) -> Vec<T> {
    all::<R>(txn).into_iter().map(id).collect()
}

fn restore(txn: &mut Txn, graveyard: &mut Graveyard, dice: &mut Dice) -> String {
    if !graveyard.0.is_empty() {
        let at = dice.below(graveyard.0.len());
        graveyard.0.swap_remove(at)(txn);
    }
    "something removed came back".to_owned()
}

fn remove_anything(txn: &mut Txn, graveyard: &mut Graveyard, dice: &mut Dice) -> String {
    match dice.below(21) {
        0 => remove::<Vpc>(txn, graveyard, dice),
        1 => remove::<Subnet>(txn, graveyard, dice),
        2 => remove::<RouteTable>(txn, graveyard, dice),
        3 => remove::<SecurityGroup>(txn, graveyard, dice),
        4 => remove::<NetworkAcl>(txn, graveyard, dice),
        5 => remove::<PrefixList>(txn, graveyard, dice),
        6 => remove::<NetworkInterface>(txn, graveyard, dice),
        7 => remove::<InternetGateway>(txn, graveyard, dice),
        8 => remove::<ElasticAddress>(txn, graveyard, dice),
        9 => remove::<NatGateway>(txn, graveyard, dice),
        10 => remove::<Instance>(txn, graveyard, dice),
        11 => remove::<LoadBalancer>(txn, graveyard, dice),
        12 => remove::<Listener>(txn, graveyard, dice),
        13 => remove::<TargetGroup>(txn, graveyard, dice),
        14 => remove::<TargetHealth>(txn, graveyard, dice),
        16 => remove::<PeeringConnection>(txn, graveyard, dice),
        15 => remove::<EndpointService>(txn, graveyard, dice),
        17 => remove::<ResolverEndpoint>(txn, graveyard, dice),
        18 => remove::<PublicAccess>(txn, graveyard, dice),
        19 => remove::<PublicAccessExclusion>(txn, graveyard, dice),
        _ => remove::<VpcEndpoint>(txn, graveyard, dice),
    }
}

fn remove<R: Resource>(txn: &mut Txn, graveyard: &mut Graveyard, dice: &mut Dice) -> String {
    let Some(resource) = dice.any(&all::<R>(txn)) else { return "nothing".to_owned() };
    let key = resource.key();
    txn.remove::<R>(&key);
    graveyard.0.push(Box::new(move |txn| txn.put(resource.clone())));
    format!("removed {} {key}", R::KIND.0)
}

fn edit<R: Resource>(txn: &mut Txn, dice: &mut Dice, change: impl FnOnce(&mut R, &mut Dice, &Txn)) -> String {
    let Some(mut resource) = dice.any(&all::<R>(txn)) else { return "nothing".to_owned() };
    change(&mut resource, dice, txn);
    let told = format!("edited {} {}", R::KIND.0, resource.key());
    txn.put(resource);
    told
}

fn vpc(vpc: &mut Vpc, dice: &mut Dice, _: &Txn) {
    vpc.dns_support = dice.coin();
    vpc.cidrs.truncate(1);
    if dice.coin() {
        vpc.cidrs.push(CidrAssociation { id: "vpc-cidr-assoc-2".into(), cidr: "10.1.0.0/16".parse().unwrap() });
    }
}

fn exclusion(exclusion: &mut PublicAccessExclusion, dice: &mut Dice, txn: &Txn) {
    exclusion.mode = if dice.coin() { ExclusionMode::Bidirectional } else { ExclusionMode::Egress };
    exclusion.state = [ExclusionState::Creating, ExclusionState::Created, ExclusionState::Deleting][dice.below(3)];
    exclusion.of = match dice.any(&ids::<Subnet, _>(txn, |r| r.id)) {
        Some(subnet) if dice.coin() => Excluded::Subnet(subnet),
        _ => dice.any(&ids::<Vpc, _>(txn, |r| r.id)).map_or(exclusion.of.clone(), Excluded::Vpc),
    };
}

fn table(table: &mut RouteTable, dice: &mut Dice, txn: &Txn) {
    if dice.coin() {
        let subnets = dice.some(&ids::<Subnet, _>(txn, |r| r.id)).into_iter().map(|subnet| (Some(subnet), None));
        let gateway = dice.any(&ids::<InternetGateway, _>(txn, |r| r.id)).filter(|_| dice.coin());
        let users = subnets.chain(dice.coin().then_some((None, None))).chain(gateway.map(|id| (None, Some(id))));
        let association = |(n, (subnet, gateway))| RouteTableAssociation { id: format!("rtbassoc-{n}"), subnet, gateway };
        table.associations = users.enumerate().map(association).collect();
        return;
    }
    let destination = match dice.any(&ids::<PrefixList, _>(txn, |r| r.id)) {
        Some(list) if dice.coin() => RouteDestination::PrefixList(list),
        _ => RouteDestination::Cidr(["0.0.0.0/0", "10.7.0.0/16", "10.9.0.0/16"][dice.below(3)].parse().unwrap()),
    };
    let target = match dice.below(4) {
        3 => dice.any(&ids::<PeeringConnection, _>(txn, |r| r.id)).map(RouteTarget::Peering),
        0 => dice.any(&ids::<InternetGateway, _>(txn, |r| r.id)).map(RouteTarget::InternetGateway),
        1 => dice.any(&ids::<NatGateway, _>(txn, |r| r.id)).map(RouteTarget::NatGateway),
        _ => dice.any(&ids::<NetworkInterface, _>(txn, |r| r.id)).map(RouteTarget::Interface),
    };
    table.routes.truncate(dice.below(3));
    table.routes.extend(target.map(|target| Route { destination, target }));
}

fn group(group: &mut SecurityGroup, dice: &mut Dice, txn: &Txn) {
    if dice.below(4) == 0 {
        let state = if dice.coin() { VpcAssociationState::Associated } else { VpcAssociationState::Disassociating };
        let others = dice.some(&ids::<Vpc, _>(txn, |r| r.id)).into_iter().filter(|vpc| *vpc != group.vpc);
        group.associations = others.map(|vpc| VpcAssociation { vpc, state }).collect();
    }
    let peer = match dice.below(4) {
        3 => peer_group(dice, txn),
        0 => dice.any(&ids::<SecurityGroup, _>(txn, |r| r.id)).map(|id| members(&id)),
        1 => dice.any(&ids::<PrefixList, _>(txn, |r| r.id)).map(RulePeer::PrefixList),
        _ => Some(from("10.3.0.0/16")),
    };
    group.rules.truncate(dice.below(3));
    group.rules.extend(peer.map(|peer| if dice.coin() { ingress(Traffic::All, peer) } else { egress(Traffic::Udp(1, 9), peer) }));
}

fn peer_group(dice: &mut Dice, txn: &Txn) -> Option<RulePeer> {
    let group = dice.any(&all::<SecurityGroup>(txn))?;
    let peering = dice.any(&ids::<PeeringConnection, _>(txn, |r| r.id))?;
    Some(RulePeer::PeerGroup { id: group.id, account: group.owner.account, vpc: group.vpc, peering })
}

fn peering(peering: &mut PeeringConnection, dice: &mut Dice, txn: &Txn) {
    use PeeringState::*;
    match dice.below(3) {
        0 | 1 => peering.state = [PendingAcceptance, Provisioning, Active, Deleting, Deleted][dice.below(5)],
        _ => peering.accepter.vpc = dice.any(&ids::<Vpc, _>(txn, |r| r.id)).unwrap_or_else(|| peering.accepter.vpc.clone()),
    }
}

fn acl(acl: &mut NetworkAcl, dice: &mut Dice, txn: &Txn) {
    match dice.below(3) {
        0 => {
            let subnets = dice.some(&ids::<Subnet, _>(txn, |r| r.id));
            acl.associations =
                subnets.into_iter().map(|subnet| AclAssociation { id: format!("aclassoc-{subnet}"), subnet }).collect();
        }
        1 => acl.entries.push(entry(9 - dice.below(9) as u16, "in", Traffic::Tcp(1, 9), "10.0.0.0/8", false)),
        _ => acl.entries = ["in", "out"].map(|direction| entry(1, direction, Traffic::All, "0.0.0.0/0", true)).to_vec(),
    }
}

fn list_entries(dice: &mut Dice) -> Vec<PrefixEntry> {
    let blocks = dice.some(&["10.7.0.0/16", "10.8.0.0/16", "10.9.0.0/16"]);
    blocks.into_iter().map(|cidr| PrefixEntry { cidr: cidr.parse().unwrap(), description: None }).collect()
}

fn interface(interface: &mut NetworkInterface, dice: &mut Dice, txn: &Txn) {
    match dice.below(6) {
        0 => interface.groups = dice.some(&ids::<SecurityGroup, _>(txn, |r| r.id)),
        1 => interface.source_dest_check = dice.coin(),
        2 => interface.addresses = vec![Ipv4Addr::new(10, 0, 0, 30 + dice.below(9) as u8)],
        3 => interface.ready = dice.coin(),
        4 => interface.fabric = Some(100 + dice.below(100) as u32),
        _ => {
            let instance = dice.maybe(&ids::<Instance, _>(txn, |r| r.id));
            let holder = instance.map_or(Holder::Process { pid: 7, started: 7 }, Holder::Instance);
            let id = AttachmentId::parse("eni-attach-00000000000000001").unwrap();
            let device_index = dice.below(2) as u32;
            let (since, leaving) = (Timestamp(1), dice.coin());
            let attachment = Attachment { id, holder, device_index, delete_on_termination: true, since, leaving };
            interface.attachment = dice.coin().then_some(attachment);
        }
    }
}

fn address(address: &mut ElasticAddress, dice: &mut Dice, txn: &Txn) {
    let interface = dice.maybe(&ids::<NetworkInterface, _>(txn, |r| r.id));
    let private = Ipv4Addr::new(10, 0, 0, 4);
    address.association = interface.map(|interface| AddressAssociation { id: "eipassoc-1".into(), interface, private });
}

fn nat(nat: &mut NatGateway, dice: &mut Dice, txn: &Txn) {
    nat.state = [NatState::Pending, NatState::Available, NatState::Deleting, NatState::Deleted, NatState::Failed][dice.below(5)];
    nat.public = dice.below(4) > 0;
    nat.allocation = dice.any(&ids::<ElasticAddress, _>(txn, |r| r.id));
    nat.interface = dice.any(&ids::<NetworkInterface, _>(txn, |r| r.id));
}

fn instance(instance: &mut Instance, dice: &mut Dice, _: &Txn) {
    use InstanceState::*;
    instance.state = [Pending, Running, ShuttingDown, Terminated, Stopping, Stopped][dice.below(6)];
}

fn balancer(balancer: &mut LoadBalancer, dice: &mut Dice, txn: &Txn) {
    match dice.below(4) {
        0 => drop(balancer.attributes.insert("load_balancing.cross_zone.enabled".into(), dice.coin().to_string())),
        1 => balancer.enforce_on_private_link = dice.coin(),
        2 => balancer.groups = dice.some(&ids::<SecurityGroup, _>(txn, |r| r.id)),
        _ => {
            let zone = |dice: &mut Dice, interface: NetworkInterface| BalancerZone {
                zone: zone_name(['a', 'b', 'c'][dice.below(3)]),
                subnet: interface.subnet,
                interface: interface.id,
                chosen: None,
                allocation: None,
            };
            let interfaces =
                all::<NetworkInterface>(txn).into_iter().filter(|eni| eni.kind == InterfaceKind::Balancer).collect::<Vec<_>>();
            balancer.zones = dice.some(&interfaces).into_iter().map(|eni| zone(dice, eni)).collect();
        }
    }
}

fn listener(listener: &mut Listener, dice: &mut Dice, txn: &Txn) {
    listener.port = 80 + dice.below(5) as u16;
    listener.target_group = dice.any(&ids::<TargetGroup, _>(txn, |r| r.arn)).unwrap_or_default();
}

fn target_group(group: &mut TargetGroup, dice: &mut Dice, txn: &Txn) {
    let id = match dice.maybe(&ids::<Instance, _>(txn, |r| r.id)) {
        Some(id) => TargetId::Instance(id),
        None => TargetId::Ip(Ipv4Addr::new(10, 0, 1, 4 + dice.below(3) as u8)),
    };
    let zone = dice.coin().then(|| "all".to_owned());
    group.targets.truncate(dice.below(4));
    group.targets.push(Target { id, port: 80, zone, draining_since: (dice.below(4) == 0).then_some(Timestamp(1)) });
    group.attributes.insert("preserve_client_ip.enabled".into(), dice.coin().to_string());
}

fn resolver(resolver: &mut ResolverEndpoint, dice: &mut Dice, _: &Txn) {
    use ResolverEndpointState::{Creating, Deleting, Operational};
    match dice.below(4) {
        0 => resolver.state = [Creating, Operational, Deleting][dice.below(3)],
        1 => resolver.served = dice.coin(),
        2 => resolver.direction = [ResolverDirection::Inbound, ResolverDirection::Outbound][dice.below(2)],
        _ => resolver.addresses.truncate(dice.below(3)),
    }
}

fn endpoint(endpoint: &mut VpcEndpoint, dice: &mut Dice, txn: &Txn) {
    use EndpointState::*;
    match dice.below(3) {
        0 => endpoint.state = [PendingAcceptance, Pending, Available, Rejected, Failed, Deleting, Deleted][dice.below(7)],
        1 => endpoint.service = dice.maybe(&ids::<EndpointService, _>(txn, |r| r.id)),
        _ => endpoint.interfaces = dice.some(&ids::<NetworkInterface, _>(txn, |r| r.id)),
    }
}
