//! Where AWS's services are on the simulated internet: public addresses, and the names that lead there (AWS General
//! Reference, "Service endpoints and quotas").

use std::net::Ipv4Addr;

/// The Regions that AWS accounts see from the start. Any other Region's name works here, too.
pub const REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The public way to one service of AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrontDoor {
    /// The name for which requests to it are signed.
    pub signing_name: &'static str,
    /// Its address, for all Regions. A service with a prefix list has it in the list's block.
    address: [u8; 4],
    /// Its names; `{region}` stands for the Region.
    names: &'static [&'static str],
}

const fn door(signing_name: &'static str, address: [u8; 4], names: &'static [&'static str]) -> FrontDoor {
    FrontDoor { signing_name, address, names }
}

const DOORS: &[FrontDoor] = &[
    door(
        "s3",
        [198, 18, 0, 17],
        &["s3.{region}.amazonaws.com", "*.s3.{region}.amazonaws.com", "s3.amazonaws.com", "*.s3.amazonaws.com"],
    ),
    door("dynamodb", [198, 18, 0, 33], &["dynamodb.{region}.amazonaws.com"]),
    door("acm", [198, 18, 0, 129], &["acm.{region}.amazonaws.com"]),
    door("apprunner", [198, 18, 0, 130], &["apprunner.{region}.amazonaws.com"]),
    door("autoscaling", [198, 18, 0, 131], &["autoscaling.{region}.amazonaws.com"]),
    door("cloudformation", [198, 18, 0, 132], &["cloudformation.{region}.amazonaws.com"]),
    door("ec2", [198, 18, 0, 133], &["ec2.{region}.amazonaws.com", "ec2.amazonaws.com"]),
    door("ecr", [198, 18, 0, 134], &["api.ecr.{region}.amazonaws.com", "*.dkr.ecr.{region}.amazonaws.com"]),
    door("elasticloadbalancing", [198, 18, 0, 135], &["elasticloadbalancing.{region}.amazonaws.com"]),
    door("execute-api", [198, 18, 0, 136], &["*.execute-api.{region}.amazonaws.com"]),
    door("iam", [198, 18, 0, 137], &["iam.amazonaws.com"]),
    door("lambda", [198, 18, 0, 138], &["lambda.{region}.amazonaws.com"]),
    door("logs", [198, 18, 0, 139], &["logs.{region}.amazonaws.com"]),
    door("route53", [198, 18, 0, 140], &["route53.amazonaws.com"]),
    door("route53resolver", [198, 18, 0, 141], &["route53resolver.{region}.amazonaws.com"]),
    door("sts", [198, 18, 0, 142], &["sts.{region}.amazonaws.com", "sts.amazonaws.com"]),
];

/// The ports at which services answer: HTTPS.
const SECURE: &[u16] = &[443];
/// S3 answers HTTP as well.
const BOTH: &[u16] = &[443, 80];

/// The ports at which the service that signs as `signing_name` answers, at its front door and at its endpoints.
pub fn service_ports(signing_name: &str) -> &'static [u16] {
    if signing_name == "s3" { BOTH } else { SECURE }
}

impl FrontDoor {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        DOORS.iter()
    }

    /// That of the service that signs as `signing_name`.
    pub fn of(signing_name: &str) -> Option<&'static Self> {
        DOORS.iter().find(|door| door.signing_name == signing_name)
    }

    /// That to which the host name `host` leads. A wildcard stands for one label, as in certificates.
    pub fn at(host: &str) -> Option<&'static Self> {
        DOORS.iter().find(|door| door.names.iter().any(|name| fits(name, host)))
    }

    /// Its address.
    pub fn address(&self) -> Ipv4Addr {
        self.address.into()
    }

    /// The ports at which it answers.
    pub fn ports(&self) -> &'static [u16] {
        service_ports(self.signing_name)
    }

    /// All its names, in every Region that we know of.
    pub fn names(&self) -> impl Iterator<Item = String> + use<> {
        self.names.iter().flat_map(|name| {
            let regions = if name.contains("{region}") { REGIONS.as_slice() } else { &[""] };
            regions.iter().map(|region| name.replace("{region}", region))
        })
    }
}

/// Whether `host` is the name `pattern`, label by label.
fn fits(pattern: &str, host: &str) -> bool {
    let fits = |(pattern, label): (&str, &str)| match pattern {
        "*" | "{region}" => !label.is_empty(),
        exact => exact.eq_ignore_ascii_case(label),
    };
    let (patterns, labels) = (pattern.split('.'), host.split('.'));
    patterns.clone().count() == labels.clone().count() && patterns.zip(labels).all(fits)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::AwsService;

    #[test]
    fn a_name_leads_to_the_door_of_its_service_in_any_region() {
        let signing = |host| FrontDoor::at(host).map(|door| door.signing_name);
        for (host, service) in [
            ("ec2.us-east-1.amazonaws.com", Some("ec2")),
            ("EC2.moon-central-1.amazonaws.com", Some("ec2")),
            ("iam.amazonaws.com", Some("iam")),
            ("bucket.s3.eu-west-1.amazonaws.com", Some("s3")),
            ("bucket.s3.amazonaws.com", Some("s3")),
            ("a1b2c3.execute-api.us-east-1.amazonaws.com", Some("execute-api")),
            ("a.b.execute-api.us-east-1.amazonaws.com", None),
            ("ec2.us-east-1.amazonaws.com.example.com", None),
            ("amazonaws.com", None),
        ] {
            assert_eq!(signing(host), service, "{host}");
        }
    }

    #[test]
    fn every_service_with_endpoints_has_a_door_of_its_own() {
        assert!(AwsService::all().all(|service| FrontDoor::of(service.signing_name).is_some()));
        let addresses: HashSet<Ipv4Addr> = FrontDoor::all().map(FrontDoor::address).collect();
        assert_eq!(addresses.len(), DOORS.len());
    }

    #[test]
    fn names_are_spelled_out_for_each_region() {
        let names: Vec<String> = FrontDoor::of("sts").into_iter().flat_map(FrontDoor::names).collect();
        assert_eq!(names.len(), REGIONS.len() + 1);
        assert!(names.iter().all(|name| FrontDoor::at(name).is_some_and(|door| door.signing_name == "sts")));
    }
}
