//! Where a balancer keeps its access logs: in a bucket of its Region whose policy lets log delivery write there.

use policy::Principal;
use resource::LoadBalancer;
use store::Snapshot;

use super::super::refusal::configuration;
use crate::s3::permit_delivery;
use crate::{Caller, Error};

/// Who writes.
const DELIVERY: &str = "delivery.logs.amazonaws.com";

/// Checks the settings of a balancer whose access logs are on.
///
/// # Errors
/// `InvalidConfigurationRequest`.
pub fn check(world: &Snapshot, balancer: &LoadBalancer) -> Result<(), Error> {
    if !balancer.flag("access_logs.s3.enabled", false) {
        return Ok(());
    }
    let setting = |key: &str| balancer.attributes.get(key).map(String::as_str).unwrap_or_default();
    let (bucket, prefix) = (setting("access_logs.s3.bucket"), setting("access_logs.s3.prefix"));
    if bucket.is_empty() {
        return Err(configuration("Access logs need a bucket: set access_logs.s3.bucket"));
    }
    if prefix.contains("AWSLogs") || prefix.starts_with('/') || prefix.ends_with('/') {
        return Err(configuration(format!(
            "The prefix '{prefix}' of access logs may not contain AWSLogs, nor begin or end with /"
        )));
    }
    let (account, region) = (&balancer.owner.account, &balancer.owner.region);
    let folder = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let key = format!("{folder}AWSLogs/{account}/elasticloadbalancing/{region}/x.log.gz");
    let mut caller = Caller::new(Principal::Service { name: DELIVERY.to_owned() }, account, region);
    caller.facts = vec![("aws:SourceAccount", account.clone()), ("aws:SourceArn", balancer.arn.clone())];
    let permitted = permit_delivery(world, &caller, bucket, &key).map_err(|refused| {
        configuration(format!("Access Denied for bucket: {bucket}. Please check S3 bucket permission ({})", refused.code))
    })?;
    match permitted.owner.region == *region {
        true => Ok(()),
        false => Err(configuration(format!("The bucket {bucket} is not in {region}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::elbv2::tests::site::Site;

    #[test]
    fn access_logs_need_a_bucket_that_lets_delivery_write() {
        let site = Site::new();
        let balancer = site.balancer("web");
        let set = |bucket: &str, prefix: &str| {
            let attribute = |key: &str, value: &str| json!({"Key": format!("access_logs.s3.{key}"), "Value": value});
            let all = [attribute("enabled", "true"), attribute("bucket", bucket), attribute("prefix", prefix)];
            json!({"LoadBalancerArn": balancer, "Attributes": all})
        };
        let refused = |bucket: &str, prefix: &str| site.refusal("ModifyLoadBalancerAttributes", set(bucket, prefix));
        assert_eq!(refused("", ""), "InvalidConfigurationRequest");
        assert_eq!(refused("logs", ""), "InvalidConfigurationRequest", "there is no such bucket");
        site.cloud.call_in("s3", "CreateBucket", json!({"Bucket": "logs"})).expect("a bucket");
        assert_eq!(refused("logs", ""), "InvalidConfigurationRequest", "its policy lets nobody write");
        let service = json!({"Service": "delivery.logs.amazonaws.com"});
        let statement = |action: &str, resource: &str| json!({"Effect": "Allow", "Principal": service, "Action": action, "Resource": resource});
        let statements =
            [statement("s3:GetBucketAcl", "arn:aws:s3:::logs"), statement("s3:PutObject", "arn:aws:s3:::logs/p/AWSLogs/*")];
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        site.cloud.call_in("s3", "PutBucketPolicy", json!({"Bucket": "logs", "Policy": policy})).expect("a policy");
        assert_eq!(refused("logs", "AWSLogs"), "InvalidConfigurationRequest");
        assert_eq!(refused("logs", ""), "InvalidConfigurationRequest", "it may write elsewhere only");
        site.ok("ModifyLoadBalancerAttributes", set("logs", "p"));
    }
}
