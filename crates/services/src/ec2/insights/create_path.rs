//! CreateNetworkInsightsPath.

use std::net::Ipv4Addr;

use resource::{InsightsPath, InsightsPathId, PathEnd, PathPoint};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::filter_view::FilterView;
use super::view::PathView;
use crate::ec2::{find, peering};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    source: String,
    destination: Option<String>,
    source_ip: Option<Ipv4Addr>,
    destination_ip: Option<Ipv4Addr>,
    protocol: String,
    destination_port: Option<u16>,
    filter_at_source: Option<FilterView>,
    filter_at_destination: Option<FilterView>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_path: PathView,
}

pub fn create_network_insights_path(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let source = end(&input.source)?;
    check_source(cx, &source.point)?;
    let destination = input.destination.as_deref().map(end).transpose()?;
    if let Some(end) = destination.as_ref().filter(|end| end.arn.is_none()) {
        check_own(cx.txn, cx, &end.point)?;
    }
    if destination.as_ref().is_some_and(|end| end.point == source.point) {
        return Err(Error::invalid_value(format!("{} is source and destination: give two.", source.point.text())));
    }
    check_filters(&input)?;
    let at_source = input.filter_at_source.as_ref().map(|filter| filter.read("FilterAtSource")).transpose()?;
    let at_destination = input.filter_at_destination.as_ref().map(|filter| filter.read("FilterAtDestination")).transpose()?;
    let address = input.destination_ip.or(at_source.as_ref().and_then(|filter| filter.to));
    if destination.is_none() && address.is_none() {
        return Err(Error::new("MissingParameter", "The request must contain Destination or DestinationIp."));
    }
    let path = InsightsPath {
        id: InsightsPathId::random(),
        owner: cx.owner().clone(),
        source,
        destination,
        source_address: input.source_ip,
        destination_address: input.destination_ip,
        udp: input.protocol == "udp",
        port: input.destination_port,
        at_source,
        at_destination,
        created: cx.now,
        tags: tags::specified(&input.tag_specifications, "network-insights-path", &["network-insights-path"])?,
    };
    cx.txn.put(path.clone());
    Ok(Output { network_insights_path: PathView::new(&path) })
}

/// A filter says what a parameter of its own would say, so that they do not go together.
fn check_filters(input: &Input) -> Result<(), Error> {
    let both = |filter: &str, other: &str| {
        let message = format!("The parameters {filter} and {other} cannot be used together.");
        Err(Error::new("InvalidParameterCombination", message))
    };
    match (&input.filter_at_source, &input.filter_at_destination) {
        (Some(_), _) if input.source_ip.is_some() => both("FilterAtSource", "SourceIp"),
        (Some(_), _) if input.destination_port.is_some() => both("FilterAtSource", "DestinationPort"),
        (_, Some(_)) if input.destination_ip.is_some() => both("FilterAtDestination", "DestinationIp"),
        _ => Ok(()),
    }
}

/// Reads an end of a path.
fn end(text: &str) -> Result<PathEnd, Error> {
    let point = PathPoint::parse(text).ok_or_else(|| {
        let known =
            "give an instance, a network interface, an internet gateway, a VPC endpoint, an endpoint service, a peering connection or an address";
        Error::invalid_value(format!("underpass analyses no path from or to {text:?}: {known}."))
    })?;
    Ok(PathEnd { point, arn: text.starts_with("arn:").then(|| text.to_owned()) })
}

/// Packets come from something that sends.
fn check_source(cx: &Write<'_>, point: &PathPoint) -> Result<(), Error> {
    match point {
        PathPoint::Service(_) | PathPoint::Address(_) => {
            let message = format!("The source {} sends nothing of its own; give what sends.", point.text());
            Err(Error::invalid_value(message))
        }
        _ => check_own(cx.txn, cx, point),
    }
}

