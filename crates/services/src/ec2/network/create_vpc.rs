//! CreateVpc: a VPC with what AWS puts into every one: main route table, default network ACL, default group, DHCP options.

use ipnet::Ipv4Net;
use resource::{
    AclEntry, AclId, CidrAssociation, DhcpOptions, DhcpOptionsId, GroupId, GroupRule, GroupRuleId, NetworkAcl, Owner, RouteTable,
    RouteTableAssociation, RouteTableId, RulePeer, SecurityGroup, Tags, Traffic, Vpc, VpcId, VpcState, private_domain, random_id,
};
use serde::{Deserialize, Serialize};
use store::Txn;

use super::view::VpcView;
use crate::ec2::{cidr, defaults};
use crate::tags::{self, TagSpecification};
use crate::{Error, Write};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    cidr_block: Option<String>,
    instance_tenancy: Option<String>,
    amazon_provided_ipv6_cidr_block: bool,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    vpc: VpcView,
}

/// Records a new VPC.
pub fn create_vpc(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let text = input.cidr_block.as_deref().ok_or_else(|| Error::missing("CidrBlock"))?;
    let cidr = vpc_block(text)?;
    if input.amazon_provided_ipv6_cidr_block {
        return Err(Error::unsupported_member("CreateVpc", "AmazonProvidedIpv6CidrBlock"));
    }
    let tenancy = input.instance_tenancy.unwrap_or_else(|| "default".to_owned());
    if tenancy == "host" {
        return Err(Error::invalid_value(
            "Value (host) for parameter instanceTenancy is invalid. A VPC has the tenancy default or dedicated.",
        ));
    }
    let tags = tags::specified(&input.tag_specifications, "vpc", &["vpc"])?;
    let owner = cx.owner().clone();
    let vpc = make(cx.txn, Wanted { owner: &owner, cidr, tenancy, is_default: false, tags })?;
    Ok(Output { vpc: VpcView::new(&vpc) })
}

/// The block that a VPC may have: masked, /16 to /28, in no reserved range.
///
/// # Errors
/// `InvalidParameterValue` for a text that is no block, `InvalidVpc.Range` for a block that a VPC cannot have.
pub fn vpc_block(text: &str) -> Result<Ipv4Net, Error> {
    let block = cidr::parse("cidrBlock", text)?;
    let refused = |why: String| Err(Error::new("InvalidVpc.Range", why));
    if !(16..=28).contains(&block.prefix_len()) {
        return refused(format!("The CIDR '{block}' is invalid: the block of a VPC must be between /16 and /28."));
    }
    match cidr::reserved(block) {
        Some(why) => refused(format!("The CIDR '{block}' is invalid: {why}.")),
        None => Ok(block),
    }
}

/// What a new VPC shall be.
pub struct Wanted<'a> {
    /// Who owns it.
    pub owner: &'a Owner,
    /// Its primary block.
    pub cidr: Ipv4Net,
    /// `default` or `dedicated`.
    pub tenancy: String,
    /// Whether it is the account's default VPC, which gives its instances public names.
    pub is_default: bool,
    /// Its tags.
    pub tags: Tags,
}

/// Writes a VPC and everything that comes with it.
pub fn make(txn: &mut Txn, wanted: Wanted<'_>) -> Result<Vpc, Error> {
    let vpc = Vpc {
        id: VpcId::random(),
        owner: wanted.owner.clone(),
        cidrs: vec![cidr_association(wanted.cidr)],
        dhcp_options: Some(ensure_dhcp_options(txn, wanted.owner)),
        dns_support: true,
        dns_hostnames: wanted.is_default,
        usage_metrics: false,
        is_default: wanted.is_default,
        tenancy: wanted.tenancy,
        state: VpcState::Pending,
        router: txn.next_number("router").ok_or_else(|| Error::internal("all router numbers are used"))?,
        tags: wanted.tags,
    };
    txn.put(main_route_table(&vpc));
    txn.put(default_acl(&vpc));
    txn.put(default_group(&vpc));
    txn.put(vpc.clone());
    Ok(vpc)
}

