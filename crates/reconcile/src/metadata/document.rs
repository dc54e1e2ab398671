//! The items that are JSON documents, member for member as programs on AWS read them.

use std::net::Ipv4Addr;

use resource::{AccessKey, Instance, InstanceProfile, Timestamp};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Who the instance is.
pub(super) fn identity(instance: &Instance, private: Option<Ipv4Addr>) -> String {
    written(&json!({
        "accountId": instance.owner.account,
        "architecture": architecture(),
        "availabilityZone": instance.zone,
        "billingProducts": null,
        "devpayProductCodes": null,
        "marketplaceProductCodes": null,
        "imageId": instance.image,
        "instanceId": instance.id,
        "instanceType": instance.instance_type,
        "kernelId": null,
        "pendingTime": moment(instance.launched),
        "privateIp": private,
        "ramdiskId": null,
        "region": instance.owner.region,
        "version": "2017-09-30",
    }))
}

/// The instance profile, whose keys were last changed at `updated`.
pub(super) fn profile(profile: &InstanceProfile, updated: Timestamp) -> String {
    written(&json!({
        "Code": "Success",
        "LastUpdated": moment(updated),
        "InstanceProfileArn": profile.arn,
        "InstanceProfileId": profile.id,
    }))
}

/// Keys of a role.
pub(super) fn credentials(key: &AccessKey, token: &str, expires: Timestamp) -> String {
    written(&json!({
        "Code": "Success",
        "LastUpdated": moment(key.created),
        "Type": "AWS-HMAC",
        "AccessKeyId": key.id,
        "SecretAccessKey": key.secret,
        "Token": token,
        "Expiration": moment(expires),
    }))
}

/// AWS's word for this machine's processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

/// To the second, `2026-01-02T03:04:05Z`; the epoch for what no calendar has.
fn moment(at: Timestamp) -> String {
    let seconds = i64::try_from(at.0 / 1000).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).expect("the years that a timestamp can have are all four digits long")
}

fn written(document: &Value) -> String {
    format!("{document:#}")
}
