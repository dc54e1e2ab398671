//! Random small worlds: two VPCs, often with the same addresses, with everything that stands between two programs.

use std::net::{Ipv4Addr, SocketAddrV4};

use resource::*;

use crate::world::{PING, World, egress, entry, from, ingress, members};

/// What programs listen on.
pub const PORTS: [u16; 2] = [80, 8080];
const QUESTIONS: usize = 24;
const INTERNET: &str = "internet";
const INTERNET_HOST: &str = "198.18.0.1";

/// A world's programs, and what is asked about them.
pub struct Plot {
    /// The namespaces with a program that listens, and where it does.
    pub running: Vec<(String, String)>,
    pub questions: Vec<Asked>,
}

/// Whether a connection from somewhere gets somewhere.
pub struct Asked {
    pub namespace: String,
    pub source: String,
    pub to: SocketAddrV4,
    /// Whether an echo is asked for, and no connection.
    pub ping: bool,
}

/// Builds the world of a seed.
pub fn plot(world: &World, seed: u64) -> Plot {
    let mut dice = Dice(seed);
    let second = if dice.chance(60) { "10.0" } else { "10.1" };
    let open = if dice.chance(50) { 30 } else { 95 };
    let mut site = Site { world, dice, open, public: 9, addresses: Vec::new(), balancers: Vec::new() };
    let nets: Vec<Net> = ["10.0", second].iter().map(|base| site.net(base)).collect();
    nets.iter().for_each(|net| site.balancer(net));
    for _ in 0..2 {
        let consumer = site.dice.pick(&nets);
        site.endpoint(consumer);
    }
    nets.iter().for_each(|net| site.routes(net));
    site.ask(&nets)
}

/// Splitmix64.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A VPC and what is in it.
struct Net {
    vpc: VpcId,
    base: String,
    subnets: Vec<SubnetId>,
    groups: Vec<GroupId>,
    machines: Vec<(InstanceId, InterfaceId, String, bool)>,
    gateway: Option<InternetGatewayId>,
    nat: Option<NatGatewayId>,
}

struct Site<'a> {
    world: &'a World,
    dice: Dice,
    /// How likely each part is to let everything pass.
    open: usize,
    /// The last public address.
    public: u8,
    /// Every address that somebody may have.
    addresses: Vec<String>,
    balancers: Vec<String>,
}