/// A fresh association of a block.
pub fn cidr_association(cidr: Ipv4Net) -> CidrAssociation {
    CidrAssociation { id: random_id("vpc-cidr-assoc-"), cidr }
}

fn main_route_table(vpc: &Vpc) -> RouteTable {
    RouteTable {
        id: RouteTableId::random(),
        owner: vpc.owner.clone(),
        vpc: vpc.id.clone(),
        routes: Vec::new(),
        associations: vec![RouteTableAssociation { id: random_id("rtbassoc-"), subnet: None, gateway: None }],
        tags: Tags::default(),
    }
}

fn default_acl(vpc: &Vpc) -> NetworkAcl {
    let allow_all = |egress| AclEntry { number: 100, egress, traffic: Traffic::All, cidr: Ipv4Net::default(), allow: true };
    NetworkAcl {
        id: AclId::random(),
        owner: vpc.owner.clone(),
        vpc: vpc.id.clone(),
        is_default: true,
        entries: vec![allow_all(false), allow_all(true)],
        associations: Vec::new(),
        tags: Tags::default(),
    }
}

fn default_group(vpc: &Vpc) -> SecurityGroup {
    let id = GroupId::random();
    let rule = |egress, peer| GroupRule {
        id: GroupRuleId::random(),
        egress,
        traffic: Traffic::All,
        peer,
        description: None,
        tags: Tags::default(),
    };
    let itself = RulePeer::Group { id: id.clone(), account: vpc.owner.account.clone() };
    SecurityGroup {
        id,
        owner: vpc.owner.clone(),
        vpc: vpc.id.clone(),
        associations: Vec::new(),
        name: defaults::DEFAULT_GROUP.to_owned(),
        description: "default VPC security group".to_owned(),
        rules: vec![rule(false, itself), rule(true, RulePeer::Cidr(Ipv4Net::default()))],
        tags: Tags::default(),
    }
}

