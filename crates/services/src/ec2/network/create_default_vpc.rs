//! CreateDefaultVpc: the VPC that AWS gives to every new account, with a public subnet in each zone and a way to the internet.

use ipnet::Ipv4Net;
use resource::{InternetGateway, InternetGatewayId, Route, RouteDestination, RouteTable, RouteTarget, Tags, Vpc, zone_names};
use serde::{Deserialize, Serialize};
use store::Txn;

use super::create_vpc::{self, Wanted, vpc_block};
use super::view::VpcView;
use super::{create_default_subnet, create_subnet};
use crate::ec2::defaults;
use crate::{Error, Write};

const BLOCK: &str = "172.31.0.0/16";

#[derive(Default, Deserialize)]
pub struct Input {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc: VpcView,
}

/// Records the default VPC of the account in its Region.
pub fn create_default_vpc(cx: &mut Write<'_>, _: Input) -> Result<Output, Error> {
    let owner = cx.owner().clone();
    if let Some(vpc) = defaults::vpc(cx.txn, &owner) {
        let message = format!("A Default VPC already exists for this account in this region: {}.", vpc.id);
        return Err(Error::new("DefaultVpcAlreadyExists", message));
    }
    let wanted =
        Wanted { owner: &owner, cidr: vpc_block(BLOCK)?, tenancy: "default".to_owned(), is_default: true, tags: Tags::default() };
    let vpc = create_vpc::make(cx.txn, wanted)?;
    for zone in zone_names(&owner.region) {
        let cidr = create_default_subnet::free_block(cx.txn, &vpc)?;
        create_subnet::make(
            cx.txn,
            create_subnet::Wanted { vpc: &vpc, cidr, zone, default_for_zone: true, tags: Tags::default() },
        );
    }
    lead_to_internet(cx.txn, &vpc);
    Ok(Output { vpc: VpcView::new(&vpc) })
}

/// Attaches an internet gateway and makes it the default route of the main table.
fn lead_to_internet(txn: &mut Txn, vpc: &Vpc) {
    let gateway = InternetGatewayId::random();
    txn.put(InternetGateway { id: gateway.clone(), owner: vpc.owner.clone(), vpc: Some(vpc.id.clone()), tags: Tags::default() });
    if let Some(table) = defaults::main_route_table(txn, &vpc.id) {
        let route =
            Route { destination: RouteDestination::Cidr(Ipv4Net::default()), target: RouteTarget::InternetGateway(gateway) };
        txn.update::<RouteTable>(table.id.as_str(), |table| table.routes.push(route));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn the_default_vpc_has_a_public_subnet_per_zone_and_leads_to_the_internet() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateDefaultVpc", json!({}), "/Vpc/VpcId");
        assert_eq!(cloud.refusal("CreateDefaultVpc", json!({})), "DefaultVpcAlreadyExists");
        let by_vpc = json!([{"Name": "vpc-id", "Values": [vpc]}]);
        let subnets = cloud.ok("DescribeSubnets", json!({"Filters": by_vpc}));
        let subnets = subnets["Subnets"].as_array().expect("a list");
        let mut seen: Vec<_> = subnets.iter().map(|s| (s["AvailabilityZone"].as_str(), s["CidrBlock"].as_str())).collect();
        seen.sort();
        assert_eq!(seen[0], (Some("us-east-1a"), Some("172.31.0.0/20")));
        assert_eq!(seen[3], (Some("us-east-1d"), Some("172.31.48.0/20")));
        assert!(subnets.iter().all(|s| s["MapPublicIpOnLaunch"] == true && s["DefaultForAz"] == true));
        let tables = cloud.ok("DescribeRouteTables", json!({"Filters": by_vpc}));
        assert_eq!(tables.pointer("/RouteTables/0/Routes/1/DestinationCidrBlock"), Some(&json!("0.0.0.0/0")));
        assert_eq!(tables.pointer("/RouteTables/0/Routes/1/State"), Some(&json!("active")));
        for attribute in ["enableDnsSupport", "enableDnsHostnames"] {
            let answer = cloud.ok("DescribeVpcAttribute", json!({"VpcId": vpc, "Attribute": attribute}));
            assert!(answer.to_string().contains("true"), "{answer}");
        }
        let account = cloud.ok("DescribeAccountAttributes", json!({"AttributeNames": ["default-vpc"]}));
        assert_eq!(account.pointer("/AccountAttributes/0/AttributeValues/0/AttributeValue"), Some(&json!(vpc)));
    }

    #[test]
    fn a_deleted_default_subnet_can_be_made_again_once() {
        let cloud = Cloud::new();
        assert_eq!(cloud.refusal("CreateDefaultSubnet", json!({"AvailabilityZone": "us-east-1b"})), "DefaultVpcDoesNotExist");
        cloud.ok("CreateDefaultVpc", json!({}));
        let again = json!({"AvailabilityZone": "us-east-1b"});
        assert_eq!(cloud.refusal("CreateDefaultSubnet", again.clone()), "DefaultSubnetAlreadyExistsInAvailabilityZone");
        let old = json!({"Filters": [{"Name": "availability-zone", "Values": ["us-east-1b"]}]});
        let subnet = cloud.text("DescribeSubnets", old, "/Subnets/0/SubnetId");
        cloud.ok("DeleteSubnet", json!({"SubnetId": subnet}));
        assert_eq!(cloud.text("CreateDefaultSubnet", again, "/Subnet/CidrBlock"), "172.31.16.0/20");
    }
}
