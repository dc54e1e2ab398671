//! DescribeTags: the tags of all the caller's resources, one by one.

use std::collections::BTreeSet;

use resource::Tags;
use serde::{Deserialize, Serialize};

use super::taggable::{TAGGABLE, Taggable, tags_of};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<TagDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagDescription {
    key: String,
    resource_id: String,
    resource_type: &'static str,
    value: String,
}

/// The tags that filters accept.
pub fn describe_tags(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let tags = match filter::keys(&input.filters, "resource-id") {
        Some(ids) => of_some(cx, ids),
        None => of_all(cx),
    };
    let kept = filter::select(&input.filters, tags.into_iter(), TagDescription::field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |tag| format!("{}/{}", tag.resource_id, tag.key))?;
    Ok(Output { tags: page.items, next_token: page.next })
}

fn of_some(cx: &Read<'_>, ids: &[String]) -> Vec<TagDescription> {
    let ids: BTreeSet<&String> = ids.iter().collect();
    let found = ids.into_iter().filter_map(|id| Some((id, tags_of(cx.world, cx.owner(), id)?)));
    found.flat_map(|(id, (kind, tags))| TagDescription::all(kind, id, &tags)).collect()
}

fn of_all(cx: &Read<'_>) -> Vec<TagDescription> {
    let resources = TAGGABLE.iter().flat_map(|kind| (kind.all)(cx.world, cx.owner()).into_iter().map(move |each| (kind, each)));
    resources.flat_map(|(kind, (id, tags))| TagDescription::all(kind, &id, &tags)).collect()
}

impl TagDescription {
    /// The tags of a resource, described.
    fn all(kind: &Taggable, id: &str, tags: &Tags) -> Vec<Self> {
        let described = |(key, value): (&str, &str)| Self {
            key: key.to_owned(),
            resource_id: id.to_owned(),
            resource_type: kind.resource_type,
            value: value.to_owned(),
        };
        tags.iter().map(described).collect()
    }

    fn field(filter: &str) -> Option<Field<'_, Self>> {
        let of = filter::of::<Self>();
        match filter {
            "key" => of.one(|tag: &Self| tag.key.clone()),
            "resource-id" => of.one(|tag: &Self| tag.resource_id.clone()),
            "resource-type" => of.one(|tag: &Self| tag.resource_type),
            "value" => of.one(|tag: &Self| tag.value.clone()),
            other => {
                let key = other.strip_prefix("tag:")?;
                of.many(move |tag: &Self| (tag.key == key).then(|| tag.value.clone()).into_iter().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn described(cloud: &Cloud, filter: &str, value: &str) -> Vec<(String, String)> {
        let answer = cloud.ok("DescribeTags", json!({"Filters": [{"Name": filter, "Values": [value]}]}));
        let text = |tag: &Value, member: &str| tag[member].as_str().expect("a text").to_owned();
        answer["Tags"].as_array().expect("a list").iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
    }

    #[test]
    fn tags_come_are_replaced_are_found_and_go() {
        let cloud = Cloud::new();
        let name = json!([{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "shop"}]}]);
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", "TagSpecifications": name}), "/Vpc/VpcId");
        let table = cloud.text("DescribeRouteTables", json!({}), "/RouteTables/0/RouteTableId");
        let tags = json!([{"Key": "Name", "Value": "store"}, {"Key": "stage", "Value": "test"}]);
        cloud.ok("CreateTags", json!({"Resources": [vpc, table], "Tags": tags}));
        assert_eq!(described(&cloud, "resource-id", &vpc), [("Name".into(), "store".into()), ("stage".into(), "test".into())]);
        assert_eq!(described(&cloud, "resource-type", "route-table").len(), 2);
        assert_eq!(described(&cloud, "tag:stage", "te*").len(), 2);

        let by_tag = json!({"Filters": [{"Name": "tag:Name", "Values": ["store"]}]});
        assert_eq!(cloud.text("DescribeVpcs", by_tag, "/Vpcs/0/VpcId"), vpc);
        cloud.ok("DeleteTags", json!({"Resources": [vpc], "Tags": [{"Key": "Name", "Value": "other"}, {"Key": "stage"}]}));
        assert_eq!(described(&cloud, "resource-id", &vpc), [("Name".into(), "store".into())]);
        cloud.ok("DeleteTags", json!({"Resources": [vpc, table]}));
        assert_eq!(described(&cloud, "key", "*"), []);
    }

    #[test]
    fn the_rules_of_a_group_carry_tags_of_their_own() {
        let cloud = Cloud::new();
        cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let rule = cloud.world().all::<resource::SecurityGroup>().next().expect("the default group").rules[0].id.to_string();
        cloud.ok("CreateTags", json!({"Resources": [rule], "Tags": [{"Key": "why", "Value": "default"}]}));
        assert_eq!(described(&cloud, "resource-type", "security-group-rule"), [("why".into(), "default".into())]);
    }

    #[test]
    fn only_ones_own_resources_can_be_tagged_and_only_with_tags_that_aws_takes() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let tag = |id: &str, key: &str| json!({"Resources": [id], "Tags": [{"Key": key, "Value": ""}]});
        assert_eq!(cloud.account("222222222222").refusal("CreateTags", tag(&vpc, "a")), "InvalidVpcID.NotFound");
        assert_eq!(cloud.refusal("CreateTags", tag("tree-1", "a")), "InvalidID");
        assert_eq!(cloud.refusal("CreateTags", tag(&vpc, "aws:a")), "InvalidParameterValue");
        let many: Vec<Value> = (0..51).map(|n| json!({"Key": n.to_string(), "Value": ""})).collect();
        assert_eq!(cloud.refusal("CreateTags", json!({"Resources": [vpc], "Tags": many})), "TagLimitExceeded");
        assert_eq!(described(&cloud, "resource-id", &vpc), []);
    }
}