/// What is named by its id is the caller's own.
fn check_own(world: &Snapshot, cx: &Write<'_>, point: &PathPoint) -> Result<(), Error> {
    let owner = cx.owner();
    match point {
        PathPoint::Instance(id) => find::instance(world, owner, id.as_str()).map(drop),
        PathPoint::Interface(id) => find::interface(world, owner, id.as_str()).map(drop),
        PathPoint::Gateway(id) => find::internet_gateway(world, owner, id.as_str()).map(drop),
        PathPoint::Endpoint(id) => find::endpoint(world, owner, id.as_str()).map(drop),
        PathPoint::Service(id) => find::endpoint_service(world, owner, id.as_str()).map(drop),
        PathPoint::Peering(id) => peering::find(world, owner, id.as_str()).map(drop),
        PathPoint::Address(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn ends_that_are_not_there_or_send_nothing_are_refused() {
        let cloud = Cloud::new();
        let refused = |source: &str, destination: &str| {
            let wish = json!({"Source": source, "Destination": destination, "Protocol": "tcp", "DestinationPort": 80});
            cloud.refusal("CreateNetworkInsightsPath", wish)
        };
        assert_eq!(refused("i-0123456789abcdef0", "198.18.0.1"), "InvalidInstanceID.NotFound");
        assert_eq!(refused("tgw-0123456789abcdef0", "198.18.0.1"), "InvalidParameterValue");
        assert_eq!(refused("198.18.0.1", "198.18.0.1"), "InvalidParameterValue");
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        assert_eq!(refused(&gateway, &gateway), "InvalidParameterValue", "nothing goes to where it comes from");
        assert_eq!(refused(&gateway, "pcx-0123456789abcdef0"), "InvalidVpcPeeringConnectionID.NotFound");
    }

    #[test]
    fn a_peering_connection_may_be_an_end_for_both_sides() {
        let cloud = Cloud::new();
        let vpc = |cidr: &str| cloud.text("CreateVpc", json!({"CidrBlock": cidr}), "/Vpc/VpcId");
        let wish = json!({"VpcId": vpc("10.0.0.0/16"), "PeerVpcId": vpc("10.1.0.0/16")});
        let peering = cloud.text("CreateVpcPeeringConnection", wish, "/VpcPeeringConnection/VpcPeeringConnectionId");
        let wish = json!({"Source": peering, "DestinationIp": "10.0.0.4", "Protocol": "tcp", "DestinationPort": 80});
        let path = cloud.ok("CreateNetworkInsightsPath", wish)["NetworkInsightsPath"].clone();
        let arn = format!("arn:aws:ec2:us-east-1:111111111111:vpc-peering-connection/{peering}");
        assert_eq!((&path["Source"], &path["SourceArn"]), (&json!(peering), &json!(arn)));
    }

    #[test]
    fn a_path_needs_a_destination_and_a_port() {
        let cloud = Cloud::new();
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        let refused = |more: serde_json::Value| {
            let mut wish = json!({"Source": gateway, "Protocol": "tcp"});
            wish.as_object_mut().expect("it is an object").extend(more.as_object().cloned().unwrap_or_default());
            cloud.refusal("CreateNetworkInsightsPath", wish)
        };
        assert_eq!(refused(json!({"DestinationPort": 80})), "MissingParameter");
        let range = json!({"DestinationPortRange": {"FromPort": 90, "ToPort": 80}});
        assert_eq!(refused(json!({"DestinationIp": "198.18.0.9", "FilterAtSource": range})), "InvalidParameterValue");
        let (to, both) = (json!({"DestinationAddress": "198.18.0.9"}), "InvalidParameterCombination");
        assert_eq!(refused(json!({"FilterAtSource": to, "DestinationPort": 80})), both);
        assert_eq!(refused(json!({"FilterAtSource": to, "SourceIp": "198.18.0.7"})), both);
        assert_eq!(refused(json!({"FilterAtDestination": to, "DestinationIp": "198.18.0.9"})), both);
        assert_eq!(refused(json!({"Destination": "eni-0123456789abcdef0"})), "InvalidNetworkInterfaceID.NotFound");
    }

    #[test]
    fn filters_at_the_ends_are_described_as_they_were_given() {
        let cloud = Cloud::new();
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        let (ports, address) = (json!({"FromPort": 80, "ToPort": 90}), "198.18.0.9");
        let near = json!({"SourceAddress": "198.18.0.1", "SourcePortRange": ports, "DestinationAddress": address});
        let far = json!({"DestinationPortRange": ports});
        let wish = json!({"Source": gateway, "Protocol": "tcp", "FilterAtSource": near, "FilterAtDestination": far});
        let path = cloud.ok("CreateNetworkInsightsPath", wish)["NetworkInsightsPath"].clone();
        assert_eq!((&path["FilterAtSource"], &path["FilterAtDestination"]), (&near, &far));
        assert_eq!(path.get("DestinationPort"), None);
    }

    #[test]
    fn a_path_is_described_as_it_was_made() {
        let cloud = Cloud::new();
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        let wish = json!({"Source": gateway, "DestinationIp": "198.18.0.9", "Protocol": "udp", "DestinationPort": 53});
        let path = cloud.ok("CreateNetworkInsightsPath", wish)["NetworkInsightsPath"].clone();
        assert_eq!(path["SourceArn"], json!(format!("arn:aws:ec2:us-east-1:111111111111:internet-gateway/{gateway}")));
        let described = |filter: &str, value: &str| {
            let filters = json!({"Filters": [{"Name": filter, "Values": [value]}]});
            cloud.ok("DescribeNetworkInsightsPaths", filters)["NetworkInsightsPaths"].clone()
        };
        assert_eq!(described("protocol", "udp"), json!([path]));
        assert_eq!(described("source", &gateway), json!([path]));
        assert_eq!(described("protocol", "tcp"), json!([]));
        let id = json!({"NetworkInsightsPathId": path["NetworkInsightsPathId"]});
        cloud.ok("DeleteNetworkInsightsPath", id.clone());
        assert_eq!(cloud.refusal("DeleteNetworkInsightsPath", id), "InvalidNetworkInsightsPathId.NotFound");
    }
}
