//! CreateSubnet: a range of a VPC in one zone, guarded by the default network ACL and routed by the main table.

use ipnet::Ipv4Net;
use resource::{
    AclAssociation, NetworkAcl, Owner, Resource, Subnet, SubnetId, Tags, Vpc, VpcState, random_id, zone_id, zone_names,
};
use serde::{Deserialize, Serialize};
use store::{Snapshot, Txn};

use super::view::SubnetView;
use crate::ec2::{cidr, defaults, find};
use crate::quotas::{self, known::SUBNETS};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    vpc_id: String,
    cidr_block: Option<String>,
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    ipv6_native: bool,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    subnet: SubnetView,
}

/// Records a new subnet.
pub fn create_subnet(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let vpc = find::vpc(cx.txn, cx.owner(), &input.vpc_id)?;
    if input.ipv6_native {
        return Err(Error::unsupported_member("CreateSubnet", "Ipv6Native"));
    }
    let text = input.cidr_block.as_deref().ok_or_else(|| Error::missing("CidrBlock"))?;
    let zone = zone(cx.owner(), input.availability_zone.as_deref(), input.availability_zone_id.as_deref())?;
    let cidr = subnet_block(cx.txn, &vpc, text)?;
    let tags = tags::specified(&input.tag_specifications, "subnet", &["subnet"])?;
    let subnet = make(cx.txn, Wanted { vpc: &vpc, cidr, zone, default_for_zone: false, tags });
    Ok(Output { subnet: SubnetView::new(cx.txn, &subnet) })
}

/// The zone that a request names, or the first.
///
/// # Errors
/// `InvalidParameterValue` that lists the zones, `InvalidParameterCombination` when name and id are both given.
pub fn zone(owner: &Owner, name: Option<&str>, id: Option<&str>) -> Result<String, Error> {
    let region = owner.region.as_str();
    let chosen = match (name, id) {
        (Some(_), Some(_)) => return Err(Error::combination("Specify either AvailabilityZone or AvailabilityZoneId, not both.")),
        (Some(name), None) => zone_names(region).find(|zone| zone == name),
        (None, Some(id)) => zone_names(region).find(|zone| zone_id(region, zone).as_deref() == Some(id)),
        (None, None) => zone_names(region).next(),
    };
    chosen.ok_or_else(|| {
        let zones = zone_names(region).collect::<Vec<_>>().join(", ");
        let given = name.or(id).unwrap_or_default();
        Error::invalid_value(format!(
            "Value ({given}) for parameter availabilityZone is invalid. \
             Subnets can currently only be created in the following availability zones: {zones}."
        ))
    })
}

/// The block that a new subnet of `vpc` may have: masked, /16 to /28, inside the VPC and apart from its other subnets.
fn subnet_block(world: &Snapshot, vpc: &Vpc, text: &str) -> Result<Ipv4Net, Error> {
    let block = cidr::parse("cidrBlock", text)?;
    if !(16..=28).contains(&block.prefix_len()) {
        return Err(Error::new(
            "InvalidSubnet.Range",
            format!("The CIDR '{block}' is invalid: a subnet must be between /16 and /28."),
        ));
    }
    if !vpc.cidrs.iter().any(|association| association.cidr.contains(&block)) {
        let message = format!("The CIDR '{block}' is invalid: it does not lie inside a block of {}.", vpc.id);
        return Err(Error::new("InvalidSubnet.Range", message));
    }
    let siblings: Vec<_> = world.linked::<Subnet>(Vpc::KIND, &vpc.id).collect();
    if let Some(sibling) = siblings.iter().find(|sibling| cidr::overlap(sibling.cidr, block)) {
        let message = format!("The CIDR '{block}' conflicts with another subnet: {} has {}.", sibling.id, sibling.cidr);
        return Err(Error::new("InvalidSubnet.Conflict", message));
    }
    let most = quotas::most(world, &vpc.owner, &SUBNETS);
    match siblings.len() >= most {
        true => Err(Error::new("SubnetLimitExceeded", format!("A VPC can have at most {most} subnets."))),
        false => Ok(block),
    }
}

/// What a new subnet shall be.
pub struct Wanted<'a> {
    /// Where it lies.
    pub vpc: &'a Vpc,
    /// Its block, free in the VPC.
    pub cidr: Ipv4Net,
    /// The zone's name.
    pub zone: String,
    /// Whether it is the zone's default subnet, which gives its instances public addresses.
    pub default_for_zone: bool,
    /// Its tags.
    pub tags: Tags,
}

