//! Random small worlds: two or three VPCs, often with the same addresses, with everything that stands between two programs.

mod ask;
mod filters;
mod names;
mod services;
mod ways;

use std::collections::BTreeSet;

use resource::*;

use crate::dice::Dice;
use crate::world::World;

pub use ask::{Asked, Protocol};

/// What programs listen on.
pub const PORTS: [u16; 3] = [80, 8080, 443];
/// What stands for the internet: the namespace, and the source of questions.
pub const INTERNET: &str = "internet";
/// A host on the internet.
pub const INTERNET_HOST: &str = "198.18.0.1";

/// What a world may do without and still be one: how a disagreement is made small.
pub const PARTS: [&str; 19] = [
    "rules",
    "acls",
    "public",
    "nat",
    "balancers",
    "endpoints",
    "doors",
    "resolvers",
    "peerings",
    "appliances",
    "routes",
    "names",
    "stopped",
    "blocks",
    "addresses",
    "lists",
    "access",
    "several",
    "associations",
];

/// A world's programs, and what is asked about them.
pub struct Plot {
    /// The namespaces with a program that listens everywhere.
    pub running: Vec<String>,
    /// Those of them that answer for whatever is routed to them.
    pub appliances: Vec<String>,
    /// Whether there is an internet.
    pub internet: bool,
    pub questions: Vec<Asked>,
}

/// Builds the world of a seed, without some of its parts.
pub fn plot(world: &World, seed: u64, without: &BTreeSet<&str>) -> Plot {
    let mut dice = Dice::of(seed, "world");
    let second = if dice.chance(45) { "10.0" } else { "10.1" };
    let open = if dice.chance(50) { 30 } else { 92 };
    let bases = ["10.0", second, "10.2"];
    let count = if dice.chance(60) { 3 } else { 2 };
    let mut site = Site { world, seed, without, open, spots: Vec::new(), names: Vec::new() };
    let mut nets: Vec<Net> = bases.iter().take(count).enumerate().map(|(n, base)| site.net(n, base)).collect();
    let peerings = site.peerings(&nets);
    site.gates(&mut nets);
    site.routes(&nets, &peerings);
    nets.iter().for_each(|net| site.filters(net, &nets, &peerings));
    let balancers: Vec<String> = nets.iter().flat_map(|net| site.balancers(net)).collect();
    site.endpoints(&nets, &balancers);
    nets.iter().for_each(|net| site.doors(net));
    site.access(&nets);
    site.names(&nets, &balancers);
    site.ask(&nets)
}

/// A VPC and what is in it.
pub struct Net {
    number: usize,
    vpc: VpcId,
    base: String,
    subnets: Vec<SubnetId>,
    /// What the addresses in each of them begin with.
    prefixes: Vec<String>,
    groups: Vec<GroupId>,
    machines: Vec<Machine>,
    gateway: Option<InternetGatewayId>,
    nats: Vec<NatGatewayId>,
}

struct Machine {
    instance: InstanceId,
    interface: InterfaceId,
    address: String,
    runs: bool,
    /// Whether it takes and sends what is not its own.
    forwards: bool,
}

/// An address that somebody may have, and the ports that mean something there.
struct Spot {
    address: String,
    ports: &'static [u16],
}

struct Site<'a> {
    world: &'a World,
    seed: u64,
    without: &'a BTreeSet<&'a str>,
    /// How likely each part is to let everything pass.
    open: usize,
    spots: Vec<Spot>,
    /// Names that may mean something.
    names: Vec<String>,
}

