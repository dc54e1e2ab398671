//! AssociateSecurityGroupVpc, DisassociateSecurityGroupVpc and DescribeSecurityGroupVpcAssociations: interfaces of another VPC
//! of the account may carry a group.

use std::sync::Arc;

use resource::{SecurityGroup, VpcAssociation, VpcAssociationState, VpcId};
use serde::{Deserialize, Serialize};

use super::security_group;
use crate::ec2::{defaults, find};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    group_id: String,
    vpc_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    state: &'static str,
}

pub fn associate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = find::group(cx.txn, &owner, &input.group_id)?;
    let vpc = find::vpc(cx.txn, &owner, &input.vpc_id)?;
    let home = find::vpc(cx.txn, &owner, group.vpc.as_str())?;
    if group.name == defaults::DEFAULT_GROUP || home.is_default || vpc.is_default {
        let message = format!("{} is a default group, or one of {} and {} is a default VPC.", group.id, home.id, vpc.id);
        return Err(Error::invalid_value(message));
    }
    if group.is_for(&vpc.id) {
        return Err(Error::invalid_value(format!("{} is for {} already.", group.id, vpc.id)));
    }
    let state = VpcAssociationState::Associating;
    cx.txn.update::<SecurityGroup>(group.id.as_str(), |group| {
        group.associations.retain(|other| other.vpc != vpc.id);
        group.associations.push(VpcAssociation { vpc: vpc.id.clone(), state });
    });
    Ok(Output { state: state.as_str() })
}

pub fn disassociate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    let group = find::group(cx.txn, &owner, &input.group_id)?;
    let Some(vpc) = group.others().find(|vpc| vpc.as_str() == input.vpc_id) else {
        let message = format!("{} is not associated with the VPC {}.", group.id, input.vpc_id);
        return Err(Error::new("InvalidAssociationID.NotFound", message));
    };
    if let Some(user) = security_group::user_of(cx.txn, &group, Some(vpc)) {
        let message = format!("resource {} has a dependent object in {}: {user}", group.id, input.vpc_id);
        return Err(Error::dependency(message));
    }
    let state = VpcAssociationState::Disassociating;
    cx.txn.update::<SecurityGroup>(group.id.as_str(), |group| {
        group.associations.iter_mut().filter(|other| other.vpc.as_str() == input.vpc_id).for_each(|other| other.state = state);
    });
    Ok(Output { state: state.as_str() })
}

