//! The instance profile that a launch names.

use resource::{InstanceProfile, Owner};
use store::Snapshot;

use super::launch::ProfileReference;
use crate::{Error, Write, iam};

/// The ARN of the profile that a request names by name or ARN.
///
/// # Errors
/// `InvalidParameterValue` for one that the account does not have, `InvalidParameterCombination` for both.
pub fn resolve(world: &Snapshot, owner: &Owner, reference: &ProfileReference) -> Result<String, Error> {
    let (member, text, found) = match (&reference.name, &reference.arn) {
        (Some(_), Some(_)) => return Err(Error::combination("The instance profile may be given by name or by ARN, not both.")),
        (None, None) => return Err(Error::missing("IamInstanceProfile.Name")),
        (Some(name), None) => {
            let key = format!("{}/{name}", owner.account);
            ("name", name, world.named::<InstanceProfile>("instance-profile-name", key).next())
        }
        (None, Some(arn)) => ("arn", arn, world.find::<InstanceProfile>(arn).filter(|p| p.owner.account == owner.account)),
    };
    found.map(|profile| profile.arn.clone()).ok_or_else(|| {
        Error::invalid_value(format!(
            "Value ({text}) for parameter iamInstanceProfile.{member} is invalid. Invalid IAM Instance Profile {member}"
        ))
    })
}

/// Checks that the caller may give the role of a profile to an instance.
///
/// # Errors
/// `UnauthorizedOperation`.
pub fn may_give(cx: &Write<'_>, profile: Option<&str>) -> Result<(), Error> {
    let profile = profile.and_then(|arn| cx.txn.find::<InstanceProfile>(arn));
    let role = profile.as_ref().and_then(|profile| profile.role.as_deref());
    let passed = role.map_or(Ok(()), |role| iam::may_pass(cx.txn, cx.caller, role, "ec2.amazonaws.com"));
    passed.map_err(|denied| match denied.status {
        403 => {
            let message = format!("You are not authorized to perform this operation. {}", denied.message);
            Error::new("UnauthorizedOperation", message).with_status(403)
        }
        _ => denied,
    })
}
