//! AWS's own services as VPC endpoints lead to them: kinds, names, policies (AWS PrivateLink Guide, "AWS services that
//! integrate with AWS PrivateLink").

use crate::{EndpointKind, EndpointServiceId};

/// Who owns these services, as answers say.
pub const AMAZON: &str = "amazon";

/// A service of AWS's that endpoints can lead to. S3 has two: one for each kind of endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsService {
    /// What follows the Region in its name: `ecr.api`.
    pub name: &'static str,
    /// The kind of endpoint that leads to it.
    pub kind: EndpointKind,
    /// The name for which requests to it are signed: `elasticloadbalancing`.
    pub signing_name: &'static str,
    /// Whether its endpoints have policies.
    pub policy: bool,
    /// Its names inside a VPC whose endpoint has private DNS; `{region}` stands for the Region.
    private_names: &'static [&'static str],
}

const fn interface(name: &'static str, signing_name: &'static str, private_names: &'static [&'static str]) -> AwsService {
    AwsService { name, kind: EndpointKind::Interface, signing_name, policy: true, private_names }
}

const fn gateway(name: &'static str) -> AwsService {
    AwsService { name, kind: EndpointKind::Gateway, signing_name: name, policy: true, private_names: &[] }
}

/// All of them, in the order of their names.
const SERVICES: &[AwsService] = &[
    interface("apprunner", "apprunner", &["apprunner.{region}.amazonaws.com"]),
    AwsService { policy: false, ..interface("apprunner.requests", "apprunner", &[]) },
    interface("autoscaling", "autoscaling", &["autoscaling.{region}.amazonaws.com"]),
    gateway("dynamodb"),
    interface("ec2", "ec2", &["ec2.{region}.amazonaws.com"]),
    interface("ecr.api", "ecr", &["api.ecr.{region}.amazonaws.com"]),
    interface("ecr.dkr", "ecr", &["*.dkr.ecr.{region}.amazonaws.com"]),
    interface("elasticloadbalancing", "elasticloadbalancing", &["elasticloadbalancing.{region}.amazonaws.com"]),
    interface("execute-api", "execute-api", &["*.execute-api.{region}.amazonaws.com"]),
    interface("lambda", "lambda", &["lambda.{region}.amazonaws.com"]),
    interface("logs", "logs", &["logs.{region}.amazonaws.com"]),
    interface("route53resolver", "route53resolver", &["route53resolver.{region}.amazonaws.com"]),
    gateway("s3"),
    interface("s3", "s3", &["s3.{region}.amazonaws.com", "*.s3.{region}.amazonaws.com"]),
    interface("sts", "sts", &["sts.{region}.amazonaws.com"]),
];

impl AwsService {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SERVICES.iter()
    }

    /// Those whose name in `region` is `name`: `com.amazonaws.us-east-1.s3` is both S3s.
    pub fn named<'a>(region: &str, name: &'a str) -> impl Iterator<Item = &'static Self> + use<'a> {
        let short = name.strip_prefix("com.amazonaws.").and_then(|rest| rest.strip_prefix(region)?.strip_prefix('.'));
        SERVICES.iter().filter(move |service| Some(service.name) == short)
    }

    /// The one to which an endpoint of this kind with this service name leads.
    pub fn find(region: &str, name: &str, kind: EndpointKind) -> Option<&'static Self> {
        Self::named(region, name).find(|service| service.kind == kind)
    }

    /// `com.amazonaws.us-east-1.ecr.api`. Also the name of the prefix list to which a gateway endpoint routes.
    pub fn service_name(&self, region: &str) -> String {
        format!("com.amazonaws.{region}.{}", self.name)
    }

    /// Its id, the same in every installation: of the 128 bits of FNV-1a over kind and name, the last 68.
    pub fn service_id(&self, region: &str) -> EndpointServiceId {
        let text = format!("{:?}/{}", self.kind, self.service_name(region));
        let hash = text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
        let id = format!("{}{:017x}", EndpointServiceId::PREFIX, hash & 0xF_FFFF_FFFF_FFFF_FFFF);
        EndpointServiceId::parse(&id).expect("seventeen hexadecimal digits make an id")
    }

    /// The domain of its endpoints' names, or for a gateway the service's own public name.
    pub fn base_dns_name(&self, region: &str) -> String {
        match self.kind {
            EndpointKind::Interface => {
                let label = self.name.rsplit('.').collect::<Vec<_>>().join(".");
                format!("{label}.{region}.vpce.amazonaws.com")
            }
            EndpointKind::Gateway => format!("{}.{region}.amazonaws.com", self.name),
        }
    }

    /// The names that private DNS leads to an endpoint.
    pub fn private_names(&self, region: &str) -> impl Iterator<Item = String> + use<> {
        let (names, region) = (self.private_names, region.to_owned());
        names.iter().map(move |name| name.replace("{region}", &region))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_means_services_of_its_own_region_only_and_s3_twice() {
        let kinds = |region, name| AwsService::named(region, name).map(|service| service.kind).collect::<Vec<_>>();
        assert_eq!(kinds("us-east-1", "com.amazonaws.us-east-1.s3"), [EndpointKind::Gateway, EndpointKind::Interface]);
        assert_eq!(kinds("eu-west-1", "com.amazonaws.eu-west-1.sts"), [EndpointKind::Interface]);
        for name in ["com.amazonaws.us-east-1.sts", "com.amazonaws.eu-west-1.moon", "sts", "com.amazonaws.sts", ""] {
            assert!(kinds("eu-west-1", name).is_empty(), "{name}");
        }
    }

    #[test]
    fn ids_are_stable_and_differ_by_region_and_kind() {
        let ids: HashSet<String> = ["us-east-1", "eu-west-1"]
            .iter()
            .flat_map(|region| AwsService::all().map(move |service| service.service_id(region).to_string()))
            .collect();
        assert_eq!(ids.len(), 2 * SERVICES.len());
        let ec2 = AwsService::find("us-east-1", "com.amazonaws.us-east-1.ec2", EndpointKind::Interface);
        let ec2 = ec2.map(|service| service.service_id("us-east-1"));
        assert_eq!(ec2, AwsService::named("us-east-1", "com.amazonaws.us-east-1.ec2").next().map(|s| s.service_id("us-east-1")));
    }

    #[test]
    fn the_parts_of_a_name_are_turned_round_in_the_dns() {
        let base =
            |name| AwsService::named("us-east-1", name).map(|service| service.base_dns_name("us-east-1")).collect::<Vec<_>>();
        assert_eq!(base("com.amazonaws.us-east-1.ecr.dkr"), ["dkr.ecr.us-east-1.vpce.amazonaws.com"]);
        assert_eq!(base("com.amazonaws.us-east-1.s3"), ["s3.us-east-1.amazonaws.com", "s3.us-east-1.vpce.amazonaws.com"]);
    }

    #[test]
    fn private_names_are_of_the_region() {
        let private = |name| AwsService::named("eu-west-1", name).flat_map(|s| s.private_names("eu-west-1")).collect::<Vec<_>>();
        assert_eq!(private("com.amazonaws.eu-west-1.execute-api"), ["*.execute-api.eu-west-1.amazonaws.com"]);
        assert!(private("com.amazonaws.eu-west-1.apprunner.requests").is_empty());
    }
}
