//! DeleteSecurityGroup: refused while anything carries the group or names it in its own VPC. Rules of peers become stale.

use resource::SecurityGroup;
use serde::{Deserialize, Serialize};

use super::security_group;
use crate::ec2::defaults;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: Option<String>,
    group_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
    group_id: String,
}

pub fn delete_security_group(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = security_group::requested(cx.txn, &owner, input.group_id.as_deref(), input.group_name.as_deref())?;
    if group.name == defaults::DEFAULT_GROUP {
        let message = format!("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", group.id);
        return Err(Error::new("CannotDelete", message));
    }
    let associated = group.associations.first().map(|other| other.vpc.to_string());
    if let Some(user) = associated.or_else(|| security_group::user_of(cx.txn, &group, None)) {
        return Err(Error::dependency(format!("resource {} has a dependent object: {user}", group.id)));
    }
    cx.txn.remove::<SecurityGroup>(group.id.as_str());
    Ok(Output { r#return: true, group_id: group.id.to_string() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::firewall::testing::Walled;

    #[test]
    fn a_group_goes_when_nothing_carries_or_names_it() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let other = walled.group("other");
        let pair = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": walled.group}]}]);
        let rule = cloud.text(
            "AuthorizeSecurityGroupIngress",
            json!({"GroupId": other, "IpPermissions": pair}),
            "/SecurityGroupRules/0/SecurityGroupRuleId",
        );
        let delete = json!({"GroupId": walled.group});
        assert_eq!(cloud.refusal("DeleteSecurityGroup", delete.clone()), "DependencyViolation");
        cloud.ok("RevokeSecurityGroupIngress", json!({"GroupId": other, "SecurityGroupRuleIds": [rule]}));

        let subnet = cloud.text("CreateSubnet", json!({"VpcId": walled.vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let interface = json!({"SubnetId": subnet, "Groups": [walled.group]});
        let interface = cloud.text("CreateNetworkInterface", interface, "/NetworkInterface/NetworkInterfaceId");
        assert_eq!(cloud.refusal("DeleteSecurityGroup", delete.clone()), "DependencyViolation");
        cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));

        assert_eq!(cloud.ok("DeleteSecurityGroup", delete.clone()), json!({"Return": true, "GroupId": walled.group}));
        assert_eq!(cloud.refusal("DeleteSecurityGroup", delete), "InvalidGroup.NotFound");
    }

    #[test]
    fn the_default_group_stays_and_a_group_that_names_itself_goes() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let filter = json!({"Filters": [{"Name": "group-name", "Values": ["default"]}]});
        let default = cloud.text("DescribeSecurityGroups", filter, "/SecurityGroups/0/GroupId");
        assert_eq!(cloud.refusal("DeleteSecurityGroup", json!({"GroupId": default})), "CannotDelete");
        let itself = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": walled.group}]}]);
        cloud.ok("AuthorizeSecurityGroupIngress", json!({"GroupId": walled.group, "IpPermissions": itself}));
        cloud.ok("DeleteSecurityGroup", json!({"GroupId": walled.group}));
    }
}
