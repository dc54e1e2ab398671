//! Key pairs: instances trust the public half; the private half is given out once and never kept.

pub mod create_key_pair;
pub mod delete_key_pair;
mod der;
pub mod describe_key_pairs;
mod generate;
pub mod import_key_pair;
mod md5;
mod openssh;

use std::sync::Arc;

use resource::{KeyPair, Owner};
use store::Snapshot;

use crate::Error;

/// The key pair with a name.
fn named(world: &Snapshot, owner: &Owner, name: &str) -> Option<Arc<KeyPair>> {
    world.named("key-name", format!("{}/{}/{name}", owner.account, owner.region)).next()
}

/// The key pair with an id.
fn with_id(world: &Snapshot, owner: &Owner, id: &str) -> Option<Arc<KeyPair>> {
    world.find::<KeyPair>(id).filter(|pair| pair.owner == *owner)
}

fn missing(what: &str) -> Error {
    Error::new("InvalidKeyPair.NotFound", format!("The key pair '{what}' does not exist"))
}

/// Refuses a name that is taken or out of bounds.
fn check_name(world: &Snapshot, owner: &Owner, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > 255 || !name.chars().all(|c| (' '..='~').contains(&c)) {
        return Err(Error::invalid_value("A key name is up to 255 ASCII characters."));
    }
    match named(world, owner, name) {
        Some(_) => Err(Error::new("InvalidKeyPair.Duplicate", format!("The keypair already exists: {name}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde_json::json;

    use crate::ec2::compute::testing::Site;

    #[test]
    fn a_pair_is_made_used_and_deleted() {
        let site = Site::new();
        let cloud = &site.cloud;
        let new = cloud.ok("CreateKeyPair", json!({"KeyName": "mine", "KeyType": "ed25519"}));
        assert!(new["KeyMaterial"].as_str().is_some_and(|text| text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----")));
        assert_eq!(cloud.refusal("CreateKeyPair", json!({"KeyName": "mine"})), "InvalidKeyPair.Duplicate");
        let ppk = json!({"KeyName": "putty", "KeyFormat": "ppk"});
        assert_eq!(cloud.refusal("CreateKeyPair", ppk), "UnsupportedOperation");
        assert_eq!(site.launch(json!({"KeyName": "mine"}))["KeyName"], "mine");
        let shown = cloud.ok("DescribeKeyPairs", json!({"KeyNames": ["mine"], "IncludePublicKey": true}))["KeyPairs"][0].clone();
        assert_eq!((&shown["KeyType"], &shown["KeyFingerprint"]), (&json!("ed25519"), &new["KeyFingerprint"]));
        assert!(shown["PublicKey"].as_str().is_some_and(|line| line.starts_with("ssh-ed25519 ") && line.ends_with(" mine")));
        assert_eq!(
            cloud.ok("DeleteKeyPair", json!({"KeyName": "mine"})),
            json!({"Return": true, "KeyPairId": shown["KeyPairId"]})
        );
        assert_eq!(cloud.ok("DeleteKeyPair", json!({"KeyName": "mine"})), json!({"Return": true}));
        assert_eq!(cloud.refusal("DescribeKeyPairs", json!({"KeyNames": ["mine"]})), "InvalidKeyPair.NotFound");
    }

    #[test]
    fn rsa_is_the_default_as_on_aws() {
        let site = Site::new();
        let new = site.cloud.ok("CreateKeyPair", json!({"KeyName": "mine"}));
        assert!(new["KeyMaterial"].as_str().is_some_and(|text| text.starts_with("-----BEGIN RSA PRIVATE KEY-----")));
        assert_eq!(new["KeyFingerprint"].as_str().map(str::len), Some(59));
    }

    #[test]
    fn a_public_key_is_imported_and_anything_else_is_not() {
        let site = Site::new();
        let import = |name: &str, text: &str| json!({"KeyName": name, "PublicKeyMaterial": STANDARD.encode(text)});
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@here\n";
        let id = site.cloud.text("ImportKeyPair", import("mine", line), "/KeyPairId");
        assert_eq!(site.cloud.ok("DescribeKeyPairs", json!({"KeyPairIds": [id]}))["KeyPairs"][0]["KeyName"], "mine");
        assert_eq!(site.cloud.refusal("ImportKeyPair", import("other", "not a key")), "InvalidKey.Format");
        assert_eq!(site.cloud.refusal("ImportKeyPair", import("mine", line)), "InvalidKeyPair.Duplicate");
    }
}
