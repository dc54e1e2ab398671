//! The quotas that are enforced here, with AWS's codes and defaults ("Elastic IP address quota", "Amazon VPC quotas", "AWS PrivateLink quotas", "Quotas for
//! your Network Load Balancers", "Quotas for Amazon EC2 Auto Scaling", "Quotas on hosted zones", "Quotas on Route 53 Resolver",
//! "Quotas" of ACM).

use crate::Error;

/// A service that has quotas.
#[derive(Debug, PartialEq, Eq)]
pub struct Of {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether it is of no Region: its quotas are those of the account, and lie in us-east-1.
    pub global: bool,
}

/// A quota.
#[derive(Debug)]
pub struct Quota {
    /// The service that it is of.
    pub service: &'static Of,
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The number that an account has that never asked for more.
    pub default: u32,
    /// What may be asked for.
    pub raise: Raise,
}

/// How far a quota can be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raise {
    /// Not at all.
    Never,
    /// To so many.
    To(u32),
    /// As far as the account likes: AWS publishes no most.
    Freely,
}

const ACM: &Of = &Of { code: "acm", name: "AWS Certificate Manager (ACM)", global: false };
const SCALING: &Of = &Of { code: "autoscaling", name: "Amazon EC2 Auto Scaling", global: false };
const EC2: &Of = &Of { code: "ec2", name: "Amazon Elastic Compute Cloud (Amazon EC2)", global: false };
const VPC: &Of = &Of { code: "vpc", name: "Amazon Virtual Private Cloud (Amazon VPC)", global: false };
const ELB: &Of = &Of { code: "elasticloadbalancing", name: "Elastic Load Balancing (ELB)", global: false };
const NAMES: &Of = &Of { code: "route53", name: "Amazon Route 53", global: true };
const RESOLVER: &Of = &Of { code: "route53resolver", name: "Amazon Route 53 Resolver", global: false };

/// Every service that has quotas here.
pub const SERVICES: [&Of; 7] = [ACM, SCALING, EC2, ELB, NAMES, RESOLVER, VPC];

const fn quota(service: &'static Of, code: &'static str, name: &'static str, default: u32, raise: Raise) -> Quota {
    Quota { service, code, name, default, raise }
}

const fn vpc(code: &'static str, name: &'static str, default: u32, raise: Raise) -> Quota {
    quota(VPC, code, name, default, raise)
}

const fn elb(code: &'static str, name: &'static str, default: u32, raise: Raise) -> Quota {
    quota(ELB, code, name, default, raise)
}

const fn resolver(code: &'static str, name: &'static str, default: u32, raise: Raise) -> Quota {
    quota(RESOLVER, code, name, default, raise)
}

