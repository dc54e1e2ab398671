//! The record sets of hosted zones as the resolver's records.

use std::sync::Arc;

use dataplane::dns::{DomainName, Kind, Records, Soa};
use resource::{Policy, RecordContent, RecordSet, RecordType, RecordValue};

/// How many records of a multivalue answer are told at once.
const MULTIVALUE: usize = 8;

/// The sets of one name and type as one.
pub(super) fn merged(sets: &[Arc<RecordSet>]) -> Option<Records> {
    let first = sets.first()?;
    match first.policy {
        Policy::Simple | Policy::Failover(_) => records(first),
        Policy::Weighted(_) => {
            let weight = |set: &RecordSet| match set.policy {
                Policy::Weighted(weight) => u32::from(weight),
                Policy::Simple | Policy::Multivalue | Policy::Failover(_) => 0,
            };
            let choices = sets.iter().filter_map(|set| Some((weight(set), records(set)?))).collect();
            Some(Records::weighted(kind(first.kind), choices))
        }
        Policy::Multivalue => Records::together(sets.iter().filter_map(|set| records(set))).map(|all| all.at_most(MULTIVALUE)),
    }
}

fn records(set: &RecordSet) -> Option<Records> {
    match &set.content {
        RecordContent::Alias { name, .. } => Some(Records::elsewhere(kind(set.kind), &name.parse().ok()?)),
        RecordContent::Values { ttl, values } => {
            let values = values.iter().filter_map(|value| set.kind.value(value).ok());
            Records::together(values.filter_map(|value| record(*ttl, &value)).map(|record| record.as_kind(kind(set.kind))))
        }
    }
}

/// One value as a set of its own.
fn record(ttl: u32, value: &RecordValue) -> Option<Records> {
    let name = |text: &str| text.parse::<DomainName>().ok();
    Some(match value {
        RecordValue::Address(address) => Records::a(ttl, [*address]),
        RecordValue::Address6(address) => Records::aaaa(ttl, [*address]),
        RecordValue::Name(target) => Records::cname(ttl, &name(target)?),
        RecordValue::Text(strings) => Records::texts_of(ttl, [strings.clone()]),
        RecordValue::Exchanger(preference, host) => Records::mx(ttl, [(*preference, &name(host)?)]),
        RecordValue::Service(priority, weight, port, host) => Records::srv(ttl, [(*priority, *weight, *port, &name(host)?)]),
        RecordValue::Issuers(flags, tag, value) => Records::caa(ttl, [(*flags, tag.as_str(), value.as_slice())]),
        RecordValue::Authority(primary, contact, [serial, .., negative_ttl]) => {
            let soa = Soa {
                primary: name(primary)?,
                contact: name(contact)?,
                serial: *serial,
                // A name that is made must not stay unknown for a day, as on AWS's own resolvers it does not.
                negative_ttl: (*negative_ttl).min(ttl),
            };
            Records::soa(ttl, &soa)
        }
    })
}

pub(super) fn kind(kind: RecordType) -> Kind {
    match kind {
        RecordType::A => Kind::A,
        RecordType::Aaaa => Kind::AAAA,
        RecordType::Caa => Kind::CAA,
        RecordType::Cname => Kind::CNAME,
        RecordType::Mx => Kind::MX,
        RecordType::Ns => Kind::NS,
        RecordType::Ptr => Kind::PTR,
        RecordType::Soa => Kind::SOA,
        RecordType::Spf => Kind::SPF,
        RecordType::Srv => Kind::SRV,
        RecordType::Txt => Kind::TXT,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