impl Site<'_> {
    fn net(&mut self, base: &str) -> Net {
        let vpc = self.world.vpc(&format!("{base}.0.0/16"));
        let subnets = vec![
            self.world.subnet(&vpc, &format!("{base}.0.0/24"), 'a'),
            self.world.subnet(&vpc, &format!("{base}.1.0/24"), 'b'),
        ];
        let groups: Vec<GroupId> = (0..3).map(|_| self.world.group(&vpc, &[])).collect();
        let gateway = self.dice.chance(70).then(|| self.world.internet_gateway(Some(&vpc)));
        let mut net = Net { vpc, base: base.to_owned(), subnets, groups, machines: Vec::new(), gateway, nat: None };
        self.rules(&net);
        self.acls(&net);
        for n in 0..3 {
            let machine = self.machine(&net, n);
            net.machines.push(machine);
        }
        if net.gateway.is_some() && self.dice.chance(50) {
            let (address, public) = (format!("{base}.0.40"), self.public());
            self.addresses.push(address.clone());
            net.nat = Some(self.world.nat_gateway(&net.subnets[0], &address, &public));
        }
        net
    }

    fn public(&mut self) -> String {
        self.public += 1;
        let address = format!("198.18.1.{}", self.public);
        self.addresses.push(address.clone());
        address
    }

    fn peer(&mut self, net: &Net) -> RulePeer {
        let base = &net.base;
        match self.dice.below(8) {
            0..=2 => from("0.0.0.0/0"),
            3 => from(&format!("{base}.{}.0/24", self.dice.below(2))),
            4 => from(&format!("{base}.0.{}/32", 4 + self.dice.below(3))),
            5 => RulePeer::PrefixList(self.world.prefix_list(&[&format!("{base}.1.0/24"), "198.18.0.0/15"])),
            _ => members(self.dice.pick(&net.groups)),
        }
    }

    fn rules(&mut self, net: &Net) {
        let traffics =
            [PING, Traffic::All, Traffic::Tcp(80, 80), Traffic::Tcp(1, 1023), Traffic::Tcp(8080, 8080), Traffic::Udp(1, 65535)];
        for group in &net.groups {
            for _ in 0..2 {
                let (traffic, peer) = self.allowance(net, &traffics);
                self.world.allow(group, ingress(traffic, peer));
            }
            let (traffic, peer) = self.allowance(net, &traffics);
            self.world.allow(group, egress(traffic, peer));
        }
    }

    fn allowance(&mut self, net: &Net, traffics: &[Traffic]) -> (Traffic, RulePeer) {
        match self.dice.chance(self.open) {
            true => (Traffic::All, from("0.0.0.0/0")),
            false => (*self.dice.pick(traffics), self.peer(net)),
        }
    }

    /// ACLs whose rules hold or do not hold all ports that answers come back on.
    fn acls(&mut self, net: &Net) {
        let echo = Traffic::Icmp { kind: Some(8), code: None };
        let traffics = [
            Traffic::All,
            echo,
            PING,
            Traffic::Tcp(80, 80),
            Traffic::Tcp(1, 1023),
            Traffic::Tcp(1024, 65535),
            Traffic::Tcp(0, 65535),
        ];
        for subnet in &net.subnets {
            if self.dice.chance(self.open) {
                continue;
            }
            let blocks = [
                "0.0.0.0/0".to_owned(),
                format!("{}.0.0/24", net.base),
                format!("{}.1.0/24", net.base),
                "198.18.0.0/15".to_owned(),
            ];
            let mut entries = Vec::new();
            for (direction, n) in [("in", 1), ("in", 2), ("in", 3), ("out", 1), ("out", 2), ("out", 3)] {
                let (traffic, allow) = (*self.dice.pick(&traffics), self.dice.chance(80));
                let block = self.dice.pick(&blocks);
                entries.push(entry(n * 10, direction, traffic, block.as_str(), allow));
            }
            self.world.acl(&net.vpc, &[subnet], &entries);
        }
    }

    fn machine(&mut self, net: &Net, n: usize) -> (InstanceId, InterfaceId, String, bool) {
        let place = n % 2;
        let address = format!("{}.{place}.{}", net.base, 4 + n);
        let groups: Vec<&GroupId> =
            if self.dice.chance(30) { vec![&net.groups[0], &net.groups[1]] } else { vec![self.dice.pick(&net.groups)] };
        let (instance, interface) = self.world.instance(&net.subnets[place], &address, &groups);
        self.addresses.push(address.clone());
        let runs = self.dice.chance(90);
        if !runs {
            self.world.update::<Instance>(&instance, |instance| instance.state = InstanceState::Stopped);
        }
        if self.dice.chance(50) {
            let public = self.public();
            self.world.public_address(&public, Some(&interface));
        }
        (instance, interface, address, runs)
    }

    fn balancer(&mut self, net: &Net) {
        let targets = self.targets(net);
        let groups: Vec<&GroupId> = if self.dice.chance(50) { Vec::new() } else { vec![self.dice.pick(&net.groups)] };
        let nodes = [(&net.subnets[0], format!("{}.0.20", net.base)), (&net.subnets[1], format!("{}.1.20", net.base))];
        let count = 1 + self.dice.below(2);
        let nodes: Vec<(&SubnetId, &str)> =
            nodes.iter().take(count).map(|(subnet, address)| (*subnet, address.as_str())).collect();
        self.addresses.extend(nodes.iter().map(|(_, address)| (*address).to_owned()));
        let balancer = self.world.balancer(&nodes, &groups);
        self.world.listener(&balancer, 80, &targets);
        if self.dice.chance(50) {
            self.world.balancer_attribute(&balancer, "load_balancing.cross_zone.enabled", "true");
        }
        if self.dice.chance(30) {
            self.world.update::<LoadBalancer>(&balancer, |balancer| balancer.enforce_on_private_link = false);
        }
        if self.dice.chance(50) {
            let (interface, public) = (self.world.find::<LoadBalancer>(&balancer).zones[0].interface.clone(), self.public());
            self.world.public_address(&public, Some(&interface));
        }
        self.balancers.push(balancer);
    }

    fn targets(&mut self, net: &Net) -> String {
        let kind = if self.dice.chance(50) { TargetType::Instance } else { TargetType::Ip };
        let group = self.world.target_group(&net.vpc, kind);
        let keeps = if self.dice.chance(50) { "true" } else { "false" };
        self.world.target_attribute(&group, "preserve_client_ip.enabled", keeps);
        for (instance, _, address, _) in &net.machines {
            if self.dice.chance(60) {
                let id = match kind {
                    TargetType::Instance => TargetId::Instance(instance.clone()),
                    TargetType::Ip => TargetId::Ip(address.parse().unwrap()),
                };
                let health = [Some(HealthState::Healthy), Some(HealthState::Healthy), Some(HealthState::Unhealthy), None];
                let (port, health) = (*self.dice.pick(&PORTS), *self.dice.pick(&health));
                self.world.target(&group, id, port, health);
            }
        }
        if kind == TargetType::Ip && self.dice.chance(15) {
            self.world.target(
                &group,
                TargetId::Ip(format!("{}.0.99", net.base).parse().unwrap()),
                80,
                Some(HealthState::Healthy),
            );
        }
        group
    }

    fn endpoint(&mut self, net: &Net) {
        use EndpointState::{Available, PendingAcceptance, Rejected};
        let service = self.world.service(&self.balancers[self.dice.below(self.balancers.len())].clone());
        let number = 30 + self.world.number("endpoint");
        let legs = [(&net.subnets[0], format!("{}.0.{number}", net.base)), (&net.subnets[1], format!("{}.1.{number}", net.base))];
        let legs: Vec<(&SubnetId, &str)> = legs.iter().map(|(subnet, address)| (*subnet, address.as_str())).collect();
        self.addresses.extend(legs.iter().map(|(_, address)| (*address).to_owned()));
        let group = self.dice.pick(&net.groups);
        let state = *self.dice.pick(&[Available, Available, Available, PendingAcceptance, Rejected]);
        self.world.endpoint(&service, &legs, &[group], state);
    }

    fn routes(&mut self, net: &Net) {
        let own = self.world.table(&net.vpc, &[Some(&net.subnets[1])]);
        for table in [self.world.main_table(&net.vpc), own] {
            for block in ["0.0.0.0/0", "198.18.0.0/16"] {
                let open = self.open > 50 && self.dice.chance(80);
                let target = match self.dice.below(if open { 5 } else { 10 }) {
                    0..=4 => net.gateway.clone().map(RouteTarget::InternetGateway),
                    5..=6 => net.nat.clone().map(RouteTarget::NatGateway),
                    7 if block != "0.0.0.0/0" => Some(RouteTarget::Interface(net.machines[0].1.clone())),
                    _ => None,
                };
                if let Some(target) = target {
                    self.world.route(&table, block, target);
                }
            }
        }
    }

    /// Mostly an address that means something where the source is.
    fn destination(&mut self, nets: &[Net], source: &str) -> String {
        let home = nets.iter().find(|net| net.machines.iter().any(|machine| machine.0.as_str() == source));
        let near = |address: &&String| address.starts_with("198.") || home.is_some_and(|net| address.starts_with(&net.base));
        let near: Vec<&String> = self.addresses.iter().filter(near).collect();
        let inside: Vec<&String> = near.iter().copied().filter(|address| !address.starts_with("198.")).collect();
        match self.dice.below(10) {
            0 => self.dice.pick(&self.addresses).clone(),
            1..=6 if !inside.is_empty() => (*self.dice.pick(&inside)).clone(),
            _ => (*self.dice.pick(&near)).clone(),
        }
    }

    fn ask(mut self, nets: &[Net]) -> Plot {
        let machines = nets.iter().flat_map(|net| &net.machines).filter(|machine| machine.3);
        let mut sources: Vec<(String, String)> = machines.map(|machine| (machine.0.to_string(), machine.0.to_string())).collect();
        let mut running: Vec<(String, String)> =
            sources.iter().map(|(namespace, _)| (namespace.clone(), "0.0.0.0".to_owned())).collect();
        if nets.iter().any(|net| net.gateway.is_some()) {
            sources.push((INTERNET.into(), INTERNET.into()));
            running.push((INTERNET.into(), INTERNET_HOST.into()));
        }
        self.addresses.extend([
            INTERNET_HOST.to_owned(),
            "10.0.0.77".to_owned(),
            "10.1.0.4".to_owned(),
            "198.18.0.200".to_owned(),
        ]);
        let questions = (0..QUESTIONS).filter(|_| !sources.is_empty()).map(|_| {
            let (namespace, source) = self.dice.pick(&sources).clone();
            let to: Ipv4Addr = self.destination(nets, &source).parse().unwrap();
            let port = if self.dice.chance(90) { 80 } else { 8080 };
            Asked { namespace, source, to: SocketAddrV4::new(to, port), ping: self.dice.chance(20) }
        });
        Plot { questions: questions.collect(), running }
    }
}