/// Takes the associations of a VPC that goes.
pub fn forget(cx: &mut Write<'_>, vpc: &VpcId) {
    let groups: Vec<_> = cx.txn.named::<SecurityGroup>(resource::GROUP_VPC, vpc).collect();
    for group in groups {
        cx.txn.update::<SecurityGroup>(group.id.as_str(), |group| group.associations.retain(|other| other.vpc != *vpc));
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Question {
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    security_group_vpc_associations: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    group_id: String,
    vpc_id: String,
    vpc_owner_id: String,
    state: &'static str,
    group_owner_id: String,
}

pub fn describe(cx: &Read<'_>, input: Question) -> Result<Answer, Error> {
    let groups = cx.world.owned::<SecurityGroup>(cx.owner());
    let all = groups.flat_map(|group| group.associations.iter().map(|other| view(&group, other)).collect::<Vec<_>>());
    let kept = filter::select(&input.filters, all, field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |view| format!("{}/{}", view.group_id, view.vpc_id))?;
    Ok(Answer { security_group_vpc_associations: page.items, next_token: page.next })
}

/// A group and the VPC are one account's.
fn view(group: &Arc<SecurityGroup>, other: &VpcAssociation) -> View {
    View {
        group_id: group.id.to_string(),
        vpc_id: other.vpc.to_string(),
        vpc_owner_id: group.owner.account.clone(),
        state: other.state.as_str(),
        group_owner_id: group.owner.account.clone(),
    }
}

fn field(filter: &str) -> Option<Field<'_, View>> {
    let of = filter::of::<View>();
    match filter {
        "group-id" => of.one(|view| view.group_id.clone()),
        "group-owner-id" => of.one(|view| view.group_owner_id.clone()),
        "state" => of.one(|view| view.state),
        "vpc-id" => of.one(|view| view.vpc_id.clone()),
        "vpc-owner-id" => of.one(|view| view.vpc_owner_id.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::firewall::testing::Walled;

    /// Another VPC and a subnet of it.
    fn elsewhere(walled: &Walled) -> (String, String) {
        let vpc = walled.cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
        let subnet = json!({"VpcId": vpc, "CidrBlock": "10.1.1.0/24"});
        (vpc, walled.cloud.text("CreateSubnet", subnet, "/Subnet/SubnetId"))
    }

    fn associations(walled: &Walled) -> Value {
        walled.cloud.ok("DescribeSecurityGroupVpcAssociations", json!({}))["SecurityGroupVpcAssociations"].clone()
    }

    #[test]
    fn interfaces_of_another_vpc_carry_a_group_that_is_for_it() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let (vpc, subnet) = elsewhere(&walled);
        let interface = json!({"SubnetId": subnet, "Groups": [walled.group]});
        assert_eq!(cloud.refusal("CreateNetworkInterface", interface.clone()), "InvalidParameter");
        let pair = json!({"GroupId": walled.group, "VpcId": vpc});
        assert_eq!(cloud.refusal("DisassociateSecurityGroupVpc", pair.clone()), "InvalidAssociationID.NotFound");
        assert_eq!(cloud.text("AssociateSecurityGroupVpc", pair.clone(), "/State"), "associating");
        assert_eq!(cloud.refusal("AssociateSecurityGroupVpc", pair.clone()), "InvalidParameterValue");
        assert_eq!(associations(&walled)[0]["VpcId"], json!(vpc));
        let interface = cloud.text("CreateNetworkInterface", interface, "/NetworkInterface/NetworkInterfaceId");
        let there = cloud.ok("GetSecurityGroupsForVpc", json!({"VpcId": vpc}))["SecurityGroupForVpcs"].clone();
        assert!(
            there.as_array().is_some_and(|all| all.iter().any(|group| group["PrimaryVpcId"] == json!(walled.vpc))),
            "{there}"
        );
        assert_eq!(cloud.refusal("DisassociateSecurityGroupVpc", pair.clone()), "DependencyViolation");
        cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
        let endpoint = json!({
            "VpcId": vpc, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.ec2",
            "SecurityGroupIds": [walled.group], "PrivateDnsEnabled": false
        });
        let endpoint = cloud.text("CreateVpcEndpoint", endpoint, "/VpcEndpoint/VpcEndpointId");
        assert_eq!(cloud.refusal("DisassociateSecurityGroupVpc", pair.clone()), "DependencyViolation");
        cloud.change(|txn| txn.remove::<resource::VpcEndpoint>(&endpoint));
        assert_eq!(cloud.refusal("DeleteSecurityGroup", json!({"GroupId": walled.group})), "DependencyViolation");
        assert_eq!(cloud.text("DisassociateSecurityGroupVpc", pair, "/State"), "disassociating");
        assert_eq!(
            cloud.refusal("CreateNetworkInterface", json!({"SubnetId": subnet, "Groups": [walled.group]})),
            "InvalidParameter"
        );
    }

    #[test]
    fn neither_vpc_of_an_association_is_a_default_one() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let default = cloud.text("CreateDefaultVpc", json!({}), "/Vpc/VpcId");
        let wish = json!({"GroupName": "web", "Description": "a group", "VpcId": default});
        let of_default = cloud.text("CreateSecurityGroup", wish, "/GroupId");
        for (group, vpc) in [(&walled.group, &default), (&of_default, &walled.vpc)] {
            let pair = json!({"GroupId": group, "VpcId": vpc});
            assert_eq!(cloud.refusal("AssociateSecurityGroupVpc", pair), "InvalidParameterValue");
        }
    }

    #[test]
    fn default_groups_are_for_their_own_vpc_alone_and_a_vpc_that_goes_takes_its_associations() {
        let walled = Walled::new();
        let cloud = &walled.cloud;
        let (vpc, subnet) = elsewhere(&walled);
        let groups =
            json!({"Filters": [{"Name": "group-name", "Values": ["default"]}, {"Name": "vpc-id", "Values": [walled.vpc]}]});
        let default = cloud.text("DescribeSecurityGroups", groups, "/SecurityGroups/0/GroupId");
        assert_eq!(
            cloud.refusal("AssociateSecurityGroupVpc", json!({"GroupId": default, "VpcId": vpc})),
            "InvalidParameterValue"
        );
        cloud.ok("AssociateSecurityGroupVpc", json!({"GroupId": walled.group, "VpcId": vpc}));
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
        assert_eq!(associations(&walled), json!([]));
        cloud.ok("DeleteSecurityGroup", json!({"GroupId": walled.group}));
    }
}
