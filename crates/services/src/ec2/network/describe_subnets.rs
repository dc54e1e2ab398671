//! DescribeSubnets.

use std::sync::Arc;

use resource::{Kind, Resource, Subnet, Vpc};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::view::{self, SubnetView};
use crate::ec2::{address, find};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("subnet-id", Subnet::KIND), ("vpc-id", Vpc::KIND)];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    subnet_ids: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subnets: Vec<SubnetView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's subnets.
pub fn describe_subnets(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let subnets = find::chosen(cx, &input.subnet_ids, &input.filters, BY, find::subnet)?;
    let kept = filter::select(&input.filters, subnets.into_iter(), |name| field(cx.world, name))?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |subnet| subnet.id.to_string())?;
    Ok(Output { subnets: page.items.iter().map(|subnet| SubnetView::new(cx.world, subnet)).collect(), next_token: page.next })
}

/// What a subnet has under a filter's name.
fn field<'a>(world: &'a Snapshot, filter: &'a str) -> Option<Field<'a, Arc<Subnet>>> {
    let of = filter::of::<Arc<Subnet>>();
    match filter {
        "subnet-id" => of.one(|subnet| subnet.id.to_string()),
        "vpc-id" => of.one(|subnet| subnet.vpc.to_string()),
        "availability-zone" | "availabilityZone" => of.one(|subnet| subnet.zone.clone()),
        "availability-zone-id" | "availabilityZoneId" => of.many(|subnet| view::subnet_zone_id(subnet).into_iter().collect()),
        "available-ip-address-count" => of.one(move |subnet| address::count_free(world, subnet)),
        "cidr-block" | "cidr" | "cidrBlock" => of.one(|subnet| subnet.cidr.to_string()),
        "default-for-az" | "defaultForAz" => of.one(|subnet| subnet.default_for_zone.to_string()),
        "map-public-ip-on-launch" => of.one(|subnet| subnet.map_public_ip.to_string()),
        "owner-id" => of.one(|subnet| subnet.owner.account.clone()),
        "private-dns-name-options-on-launch.hostname-type" => of.one(|subnet| subnet.hostname_type.clone()),
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record" => {
            of.one(|subnet| subnet.resource_name_a_record.to_string())
        }
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record" | "enable-dns64" | "ipv6-native" => {
            of.one(|_| false)
        }
        "customer-owned-ipv4-pool"
        | "enable-lni-at-device-index"
        | "ipv6-cidr-block-association.association-id"
        | "ipv6-cidr-block-association.ipv6-cidr-block"
        | "ipv6-cidr-block-association.state"
        | "outpost-arn" => of.empty(),
        "state" => of.one(|subnet| subnet.state.as_str()),
        "subnet-arn" => of.one(|subnet| view::subnet_arn(&subnet.owner, subnet)),
        _ => of.tag(filter, |subnet| &subnet.tags),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn filters_narrow_what_is_listed_under_their_old_and_new_names() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = |block: &str, zone: &str| {
            let input = json!({"VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone});
            cloud.text("CreateSubnet", input, "/Subnet/SubnetId")
        };
        let (small, large) = (subnet("10.0.1.0/28", "us-east-1a"), subnet("10.0.2.0/24", "us-east-1c"));
        cloud.ok("ModifySubnetAttribute", json!({"SubnetId": large, "MapPublicIpOnLaunch": {"Value": true}}));
        for (name, value, expected) in [
            ("availability-zone", "us-east-1a", &small),
            ("availabilityZoneId", "use1-az3", &large),
            ("available-ip-address-count", "11", &small),
            ("cidr", "10.0.2.0/24", &large),
            ("cidrBlock", "10.0.1.*", &small),
            ("map-public-ip-on-launch", "true", &large),
            ("subnet-id", small.as_str(), &small),
            ("subnet-arn", &format!("*/{large}"), &large),
        ] {
            let found = cloud.ok("DescribeSubnets", json!({"Filters": [{"Name": name, "Values": [value]}]}));
            assert_eq!(found["Subnets"].as_array().map(Vec::len), Some(1), "{name}");
            assert_eq!(found.pointer("/Subnets/0/SubnetId"), Some(&json!(expected)), "{name}");
        }
        for (name, value, count) in
            [("vpc-id", vpc.as_str(), 2), ("default-for-az", "true", 0), ("outpost-arn", "*", 0), ("state", "pending", 2)]
        {
            let found = cloud.ok("DescribeSubnets", json!({"Filters": [{"Name": name, "Values": [value]}]}));
            assert_eq!(found["Subnets"].as_array().map(Vec::len), Some(count), "{name}");
        }
        assert_eq!(cloud.text("DescribeSubnets", json!({"SubnetIds": [small]}), "/Subnets/0/CidrBlock"), "10.0.1.0/28");
        assert_eq!(
            cloud.refusal("DescribeSubnets", json!({"SubnetIds": ["subnet-00000000000000000"]})),
            "InvalidSubnetID.NotFound"
        );
    }
}
