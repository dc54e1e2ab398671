//! Record sets in requests and answers.

use resource::{FailoverRole, HostedZone, Policy, RecordContent, RecordSet, RecordType, canonical_name, escaped_name};
use serde::{Deserialize, Serialize};

/// A record set. What is not named here (health checks, latency, geography) is refused by name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct RecordSetView {
    pub(super) name: String,
    pub(super) r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) multi_value_answer: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failover: Option<FailoverRole>,
    #[serde(rename = "TTL", skip_serializing_if = "Option::is_none")]
    pub(super) ttl: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resource_records: Vec<ValueView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alias_target: Option<AliasView>,
}

/// A value.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ValueView {
    pub(super) value: String,
}

/// What an alias leads to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AliasView {
    pub(super) hosted_zone_id: String,
    #[serde(rename = "DNSName")]
    pub(super) dns_name: String,
    pub(super) evaluate_target_health: bool,
}

/// Shows a record set.
pub(super) fn record_set(set: &RecordSet) -> RecordSetView {
    let (ttl, values, alias) = match &set.content {
        RecordContent::Values { ttl, values } => (Some(*ttl), values.as_slice(), None),
        RecordContent::Alias { zone, name, evaluate } => {
            let alias =
                AliasView { hosted_zone_id: zone.clone(), dns_name: escaped_name(name), evaluate_target_health: *evaluate };
            (None, &[][..], Some(alias))
        }
    };
    RecordSetView {
        name: escaped_name(&set.name),
        r#type: set.kind.as_str().to_owned(),
        set_identifier: set.set.clone(),
        weight: if let Policy::Weighted(weight) = set.policy { Some(weight) } else { None },
        multi_value_answer: (set.policy == Policy::Multivalue).then_some(true),
        failover: if let Policy::Failover(role) = set.policy { Some(role) } else { None },
        ttl,
        resource_records: values.iter().map(|value| ValueView { value: value.clone() }).collect(),
        alias_target: alias,
    }
}

/// Reads a record set of `zone`.
///
/// # Errors
/// What is wrong with it, for the list of messages.
pub(super) fn parse(zone: &HostedZone, view: &RecordSetView) -> Result<RecordSet, String> {
    let kind = RecordType::parse(&view.r#type)
        .ok_or_else(|| format!("underpass does not support records of type {} yet", view.r#type))?;
    let name = canonical_name(&view.name).map_err(|why| format!("Invalid name '{}': {why}", view.name))?;
    if !zone.encloses(&name) {
        return Err(format!("RRSet with DNS name {name} is not permitted in zone {}", zone.name));
    }
    let set = RecordSet {
        zone: zone.id.clone(),
        owner: zone.owner.clone(),
        policy: policy(view, &name)?,
        content: content(view, kind, &name)?,
        set: view.set_identifier.clone(),
        name,
        kind,
    };
    fits(zone, &set).map(|()| set)
}

/// Whether a set may be in this zone, whatever else is there.
fn fits(zone: &HostedZone, set: &RecordSet) -> Result<(), String> {
    let (name, apex) = (&set.name, set.name == zone.name);
    let not_permitted = |why: &str| {
        Err(format!("RRSet of type {} with DNS name {name} is not permitted {why} in zone {}", set.kind.as_str(), zone.name))
    };
    match set.kind {
        RecordType::Cname if apex => not_permitted("at apex"),
        RecordType::Soa if !apex => not_permitted("below the apex"),
        RecordType::Ns if zone.private && !apex => not_permitted("as private zones do not delegate,"),
        _ if name.split('.').skip(1).any(|label| label.contains('*')) => {
            not_permitted("with a wildcard that is not the first label,")
        }
        _ => Ok(()),
    }
}

/// How a set shares the answers with others of its name and type.
fn policy(view: &RecordSetView, name: &str) -> Result<Policy, String> {
    let weighted = view.weight.map(Policy::Weighted);
    let multivalue = view.multi_value_answer.filter(|on| *on).map(|_| Policy::Multivalue);
    let asked: Vec<Policy> = [weighted, multivalue, view.failover.map(Policy::Failover)].into_iter().flatten().collect();
    let policy = match (asked.as_slice(), &view.set_identifier) {
        ([], None) => return Ok(Policy::Simple),
        ([], Some(_)) => return Err(format!("The set identifier of {name} needs a routing policy, such as Weight")),
        ([one], Some(_)) => *one,
        ([_], None) => return Err(format!("Missing field 'SetIdentifier' for {name}")),
        _ => return Err(format!("{name} has more than one routing policy")),
    };
    match &view.alias_target {
        Some(_) if policy == Policy::Multivalue => Err(format!("A multivalue answer of {name} cannot be an alias")),
        _ => Ok(policy),
    }
}

fn content(view: &RecordSetView, kind: RecordType, name: &str) -> Result<RecordContent, String> {
    let values: Vec<String> = view.resource_records.iter().map(|record| record.value.clone()).collect();
    match (&view.alias_target, view.ttl, values.is_empty()) {
        (Some(alias), None, true) => alias_content(alias, kind, name),
        (Some(_), ..) => Err(format!("The alias {name} cannot have a TTL or ResourceRecords")),
        (None, Some(ttl), false) => {
            check_values(kind, name, &values)?;
            Ok(RecordContent::Values { ttl, values })
        }
        (None, ..) => Err(format!(
            "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]] in the change of {name} {}",
            kind.as_str()
        )),
    }
}

fn alias_content(alias: &AliasView, kind: RecordType, name: &str) -> Result<RecordContent, String> {
    if matches!(kind, RecordType::Ns | RecordType::Soa) {
        return Err(format!("An alias {name} of type {} is not permitted", kind.as_str()));
    }
    let target = canonical_name(&alias.dns_name).map_err(|why| format!("Invalid alias target '{}': {why}", alias.dns_name))?;
    let zone = super::super::find::bare(&alias.hosted_zone_id).to_owned();
    Ok(RecordContent::Alias { zone, name: target, evaluate: alias.evaluate_target_health })
}

fn check_values(kind: RecordType, name: &str, values: &[String]) -> Result<(), String> {
    let invalid = |why: &str, value: &str| Err(format!("Invalid Resource Record: '{why}' encountered with '{value}'"));
    if values.len() > 1 && matches!(kind, RecordType::Cname | RecordType::Soa) {
        return Err(format!("RRSet of type {} with DNS name {name} must have one value", kind.as_str()));
    }
    for (at, value) in values.iter().enumerate() {
        if let Err(why) = kind.value(value) {
            return invalid(why, value);
        }
        if values[..at].contains(value) {
            return Err(format!("Duplicate Resource Record: '{value}'"));
        }
    }
    Ok(())
}
