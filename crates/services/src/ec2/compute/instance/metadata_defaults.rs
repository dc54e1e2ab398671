//! GetInstanceMetadataDefaults and ModifyInstanceMetadataDefaults: how metadata may be read where a launch does not say.

use resource::{MetadataDefaults, Owner};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::launch::hop_limit;
use crate::{Error, Read, Write};

/// No preference, where it is a word.
const NONE: &str = "no-preference";
/// No preference, where it is a number.
const NO_LIMIT: i32 = -1;

#[derive(Deserialize, Default)]
pub struct Nothing {}

/// A change; what is not named stays.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<i32>,
    http_endpoint: Option<String>,
    instance_metadata_tags: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    r#return: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    account_level: View,
}

/// What an account prefers; the rest is not shown.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_tokens: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_put_response_hop_limit: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_endpoint: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_metadata_tags: Option<&'static str>,
    managed_by: &'static str,
}

/// What an account prefers in its Region.
pub fn of(world: &Snapshot, owner: &Owner) -> MetadataDefaults {
    world.find::<MetadataDefaults>(&owner.key()).map_or_else(|| MetadataDefaults::none(owner.clone()), |found| (*found).clone())
}

pub fn get(cx: &Read<'_>, _: Nothing) -> Result<Shown, Error> {
    let defaults = of(cx.world, cx.owner());
    let word = |flag: Option<bool>, [off, on]: [&'static str; 2]| flag.map(|flag| if flag { on } else { off });
    let account_level = View {
        http_tokens: word(defaults.tokens_required, ["optional", "required"]),
        http_put_response_hop_limit: defaults.hop_limit,
        http_endpoint: word(defaults.enabled, ["disabled", "enabled"]),
        instance_metadata_tags: word(defaults.instance_tags, ["disabled", "enabled"]),
        managed_by: "account",
    };
    Ok(Shown { account_level })
}

pub fn modify(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let before = of(cx.txn, cx.owner());
    let chosen = |given: Option<String>, on: &str, before: Option<bool>| match given.as_deref() {
        None => before,
        Some(NONE) => None,
        Some(word) => Some(word == on),
    };
    let after = MetadataDefaults {
        tokens_required: chosen(input.http_tokens, "required", before.tokens_required),
        enabled: chosen(input.http_endpoint, "enabled", before.enabled),
        instance_tags: chosen(input.instance_metadata_tags, "enabled", before.instance_tags),
        hop_limit: match input.http_put_response_hop_limit {
            None => before.hop_limit,
            Some(NO_LIMIT) => None,
            Some(hops) => Some(hop_limit(hops.into())?),
        },
        owner: before.owner,
    };
    cx.txn.put(after);
    Ok(Output { r#return: true })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::compute::testing::Site;

    #[test]
    fn an_account_chooses_how_metadata_is_read_where_a_launch_does_not_say() {
        let site = Site::new();
        let cloud = &site.cloud;
        let shown = || cloud.ok("GetInstanceMetadataDefaults", json!({}))["AccountLevel"].clone();
        assert_eq!(shown(), json!({"ManagedBy": "account"}));
        let choice = json!({"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"});
        cloud.ok("ModifyInstanceMetadataDefaults", choice);
        cloud.ok("ModifyInstanceMetadataDefaults", json!({"InstanceMetadataTags": "no-preference"}));
        assert_eq!(shown(), json!({"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "ManagedBy": "account"}));
        let plain = site.launch(json!({}))["MetadataOptions"].clone();
        assert_eq!((&plain["HttpTokens"], &plain["HttpPutResponseHopLimit"]), (&json!("required"), &json!(2)));
        let own = site.launch(json!({"MetadataOptions": {"HttpTokens": "optional"}}))["MetadataOptions"].clone();
        assert_eq!((&own["HttpTokens"], &own["HttpPutResponseHopLimit"]), (&json!("optional"), &json!(2)));
        assert_eq!(
            cloud.account("222222222222").ok("GetInstanceMetadataDefaults", json!({}))["AccountLevel"],
            json!({"ManagedBy": "account"})
        );
    }

    #[test]
    fn a_limit_is_a_number_of_hops_or_no_preference() {
        let site = Site::new();
        let limit = |hops: i32| json!({"HttpPutResponseHopLimit": hops});
        for hops in [0, 65, -2] {
            assert_eq!(site.cloud.refusal("ModifyInstanceMetadataDefaults", limit(hops)), "InvalidParameterValue");
        }
        site.cloud.ok("ModifyInstanceMetadataDefaults", limit(64));
        site.cloud.ok("ModifyInstanceMetadataDefaults", limit(-1));
        assert_eq!(site.launch(json!({}))["MetadataOptions"]["HttpPutResponseHopLimit"], 1);
    }
}