impl Site<'_> {
    fn has(&self, part: &str) -> bool {
        !self.without.contains(part)
    }

    fn dice(&self, part: &str, number: usize) -> Dice {
        Dice::of(self.seed, &format!("{part} {number}"))
    }

    fn spot(&mut self, address: impl ToString, ports: &'static [u16]) {
        self.spots.push(Spot { address: address.to_string(), ports });
    }

    /// A public address of a VPC, the same whatever else the world has.
    fn public(&mut self, net: usize, number: usize) -> String {
        let address = format!("198.18.1.{}", 50 * net + number);
        self.spot(&address, &[80, 8080]);
        address
    }

    fn net(&mut self, number: usize, base: &str) -> Net {
        let vpc = self.world.vpc(&format!("{base}.0.0/16"));
        let mut dice = self.dice("net", number);
        let (support, host_names) = (dice.chance(92), dice.chance(80));
        self.world.update::<Vpc>(&vpc, |vpc| {
            (vpc.state, vpc.dns_support, vpc.dns_hostnames) = (VpcState::Available, support, host_names);
        });
        let mut prefixes: Vec<String> = (0..3).map(|n| format!("{base}.{n}")).collect();
        if dice.chance(40) && self.has("blocks") {
            prefixes.push(self.second_block(&vpc, number));
        }
        let zones = prefixes.iter().zip(['a', 'b', 'a', 'b']);
        let subnets: Vec<SubnetId> =
            zones.map(|(prefix, zone)| self.world.subnet(&vpc, &format!("{prefix}.0/24"), zone)).collect();
        let by_id = dice.chance(40) && self.has("addresses");
        subnets.iter().for_each(|id| self.world.update::<Subnet>(id, |subnet| subnet.resource_name_a_record = by_id));
        let groups: Vec<GroupId> = (0..3).map(|_| self.world.group(&vpc, &[])).collect();
        let gateway = dice.chance(70).then(|| self.world.internet_gateway(Some(&vpc)));
        let (base, machines, nats) = (base.to_owned(), Vec::new(), Vec::new());
        let mut net = Net { number, vpc, base, subnets, prefixes, groups, machines, gateway, nats };
        for n in 0..4 + usize::from(net.subnets.len() == 4) {
            let machine = self.machine(&net, n);
            net.machines.push(machine);
        }
        net
    }

    /// A second block of a VPC: what the addresses of a subnet in it begin with.
    fn second_block(&self, vpc: &VpcId, number: usize) -> String {
        let prefix = format!("172.2{number}.0");
        let cidr = format!("{prefix}.0/16").parse().unwrap();
        let second = CidrAssociation { id: self.world.id("vpc-cidr-assoc-"), cidr };
        self.world.update::<Vpc>(vpc, |vpc| vpc.cidrs.push(second.clone()));
        prefix
    }

    fn machine(&mut self, net: &Net, n: usize) -> Machine {
        let mut dice = self.dice("machine", 10 * net.number + n);
        let place = if n < 4 { n % 3 } else { 3 };
        let address = format!("{}.{}", net.prefixes[place], 4 + n);
        let groups: Vec<&GroupId> =
            if dice.chance(30) { vec![&net.groups[0], &net.groups[1]] } else { vec![dice.pick(&net.groups)] };
        let (instance, interface) = self.world.instance(&net.subnets[place], &address, &groups);
        self.spot(&address, &[80, 8080]);
        let (stopped, forwards, public) = (dice.chance(10), n == 0 && dice.chance(50), dice.chance(50));
        if stopped && self.has("stopped") {
            self.world.update::<Instance>(&instance, |instance| instance.state = InstanceState::Stopped);
        }
        if dice.chance(30) && self.has("addresses") {
            let second = format!("{}.{}", net.prefixes[place], 104 + n);
            self.spot(&second, &[80, 8080]);
            self.world.update::<NetworkInterface>(&interface, |eni| eni.addresses.push(second.parse().unwrap()));
        }
        let forwards = forwards && self.has("appliances");
        self.world.update::<NetworkInterface>(&interface, |eni| eni.source_dest_check = !forwards);
        if public && self.has("public") {
            let public = self.public(net.number, 10 + n);
            let allocation = self.world.public_address(&public, Some(&interface));
            let last = self.world.find::<NetworkInterface>(&interface).addresses.last().copied().unwrap();
            if dice.chance(30) {
                self.world.update::<ElasticAddress>(&allocation, |address| {
                    address.association.as_mut().unwrap().private = last;
                });
            }
        }
        Machine { instance, interface, address, runs: !(stopped && self.has("stopped")), forwards }
    }
}
