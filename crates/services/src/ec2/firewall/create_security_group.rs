//! CreateSecurityGroup: an empty filter that lets everything out.

use ipnet::Ipv4Net;
use resource::{GROUP_QUOTA, GroupId, GroupRule, GroupRuleId, Link, Resource, RulePeer, SecurityGroup, Tags, Traffic, Vpc};
use serde::{Deserialize, Serialize};

use super::{permission, security_group};
use crate::ec2::{defaults, find};
use crate::quotas::{self, known::GROUPS};
use crate::tags::{self, Tag, TagSpecification};
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    description: String,
    group_name: String,
    vpc_id: Option<String>,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    group_id: String,
    tags: Vec<Tag>,
    security_group_arn: String,
}

pub fn create_security_group(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let vpc = match &input.vpc_id {
        Some(id) => find::vpc(cx.txn, &owner, id)?,
        None => security_group::default_vpc(cx.txn, &owner)?,
    };
    let name = checked_name(&input.group_name)?;
    permission::check_description(&input.description)?;
    if cx.txn.linked::<SecurityGroup>(Vpc::KIND, &vpc.id).any(|group| group.name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{}'", vpc.id);
        return Err(Error::new("InvalidGroup.Duplicate", message));
    }
    if cx.txn.taken(Link::name(GROUP_QUOTA, owner.key())) >= quotas::most(cx.txn, &owner, &GROUPS) {
        return Err(Error::new("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."));
    }
    let tags = tags::specified(&input.tag_specifications, "security-group", &["security-group"])?;
    let group = SecurityGroup {
        id: GroupId::random(),
        owner,
        vpc: vpc.id.clone(),
        associations: Vec::new(),
        name: name.to_owned(),
        description: input.description,
        rules: vec![all_out()],
        tags,
    };
    cx.txn.put(group.clone());
    Ok(Output {
        group_id: group.id.to_string(),
        tags: tags::view(&group.tags),
        security_group_arn: group.owner.arn("ec2", &format!("security-group/{}", group.id)),
    })
}

/// The rule that every new group has: everything may go out.
fn all_out() -> GroupRule {
    GroupRule {
        id: GroupRuleId::random(),
        egress: true,
        traffic: Traffic::All,
        peer: RulePeer::Cidr(Ipv4Net::default()),
        description: None,
        tags: Tags::default(),
    }
}

fn checked_name(name: &str) -> Result<&str, Error> {
    let name = name.trim_end();
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if name == defaults::DEFAULT_GROUP {
        return Err(Error::new("InvalidGroup.Reserved", "The security group name 'default' is reserved."));
    }
    match name.is_empty() || name.len() > 255 || name.starts_with("sg-") || !name.chars().all(allowed) {
        true => Err(Error::invalid_value(format!("Value ({name}) for parameter groupName is invalid."))),
        false => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_new_group_lets_everything_out_and_nothing_in() {
        let walled = Walled::new();
        let shown = walled.shown();
        assert_eq!(shown["IpPermissions"], json!([]));
        let all = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": []}]);
        assert_eq!(shown["IpPermissionsEgress"], all);
        assert_eq!(shown["SecurityGroupArn"], format!("arn:aws:ec2:us-east-1:111111111111:security-group/{}", walled.group));
    }

    #[test]
    fn names_are_unique_in_their_vpc_and_some_are_reserved() {
        let walled = Walled::new();
        let create = |name: &str| json!({"GroupName": name, "Description": "d", "VpcId": walled.vpc});
        for (name, code) in [
            ("web", "InvalidGroup.Duplicate"),
            ("web  ", "InvalidGroup.Duplicate"),
            ("default", "InvalidGroup.Reserved"),
            ("sg-web", "InvalidParameterValue"),
            ("wéb", "InvalidParameterValue"),
        ] {
            assert_eq!(walled.cloud.refusal("CreateSecurityGroup", create(name)), code, "{name}");
        }
        let without_vpc = json!({"GroupName": "x", "Description": "d"});
        assert_eq!(walled.cloud.refusal("CreateSecurityGroup", without_vpc.clone()), "VPCIdNotSpecified");
        walled.cloud.ok("CreateDefaultVpc", json!({}));
        walled.cloud.ok("CreateSecurityGroup", without_vpc);
    }

    #[test]
    fn groups_are_found_by_filters_and_by_nobody_else() {
        let walled = Walled::new();
        let names = |input: serde_json::Value| -> Vec<String> {
            let answer = walled.cloud.ok("DescribeSecurityGroups", input);
            let groups = answer["SecurityGroups"].as_array().expect("a list").clone();
            groups.iter().filter_map(|group| group["GroupName"].as_str().map(str::to_owned)).collect()
        };
        let filter = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
        assert_eq!(names(filter("group-name", "w*")), ["web"]);
        assert_eq!(names(filter("vpc-id", &walled.vpc)).len(), 2);
        assert_eq!(names(filter("egress.ip-permission.cidr", "0.0.0.0/0")).len(), 2);
        assert!(names(filter("ip-permission.from-port", "80")).is_empty());
        let other = walled.cloud.account("222222222222");
        assert_eq!(other.refusal("DescribeSecurityGroups", json!({"GroupIds": [walled.group]})), "InvalidGroup.NotFound");
        assert_eq!(other.refusal("DescribeSecurityGroups", json!({"GroupIds": ["sg-1"]})), "InvalidGroupId.Malformed");
        assert_eq!(walled.cloud.refusal("DescribeSecurityGroups", filter("colour", "red")), "InvalidParameterValue");
    }
}
