//! ReplaceRouteTableAssociation: another table for a subnet or a gateway, or another main table for the VPC.

use resource::{RouteTable, RouteTableAssociation, random_id};
use serde::{Deserialize, Serialize};

use super::{ASSOCIATED, AssociationState, edge};
use crate::ec2::find;
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    association_id: String,
    route_table_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    new_association_id: String,
    association_state: AssociationState,
}

/// Moves an association to another table of the VPC; it gets a new id.
pub fn replace_route_table_association(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let (old, association) = super::association(cx.txn, cx.owner(), &input.association_id)?;
    let new = find::route_table(cx.txn, cx.owner(), &input.route_table_id)?;
    if old.vpc != new.vpc {
        return Err(Error::invalid_value(format!("Route tables {} and {} belong to different networks", old.id, new.id)));
    }
    if association.gateway.is_some() {
        edge::check(cx.txn, &new)?;
    }
    cx.txn.update::<RouteTable>(old.id.as_str(), |table| table.associations.retain(|a| a.id != association.id));
    let moved = RouteTableAssociation { id: random_id("rtbassoc-"), ..association };
    let output = Output { new_association_id: moved.id.clone(), association_state: ASSOCIATED };
    cx.txn.update::<RouteTable>(new.id.as_str(), |table| table.associations.push(moved));
    Ok(output)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    fn table_of(cloud: &Cloud, filter: &str, value: &str) -> Value {
        let found = cloud.ok("DescribeRouteTables", json!({"Filters": [{"Name": filter, "Values": [value]}]}));
        found.pointer("/RouteTables/0").cloned().unwrap_or_default()
    }

    #[test]
    fn a_subnet_uses_one_table_at_a_time_and_the_main_one_by_default() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let table = || cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        let (first, second) = (table(), table());
        let to = |table: &str| json!({"RouteTableId": table, "SubnetId": subnet});

        let association = cloud.text("AssociateRouteTable", to(&first), "/AssociationId");
        assert_eq!(cloud.refusal("AssociateRouteTable", to(&second)), "Resource.AlreadyAssociated");
        assert_eq!(table_of(&cloud, "association.subnet-id", &subnet)["RouteTableId"], json!(first));
        assert_eq!(cloud.refusal("DeleteRouteTable", json!({"RouteTableId": first})), "DependencyViolation");

        let moved = json!({"AssociationId": association, "RouteTableId": second});
        let new = cloud.text("ReplaceRouteTableAssociation", moved.clone(), "/NewAssociationId");
        assert_eq!(cloud.refusal("ReplaceRouteTableAssociation", moved), "InvalidAssociationID.NotFound");
        assert_eq!(table_of(&cloud, "association.route-table-association-id", &new)["RouteTableId"], json!(second));
        cloud.ok("DisassociateRouteTable", json!({"AssociationId": new}));
        assert_eq!(table_of(&cloud, "association.subnet-id", &subnet), Value::Null);
        cloud.ok("DeleteRouteTable", json!({"RouteTableId": first}));
        assert_eq!(cloud.refusal("DescribeRouteTables", json!({"RouteTableIds": [first]})), "InvalidRouteTableID.NotFound");
    }

    #[test]
    fn another_table_can_become_the_main_one() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let main = table_of(&cloud, "association.main", "true");
        let association = main.pointer("/Associations/0/RouteTableAssociationId").expect("an id");
        assert_eq!(cloud.refusal("DisassociateRouteTable", json!({"AssociationId": association})), "InvalidParameterValue");
        assert_eq!(cloud.refusal("DeleteRouteTable", json!({"RouteTableId": main["RouteTableId"]})), "DependencyViolation");

        let other = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        cloud.ok("ReplaceRouteTableAssociation", json!({"AssociationId": association, "RouteTableId": other}));
        assert_eq!(table_of(&cloud, "association.main", "true")["RouteTableId"], json!(other));
        cloud.ok("DeleteRouteTable", json!({"RouteTableId": main["RouteTableId"]}));
        cloud.ok("DeleteVpc", json!({"VpcId": vpc}));
    }

    #[test]
    fn tables_and_subnets_of_different_vpcs_do_not_meet() {
        let cloud = Cloud::new();
        let vpc = || cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let (here, there) = (vpc(), vpc());
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": here, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let own = cloud.text("CreateRouteTable", json!({"VpcId": here}), "/RouteTable/RouteTableId");
        let foreign = cloud.text("CreateRouteTable", json!({"VpcId": there}), "/RouteTable/RouteTableId");
        assert_eq!(
            cloud.refusal("AssociateRouteTable", json!({"RouteTableId": foreign, "SubnetId": subnet})),
            "InvalidParameterValue"
        );
        let association = cloud.text("AssociateRouteTable", json!({"RouteTableId": own, "SubnetId": subnet}), "/AssociationId");
        let moved = json!({"AssociationId": association, "RouteTableId": foreign});
        assert_eq!(cloud.refusal("ReplaceRouteTableAssociation", moved), "InvalidParameterValue");
        assert_eq!(cloud.refusal("AssociateRouteTable", json!({"RouteTableId": own})), "MissingParameter");
    }

    #[test]
    fn tables_are_found_by_what_they_hold_and_page_by_page() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let tags = json!([{"ResourceType": "route-table", "Tags": [{"Key": "Name", "Value": "edge"}]}]);
        let edge = cloud.text("CreateRouteTable", json!({"VpcId": vpc, "TagSpecifications": tags}), "/RouteTable/RouteTableId");
        assert_eq!(table_of(&cloud, "tag:Name", "edge")["RouteTableId"], json!(edge));
        assert_eq!(table_of(&cloud, "route-table-id", &edge)["OwnerId"], json!("111111111111"));
        assert_eq!(table_of(&cloud, "route.transit-gateway-id", "*"), Value::Null);
        for (filter, value) in
            [("route.gateway-id", "local"), ("route.destination-cidr-block", "10.0.0.0/16"), ("route.origin", "CreateRouteTable")]
        {
            let found = cloud.ok("DescribeRouteTables", json!({"Filters": [{"Name": filter, "Values": [value]}]}));
            assert_eq!(found["RouteTables"].as_array().map(Vec::len), Some(2), "{filter}");
        }
        let first = cloud.ok("DescribeRouteTables", json!({"MaxResults": 1}));
        let second = cloud.ok("DescribeRouteTables", json!({"MaxResults": 1, "NextToken": first["NextToken"]}));
        assert_ne!(first["RouteTables"], second["RouteTables"]);
        assert_eq!(second.get("NextToken"), None);
        for name in ["route.colour", "colour"] {
            let unknown = json!({"Filters": [{"Name": name, "Values": ["red"]}]});
            assert_eq!(cloud.refusal("DescribeRouteTables", unknown), "InvalidParameterValue");
        }
        assert_eq!(cloud.account("222222222222").ok("DescribeRouteTables", json!({}))["RouteTables"], json!([]));
    }

    #[test]
    fn a_second_block_is_local_in_every_table() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
        let table = cloud.text("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        cloud.ok("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": "100.64.0.0/16"}));
        for id in [table, cloud.text("DescribeRouteTables", json!({}), "/RouteTables/0/RouteTableId")] {
            let shown = table_of(&cloud, "route-table-id", &id);
            let local: Vec<_> =
                shown["Routes"].as_array().into_iter().flatten().map(|route| &route["DestinationCidrBlock"]).collect();
            assert_eq!(local, [&json!("10.1.0.0/16"), &json!("100.64.0.0/16")]);
        }
    }
}
