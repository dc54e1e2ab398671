//! DescribeVpcClassicLink and DescribeVpcClassicLinkDnsSupport: EC2-Classic is no more, and no VPC is linked to it.

use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::filter::{self, Filter};
use crate::page::{self, Ask};
use crate::tags::{self, Tag};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_ids: Vec<String>,
    filters: Vec<Filter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpcs: Vec<Link>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Link {
    vpc_id: String,
    classic_link_enabled: bool,
    tags: Vec<Tag>,
}

/// That the caller's VPCs are not linked.
pub fn describe_vpc_classic_link(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpcs = find::listed(cx, &input.vpc_ids, find::vpc)?;
    let of = filter::of::<std::sync::Arc<resource::Vpc>>();
    let kept = filter::select(&input.filters, vpcs.into_iter(), |name| match name {
        "is-classic-link-enabled" => of.one(|_| false.to_string()),
        _ => of.tag(name, |vpc| &vpc.tags),
    })?;
    let vpcs =
        kept.iter().map(|vpc| Link { vpc_id: vpc.id.to_string(), classic_link_enabled: false, tags: tags::view(&vpc.tags) });
    Ok(Output { vpcs: vpcs.collect() })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamesInput {
    vpc_ids: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamesOutput {
    vpcs: Vec<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Names {
    vpc_id: String,
    classic_link_dns_supported: bool,
}

/// That nobody linked resolves names of the caller's VPCs.
pub fn describe_vpc_classic_link_dns_support(cx: &Read<'_>, input: NamesInput) -> Result<NamesOutput, Error> {
    let vpcs = find::listed(cx, &input.vpc_ids, find::vpc)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, vpcs, |vpc| vpc.id.to_string())?;
    let shown = page.items.iter().map(|vpc| Names { vpc_id: vpc.id.to_string(), classic_link_dns_supported: false });
    Ok(NamesOutput { vpcs: shown.collect(), next_token: page.next })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn no_vpc_is_linked_to_ec2_classic() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let ids = json!({"VpcIds": [vpc]});
        let linked = cloud.ok("DescribeVpcClassicLink", ids.clone());
        assert_eq!(linked["Vpcs"], json!([{"VpcId": vpc, "ClassicLinkEnabled": false, "Tags": []}]));
        let named = cloud.ok("DescribeVpcClassicLinkDnsSupport", ids);
        assert_eq!(named["Vpcs"], json!([{"VpcId": vpc, "ClassicLinkDnsSupported": false}]));
        let enabled = json!({"Filters": [{"Name": "is-classic-link-enabled", "Values": ["true"]}]});
        assert_eq!(cloud.ok("DescribeVpcClassicLink", enabled)["Vpcs"], json!([]));
        let unknown = json!({"VpcIds": ["vpc-00000000000000000"]});
        assert_eq!(cloud.refusal("DescribeVpcClassicLink", unknown), "InvalidVpcID.NotFound");
    }
}
