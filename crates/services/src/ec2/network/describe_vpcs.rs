//! DescribeVpcs.

use std::sync::Arc;

use resource::{Kind, Resource, Vpc};
use serde::{Deserialize, Serialize};

use super::view::{self, VpcView};
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// Filters by which what is described is looked up.
const BY: &[(&str, Kind)] = &[("vpc-id", Vpc::KIND)];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    vpc_ids: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpcs: Vec<VpcView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The caller's VPCs.
pub fn describe_vpcs(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpcs = find::chosen(cx, &input.vpc_ids, &input.filters, BY, find::vpc)?;
    let kept = filter::select(&input.filters, vpcs.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |vpc| vpc.id.to_string())?;
    Ok(Output { vpcs: page.items.iter().map(|vpc| VpcView::new(vpc)).collect(), next_token: page.next })
}

/// What a VPC has under a filter's name.
fn field(filter: &str) -> Option<Field<'_, Arc<Vpc>>> {
    let of = filter::of::<Arc<Vpc>>();
    match filter {
        "vpc-id" => of.one(|vpc| vpc.id.to_string()),
        "cidr" | "cidr-block" | "cidrBlock" => of.many(|vpc| vpc.primary().iter().map(ToString::to_string).collect()),
        "cidr-block-association.cidr-block" => of.many(|vpc| vpc.cidrs.iter().map(|c| c.cidr.to_string()).collect()),
        "cidr-block-association.association-id" => of.many(|vpc| vpc.cidrs.iter().map(|c| c.id.clone()).collect()),
        "cidr-block-association.state" => of.one(|_| "associated"),
        "ipv6-cidr-block-association.association-id"
        | "ipv6-cidr-block-association.ipv6-cidr-block"
        | "ipv6-cidr-block-association.ipv6-pool"
        | "ipv6-cidr-block-association.state" => of.empty(),
        "dhcp-options-id" => of.one(|vpc| view::dhcp_options_id(vpc)),
        "is-default" | "isDefault" => of.one(|vpc| vpc.is_default.to_string()),
        "owner-id" => of.one(|vpc| vpc.owner.account.clone()),
        "state" => of.one(|vpc| vpc.state.as_str()),
        _ => of.tag(filter, |vpc| &vpc.tags),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn blocks(answer: &Value) -> Vec<&str> {
        let mut blocks: Vec<&str> =
            answer["Vpcs"].as_array().into_iter().flatten().filter_map(|vpc| vpc["CidrBlock"].as_str()).collect();
        blocks.sort_unstable();
        blocks
    }

    #[test]
    fn filters_narrow_what_is_listed() {
        let cloud = Cloud::new();
        let tags = json!([{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "shop"}]}]);
        let shop = cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16", "TagSpecifications": tags}), "/Vpc/VpcId");
        cloud.ok("CreateVpc", json!({"CidrBlock": "10.2.0.0/16"}));
        cloud.ok("CreateDefaultVpc", json!({}));
        for (name, value, expected) in [
            ("vpc-id", shop.as_str(), vec!["10.1.0.0/16"]),
            ("cidr", "10.*", vec!["10.1.0.0/16", "10.2.0.0/16"]),
            ("cidr-block", "10.2.0.0/16", vec!["10.2.0.0/16"]),
            ("cidr-block-association.state", "associated", vec!["10.1.0.0/16", "10.2.0.0/16", "172.31.0.0/16"]),
            ("is-default", "true", vec!["172.31.0.0/16"]),
            ("tag:Name", "sh?p", vec!["10.1.0.0/16"]),
            ("tag-key", "Name", vec!["10.1.0.0/16"]),
            ("state", "available", vec![]),
            ("ipv6-cidr-block-association.state", "*", vec![]),
            ("owner-id", "111111111111", vec!["10.1.0.0/16", "10.2.0.0/16", "172.31.0.0/16"]),
        ] {
            let answer = cloud.ok("DescribeVpcs", json!({"Filters": [{"Name": name, "Values": [value]}]}));
            assert_eq!(blocks(&answer), expected, "{name}={value}");
        }
        let filters = json!([{"Name": "cidr", "Values": ["10.*"]}, {"Name": "tag:Name", "Values": ["shop"]}]);
        assert_eq!(blocks(&cloud.ok("DescribeVpcs", json!({"Filters": filters}))), ["10.1.0.0/16"]);
        assert_eq!(
            cloud.refusal("DescribeVpcs", json!({"Filters": [{"Name": "colour", "Values": ["red"]}]})),
            "InvalidParameterValue"
        );
    }

    #[test]
    fn others_vpcs_are_as_if_they_were_not() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let other = cloud.account("222222222222");
        assert_eq!(blocks(&other.ok("DescribeVpcs", json!({}))), [""; 0]);
        for (operation, input) in [
            ("DescribeVpcs", json!({"VpcIds": [vpc]})),
            ("DeleteVpc", json!({"VpcId": vpc})),
            ("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/24"})),
            ("DescribeVpcAttribute", json!({"VpcId": vpc, "Attribute": "enableDnsSupport"})),
        ] {
            assert_eq!(other.refusal(operation, input), "InvalidVpcID.NotFound", "{operation}");
        }
        assert_eq!(cloud.refusal("DescribeVpcs", json!({"VpcIds": ["vpc-1"]})), "InvalidVpcID.Malformed");
    }

    #[test]
    fn pages_show_every_vpc_once() {
        let cloud = Cloud::new();
        for n in 1..=7 {
            cloud.ok("CreateVpc", json!({"CidrBlock": format!("10.{n}.0.0/16")}));
        }
        let first = cloud.ok("DescribeVpcs", json!({"MaxResults": 5}));
        let second = cloud.ok("DescribeVpcs", json!({"MaxResults": 5, "NextToken": first["NextToken"]}));
        assert_eq!((blocks(&first).len(), blocks(&second).len()), (5, 2));
        assert!(second.get("NextToken").is_none());
        assert!(blocks(&first).iter().all(|block| !blocks(&second).contains(block)));
    }
}
