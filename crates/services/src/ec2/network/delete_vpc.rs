//! DeleteVpc: takes with it what came with the VPC, and is refused while anything else is in it.

use resource::{
    EndpointState, Instance, InternetGateway, LoadBalancer, NatGateway, NatState, NetworkAcl, NetworkInterface,
    PeeringConnection, PeeringState, PublicAccessExclusion, Resource, RouteTable, RuleAssociation, SecurityGroup, Subnet, Vpc,
    VpcEndpoint, VpcId,
};
use serde::Deserialize;
use store::Snapshot;

use crate::ec2::firewall::vpc_association;
use crate::ec2::{defaults, find};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
}

/// Removes a VPC, its main route table, its default network ACL and its default group; its resolver goes by no rules any more.
pub fn delete_vpc(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    if let Some(user) = user_of(cx.txn, &vpc.id) {
        return Err(Error::dependency(format!(
            "The vpc '{}' has dependencies and cannot be deleted: {user} is still in it.",
            vpc.id
        )));
    }
    vpc_association::forget(cx, &vpc.id);
    remove_linked::<RouteTable>(cx, &vpc.id);
    remove_linked::<NetworkAcl>(cx, &vpc.id);
    remove_linked::<SecurityGroup>(cx, &vpc.id);
    remove_linked::<PublicAccessExclusion>(cx, &vpc.id);
    remove_linked::<RuleAssociation>(cx, &vpc.id);
    cx.txn.remove::<Vpc>(vpc.id.as_str());
    Ok(())
}

fn remove_linked<R: Resource>(cx: &mut Write<'_>, vpc: &VpcId) {
    let keys: Vec<String> = cx.txn.linked::<R>(Vpc::KIND, vpc).map(|resource| resource.key()).collect();
    for key in keys {
        cx.txn.remove::<R>(&key);
    }
}

/// Something that keeps a VPC from being deleted, named in the order in which AWS wants them gone.
fn user_of(world: &Snapshot, vpc: &VpcId) -> Option<String> {
    let gone = |state| matches!(state, NatState::Failed | NatState::Deleted);
    first::<VpcEndpoint>(world, vpc, |endpoint| endpoint.state != EndpointState::Deleted)
        .or_else(|| first::<NatGateway>(world, vpc, |gateway| !gone(gateway.state)))
        .or_else(|| first::<Instance>(world, vpc, |_| true))
        .or_else(|| first::<LoadBalancer>(world, vpc, |_| true))
        .or_else(|| first::<NetworkInterface>(world, vpc, |_| true))
        .or_else(|| {
            first::<PeeringConnection>(world, vpc, |peering| peering.state.is_live() || peering.state == PeeringState::Deleting)
        })
        .or_else(|| first::<InternetGateway>(world, vpc, |_| true))
        .or_else(|| first::<Subnet>(world, vpc, |_| true))
        .or_else(|| first::<RouteTable>(world, vpc, |table| !table.is_main()))
        .or_else(|| first::<NetworkAcl>(world, vpc, |acl| !acl.is_default))
        .or_else(|| first::<SecurityGroup>(world, vpc, |group| group.name != defaults::DEFAULT_GROUP))
}

fn first<R: Resource>(world: &Snapshot, vpc: &VpcId, keeps: impl Fn(&R) -> bool) -> Option<String> {
    world.linked::<R>(Vpc::KIND, vpc).find(|resource| keeps(resource)).map(|resource| resource.key())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ec2::testing::Cloud;

    #[test]
    fn a_vpc_goes_only_when_nothing_but_its_own_defaults_is_in_it() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let refused = cloud.call("DeleteVpc", json!({"VpcId": vpc})).expect_err("a subnet is in it");
        assert_eq!(refused.code, "DependencyViolation");
        assert!(refused.message.contains(&subnet), "{}", refused.message);
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
        assert_eq!(cloud.refusal("DeleteVpc", json!({"VpcId": vpc})), "InvalidVpcID.NotFound");
        assert_eq!(cloud.world().all::<resource::RouteTable>().count(), 0);
        assert_eq!(cloud.world().all::<resource::NetworkAcl>().count(), 0);
        assert_eq!(cloud.world().all::<resource::SecurityGroup>().count(), 0);
    }

    #[test]
    fn each_thing_that_is_still_in_a_vpc_is_named_until_the_last_is_gone() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        let acl = cloud.text("CreateNetworkAcl", json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
        let group = json!({"VpcId": vpc, "GroupName": "web", "Description": "web"});
        let group = cloud.text("CreateSecurityGroup", group, "/GroupId");
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
        let private = json!({"SubnetId": subnet, "ConnectivityType": "private"});
        let nat = cloud.text("CreateNatGateway", private, "/NatGateway/NatGatewayId");
        let interface = cloud.text("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/NetworkInterfaceId");

        let steps: [(&str, &dyn Fn()); 7] = [
            (&nat, &|| {
                cloud.change(|txn| {
                    let gateway = txn.find::<NatGateway>(&nat).expect("made above");
                    gateway.interface.iter().for_each(|id| txn.remove::<NetworkInterface>(id.as_str()));
                    txn.update::<NatGateway>(&nat, |gateway| gateway.state = NatState::Deleted)
                });
            }),
            (&interface, &|| drop(cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface})))),
            (&gateway, &|| drop(cloud.ok("DetachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc})))),
            (&subnet, &|| drop(cloud.ok("DeleteSubnet", json!({"SubnetId": subnet})))),
            (&table, &|| drop(cloud.ok("DeleteRouteTable", json!({"RouteTableId": table})))),
            (&acl, &|| drop(cloud.ok("DeleteNetworkAcl", json!({"NetworkAclId": acl})))),
            (&group, &|| drop(cloud.ok("DeleteSecurityGroup", json!({"GroupId": group})))),
        ];
        for (id, remove) in steps {
            let refused = cloud.call("DeleteVpc", json!({"VpcId": vpc})).expect_err(id);
            assert_eq!(refused.code, "DependencyViolation");
            assert!(refused.message.contains(id), "{}", refused.message);
            remove();
        }
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    }
}
