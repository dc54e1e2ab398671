//! At a balancer that does not listen for what comes: the listener that it lacks.

use std::sync::Arc;

use plan::Node;
use resource::{Listener, ListenerProtocol, LoadBalancer, Resource, Target, TargetGroup, TargetType, Transport};

use super::Walk;
use crate::explanation::{Fix, Way};
use crate::mend::run;
use crate::{Code, Packet};

impl Walk<'_> {
    /// What comes to a node and has no listener.
    pub(super) fn no_listener(mut self, balancer: &LoadBalancer, node: &Node) -> Vec<Way> {
        let ports: Vec<String> = node.ports.iter().map(|port| format!("{} {}", port.transport.as_str(), port.port)).collect();
        let kin = |(transport, _)| node.ports.iter().any(|port| port.transport == transport);
        let (code, has) = match (self.packet.listened_for().filter(|wanted| kin(*wanted)), ports.as_slice()) {
            _ if matches!(self.packet, Packet::Icmp(_)) => (Code::Protocol, "load balancers answer no pings".to_owned()),
            (_, []) => (Code::NoListener, "it has no listener".to_owned()),
            (None, ports) => (Code::NoListener, format!("it listens on {}", ports.join(", "))),
            (Some(_), ports) => (Code::ListenerPort, format!("it listens on {}", ports.join(", "))),
        };
        let wanted = self.packet.listened_for();
        let (note, fixes) = wanted.map(|(transport, port)| self.listening(balancer, transport, port)).unwrap_or_default();
        let commands = fixes.into_iter().map(|command| run(&balancer.owner.account, command)).collect::<Vec<Fix>>();
        self.blocked(code, &balancer.arn, format!("does not listen on {}: {has}{note}", self.packet), commands);
        self.end()
    }

    /// What makes a balancer listen on a port, and what is to be said of it. A port has one listener.
    fn listening(&self, balancer: &LoadBalancer, transport: Transport, port: u16) -> (&'static str, Vec<String>) {
        let mut own: Vec<Arc<Listener>> = self.world.linked::<Listener>(LoadBalancer::KIND, &balancer.arn).collect();
        own.sort_by_key(|listener| listener.port);
        if let Some(listener) = own.iter().find(|listener| listener.port == port) {
            return self.listening_for_both(listener, port);
        }
        let protocol = transport.as_str().to_uppercase();
        let create = |group: &str| {
            let action = format!("--default-actions Type=forward,TargetGroupArn={group}");
            let command = format!("aws elbv2 create-listener --protocol {protocol}");
            format!("{command} --load-balancer-arn {} --port {port} {action}", balancer.arn)
        };
        if let Some(group) = self.usable_group(balancer, &own, &protocol) {
            return ("", vec![create(&group.arn)]);
        }
        let used = own.first().and_then(|listener| self.world.find::<TargetGroup>(&listener.target_group));
        let kind = used.as_ref().map_or(TargetType::Instance, |group| group.target_type);
        let mut targets: Vec<String> =
            used.iter().flat_map(|group| registered(group)).map(|target| format!("Id={}", target.id)).collect();
        targets.dedup();
        if used.is_none() {
            targets.extend(self.only_instance(balancer));
        }
        let group = TargetsWanted { protocol: &protocol, port, kind, checks: String::new(), targets: &targets };
        let mut commands = group.commands(balancer);
        commands.push(create("$TARGETS"));
        match targets.is_empty() {
            true => ("; no target group is free to take it, and what the new one has must be registered then", commands),
            false => ("", commands),
        }
    }

    /// A group whose targets take the protocol, and which no other balancer uses: best one that this one uses, then one with
    /// targets.
    fn usable_group(&self, balancer: &LoadBalancer, own: &[Arc<Listener>], protocol: &str) -> Option<Arc<TargetGroup>> {
        let fits =
            |group: &Arc<TargetGroup>| group.vpc == balancer.vpc && (group.protocol == protocol || group.protocol == "TCP_UDP");
        let mut used = own.iter().filter_map(|listener| self.world.find::<TargetGroup>(&listener.target_group));
        let free = |group: &Arc<TargetGroup>| {
            group.owner == balancer.owner && self.world.linked::<Listener>(TargetGroup::KIND, &group.arn).next().is_none()
        };
        used.find(fits).or_else(|| {
            let all = self.world.all::<TargetGroup>().filter(|group| fits(group) && free(group));
            all.min_by_key(|group| (group.targets.is_empty(), group.protocol != protocol, group.arn.clone()))
        })
    }

    /// The one running instance of a balancer's VPC, if there is one only.
    fn only_instance(&self, balancer: &LoadBalancer) -> Option<String> {
        let mut running = self.in_vpc::<resource::Instance>(&balancer.vpc).filter(|instance| crate::party::runs(instance.state));
        let only = running.next()?;
        running.next().is_none().then(|| format!("Id={}", only.id))
    }

    /// On a port on which a balancer listens for the other transport already: one listener for both, with targets for both.
    fn listening_for_both(&self, listener: &Listener, port: u16) -> (&'static str, Vec<String>) {
        let group = self.world.find::<TargetGroup>(&listener.target_group);
        let (Some(group), Some(balancer)) = (group, self.world.find::<LoadBalancer>(&listener.balancer)) else {
            return ("", Vec::new());
        };
        let both = format!("aws elbv2 modify-listener --listener-arn {} --protocol TCP_UDP", listener.arn);
        match listener.protocol {
            ListenerProtocol::Tls => ("; a port has one listener, and one that speaks TLS carries no UDP", Vec::new()),
            _ if group.protocol == "TCP_UDP" => ("; the listener there can take both", vec![both]),
            _ => {
                let targets: Vec<String> =
                    registered(&group).map(|target| format!("Id={},Port={}", target.id, target.port)).collect();
                let (kind, checks) = (group.target_type, checks_of(&group));
                let wanted = TargetsWanted { protocol: "TCP_UDP", port, kind, checks, targets: &targets };
                let mut commands = wanted.commands(&balancer);
                commands.push(format!("{both} --default-actions Type=forward,TargetGroupArn=$TARGETS"));
                ("; a port has one listener, which can take both with a target group for both", commands)
            }
        }
    }
}

