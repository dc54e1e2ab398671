//! CreateVpc: a VPC with what AWS puts into every one: main route table, default network ACL, default group, DHCP options.

use ipnet::Ipv4Net;
use resource::{
    AclEntry, AclId, CidrAssociation, DhcpOptions, DhcpOptionsId, GroupId, GroupRule, GroupRuleId, NetworkAcl, Owner, RouteTable,
    RouteTableAssociation, RouteTableId, RulePeer, SecurityGroup, Tags, Traffic, Vpc, VpcId, VpcState, random_id,
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
        return Err(Error::invalid_value("Value (host) for parameter instanceTenancy is invalid. A VPC has the tenancy default or dedicated."));
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
        associations: vec![RouteTableAssociation { id: random_id("rtbassoc-"), subnet: None }],
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
    let domain = match owner.region.as_str() {
        "us-east-1" => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    let id = DhcpOptionsId::random();
    txn.put(DhcpOptions {
        id: id.clone(),
        owner: owner.clone(),
        options: vec![
            ("domain-name".to_owned(), vec![domain]),
            ("domain-name-servers".to_owned(), vec!["AmazonProvidedDNS".to_owned()]),
        ],
        is_default: true,
        tags: Tags::default(),
    });
    id
}