/// Elastic IPs in a Region.
pub static ADDRESSES: Quota = quota(EC2, "L-0263D0A3", "EC2-VPC Elastic IPs", 5, Raise::Freely);
/// Interface endpoints in one VPC.
pub static INTERFACE_ENDPOINTS: Quota = vpc("L-29B6F2EB", "Interface VPC endpoints per VPC", 50, Raise::Freely);
/// Gateway endpoints in a Region.
pub static GATEWAY_ENDPOINTS: Quota = vpc("L-1B52E74A", "Gateway VPC endpoints per Region", 20, Raise::Freely);
/// Peering connections of a VPC that carry packets.
pub static PEERINGS: Quota = vpc("L-7E9ECCDB", "Active VPC peering connections per VPC", 50, Raise::To(125));
/// Requests for peering connections that wait.
pub static PEERING_REQUESTS: Quota = vpc("L-DC9F7029", "Outstanding VPC peering connection requests", 25, Raise::Freely);
/// Subnets of a VPC.
pub static SUBNETS: Quota = vpc("L-407747CB", "Subnets per VPC", 200, Raise::Freely);
/// Blocks of a VPC.
pub static BLOCKS: Quota = vpc("L-83CA0A9D", "IPv4 CIDR blocks per VPC", 5, Raise::To(50));
/// Route tables of a VPC.
pub static ROUTE_TABLES: Quota = vpc("L-589F43AA", "Route tables per VPC", 200, Raise::Freely);
/// Routes of a table.
pub static ROUTES: Quota = vpc("L-93826ACB", "Routes per route table", 50, Raise::To(1000));
/// Network ACLs of a VPC.
pub static ACLS: Quota = vpc("L-B4A6D682", "Network ACLs per VPC", 200, Raise::Freely);
/// Entries of a network ACL in one direction.
pub static ACL_ENTRIES: Quota = vpc("L-2AEEBF1A", "Rules per network ACL", 20, Raise::To(40));
/// Security groups in a Region.
pub static GROUPS: Quota = vpc("L-E79EC296", "VPC security groups per Region", 2500, Raise::Freely);
/// Security groups on an interface.
pub static GROUPS_OF_INTERFACE: Quota = vpc("L-2AFB9258", "Security groups per network interface", 5, Raise::To(16));
/// Rules of a security group in one direction.
pub static GROUP_RULES: Quota = vpc("L-0EA8095F", "Inbound or outbound rules per security group", 60, Raise::To(1000));
/// Network Load Balancers in a Region.
pub static BALANCERS: Quota = elb("L-69A177A2", "Network Load Balancers per Region", 50, Raise::Freely);
/// Listeners of a balancer.
pub static LISTENERS: Quota = elb("L-57A373D6", "Listeners per Network Load Balancer", 50, Raise::Never);
/// Certificates of a listener, the default among them.
pub static CERTIFICATES: Quota = elb("L-52964454", "Certificates per Network Load Balancer", 25, Raise::Freely);
/// Target groups in a Region.
pub static TARGET_GROUPS: Quota = elb("L-B22855CB", "Target Groups per Region", 3000, Raise::Freely);
/// Targets of a group.
pub static TARGETS: Quota = elb("L-A0D0B863", "Targets per Target Group per Region", 1000, Raise::Freely);
/// Targets of all groups of a balancer.
pub static BALANCER_TARGETS: Quota = elb("L-EEF1AD04", "Targets per Network Load Balancer", 3000, Raise::Freely);
/// Those of them in one zone.
pub static ZONE_TARGETS: Quota = elb("L-B211E961", "Targets per Availability Zone per Network Load Balancer", 500, Raise::Freely);
/// Names of a certificate.
pub static CERTIFICATE_NAMES: Quota = quota(ACM, "L-FB94F0B0", "Domain names per ACM certificate", 10, Raise::To(100));
/// Auto Scaling groups in a Region.
pub static SCALING_GROUPS: Quota = quota(SCALING, "L-CDE20ADC", "Auto Scaling groups per region", 500, Raise::Freely);
/// Hosted zones of an account.
pub static HOSTED_ZONES: Quota = quota(NAMES, "L-4EA4796A", "Hosted zones", 500, Raise::Freely);
/// Record sets of a hosted zone.
pub static RECORDS: Quota = quota(NAMES, "L-E209CC9F", "Records per hosted zone", 10_000, Raise::Freely);
/// Resolver endpoints in a Region.
pub static RESOLVER_ENDPOINTS: Quota = resolver("L-4A669CC0", "Resolver endpoints per AWS Region", 4, Raise::Freely);
/// Addresses of a resolver endpoint.
pub static RESOLVER_ADDRESSES: Quota = resolver("L-D2FE9758", "IP addresses per resolver endpoint", 6, Raise::Freely);
/// Resolver rules in a Region.
pub static RESOLVER_RULES: Quota = resolver("L-51D8A1FB", "Resolver rules per AWS Region", 1000, Raise::Freely);
/// Name servers of a rule.
pub static RULE_TARGETS: Quota = resolver("L-D74B6237", "Target IP addresses per resolver rule", 6, Raise::Never);
/// Associations of rules in a Region.
pub static RULE_ASSOCIATIONS: Quota =
    resolver("L-94E19253", "Associations between resolver rules and VPCs per AWS Region", 2000, Raise::Freely);

/// All of them.
static ALL: [&Quota; 30] = [
    &ADDRESSES,
    &INTERFACE_ENDPOINTS,
    &GATEWAY_ENDPOINTS,
    &PEERINGS,
    &PEERING_REQUESTS,
    &SUBNETS,
    &BLOCKS,
    &ROUTE_TABLES,
    &ROUTES,
    &ACLS,
    &ACL_ENTRIES,
    &GROUPS,
    &GROUPS_OF_INTERFACE,
    &GROUP_RULES,
    &BALANCERS,
    &LISTENERS,
    &CERTIFICATES,
    &TARGET_GROUPS,
    &TARGETS,
    &BALANCER_TARGETS,
    &ZONE_TARGETS,
    &CERTIFICATE_NAMES,
    &SCALING_GROUPS,
    &HOSTED_ZONES,
    &RECORDS,
    &RESOLVER_ENDPOINTS,
    &RESOLVER_ADDRESSES,
    &RESOLVER_RULES,
    &RULE_TARGETS,
    &RULE_ASSOCIATIONS,
];

/// The most rules that may speak of one interface: the product of its groups and of their rules.
pub const RULES_OF_INTERFACE: u32 = 1000;

/// The most VPCs that may see a private hosted zone: AWS tells it as a limit of the zone, not among its quotas here.
pub const VPCS_OF_ZONE: usize = 300;

/// The quotas of a service.
///
/// # Errors
/// `NoSuchResourceException` for a service that has none here.
pub fn of(service: &str) -> Result<impl Iterator<Item = &'static Quota>, Error> {
    let service = SERVICES.iter().find(|known| known.code == service).ok_or_else(|| none("service", service))?;
    Ok(ALL.iter().copied().filter(move |quota| quota.service == *service))
}

/// A quota by its code.
///
/// # Errors
/// `NoSuchResourceException`.
pub fn find(service: &str, code: &str) -> Result<&'static Quota, Error> {
    of(service)?.find(|quota| quota.code == code).ok_or_else(|| none("quota", code))
}

fn none(what: &str, code: &str) -> Error {
    Error::new("NoSuchResourceException", format!("The {what} {code} does not exist, or is not enforced by underpass."))
}