/// A target group that is to be made.
struct TargetsWanted<'a> {
    protocol: &'a str,
    port: u16,
    kind: TargetType,
    /// How they are checked, where that is not the usual way.
    checks: String,
    targets: &'a [String],
}

impl TargetsWanted<'_> {
    /// Makes the group, with a name that no other has, leaves its ARN in a variable and registers what there is.
    fn commands(&self, balancer: &LoadBalancer) -> Vec<String> {
        let (protocol, port) = (self.protocol, self.port);
        let id = balancer.arn.rsplit('/').next().unwrap_or_default();
        let name = format!("{}-{id}-{port}", protocol.to_ascii_lowercase().replace('_', ""));
        let create = format!("aws elbv2 create-target-group --name {name} --protocol {protocol} --port {port}");
        let of = format!("--vpc-id {} --target-type {}{}", balancer.vpc, self.kind.as_str(), self.checks);
        let query = "--query 'TargetGroups[0].TargetGroupArn' --output text";
        let register = || format!("aws elbv2 register-targets --target-group-arn $TARGETS --targets {}", self.targets.join(" "));
        let mut commands = vec![format!("TARGETS=$({create} {of} {query})")];
        commands.extend((!self.targets.is_empty()).then(register));
        commands
    }
}

fn registered(group: &TargetGroup) -> impl Iterator<Item = &Target> {
    group.targets.iter().filter(|target| target.draining_since.is_none())
}

/// The options that give another group the checks of this one.
fn checks_of(group: &TargetGroup) -> String {
    let check = &group.health_check;
    let port = check.port.map(|port| format!(" --health-check-port {port}"));
    let protocol = (check.protocol != "TCP").then(|| format!(" --health-check-protocol {}", check.protocol));
    let path = check.path.as_ref().map(|path| format!(" --health-check-path '{path}'"));
    let matcher = check.matcher.as_ref().map(|codes| format!(" --matcher HttpCode={codes}"));
    [protocol, port, path, matcher].into_iter().flatten().collect()
}
