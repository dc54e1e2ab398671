//! VPCs, subnets, DHCP options, tags, and what Regions and accounts have.

mod associate_vpc_cidr_block;
mod classic_link;
mod create_default_subnet;
mod create_default_vpc;
mod create_subnet;
mod create_vpc;
mod delete_subnet;
mod delete_vpc;
mod describe_account_attributes;
mod describe_availability_zones;
mod describe_regions;
mod describe_subnets;
mod describe_vpc_attribute;
mod describe_vpcs;
mod dhcp;
mod disassociate_vpc_cidr_block;
mod modify_subnet_attribute;
mod modify_vpc_attribute;
mod modify_vpc_tenancy;
mod reservation;
mod tags;
mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "AssociateDhcpOptions" dhcp::associate_dhcp_options::associate_dhcp_options),
    operation!(write "AssociateVpcCidrBlock" associate_vpc_cidr_block::associate_vpc_cidr_block),
    operation!(write "CreateDefaultSubnet" create_default_subnet::create_default_subnet),
    operation!(write "CreateDefaultVpc" create_default_vpc::create_default_vpc),
    operation!(write "CreateDhcpOptions" dhcp::create_dhcp_options::create_dhcp_options),
    operation!(write "CreateSubnet" create_subnet::create_subnet),
    operation!(write "CreateSubnetCidrReservation" reservation::create_subnet_cidr_reservation::create_subnet_cidr_reservation),
    operation!(write "CreateTags" tags::create_tags::create_tags),
    operation!(write "CreateVpc" create_vpc::create_vpc),
    operation!(write "DeleteDhcpOptions" dhcp::delete_dhcp_options::delete_dhcp_options),
    operation!(write "DeleteSubnet" delete_subnet::delete_subnet),
    operation!(write "DeleteSubnetCidrReservation" reservation::delete_subnet_cidr_reservation::delete_subnet_cidr_reservation),
    operation!(write "DeleteTags" tags::delete_tags::delete_tags),
    operation!(write "DeleteVpc" delete_vpc::delete_vpc),
    operation!(read "DescribeAccountAttributes" describe_account_attributes::describe_account_attributes),
    operation!(read "DescribeAvailabilityZones" describe_availability_zones::describe_availability_zones),
    operation!(read "DescribeDhcpOptions" dhcp::describe_dhcp_options::describe_dhcp_options),
    operation!(read "DescribeRegions" describe_regions::describe_regions),
    operation!(read "DescribeSubnets" describe_subnets::describe_subnets),
    operation!(read "DescribeTags" tags::describe_tags::describe_tags),
    operation!(read "DescribeVpcAttribute" describe_vpc_attribute::describe_vpc_attribute),
    operation!(read "DescribeVpcClassicLink" classic_link::describe_vpc_classic_link),
    operation!(read "DescribeVpcClassicLinkDnsSupport" classic_link::describe_vpc_classic_link_dns_support),
    operation!(read "DescribeVpcs" describe_vpcs::describe_vpcs),
    operation!(write "DisassociateVpcCidrBlock" disassociate_vpc_cidr_block::disassociate_vpc_cidr_block),
    operation!(read "GetSubnetCidrReservations" reservation::get_subnet_cidr_reservations::get_subnet_cidr_reservations),
    operation!(write "ModifySubnetAttribute" modify_subnet_attribute::modify_subnet_attribute),
    operation!(write "ModifyVpcAttribute" modify_vpc_attribute::modify_vpc_attribute),
    operation!(write "ModifyVpcTenancy" modify_vpc_tenancy::modify_vpc_tenancy),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn nobody_changes_what_belongs_to_another_account() {
        let cloud = Cloud::new();
        let vpc = cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let (vpc, options) = (&vpc["Vpc"]["VpcId"], &vpc["Vpc"]["DhcpOptionsId"]);
        let subnet = cloud.text("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}), "/Subnet/SubnetId");
        let second = json!({"VpcId": vpc, "CidrBlock": "10.2.0.0/16"});
        let second = cloud.text("AssociateVpcCidrBlock", second, "/CidrBlockAssociation/AssociationId");
        let before = cloud.world().revision();

        let stranger = cloud.account("222222222222");
        for (operation, input, code) in [
            ("AssociateDhcpOptions", json!({"DhcpOptionsId": "default", "VpcId": vpc}), "InvalidVpcID.NotFound"),
            ("AssociateVpcCidrBlock", json!({"VpcId": vpc, "CidrBlock": "10.3.0.0/16"}), "InvalidVpcID.NotFound"),
            ("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.2.0/24"}), "InvalidVpcID.NotFound"),
            ("CreateTags", json!({"Resources": [subnet], "Tags": [{"Key": "a", "Value": "b"}]}), "InvalidSubnetID.NotFound"),
            ("DeleteDhcpOptions", json!({"DhcpOptionsId": options}), "InvalidDhcpOptionID.NotFound"),
            ("DeleteSubnet", json!({"SubnetId": subnet}), "InvalidSubnetID.NotFound"),
            ("DeleteTags", json!({"Resources": [vpc]}), "InvalidVpcID.NotFound"),
            ("DeleteVpc", json!({"VpcId": vpc}), "InvalidVpcID.NotFound"),
            ("DescribeSubnets", json!({"SubnetIds": [subnet]}), "InvalidSubnetID.NotFound"),
            ("DisassociateVpcCidrBlock", json!({"AssociationId": second}), "InvalidVpcCidrBlockAssociationID.NotFound"),
            (
                "ModifySubnetAttribute",
                json!({"SubnetId": subnet, "MapPublicIpOnLaunch": {"Value": true}}),
                "InvalidSubnetID.NotFound",
            ),
            ("ModifyVpcAttribute", json!({"VpcId": vpc, "EnableDnsSupport": {"Value": false}}), "InvalidVpcID.NotFound"),
        ] {
            assert_eq!(stranger.refusal(operation, input), code, "{operation}");
        }
        for (operation, member) in [
            ("DescribeVpcs", "Vpcs"),
            ("DescribeSubnets", "Subnets"),
            ("DescribeDhcpOptions", "DhcpOptions"),
            ("DescribeTags", "Tags"),
        ] {
            assert_eq!(stranger.ok(operation, json!({}))[member], json!([]), "{operation}");
        }
        assert_eq!(cloud.world().revision(), before);
    }
}
