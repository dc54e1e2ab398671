//! Who owns buckets and objects, in the form that S3 shows: a canonical user id, made of the account's number.

use ::checksum::{Algorithm, hex};
use serde_json::{Value, json};

/// The canonical user id of an account: 64 hexadecimal digits that are always the same.
pub(super) fn canonical_id(account: &str) -> String {
    hex(&Algorithm::Sha256.of(format!("underpass canonical user of {account}").as_bytes()))
}

/// `Owner`.
pub(super) fn view(account: &str) -> Value {
    json!({"ID": canonical_id(account)})
}

/// The access control list of everything here: its owner may do everything, and lists say no more.
pub(super) fn private_list(account: &str) -> Value {
    let id = canonical_id(account);
    json!({
        "Owner": {"ID": id},
        "Grants": [{"Grantee": {"ID": id, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_one_canonical_id() {
        assert_eq!(canonical_id("111111111111"), canonical_id("111111111111"));
        assert_ne!(canonical_id("111111111111"), canonical_id("222222222222"));
        assert_eq!(canonical_id("111111111111").len(), 64);
    }
}