/// The account's default DHCP options, made when there are none yet.
fn ensure_dhcp_options(txn: &mut Txn, owner: &Owner) -> DhcpOptionsId {
    if let Some(options) = defaults::dhcp_options(txn, owner) {
        return options.id.clone();
    }
    let id = DhcpOptionsId::random();
    txn.put(DhcpOptions {
        id: id.clone(),
        owner: owner.clone(),
        options: vec![
            ("domain-name".to_owned(), vec![private_domain(&owner.region)]),
            ("domain-name-servers".to_owned(), vec!["AmazonProvidedDNS".to_owned()]),
        ],
        is_default: true,
        tags: Tags::default(),
    });
    id
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ec2::testing::Cloud;

    #[test]
    fn a_new_vpc_comes_with_a_main_table_an_acl_a_group_and_dhcp_options() {
        let cloud = Cloud::new();
        let answer = cloud.ok("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let shown = &answer["Vpc"];
        assert_eq!(
            (&shown["State"], &shown["IsDefault"], &shown["InstanceTenancy"]),
            (&json!("pending"), &json!(false), &json!("default"))
        );
        assert_eq!(shown.pointer("/CidrBlockAssociationSet/0/CidrBlockState/State"), Some(&json!("associated")));

        let world = cloud.world();
        let vpc = VpcId::parse(shown["VpcId"].as_str().expect("an id")).expect("well formed");
        let table = defaults::main_route_table(&world, &vpc).expect("a main table");
        assert_eq!((table.routes.len(), table.associations.len()), (0, 1));
        let acl = defaults::acl(&world, &vpc).expect("a default ACL");
        let entries: Vec<_> = acl.entries.iter().map(|e| (e.number, e.egress, e.allow, e.cidr.to_string())).collect();
        assert_eq!(entries, [(100, false, true, "0.0.0.0/0".to_owned()), (100, true, true, "0.0.0.0/0".to_owned())]);
        let group = defaults::group(&world, &vpc).expect("a default group");
        assert_eq!(group.description, "default VPC security group");
        let peers: Vec<_> = group.rules.iter().map(|rule| (rule.egress, rule.traffic, rule.peer.clone())).collect();
        let itself = RulePeer::Group { id: group.id.clone(), account: "111111111111".to_owned() };
        assert_eq!(peers, [(false, Traffic::All, itself), (true, Traffic::All, RulePeer::Cidr(Ipv4Net::default()))]);
        let options = defaults::dhcp_options(&world, &group.owner).expect("default options");
        assert_eq!(shown["DhcpOptionsId"], json!(options.id));
    }

    #[test]
    fn vpcs_of_one_account_share_dhcp_options_and_have_routers_of_their_own() {
        let cloud = Cloud::new();
        let options = |cloud: &Cloud| cloud.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/DhcpOptionsId");
        assert_eq!(options(&cloud), options(&cloud));
        assert_ne!(options(&cloud), options(&cloud.account("222222222222")));
        let mut routers: Vec<u32> = cloud.world().all::<Vpc>().map(|vpc| vpc.router).collect();
        routers.sort_unstable();
        assert_eq!(routers, [1, 2, 3, 4]);
    }

    #[test]
    fn the_block_is_masked_and_must_be_one_that_a_vpc_can_have() {
        let cloud = Cloud::new();
        for (block, expected) in [
            ("100.68.0.18/18", Ok("100.68.0.0/18")),
            ("10.0.0.0/28", Ok("10.0.0.0/28")),
            ("52.1.0.0/16", Ok("52.1.0.0/16")),
            ("10.0.0.0/15", Err("InvalidVpc.Range")),
            ("10.0.0.0/29", Err("InvalidVpc.Range")),
            ("127.0.0.0/16", Err("InvalidVpc.Range")),
            ("169.254.0.0/16", Err("InvalidVpc.Range")),
            ("198.18.0.0/16", Err("InvalidVpc.Range")),
            ("224.1.0.0/16", Err("InvalidVpc.Range")),
            ("250.0.0.0/16", Err("InvalidVpc.Range")),
            ("10.0.0.0", Err("InvalidParameterValue")),
            ("ten", Err("InvalidParameterValue")),
        ] {
            let made = cloud.call("CreateVpc", json!({"CidrBlock": block}));
            let seen =
                made.map(|answer| answer["Vpc"]["CidrBlock"].as_str().unwrap_or_default().to_owned()).map_err(|error| error.code);
            assert_eq!(seen, expected.map(str::to_owned).map_err(str::to_owned), "{block}");
        }
    }

    #[test]
    fn what_underpass_does_not_do_is_refused_by_name_and_what_changes_nothing_is_taken() {
        let cloud = Cloud::new();
        for (member, value, code) in [
            ("AmazonProvidedIpv6CidrBlock", json!(true), "UnsupportedOperation"),
            ("Ipv4IpamPoolId", json!("ipam-pool-1"), "UnsupportedOperation"),
            ("InstanceTenancy", json!("host"), "InvalidParameterValue"),
            ("TagSpecifications", json!([{"ResourceType": "subnet", "Tags": []}]), "InvalidParameterValue"),
            ("DryRun", json!(true), "DryRunOperation"),
        ] {
            let refused = cloud.call("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", member: value})).expect_err(member);
            assert_eq!(refused.code, code, "{member}");
            assert!(code != "UnsupportedOperation" || refused.message.contains(member), "{}", refused.message);
        }
        assert_eq!(cloud.refusal("CreateVpc", json!({})), "MissingParameter");
        assert_eq!(cloud.world().all::<Vpc>().count(), 0);
        cloud.ok(
            "CreateVpc",
            json!({"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": false, "InstanceTenancy": "dedicated"}),
        );
    }
}
