//! AWS's own services that endpoints lead to, and the names that they have (PrivateLink Guide, "Services that integrate").

use crate::EndpointKind;

/// A service of AWS's, as one kind of endpoint knows it.
#[derive(Debug, PartialEq, Eq)]
pub struct AwsService {
    /// What its name ends in: `ecr.api` of `com.amazonaws.us-east-1.ecr.api`.
    pub short: &'static str,
    /// The kind of endpoint that leads to it.
    pub kind: EndpointKind,
    /// What its private names have before `{region}.amazonaws.com`.
    private: &'static [&'static str],
    /// Whether endpoints to it have a policy.
    pub policy: bool,
}

/// All of them.
pub const AWS_SERVICES: &[AwsService] = &[
    interface("apprunner", &["apprunner"]),
    AwsService { policy: false, ..interface("apprunner.requests", &[]) },
    interface("autoscaling", &["autoscaling"]),
    interface("ec2", &["ec2"]),
    interface("ecr.api", &["api.ecr"]),
    interface("ecr.dkr", &["*.dkr.ecr"]),
    interface("elasticloadbalancing", &["elasticloadbalancing"]),
    interface("execute-api", &["*.execute-api"]),
    interface("lambda", &["lambda"]),
    interface("logs", &["logs"]),
    AwsService { short: "s3", kind: EndpointKind::Gateway, private: &[], policy: true },
    interface("s3", &["s3", "*.s3", "*.s3-accesspoint", "*.s3-control"]),
    interface("sts", &["sts"]),
];

const fn interface(short: &'static str, private: &'static [&'static str]) -> AwsService {
    AwsService { short, kind: EndpointKind::Interface, private, policy: true }
}

impl AwsService {
    /// The service that `name` means in `region` for endpoints of `kind`.
    pub fn find(name: &str, region: &str, kind: EndpointKind) -> Option<&'static Self> {
        let short = name.strip_prefix("com.amazonaws.")?.strip_prefix(region)?.strip_prefix('.')?;
        AWS_SERVICES.iter().find(|service| service.short == short && service.kind == kind)
    }

    /// `com.amazonaws.us-east-1.ecr.api`.
    pub fn name(&self, region: &str) -> String {
        format!("com.amazonaws.{region}.{}", self.short)
    }

    /// Its names that lead to an endpoint inside a VPC: `ec2.us-east-1.amazonaws.com`, `*.execute-api.us-east-1.amazonaws.com`.
    pub fn private_names(&self, region: &str) -> Vec<String> {
        self.private.iter().map(|label| format!("{label}.{region}.amazonaws.com")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_found_by_its_name_in_the_region_and_the_kind_of_endpoint() {
        let find = |name, kind| AwsService::find(name, "us-east-1", kind).map(|service| service.name("us-east-1"));
        let registry = "com.amazonaws.us-east-1.ecr.api";
        assert_eq!(find(registry, EndpointKind::Interface).as_deref(), Some(registry));
        assert_eq!(find(registry, EndpointKind::Gateway), None);
        assert_eq!(find("com.amazonaws.eu-west-1.ecr.api", EndpointKind::Interface), None);
        assert_eq!(find("com.amazonaws.us-east-1.", EndpointKind::Interface), None);
    }

    #[test]
    fn private_names_are_in_the_region_and_some_stand_for_everything_below() {
        let names = |short| AWS_SERVICES.iter().find(|service| service.short == short).map(|s| s.private_names("eu-west-1"));
        assert_eq!(names("execute-api"), Some(vec!["*.execute-api.eu-west-1.amazonaws.com".to_owned()]));
        assert_eq!(names("apprunner.requests"), Some(vec![]));
    }
}
