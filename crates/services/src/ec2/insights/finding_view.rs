//! What an analysis found, as answers show it: components in order, and explanations with the members that their codes have.

use std::net::Ipv4Addr;

use resource::{PathComponent, PathHeader, PathPeer, PathReason, PathRule, PathStep, Traffic};
use serde::Serialize;

/// A component on a path.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StepView {
    sequence_number: usize,
    component: ComponentView,
    #[serde(skip_serializing_if = "Option::is_none")]
    attached_to: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outbound_header: Option<HeaderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound_header: Option<HeaderView>,
    #[serde(flatten)]
    rule: RuleView,
}

/// A resource that takes part.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ComponentView {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
}

/// A rule, under the member that its kind has.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RuleView {
    #[serde(skip_serializing_if = "Option::is_none")]
    acl_rule: Option<AclRuleView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_group_rule: Option<GroupRuleView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route_table_route: Option<RouteView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AclRuleView {
    cidr: String,
    egress: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    port_range: Option<PortRange>,
    protocol: String,
    rule_action: &'static str,
    rule_number: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupRuleView {
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix_list_id: Option<String>,
    direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port_range: Option<PortRange>,
    protocol: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RouteView {
    destination_cidr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nat_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_peering_connection_id: Option<String>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PortRange {
    from: u16,
    to: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HeaderView {
    source_addresses: Vec<Ipv4Addr>,
    destination_addresses: Vec<Ipv4Addr>,
    source_port_ranges: Vec<PortRange>,
    destination_port_ranges: Vec<PortRange>,
    protocol: &'static str,
}

/// Why there is no path.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExplanationView {
    explanation_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acl: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route_table: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internet_gateway: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nat_gateway: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_endpoint: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_peering_connection: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elastic_load_balancer_listener: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load_balancer_target_group: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load_balancer_arn: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_groups: Vec<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_vpc: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_vpc: Option<ComponentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component_account: Option<String>,
    #[serde(flatten)]
    rule: RuleView,
}

/// Components in the order in which packets meet them.
pub fn steps(steps: &[PathStep]) -> Vec<StepView> {
    let view = |(n, step): (usize, &PathStep)| StepView {
        sequence_number: n + 1,
        component: component(&step.component),
        attached_to: step.attached_to.as_ref().map(component),
        vpc: step.vpc.as_ref().map(|id| plain(id.as_str())),
        subnet: step.subnet.as_ref().map(|id| plain(id.as_str())),
        outbound_header: step.header.as_ref().map(header),
        inbound_header: step.inbound.as_ref().map(header),
        rule: step.rule.as_ref().map(rule).unwrap_or_default(),
    };
    steps.iter().enumerate().map(view).collect()
}

/// What another way leads over.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HintView {
    component_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    component_arn: Option<String>,
}

/// What other ways lead over.
pub fn hints(hints: &[PathComponent]) -> Vec<HintView> {
    hints.iter().map(|hint| HintView { component_id: hint.id.clone(), component_arn: hint.arn.clone() }).collect()
}

/// Everything that is in the way.
pub fn explanations(reasons: &[PathReason]) -> Vec<ExplanationView> {
    reasons.iter().map(explanation).collect()
}

/// The component stands under the member that its kind has.
fn explanation(reason: &PathReason) -> ExplanationView {
    let mut view = ExplanationView {
        explanation_code: reason.code.clone(),
        direction: reason.egress.map(direction),
        network_interface: reason.interface.as_ref().map(component),
        security_groups: reason.groups.iter().map(component).collect(),
        vpc: reason.vpc.as_ref().map(|id| plain(id.as_str())),
        subnet: reason.subnet.as_ref().map(|id| plain(id.as_str())),
        source_vpc: reason.source_vpc.as_ref().map(|id| plain(id.as_str())),
        destination_vpc: reason.destination_vpc.as_ref().map(|id| plain(id.as_str())),
        component_account: reason.account.clone(),
        rule: reason.rule.as_ref().map(rule).unwrap_or_default(),
        ..ExplanationView::default()
    };
    let Some(met) = &reason.component else { return view };
    let own = Some(component(met));
    let id = met.id.as_str();
    let kind = id.split_once('-').map_or(id, |(prefix, _)| prefix);
    match kind {
        "sg" if !reason.groups.is_empty() => {}
        "acl" => view.acl = own,
        "rtb" => view.route_table = own,
        "igw" => view.internet_gateway = own,
        "nat" => view.nat_gateway = own,
        "eni" => view.network_interface = own,
        "vpce" => view.vpc_endpoint = own,
        "pcx" => view.vpc_peering_connection = own,
        "vpc" => view.vpc = own,
        "subnet" => view.subnet = own,
        _ if id.contains(":listener/") => view.elastic_load_balancer_listener = own,
        _ if id.contains(":targetgroup/") => view.load_balancer_target_group = own,
        _ if id.contains(":loadbalancer/") => view.load_balancer_arn = Some(id.to_owned()),
        _ => view.component = own,
    }
    view
}

fn component(component: &PathComponent) -> ComponentView {
    ComponentView { id: component.id.clone(), arn: component.arn.clone() }
}

fn plain(id: &str) -> ComponentView {
    ComponentView { id: id.to_owned(), arn: None }
}

fn direction(egress: bool) -> &'static str {
    if egress { "egress" } else { "ingress" }
}

fn header(header: &PathHeader) -> HeaderView {
    HeaderView {
        source_addresses: vec![header.from],
        destination_addresses: vec![header.to],
        source_port_ranges: vec![
            header.from_ports.map_or(PortRange { from: 0, to: u16::MAX }, |(from, to)| PortRange { from, to }),
        ],
        destination_port_ranges: vec![PortRange { from: header.port, to: header.port }],
        protocol: if header.udp { "udp" } else { "tcp" },
    }
}

fn rule(rule: &PathRule) -> RuleView {
    let mut view = RuleView::default();
    match rule {
        PathRule::Acl { egress, number, traffic, cidr, allow } => {
            let (protocol, port_range) = traffic_view(*traffic);
            let rule_action = if *allow { "allow" } else { "deny" };
            let cidr = cidr.to_string();
            view.acl_rule = Some(AclRuleView { cidr, egress: *egress, port_range, protocol, rule_action, rule_number: *number });
        }
        PathRule::Group { egress, traffic, peer } => {
            let (protocol, port_range) = traffic_view(*traffic);
            let (mut cidr, mut security_group_id, mut prefix_list_id) = (None, None, None);
            match peer {
                PathPeer::Cidr(net) => cidr = Some(net.to_string()),
                PathPeer::Group(id) => security_group_id = Some(id.to_string()),
                PathPeer::List(id) => prefix_list_id = Some(id.to_string()),
            }
            let direction = direction(*egress);
            view.security_group_rule =
                Some(GroupRuleView { cidr, security_group_id, prefix_list_id, direction, port_range, protocol });
        }
        PathRule::Route { prefix, target } => view.route_table_route = Some(route(prefix.to_string(), target)),
    }
    view
}

fn route(destination_cidr: String, target: &str) -> RouteView {
    let mut view = RouteView { destination_cidr, ..RouteView::default() };
    let own = Some(target.to_owned());
    match target.split_once('-').map_or(target, |(prefix, _)| prefix) {
        "nat" => view.nat_gateway_id = own,
        "eni" => view.network_interface_id = own,
        "pcx" => view.vpc_peering_connection_id = own,
        _ => view.gateway_id = own,
    }
    view
}

fn traffic_view(traffic: Traffic) -> (String, Option<PortRange>) {
    match traffic {
        Traffic::All => ("all".to_owned(), None),
        Traffic::Tcp(from, to) => ("tcp".to_owned(), Some(PortRange { from, to })),
        Traffic::Udp(from, to) => ("udp".to_owned(), Some(PortRange { from, to })),
        Traffic::Icmp { .. } => ("icmp".to_owned(), None),
        Traffic::Protocol(number) => (number.to_string(), None),
        Traffic::Icmpv6 { .. } => ("icmpv6".to_owned(), None),
    }
}
