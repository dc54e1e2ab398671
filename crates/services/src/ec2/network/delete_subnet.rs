//! DeleteSubnet: refused while an interface of anybody, a person's or a service's, has an address in it.

use resource::{CidrReservation, Instance, NetworkAcl, NetworkInterface, PublicAccessExclusion, Resource, RouteTable, Subnet};
use serde::Deserialize;

use crate::ec2::{defaults, find};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    subnet_id: String,
}

/// Removes a subnet, its reservations and what associates it with a route table and a network ACL.
pub fn delete_subnet(cx: &mut Write<'_>, input: Input) -> Result<(), Error> {
    let subnet = find::subnet(cx.txn, cx.owner(), &input.subnet_id)?;
    let interface = cx.txn.linked::<NetworkInterface>(Subnet::KIND, &subnet.id).map(|i| i.key()).next();
    let user = interface.or_else(|| cx.txn.linked::<Instance>(Subnet::KIND, &subnet.id).map(|i| i.key()).next());
    if let Some(user) = user {
        let message = format!("The subnet '{}' has dependencies and cannot be deleted: {user} is still in it.", subnet.id);
        return Err(Error::dependency(message));
    }
    if let Some(table) = defaults::explicit_route_table(cx.txn, &subnet.id) {
        cx.txn.update::<RouteTable>(table.id.as_str(), |table| {
            table.associations.retain(|a| a.subnet.as_ref() != Some(&subnet.id))
        });
    }
    if let Some(acl) = defaults::acl_of(cx.txn, &subnet.id) {
        cx.txn.update::<NetworkAcl>(acl.id.as_str(), |acl| acl.associations.retain(|a| a.subnet != subnet.id));
    }
    let exempt: Vec<_> = cx.txn.linked::<PublicAccessExclusion>(Subnet::KIND, &subnet.id).collect();
    for exclusion in exempt {
        cx.txn.remove::<PublicAccessExclusion>(exclusion.id.as_str());
    }
    let reservations: Vec<_> = cx.txn.linked::<CidrReservation>(Subnet::KIND, &subnet.id).map(|r| r.key()).collect();
    reservations.iter().for_each(|id| cx.txn.remove::<CidrReservation>(id));
    cx.txn.remove::<Subnet>(subnet.id.as_str());
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ec2::testing::Cloud;

    #[test]
    fn a_subnet_goes_after_its_interfaces_and_leaves_no_association_behind() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        cloud.ok("AssociateRouteTable", json!({"RouteTableId": table, "SubnetId": subnet}));
        let interface = cloud.text("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/NetworkInterfaceId");

        let refused = cloud.call("DeleteSubnet", json!({"SubnetId": subnet})).expect_err("an interface is in it");
        assert_eq!(refused.code, "DependencyViolation");
        assert!(refused.message.contains(&interface), "{}", refused.message);
        cloud.ok("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        assert!(!cloud.world().is_linked(Subnet::KIND, &subnet));
        assert_eq!(cloud.refusal("DeleteSubnet", json!({"SubnetId": subnet})), "InvalidSubnetID.NotFound");
        cloud.ok("DeleteRouteTable", json!({"RouteTableId": table}));
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    }
}
