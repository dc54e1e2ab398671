//! What public DNS says about the names of a certificate: whether their owner proves them, and whether a certificate may be
//! issued for them here (RFC 8659).

use dataplane::dns::{DomainName, Kind, View};
use resource::DomainValidation;

/// How many other names may lead to the proof.
const LONGEST_CHAIN: usize = 5;

/// The names by which records of CAA mean ACM.
const ISSUERS: [&str; 4] = ["amazon.com", "amazonaws.com", "amazontrust.com", "awstrust.com"];

/// Whether the record that proves a name is there, itself or by names that stand for it.
pub(super) fn is_there(internet: &View, validation: &DomainValidation) -> bool {
    let (Ok(mut at), Ok(target)) = (validation.record.parse::<DomainName>(), validation.target.parse::<DomainName>()) else {
        return false;
    };
    for _ in 0..LONGEST_CHAIN {
        let names = internet.look_up(&at, Kind::CNAME).names();
        if names.contains(&target) {
            return true;
        }
        let Some(next) = names.into_iter().next() else { return false };
        at = next;
    }
    false
}

/// Whether records of CAA let ACM issue a certificate for a name. Those of the closest domain count; without any, everybody
/// may.
pub(super) fn is_allowed(internet: &View, name: &str) -> bool {
    let (base, wild) = name.strip_prefix("*.").map_or((name, false), |base| (base, true));
    let domains = std::iter::successors(Some(base), |domain| domain.split_once('.').map(|(_, above)| above));
    let mut closest = domains.filter_map(|domain| {
        let found = internet.look_up(&domain.parse().ok()?, Kind::CAA).issuers();
        (!found.is_empty()).then_some(found)
    });
    let Some(properties) = closest.next() else { return true };
    let of = |tag: &str| properties.iter().filter(|(known, _)| known.eq_ignore_ascii_case(tag)).collect::<Vec<_>>();
    let wilds = if wild { of("issuewild") } else { Vec::new() };
    let count = if wilds.is_empty() { of("issue") } else { wilds };
    count.is_empty() || count.iter().any(|(_, value)| is_ours(value))
}

/// Whether a value names us; what follows a semicolon are parameters.
fn is_ours(value: &str) -> bool {
    let issuer = value.split(';').next().unwrap_or_default().trim();
    ISSUERS.iter().any(|known| known.eq_ignore_ascii_case(issuer))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use dataplane::dns::{Layer, Records, Soa, Zone, Zones};

    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    /// The internet with one zone of these records.
    fn internet(records: Vec<(&str, Records)>) -> View {
        let soa = Soa { primary: name("ns.test"), contact: name("root.test"), serial: 1, negative_ttl: 5 };
        let mut zone = Zone::new(name("example.com"), &soa);
        records.into_iter().for_each(|(owner, set)| zone.put(&name(owner), set).unwrap());
        let (layer, mut zones) = (Layer::default(), Zones::default());
        zones.insert(zone);
        layer.publish(zones);
        View::public(layer)
    }

    #[test]
    fn other_names_may_lead_to_a_proof_but_not_too_many() {
        let validation = DomainValidation {
            domain: "www.example.com".into(),
            parent: None,
            record: "_a.example.com.".into(),
            target: "_b.acm-validations.aws.".into(),
            done: false,
        };
        let chain = |links: usize| {
            let owner = |n: usize| if n == 0 { "_a.example.com".to_owned() } else { format!("n{n}.example.com") };
            let target = |n: usize| if n == links { "_b.acm-validations.aws".to_owned() } else { owner(n) };
            let owners: Vec<String> = (0..links).map(owner).collect();
            let sets = (1..=links).map(|n| Records::cname(60, &name(&target(n))));
            is_there(&internet(owners.iter().map(String::as_str).zip(sets).collect()), &validation)
        };
        assert_eq!([0, 1, 2, 5, 6].map(chain), [false, true, true, true, false]);
    }

    #[test]
    fn the_closest_domain_that_says_who_may_issue_is_heard() {
        let caa = |properties: &[(&'static str, &'static str)]| {
            Records::caa(60, properties.iter().map(|(tag, value)| (0, *tag, value.as_bytes())))
        };
        let view = internet(vec![
            ("example.com", caa(&[("issue", "other.test")])),
            ("open.example.com", caa(&[("iodef", "mailto:a@example.com")])),
            ("ours.example.com", caa(&[("issue", "other.test"), ("issue", "Amazon.com; policy=x")])),
            ("wild.example.com", caa(&[("issue", "amazon.com"), ("issuewild", ";")])),
        ]);
        let allowed = |name: &str| is_allowed(&view, name);
        assert!(!allowed("example.com") && !allowed("a.b.example.com") && !allowed("*.example.com"));
        assert!(allowed("open.example.com"), "what it says is not about issuing");
        assert!(allowed("ours.example.com") && allowed("a.ours.example.com") && allowed("*.ours.example.com"));
        assert!(allowed("wild.example.com") && !allowed("*.wild.example.com"));
        assert!(allowed("other.org"));
    }
}
