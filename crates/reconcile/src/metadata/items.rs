//! What an instance may know about itself, by path (EC2 User Guide, "Instance metadata categories"): computed purely.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resource::{
    AccessKey, Bearer, Instance, InstanceProfile, KeyPair, NetworkInterface, Role, Vpc, private_dns_name, public_dns_name,
    zone_id,
};
use store::Snapshot;

use super::interface::{self, public_addresses};
use super::{document, interfaces, scaling};

/// The longest label of a path that a tag's key can be.
const LONGEST_TAG: usize = 128;

/// Paths below the version, with what is there.
pub(super) type Items = Vec<(String, Vec<u8>)>;

/// Everything that `instance` may know; `key` is its role's.
pub(super) fn items(world: &Snapshot, instance: &Instance, key: Option<&AccessKey>) -> Items {
    let interfaces = interfaces(world, &instance.id);
    let primary = interfaces.first().map(AsRef::as_ref);
    let mut data = machine(instance);
    data.extend(placement(instance));
    data.extend(scaling::items(world, instance));
    data.extend(primary.into_iter().flat_map(|primary| network(world, instance, primary)));
    data.extend(interfaces.iter().flat_map(|interface| interface::items(world, instance, interface)));
    data.extend(login(world, instance));
    data.extend(role(world, instance, key));
    data.extend(tags(instance));
    let data = data.into_iter().map(|(path, body)| (format!("meta-data/{path}"), body.into_bytes()));
    let user_data = instance.user_data.as_ref().and_then(|text| STANDARD.decode(text).ok());
    let identity = document::identity(instance, primary.and_then(NetworkInterface::primary));
    data.chain(user_data.map(|data| ("user-data".to_owned(), data)))
        .chain([("dynamic/instance-identity/document".to_owned(), identity.into_bytes())])
        .collect()
}

fn machine(instance: &Instance) -> Vec<(String, String)> {
    owned([
        ("ami-id", instance.image.clone()),
        ("ami-launch-index", instance.launch_index.to_string()),
        ("instance-action", "none".to_owned()),
        ("instance-id", instance.id.to_string()),
        ("instance-life-cycle", "on-demand".to_owned()),
        ("instance-type", instance.instance_type.clone()),
        ("reservation-id", instance.reservation.clone()),
        ("services/domain", "amazonaws.com".to_owned()),
        ("services/partition", "aws".to_owned()),
    ])
}

fn placement(instance: &Instance) -> Vec<(String, String)> {
    let region = &instance.owner.region;
    let mut items = owned([("placement/availability-zone", instance.zone.clone()), ("placement/region", region.clone())]);
    items.extend(zone_id(region, &instance.zone).map(|id| ("placement/availability-zone-id".to_owned(), id)));
    items
}

/// What the primary interface says of the instance as a whole.
fn network(world: &Snapshot, instance: &Instance, primary: &NetworkInterface) -> Vec<(String, String)> {
    let region = &instance.owner.region;
    let mut items = owned([("mac", primary.mac.clone()), ("security-groups", interface::group_names(world, primary))]);
    if let Some(address) = primary.primary() {
        let name = private_dns_name(region, address);
        items.extend(owned([("local-ipv4", address.to_string()), ("local-hostname", name.clone()), ("hostname", name)]));
    }
    if let Some(public) = public_addresses(world, primary).first() {
        items.push(("public-ipv4".to_owned(), public.to_string()));
        if has_public_names(world, instance) {
            items.push(("public-hostname".to_owned(), public_dns_name(region, *public)));
        }
    }
    items
}

/// Whether instances of the VPC have public host names.
pub(super) fn has_public_names(world: &Snapshot, instance: &Instance) -> bool {
    world.find::<Vpc>(instance.vpc.as_str()).is_some_and(|vpc| vpc.has_host_names())
}

/// The public key that may log in. AWS lists keys as `0=name`, unlike any other directory.
fn login(world: &Snapshot, instance: &Instance) -> Vec<(String, String)> {
    let Some(name) = &instance.key_name else { return Vec::new() };
    let owner = &instance.owner;
    let pair = world.named::<KeyPair>("key-name", format!("{}/{}/{name}", owner.account, owner.region)).next();
    let items = |pair: std::sync::Arc<KeyPair>| {
        owned([("public-keys/", format!("0={name}")), ("public-keys/0/openssh-key", pair.public_key.clone())])
    };
    pair.map(items).unwrap_or_default()
}

/// The instance profile, and keys to act as its role.
fn role(world: &Snapshot, instance: &Instance, key: Option<&AccessKey>) -> Vec<(String, String)> {
    let profile = instance.profile.as_ref().and_then(|arn| world.find::<InstanceProfile>(arn));
    let (Some(profile), Some(key)) = (profile, key) else { return Vec::new() };
    let mut items = owned([("iam/info", document::profile(&profile, key.created))]);
    let role = profile.role.as_ref().and_then(|arn| world.find::<Role>(arn));
    if let (Some(role), Bearer::Session { token, expires, .. }) = (role, &key.bearer) {
        items.push((format!("iam/security-credentials/{}", role.name), document::credentials(key, token, *expires)));
    }
    items
}

/// The tags, where they are shown. Keys that are no single label of a path cannot be.
fn tags(instance: &Instance) -> Vec<(String, String)> {
    let label = |key: &str| !key.contains('/') && !key.is_empty() && key.len() <= LONGEST_TAG;
    let shown = instance.tags.iter().filter(|(key, _)| instance.metadata.instance_tags && label(key));
    shown.map(|(key, value)| (format!("tags/instance/{key}"), value.to_owned())).collect()
}

pub(super) fn owned<const N: usize>(items: [(&str, String); N]) -> Vec<(String, String)> {
    items.into_iter().map(|(path, body)| (path.to_owned(), body)).collect()
}
