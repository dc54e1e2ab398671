//! UpdateSecurityGroupRuleDescriptionsIngress and …Egress: what users write about rules.

use resource::{GroupRuleId, SecurityGroup};
use serde::{Deserialize, Serialize};

use super::permission::{self, Permission};
use super::revoke::{rule_saying, rule_with_id};
use super::security_group;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: Option<String>,
    group_name: Option<String>,
    ip_permissions: Vec<Permission>,
    security_group_rule_descriptions: Vec<Description>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Description {
    security_group_rule_id: String,
    description: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

pub fn ingress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    update(cx, &input, false)
}

pub fn egress(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    update(cx, &input, true)
}

fn update(cx: &mut Write<'_>, input: &Input, egress: bool) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = security_group::requested(cx.txn, &owner, input.group_id.as_deref(), input.group_name.as_deref())?;
    let mut changes: Vec<(GroupRuleId, Option<String>)> = Vec::new();
    for statement in permission::statements(cx.txn, &group, &input.ip_permissions)? {
        let rule = rule_saying(&group, &statement, egress).ok_or_else(|| {
            Error::new("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        })?;
        changes.push((rule.id.clone(), statement.description));
    }
    for Description { security_group_rule_id, description } in &input.security_group_rule_descriptions {
        if let Some(text) = description {
            permission::check_description(text)?;
        }
        changes.push((rule_with_id(&group, security_group_rule_id, egress)?.id.clone(), description.clone()));
    }
    if changes.is_empty() {
        return Err(Error::missing("IpPermissions or SecurityGroupRuleDescriptions"));
    }
    cx.txn.update::<SecurityGroup>(group.id.as_str(), |group| {
        for (id, description) in changes {
            group.rules.iter_mut().filter(|rule| rule.id == id).for_each(|rule| rule.description.clone_from(&description));
        }
    });
    Ok(Output { r#return: true })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_description_is_changed_by_what_the_rule_says_or_by_its_id() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let permission = |text: &str| json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": text}]}]);
        let request = |text: &str| json!({"GroupId": walled.group, "IpPermissions": permission(text)});
        assert_eq!(cloud.refusal("UpdateSecurityGroupRuleDescriptionsIngress", request("new")), "InvalidPermission.NotFound");
        let rule = cloud.text("AuthorizeSecurityGroupIngress", request("old"), "/SecurityGroupRules/0/SecurityGroupRuleId");
        cloud.ok("UpdateSecurityGroupRuleDescriptionsIngress", request("new"));
        let text = || walled.shown()["IpPermissions"][0]["IpRanges"][0]["Description"].clone();
        assert_eq!(text(), "new");
        let by_id = |text: &str| json!({"GroupId": walled.group, "SecurityGroupRuleDescriptions": [{"SecurityGroupRuleId": rule, "Description": text}]});
        cloud.ok("UpdateSecurityGroupRuleDescriptionsIngress", by_id("newest"));
        assert_eq!(text(), "newest");
        assert_eq!(cloud.refusal("UpdateSecurityGroupRuleDescriptionsIngress", by_id("<script>")), "InvalidParameterValue");
        assert_eq!(cloud.refusal("UpdateSecurityGroupRuleDescriptionsEgress", by_id("x")), "InvalidSecurityGroupRuleId.NotFound");
    }
}
