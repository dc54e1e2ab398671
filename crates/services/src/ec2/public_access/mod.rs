//! Block Public Access: what an account cuts off from the internet in a Region, and what it exempts.

mod create_exclusion;
mod delete_exclusion;
mod describe_exclusions;
mod describe_options;
mod modify_exclusion;
mod modify_options;
mod view;

use std::sync::Arc;

use resource::{Excluded, ExclusionMode, Owner, PublicAccessExclusion};
use store::Snapshot;

use crate::ec2::find;
use crate::operation::operation;
use crate::{Error, Operation};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateVpcBlockPublicAccessExclusion" create_exclusion::create_vpc_block_public_access_exclusion),
    operation!(write "DeleteVpcBlockPublicAccessExclusion" delete_exclusion::delete_vpc_block_public_access_exclusion),
    operation!(read "DescribeVpcBlockPublicAccessExclusions" describe_exclusions::describe_vpc_block_public_access_exclusions),
    operation!(read "DescribeVpcBlockPublicAccessOptions" describe_options::describe_vpc_block_public_access_options),
    operation!(write "ModifyVpcBlockPublicAccessExclusion" modify_exclusion::modify_vpc_block_public_access_exclusion),
    operation!(write "ModifyVpcBlockPublicAccessOptions" modify_options::modify_vpc_block_public_access_options),
];

/// An exclusion that has not gone.
fn present(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<PublicAccessExclusion>, Error> {
    let exclusion = find::public_access_exclusion(world, owner, id)?;
    match exclusion.state.counts() {
        true => Ok(exclusion),
        false => {
            let message = format!("The exclusion {id} is {} and cannot be changed.", exclusion.state.as_str());
            Err(Error::new("IncorrectState", message))
        }
    }
}

/// Reads a mode that the model has checked.
fn mode(text: &str) -> Result<ExclusionMode, Error> {
    let unknown = || Error::invalid_value(format!("Value ({text}) for parameter InternetGatewayExclusionMode is invalid."));
    ExclusionMode::parse(text).ok_or_else(unknown)
}

/// The ARN of what is exempt.
fn arn(owner: &Owner, of: &Excluded) -> String {
    match of {
        Excluded::Vpc(id) => owner.arn("ec2", &format!("vpc/{id}")),
        Excluded::Subnet(id) => owner.arn("ec2", &format!("subnet/{id}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn network(cloud: &Cloud) -> (String, String) {
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/24"}), "/Subnet/SubnetId");
        (vpc, subnet)
    }

    fn exclude(cloud: &Cloud, member: &str, id: &str) -> Value {
        let wish = json!({member: id, "InternetGatewayExclusionMode": "allow-egress"});
        cloud.ok("CreateVpcBlockPublicAccessExclusion", wish)["VpcBlockPublicAccessExclusion"].clone()
    }

    #[test]
    fn an_account_blocks_nothing_until_it_says_so_and_each_region_by_itself() {
        let cloud = Cloud::new();
        let options = || cloud.ok("DescribeVpcBlockPublicAccessOptions", json!({}))["VpcBlockPublicAccessOptions"].clone();
        assert_eq!((&options()["State"], &options()["InternetGatewayBlockMode"]), (&json!("default-state"), &json!("off")));
        assert_eq!(options()["ExclusionsAllowed"], "allowed");
        let ingress = json!({"InternetGatewayBlockMode": "block-ingress"});
        let changed = cloud.ok("ModifyVpcBlockPublicAccessOptions", ingress)["VpcBlockPublicAccessOptions"].clone();
        assert_eq!(changed["State"], "update-in-progress");
        assert_eq!(options()["InternetGatewayBlockMode"], "block-ingress");
        let other = cloud.account("222222222222");
        let theirs = other.ok("DescribeVpcBlockPublicAccessOptions", json!({}));
        assert_eq!(theirs["VpcBlockPublicAccessOptions"]["InternetGatewayBlockMode"], "off");
        cloud.refusal("ModifyVpcBlockPublicAccessOptions", json!({"InternetGatewayBlockMode": "on"}));
    }

    #[test]
    fn a_vpc_or_a_subnet_is_exempt_once() {
        let cloud = Cloud::new();
        let (vpc, subnet) = network(&cloud);
        let refused = |more: Value| {
            let mut wish = json!({"InternetGatewayExclusionMode": "allow-bidirectional"});
            wish.as_object_mut().expect("it is an object").extend(more.as_object().cloned().unwrap_or_default());
            cloud.refusal("CreateVpcBlockPublicAccessExclusion", wish)
        };
        assert_eq!(refused(json!({})), "MissingParameter");
        assert_eq!(refused(json!({"VpcId": vpc, "SubnetId": subnet})), "InvalidParameterCombination");
        assert_eq!(refused(json!({"VpcId": "vpc-0123456789abcdef0"})), "InvalidVpcID.NotFound");
        let made = exclude(&cloud, "SubnetId", &subnet);
        assert_eq!(made["State"], "create-in-progress");
        assert!(made["ResourceArn"].as_str().is_some_and(|arn| arn.ends_with(&format!(":subnet/{subnet}"))), "{made}");
        assert_eq!(refused(json!({"SubnetId": subnet})), "InvalidParameterValue");
        exclude(&cloud, "VpcId", &vpc);
    }

    #[test]
    fn an_exclusion_goes_with_what_it_exempts() {
        let cloud = Cloud::new();
        let (vpc, subnet) = network(&cloud);
        exclude(&cloud, "SubnetId", &subnet);
        exclude(&cloud, "VpcId", &vpc);
        let left = || cloud.ok("DescribeVpcBlockPublicAccessExclusions", json!({}))["VpcBlockPublicAccessExclusions"].clone();
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        assert_eq!(left().as_array().map(Vec::len), Some(1));
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
        assert_eq!(left(), json!([]));
    }

    #[test]
    fn an_exclusion_is_changed_found_by_filters_and_goes() {
        let cloud = Cloud::new();
        let (vpc, _) = network(&cloud);
        let id = exclude(&cloud, "VpcId", &vpc)["ExclusionId"].clone();
        let wish = json!({"ExclusionId": id, "InternetGatewayExclusionMode": "allow-bidirectional"});
        let changed = cloud.ok("ModifyVpcBlockPublicAccessExclusion", wish)["VpcBlockPublicAccessExclusion"].clone();
        assert_eq!(changed["State"], "update-in-progress");
        let found = |name: &str, value: &str| {
            let filters = json!({"Filters": [{"Name": name, "Values": [value]}]});
            let answer = cloud.ok("DescribeVpcBlockPublicAccessExclusions", filters);
            answer["VpcBlockPublicAccessExclusions"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(found("internet-gateway-exclusion-mode", "allow-bidirectional"), 1);
        assert_eq!(found("state", "create-in-progress"), 0);
        assert_eq!(found("resource-arn", "*:vpc/*"), 1);
        let id = json!({"ExclusionId": id});
        let gone = cloud.ok("DeleteVpcBlockPublicAccessExclusion", id.clone())["VpcBlockPublicAccessExclusion"].clone();
        assert_eq!(gone["State"], "delete-in-progress");
        assert_eq!(cloud.refusal("DeleteVpcBlockPublicAccessExclusion", id), "IncorrectState");
        exclude(&cloud, "VpcId", &vpc);
        let stranger = cloud.account("222222222222");
        let code = stranger.refusal("DeleteVpcBlockPublicAccessExclusion", json!({"ExclusionId": changed["ExclusionId"]}));
        assert_eq!(code, "InvalidVpcBlockPublicAccessExclusionId.NotFound");
    }
}
