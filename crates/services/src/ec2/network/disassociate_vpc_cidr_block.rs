//! DisassociateVpcCidrBlock: a secondary block goes when no subnet lies in it.

use resource::{CIDR_ASSOCIATION, Resource, RouteDestination, RouteTable, Subnet, Vpc};
use serde::{Deserialize, Serialize};

use super::view::CidrView;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    association_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    cidr_block_association: CidrView,
    vpc_id: String,
}

/// Takes a block from the VPC that has it.
pub fn disassociate_vpc_cidr_block(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let id = input.association_id.as_str();
    let vpc = cx.txn.named::<Vpc>(CIDR_ASSOCIATION, id).find(|vpc| vpc.owner == *cx.owner());
    let found = vpc.and_then(|vpc| {
        let index = vpc.cidrs.iter().position(|association| association.id == id)?;
        Some((vpc, index))
    });
    let Some((vpc, index)) = found else {
        let message = format!("The vpc CIDR block association ID '{id}' does not exist");
        return Err(Error::new("InvalidVpcCidrBlockAssociationID.NotFound", message));
    };
    let association = &vpc.cidrs[index];
    if index == 0 {
        let message = format!(
            "The vpc CIDR block with association ID {id} may not be disassociated: it is the primary block of {}.",
            vpc.id
        );
        return Err(Error::new("OperationNotPermitted", message));
    }
    if let Some(subnet) = cx.txn.linked::<Subnet>(Vpc::KIND, &vpc.id).find(|s| association.cidr.contains(&s.cidr)) {
        return Err(Error::dependency(format!(
            "The block {} is in use by {}; delete the subnet first.",
            association.cidr, subnet.id
        )));
    }
    let local = RouteDestination::Cidr(association.cidr);
    let tables: Vec<_> = cx.txn.linked::<RouteTable>(Vpc::KIND, &vpc.id).collect();
    for table in tables.iter().filter(|table| table.routes.iter().any(|route| route.destination == local)) {
        cx.txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.retain(|route| route.destination != local));
    }
    cx.txn.update::<Vpc>(vpc.id.as_str(), |vpc| vpc.cidrs.retain(|a| a.id != id));
    Ok(Output { cidr_block_association: CidrView::new(association, "disassociating"), vpc_id: vpc.id.to_string() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_second_block_carries_subnets_and_goes_after_them() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
        let second = cloud.ok("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": "100.64.0.0/16"}));
        assert_eq!(second.pointer("/CidrBlockAssociation/CidrBlockState/State"), Some(&json!("associating")));
        let association = second.pointer("/CidrBlockAssociation/AssociationId").expect("an id").clone();
        let vpcs =
            cloud.ok("DescribeVpcs", json!({"Filters": [{"Name": "cidr-block-association.cidr-block", "Values": ["100.64.*"]}]}));
        assert_eq!(vpcs.pointer("/Vpcs/0/CidrBlock"), Some(&json!("10.1.0.0/16")));
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "100.64.1.0/24"}), "/Subnet/SubnetId");
        assert_eq!(cloud.refusal("DisassociateVpcCidrBlock", json!({"AssociationId": association})), "DependencyViolation");
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        let table = cloud.ok("DescribeRouteTables", json!({"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}));
        let first = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.1.1.0/24"}), "/Subnet/SubnetId");
        let interface = cloud.text("CreateNetworkInterface", json!({"SubnetId": first}), "/NetworkInterface/NetworkInterfaceId");
        let table = table.pointer("/RouteTables/0/RouteTableId").expect("an id");
        let local = json!({"RouteTableId": table, "DestinationCidrBlock": "100.64.0.0/16", "NetworkInterfaceId": interface});
        cloud.ok("ReplaceRoute", local);
        cloud.ok("DisassociateVpcCidrBlock", json!({"AssociationId": association}));
        let left = cloud.ok("DescribeRouteTables", json!({"RouteTableIds": [table]}));
        assert_eq!(left.pointer("/RouteTables/0/Routes/1"), None, "the route to the block went with it");
        assert_eq!(
            cloud.refusal("DisassociateVpcCidrBlock", json!({"AssociationId": association})),
            "InvalidVpcCidrBlockAssociationID.NotFound"
        );
        let primary = vpcs.pointer("/Vpcs/0/CidrBlockAssociationSet/0/AssociationId").expect("an id");
        assert_eq!(cloud.refusal("DisassociateVpcCidrBlock", json!({"AssociationId": primary})), "OperationNotPermitted");
    }

    #[test]
    fn a_block_that_would_take_a_routes_packets_is_refused_and_so_is_a_sixth() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
        let gateway = cloud.text("CreateInternetGateway", json!({}), "/InternetGateway/InternetGatewayId");
        cloud.ok("AttachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
        let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        cloud.ok("CreateRoute", json!({"RouteTableId": table, "DestinationCidrBlock": "10.9.1.0/24", "GatewayId": gateway}));
        assert_eq!(cloud.refusal("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": "10.9.0.0/16"})), "InvalidVpc.Range");
        for block in ["10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16", "10.5.0.0/16"] {
            cloud.ok("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": block}));
        }
        assert_eq!(
            cloud.refusal("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": "10.6.0.0/16"})),
            "CidrLimitExceeded"
        );
    }
}
