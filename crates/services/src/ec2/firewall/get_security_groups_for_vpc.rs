//! GetSecurityGroupsForVpc: the groups that interfaces of a VPC may carry.

use std::sync::Arc;

use resource::{GROUP_VPC, Resource, SecurityGroup, Vpc};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::tags::{self, Tag};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    security_group_for_vpcs: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    description: String,
    group_name: String,
    owner_id: String,
    group_id: String,
    tags: Vec<Tag>,
    primary_vpc_id: String,
}

/// The groups of the VPC itself, and those of others that are for it as well.
pub fn get_security_groups_for_vpc(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.world, cx.owner(), &input.vpc_id)?;
    let own = cx.world.linked::<SecurityGroup>(Vpc::KIND, &vpc.id);
    let others = cx.world.named::<SecurityGroup>(GROUP_VPC, &vpc.id).filter(|group| group.is_for(&vpc.id));
    let groups = filter::select(&input.filters, own.chain(others), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, groups, |group| group.id.to_string())?;
    let view = |group: &Arc<SecurityGroup>| View {
        description: group.description.clone(),
        group_name: group.name.clone(),
        owner_id: group.owner.account.clone(),
        group_id: group.id.to_string(),
        tags: tags::view(&group.tags),
        primary_vpc_id: group.vpc.to_string(),
    };
    Ok(Output { security_group_for_vpcs: page.items.iter().map(view).collect(), next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<SecurityGroup>>> {
    let of = filter::of::<Arc<SecurityGroup>>();
    match filter {
        "group-id" => of.one(|group| group.id.to_string()),
        "group-name" => of.one(|group| group.name.clone()),
        "description" => of.one(|group| group.description.clone()),
        "owner-id" => of.one(|group| group.owner.account.clone()),
        "primary-vpc-id" => of.one(|group| group.vpc.to_string()),
        _ => of.tag(filter, |group| &group.tags),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_vpc_has_its_own_groups_and_no_others() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let groups = |filters| cloud.ok("GetSecurityGroupsForVpc", json!({"VpcId": walled.vpc, "Filters": filters}));
        assert_eq!(groups(json!([]))["SecurityGroupForVpcs"].as_array().map(Vec::len), Some(2), "the default one and its own");
        let one = groups(json!([{"Name": "group-id", "Values": [walled.group]}]));
        assert_eq!(one["SecurityGroupForVpcs"][0]["PrimaryVpcId"], walled.vpc);
        let unknown = json!({"VpcId": "vpc-00000000000000000"});
        assert_eq!(cloud.refusal("GetSecurityGroupsForVpc", unknown), "InvalidVpcID.NotFound");
    }
}