/// Writes a subnet and puts it under the VPC's default network ACL.
pub fn make(txn: &mut Txn, wanted: Wanted<'_>) -> Subnet {
    let subnet = Subnet {
        id: SubnetId::random(),
        owner: wanted.vpc.owner.clone(),
        vpc: wanted.vpc.id.clone(),
        cidr: wanted.cidr,
        zone: wanted.zone,
        state: VpcState::Pending,
        map_public_ip: wanted.default_for_zone,
        default_for_zone: wanted.default_for_zone,
        hostname_type: "ip-name".to_owned(),
        resource_name_a_record: false,
        tags: wanted.tags,
    };
    if let Some(acl) = defaults::acl(txn, &wanted.vpc.id) {
        let association = AclAssociation { id: random_id("aclassoc-"), subnet: subnet.id.clone() };
        txn.update::<NetworkAcl>(acl.id.as_str(), |acl| acl.associations.push(association));
    }
    txn.put(subnet.clone());
    subnet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::ec2::testing::Cloud;

    #[test]
    fn a_new_subnet_has_all_but_five_of_its_addresses_and_the_default_acl() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let answer =
            cloud.ok("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.77/24", "AvailabilityZoneId": "use1-az2"}));
        let shown = &answer["Subnet"];
        assert_eq!(shown["CidrBlock"], json!("10.0.1.0/24"));
        assert_eq!(shown["AvailableIpAddressCount"], json!(251));
        assert_eq!((&shown["AvailabilityZone"], &shown["State"]), (&json!("us-east-1b"), &json!("pending")));
        assert_eq!((&shown["MapPublicIpOnLaunch"], &shown["DefaultForAz"]), (&json!(false), &json!(false)));
        let id = shown["SubnetId"].as_str().expect("an id");
        assert_eq!(shown["SubnetArn"], json!(format!("arn:aws:ec2:us-east-1:111111111111:subnet/{id}")));
        let acl = defaults::acl_of(&cloud.world(), &SubnetId::parse(id).expect("well formed")).expect("an ACL");
        assert!(acl.is_default && acl.vpc.as_str() == vpc);
    }

    #[test]
    fn a_subnet_lies_in_its_vpc_and_apart_from_the_others() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/17"}), "/Vpc/VpcId");
        cloud.ok("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}));
        for (block, code) in [
            ("10.0.128.0/24", "InvalidSubnet.Range"),
            ("10.0.0.0/16", "InvalidSubnet.Range"),
            ("10.0.0.0/29", "InvalidSubnet.Range"),
            ("192.168.0.0/24", "InvalidSubnet.Range"),
            ("10.0.1.0/24", "InvalidSubnet.Conflict"),
            ("10.0.0.0/22", "InvalidSubnet.Conflict"),
            ("10.0.1.16/28", "InvalidSubnet.Conflict"),
            ("10.0.2", "InvalidParameterValue"),
        ] {
            assert_eq!(cloud.refusal("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": block})), code, "{block}");
        }
        cloud.ok("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.0.2.0/24"}));
        let other = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/17"}), "/Vpc/VpcId");
        cloud.ok("CreateSubnet", json!({"VpcId": other, "CidrBlock": "10.0.1.0/24"}));
    }

    #[test]
    fn an_unknown_zone_is_answered_with_those_that_there_are() {
        let cloud = Cloud::new();
        let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
        let at = |member: &str, zone: &str| json!({"VpcId": vpc, "CidrBlock": "10.0.1.0/24", member: zone});
        let refused = cloud.call("CreateSubnet", at("AvailabilityZone", "us-east-1z")).expect_err("no such zone");
        assert_eq!(refused.code, "InvalidParameterValue");
        assert!(refused.message.contains("us-east-1a, us-east-1b, us-east-1c, us-east-1d"), "{}", refused.message);
        assert_eq!(cloud.refusal("CreateSubnet", at("AvailabilityZoneId", "euw1-az1")), "InvalidParameterValue");
        let mut both = at("AvailabilityZone", "us-east-1a");
        both["AvailabilityZoneId"] = json!("use1-az1");
        assert_eq!(cloud.refusal("CreateSubnet", both), "InvalidParameterCombination");
        assert_eq!(cloud.refusal("CreateSubnet", at("OutpostArn", "arn:aws:outposts:x")), "UnsupportedOperation");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_is_asked_the_subnets_of_a_vpc_lie_in_it_and_apart(asked in prop::collection::vec((any::<u16>(), 16u8..=28), 1..12)) {
            let cloud = Cloud::new();
            let vpc = cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId");
            for (low, length) in asked {
                let [high, low] = low.to_be_bytes();
                let made = cloud.call("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": format!("10.0.{high}.{low}/{length}")}));
                prop_assert!(made.is_ok() || made.is_err_and(|error| error.code == "InvalidSubnet.Conflict"));
            }
            let subnets: Vec<Ipv4Net> = cloud.world().all::<Subnet>().map(|subnet| subnet.cidr).collect();
            let mut ranges: Vec<(u32, u32)> = subnets.iter().map(|s| (s.network().into(), s.broadcast().into())).collect();
            ranges.sort_unstable();
            prop_assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "{subnets:?}");
            prop_assert!(subnets.iter().all(|subnet| subnet.network().octets()[..2] == [10, 0]));
        }
    }
}
