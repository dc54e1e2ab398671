//! At a node of a balancer: its filter, its listener, its targets, and the stretch from the node to each of them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use plan::{Flow, Item, Node, Port, Subject, target_address};
use resource::{
    DEFAULT_IDLE_SECONDS, HealthState, IDLE_SECONDS, IDLE_TIMEOUT, InterfaceKind, Listener, ListenerProtocol, ListenerTls,
    LoadBalancer, NetworkInterface, Resource, Subnet, Target, TargetGroup, TargetHealth, Transport, VpcEndpoint,
};

use super::{Away, Sender, Walk};
use crate::explanation::{Fix, Way};
use crate::party::{Party, holder};
use crate::{Code, Packet, mend};

/// What is the same of all flows from a node to its targets.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    node: &'a Party,
    group: &'a TargetGroup,
    port: &'a Port,
    sender: &'a Sender,
    /// Whether targets see the client's address.
    kept: bool,
    /// Whether they come through an endpoint.
    linked: bool,
}

impl Walk<'_> {
    /// At a node, straight or through an endpoint. Packets of endpoints come on the fabric, past the node's own filter.
    pub(super) fn at_node(mut self, node: &Party, sender: Sender, through: Option<&VpcEndpoint>) -> Vec<Way> {
        if through.is_none() {
            self.boundary(node, false, sender.address);
            match node.groups.as_slice() {
                [] => {
                    self.passes(&node.name, "lets everything in: its balancer was made without groups and can have none any more")
                }
                _ => self.groups_in(node, &sender),
            }
        }
        let id = node.interface.as_ref().map(|interface| interface.id.clone());
        let balancer = id.as_ref().and_then(|id| self.world.linked::<LoadBalancer>(NetworkInterface::KIND, id).next());
        let Some(balancer) = balancer else {
            self.blocked(Code::Unattached, &node.name, "belongs to no load balancer any more", Vec::new());
            return self.end();
        };
        let Some(Item::Balancer(item)) = plan::item(self.world, &Subject::Balancer(balancer.arn.clone())) else {
            return self.end();
        };
        let Some(planned) = item.nodes.into_iter().find(|planned| Some(&planned.interface) == id.as_ref()) else {
            return self.end();
        };
        if through.is_none() && planned.further.contains(&node.address) {
            let problem =
                format!("connects to targets from {} and takes nothing there, but on {}", node.address, planned.address);
            self.blocked(Code::NoListener, &node.name, problem, Vec::new());
            return self.end();
        }
        let port = planned.ports.iter().find(|port| Some((port.transport, port.port)) == self.packet.listened_for()).cloned();
        match port {
            Some(port) => self.listened(node, &balancer, &planned, &port, &sender, through.is_some()),
            None => self.no_listener(&balancer, &planned),
        }
    }

    fn listened(
        mut self,
        node: &Party,
        balancer: &LoadBalancer,
        planned: &Node,
        port: &Port,
        sender: &Sender,
        linked: bool,
    ) -> Vec<Way> {
        let listener =
            self.world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn).find(|listener| listener.port == port.port);
        let group = listener.as_ref().and_then(|listener| self.world.find::<TargetGroup>(&listener.target_group));
        let (Some(listener), Some(group)) = (listener, group) else { return self.end() };
        let idle = match port.transport {
            Transport::Tcp => {
                format!(", and resets what is idle for {} s", self.scale.seconds(listener.idle_seconds_of(linked).into()))
            }
            Transport::Udp => String::new(),
        };
        let takes = format!("takes {} on {} in {}{idle}", self.packet, planned.address, planned.zone);
        match modern(&listener) {
            Some(policy) => {
                self.passes(&listener.arn, format!("{takes}, and agrees on HTTP/2 with who asks for it (ALPN policy {policy}), which its targets must speak then"));
                let older = format!("aws elbv2 modify-listener --listener-arn {} --alpn-policy HTTP1Only", listener.arn);
                self.otherwise(mend::run(&listener.owner.account, older));
            }
            None => self.passes(&listener.arn, takes),
        }
        let carried = matches!(listener.protocol, ListenerProtocol::Tcp | ListenerProtocol::TcpUdp) && !group.proxy_protocol();
        let longest = *IDLE_SECONDS.end();
        if port.transport == Transport::Tcp && carried && !linked && listener.idle_seconds() < longest {
            let longer = format!("--attributes Key={IDLE_TIMEOUT},Value={longest}");
            let command = format!("aws elbv2 modify-listener-attributes --listener-arn {} {longer}", listener.arn);
            self.otherwise(mend::run(&listener.owner.account, command));
        }
        if port.targets.is_empty() {
            self.no_target(balancer, &group, &planned.zone);
        }
        let stretch = Stretch { node, group: &group, port, sender, kept: port.preserve_client && !linked, linked };
        match self.way.blockers.last().map(|last| last.code) {
            Some(Code::Unhealthy) => return self.ill(stretch, balancer, planned),
            _ if port.targets.is_empty() => return self.end(),
            _ => self.health(&group),
        }
        port.targets.iter().flat_map(|flow| self.by_each_address(stretch, planned, *flow)).collect()
    }

    /// From all of the node's addresses, over which its connections are spread: of the ways that pass, which differ in nothing
    /// else, only the first.
    fn by_each_address(&self, stretch: Stretch<'_>, planned: &Node, flow: Flow) -> Vec<Way> {
        let further = if stretch.kept { &[] } else { planned.further.as_slice() };
        let from = |source: &Ipv4Addr| self.clone().towards_target(stretch, flow, *source);
        let mut ways: Vec<Way> = std::iter::once(&planned.address).chain(further).map(from).collect();
        let mut passing = 0;
        ways.retain(|way| {
            passing += usize::from(way.blockers.is_empty());
            passing < 2 || !way.blockers.is_empty()
        });
        ways
    }

    fn health(&mut self, group: &TargetGroup) {
        let states: Vec<_> = group
            .targets
            .iter()
            .map(|t| self.world.find::<TargetHealth>(&TargetHealth::key_of(&group.arn, &t.id, t.port)))
            .collect();
        let healthy = states.iter().flatten().filter(|health| health.state == HealthState::Healthy).count();
        let why = states
            .iter()
            .flatten()
            .find_map(|health| health.reason.clone())
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        match healthy {
            0 => self.passes(&group.arn, format!("has no healthy target{why}, so all are tried (fail open)")),
            n => self.passes(&group.arn, format!("has {n} healthy of {} targets", states.len())),
        }
    }

    /// Why a node has no target to send to.
    fn no_target(&mut self, balancer: &LoadBalancer, group: &TargetGroup, zone: &str) {
        let account = &balancer.owner.account;
        let registered: Vec<_> = group.targets.iter().filter(|target| target.draining_since.is_none()).collect();
        let placed: Vec<String> =
            registered.iter().filter_map(|target| target_address(self.world, group, target)).map(|(_, zone)| zone).collect();
        let enabled = |z: &String| z == "all" || balancer.zones.iter().any(|node| node.zone == *z);
        if registered.is_empty() {
            return self.blocked(Code::NoTargets, &group.arn, "has no registered target", self.register(group));
        }
        if placed.is_empty() {
            let stopped = registered.iter().map(|target| target.id.to_string()).collect::<Vec<_>>().join(" ");
            let start = mend::run(account, format!("aws ec2 start-instances --instance-ids {stopped}"));
            return self.blocked(Code::BadState, &group.arn, "has only targets that do not run", vec![start]);
        }
        if !placed.iter().any(enabled) {
            let problem = format!("has targets only in {}, which the balancer is not in", placed.join(", "));
            let fixes = self.in_zone_of(balancer, &placed).into_iter().collect();
            return self.blocked(Code::ZoneNotEnabled, &balancer.arn, problem, fixes);
        }
        let on = "--attributes Key=load_balancing.cross_zone.enabled,Value=true";
        let crossing = match group.attribute("load_balancing.cross_zone.enabled") {
            Some("false") => format!("aws elbv2 modify-target-group-attributes --target-group-arn {} {on}", group.arn),
            _ => format!("aws elbv2 modify-load-balancer-attributes --load-balancer-arn {} {on}", balancer.arn),
        };
        let crosses = group.crosses_zones(balancer);
        if !crosses && !placed.iter().any(|z| z == zone || z == "all") {
            let problem =
                format!("has no target in {zone}, and its nodes keep to their zones (cross-zone load balancing is off)");
            return self.blocked(Code::NoTargetsInZone, &balancer.arn, problem, vec![mend::run(account, crossing)]);
        }
        let problem = format!("has no healthy target that the node in {zone} may use, while other zones have");
        let look = format!("aws elbv2 describe-target-health --target-group-arn {}", group.arn);
        let fixes = match crosses {
            true => vec![mend::run(account, look)],
            false => vec![mend::run(account, look), mend::run(account, crossing)],
        };
        self.blocked(Code::Unhealthy, &group.arn, problem, fixes);
    }

    /// A node of the balancer more, in one of these zones: in a subnet there.
    fn in_zone_of(&self, balancer: &LoadBalancer, zones: &[String]) -> Option<Fix> {
        let more =
            self.in_vpc::<Subnet>(&balancer.vpc).filter(|subnet| zones.contains(&subnet.zone)).min_by_key(|s| s.id.clone())?;
        let own = balancer.zones.iter().map(|node| node.subnet.as_str());
        let subnets = own.chain([more.id.as_str()]).collect::<Vec<_>>().join(" ");
        let command = format!("aws elbv2 set-subnets --load-balancer-arn {} --subnets {subnets}", balancer.arn);
        Some(mend::run(&balancer.owner.account, command))
    }

    /// To the targets of a node none of which is healthy: what stops its checks, and then the way there as if they were. What goes
    /// round them is no cure where it is known what ails them.
    fn ill(mut self, stretch: Stretch<'_>, balancer: &LoadBalancer, planned: &Node) -> Vec<Way> {
        let (asked, known) = (self.packet, self.way.blockers.len());
        let ill = self.ill_targets(stretch, balancer);
        for flow in &ill {
            self.checks(stretch, *flow);
        }
        self.packet = asked;
        if self.way.blockers.len() > known
            && let Some(unhealthy) = self.way.blockers.get_mut(known - 1)
        {
            unhealthy.fixes.truncate(1);
        }
        if ill.is_empty() {
            return self.end();
        }
        ill.into_iter().flat_map(|flow| self.by_each_address(stretch, planned, flow)).collect()
    }

    /// The targets that a node might use and that are not healthy.
    fn ill_targets(&self, Stretch { node, group, .. }: Stretch<'_>, balancer: &LoadBalancer) -> Vec<Flow> {
        let is_ill = |target: &&Target| {
            let health = self.world.find::<TargetHealth>(&TargetHealth::key_of(&group.arn, &target.id, target.port));
            target.draining_since.is_none() && health.is_none_or(|health| health.state != HealthState::Healthy)
        };
        let crosses = group.crosses_zones(balancer);
        let flow = |target: &Target| {
            let (address, zone) = target_address(self.world, group, target)?;
            (crosses || zone == node.zone || zone == "all").then_some(Flow { address, port: target.port })
        };
        group.targets.iter().filter(is_ill).filter_map(flow).collect()
    }

    /// What stops the health checks of a target, which the node sends from its own address.
    fn checks(&mut self, Stretch { node, group, .. }: Stretch<'_>, target: Flow) {
        let flow = Flow { port: group.health_check.port.unwrap_or(target.port), ..target };
        self.passes(&node.name, format!("checks {flow}"));
        self.packet = Packet::Tcp(flow.port, flow.port); // Also for groups that take datagrams.
        self.node_lets_out(node, flow.address);
        self.at_target(node, group, flow, &Sender::of(node));
    }

    /// Registers the one instance of the VPC that it can be, or whichever the reader puts in.
    fn register(&self, group: &TargetGroup) -> Vec<Fix> {
        let running = self.in_vpc::<resource::Instance>(&group.vpc).filter(|instance| crate::party::runs(instance.state));
        let ids: Vec<String> = running.map(|instance| instance.id.to_string()).collect();
        let id = match (group.target_type, ids.as_slice()) {
            (resource::TargetType::Instance, [only]) => only,
            (resource::TargetType::Instance, _) => "INSTANCE_ID",
            (resource::TargetType::Ip, _) => "ADDRESS",
        };
        let command = format!("aws elbv2 register-targets --target-group-arn {} --targets Id={id}", group.arn);
        vec![mend::run(&group.owner.account, command)]
    }

    /// From a node to a target, with an address of the node's as source unless targets see the client's.
    fn towards_target(mut self, stretch: Stretch<'_>, flow: Flow, source: Ipv4Addr) -> Way {
        let Stretch { node, group, port, sender, kept, linked } = stretch;
        self.packet = self.packet.to_port(flow.port);
        let seen = match kept {
            true => Sender { by: Some(Box::new(node.clone())), ..sender.clone() },
            false => Sender { address: source, ..Sender::of(node) },
        };
        let header = group.proxy_protocol();
        let who = match (kept, header) {
            (_, true) => ", and says in a PROXY header who the client is, which the target must read first",
            (false, _) => ", whoever the client is",
            (true, _) => "",
        };
        self.passes(&node.name, format!("sends to {flow} as {}{who}", seen.address));
        let patient = |listener: Arc<Listener>| listener.idle_seconds() > DEFAULT_IDLE_SECONDS;
        let may_say = || linked && !self.world.linked::<Listener>(TargetGroup::KIND, &group.arn).any(patient);
        if port.transport == Transport::Tcp && (header || may_say()) {
            let says = format!("--attributes Key=proxy_protocol_v2.enabled,Value={}", !header);
            let command = format!("aws elbv2 modify-target-group-attributes --target-group-arn {} {says}", group.arn);
            self.otherwise(mend::run(&group.owner.account, command));
        }
        self.answer(node, sender);
        match kept {
            true => self.node_groups_let_out(node, flow.address),
            false => self.node_lets_out(node, flow.address),
        }
        // By its own subnet's table, unless the packets came from another router.
        let routed = !linked && !matches!(sender.away, Some(Away::Internet(_)));
        if !(routed && self.detour(node, &seen, flow.address)) {
            self.at_target(node, group, flow, &seen);
        }
        self.way
    }

    fn node_lets_out(&mut self, node: &Party, target: Ipv4Addr) {
        self.boundary(node, true, target);
        self.node_groups_let_out(node, target);
    }

    fn node_groups_let_out(&mut self, node: &Party, target: Ipv4Addr) {
        if !node.groups.is_empty() {
            self.groups_out(node, target);
        }
    }

    fn at_target(&mut self, node: &Party, group: &TargetGroup, flow: Flow, seen: &Sender) {
        let target = holder(self.world, &node.vpc, flow.address);
        let workload =
            |party: &Party| party.interface.as_ref().is_some_and(|interface| interface.kind == InterfaceKind::Workload);
        match target {
            Some(party) if workload(&party) && seen.address == flow.address => self.hairpin(node, group, flow, &party),
            Some(party) if workload(&party) => self.arrive(&party, seen),
            Some(party) => {
                let problem = format!(
                    "has the target {flow} that is {}, an endpoint's, a balancer's or a NAT gateway's own address",
                    party.name
                );
                self.blocked(Code::TargetAddress, &group.arn, problem, vec![self.take_out(group, flow)]);
            }
            None => {
                let problem = format!("has the target {flow}, an address that nobody has in {}", node.vpc);
                self.blocked(Code::Nobody, &group.arn, problem, vec![self.take_out(group, flow)]);
            }
        }
    }

    /// A target that calls its own balancer and sees itself as the client.
    fn hairpin(&mut self, node: &Party, group: &TargetGroup, flow: Flow, party: &Party) {
        let (arn, address) = (&group.arn, flow.address);
        let off = "--attributes Key=preserve_client_ip.enabled,Value=false";
        let hide = || format!("aws elbv2 modify-target-group-attributes --target-group-arn {arn} {off}");
        let fix = match group.takes_datagrams() {
            true => self.take_out(group, flow),
            false => mend::run(&group.owner.account, hide()),
        };
        let problem = format!(
            "keeps the client's address, and {address} is client and target at once: it drops what seems to come from itself"
        );
        self.blocked(Code::ClientAddress, arn, problem, vec![fix]);
        if !group.takes_datagrams() {
            self.boundary(node, true, address);
            self.arrive(party, &Sender::of(node));
        }
    }

    /// What takes a target out of its group, by the id that it was registered with.
    fn take_out(&self, group: &TargetGroup, flow: Flow) -> Fix {
        let is_it = |target: &&Target| {
            let address = target_address(self.world, group, target).map(|(address, _)| address);
            target.port == flow.port && address == Some(flow.address)
        };
        let id = group.targets.iter().find(is_it).map_or_else(|| flow.address.to_string(), |target| target.id.to_string());
        let command = format!("aws elbv2 deregister-targets --target-group-arn {}", group.arn);
        mend::run(&group.owner.account, format!("{command} --targets Id={id},Port={}", flow.port))
    }
}

/// The ALPN policy of a listener that lets clients speak HTTP/2 to its targets.
fn modern(listener: &Listener) -> Option<&str> {
    let policy = listener.tls.as_ref()?.alpn.as_deref()?;
    ListenerTls::protocols(Some(policy))?.contains(&"h2").then_some(policy)
}
