//! From who signed to who asks: the account and Region in which a request takes place.

use services::Caller;

use crate::identity::{self, DEFAULT_ACCOUNT, Refusal};

/// The Region of requests that name none.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";
/// The longest name of a Region that can be meant.
const LONGEST_REGION: usize = 32;

/// The caller as operations see it.
///
/// # Errors
/// [`Refusal::Scope`] for a Region that is not the name of one.
pub(crate) fn known(believed: identity::Caller) -> Result<Caller, Refusal> {
    let region = &believed.scope.region;
    let fits = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !fits || region.len() > LONGEST_REGION {
        return Err(Refusal::Scope(format!("Credential should be scoped to a valid Region, not '{region}'.")));
    }
    let account = believed.account().unwrap_or(DEFAULT_ACCOUNT).to_owned();
    Ok(Caller::new(believed.principal, &account, region).with_key(believed.access_key_id))
}

/// Who does not sign, where that is trusted: the root of the default account.
pub(crate) fn unsigned() -> Caller {
    Caller::root(DEFAULT_ACCOUNT, DEFAULT_REGION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_plain_name() {
        let region = |name: &str| known(identity::Caller::anonymous(name)).map(|caller| caller.owner.region);
        assert_eq!(region("eu-central-1").as_deref(), Ok("eu-central-1"));
        for name in ["../etc", "US-EAST-1", "eu central", &"a".repeat(33)] {
            assert!(region(name).is_err(), "{name}");
        }
    }
}
