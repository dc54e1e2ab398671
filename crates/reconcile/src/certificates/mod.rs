//! Certificates: those that were asked for are issued once public DNS proves their names, and renewed before they expire.

mod proof;
mod stage;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataplane::dns::View;
use dataplane::tls::{Authority, Issued, KeyKind, Request};
use resource::{Certificate, CertificateFailure, CertificateStatus, DomainValidation, IssuedCertificate, Resource, Timestamp};
use store::{Change, Snapshot, Store, StoreError, Txn};

use crate::{Domain, TimeScale};
use stage::Stage;

/// How often public DNS is asked for the records of a certificate that waits.
const ASK: Duration = Duration::from_millis(250);
/// How often everything is looked at, at the least.
const LOOK: Duration = Duration::from_secs(60);
/// How long AWS's certificates are valid.
const VALIDITY: Duration = Duration::from_secs(395 * 24 * 3600);

/// The certificates that are issued here.
pub struct CertificatesDomain {
    authority: Arc<Authority>,
    internet: View,
    scale: TimeScale,
    noted: bool,
}

impl CertificatesDomain {
    /// Issues by `authority` what `internet` proves, where time passes at `scale`.
    pub fn new(authority: Arc<Authority>, internet: View, scale: TimeScale) -> Self {
        Self { authority, internet, scale, noted: false }
    }
}

impl Domain for CertificatesDomain {
    const NAME: &'static str = "certificates";

    fn note(&mut self, _: &Snapshot, change: &Change) {
        self.noted |= change.kind == Certificate::KIND;
    }

    fn note_all(&mut self, _: &Snapshot) {
        self.noted = true;
    }

    async fn converge(&mut self, store: &Store) -> Duration {
        if !std::mem::take(&mut self.noted) {
            return LOOK;
        }
        let (world, now) = (store.snapshot(), Timestamp::now());
        let mut waits = false;
        for certificate in world.all::<Certificate>() {
            let stage = stage::of(&certificate, now, self.scale);
            waits |= stage == Stage::Waits;
            if let Some(next) = self.next(&certificate, stage, now) {
                let written = store.write(|txn| -> Result<(), StoreError> { Ok(replace(txn, &certificate, &next)) });
                if let Err(error) = written.await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        arn = certificate.arn,
                        "the state of a certificate could not be written"
                    );
                }
            }
        }
        if waits { ASK } else { LOOK }
    }
}

/// Writes what became of a certificate, unless it was changed or deleted meanwhile.
fn replace(txn: &mut Txn, before: &Certificate, next: &Certificate) {
    if txn.find::<Certificate>(&before.arn).is_some_and(|known| *known == *before) {
        txn.put(next.clone());
    }
}

/// A certificate fails because its domains let others issue.
fn refuse(certificate: &mut Certificate, names: &[String]) {
    (certificate.status, certificate.failure) = (CertificateStatus::Failed, Some(CertificateFailure::CaaError));
    certificate.validations.iter_mut().for_each(|validation| validation.done = !names.contains(&validation.domain));
}

impl CertificatesDomain {
    /// What becomes of a certificate, if anything.
    fn next(&self, certificate: &Certificate, stage: Stage, now: Timestamp) -> Option<Certificate> {
        let mut next = certificate.clone();
        match stage {
            Stage::Rests => {}
            Stage::TimedOut => next.status = CertificateStatus::ValidationTimedOut,
            Stage::Expired => next.status = CertificateStatus::Expired,
            Stage::Waits | Stage::Renews => {
                let proven = |validation: &DomainValidation| proof::is_there(&self.internet, validation);
                next.validations.iter_mut().for_each(|validation| validation.done = proven(validation));
                let refused: Vec<String> =
                    next.names.iter().filter(|name| !proof::is_allowed(&self.internet, name)).cloned().collect();
                if next.validations.iter().all(|validation| validation.done) && refused.is_empty() {
                    self.issue(&mut next, now);
                } else if stage == Stage::Waits && next.validations.iter().all(|validation| validation.done) {
                    refuse(&mut next, &refused);
                } else if stage == Stage::Renews {
                    return None;
                }
            }
        }
        (next != *certificate).then_some(next)
    }

    fn issue(&self, certificate: &mut Certificate, now: Timestamp) {
        let read = self.sign(certificate).map_err(|error| error.to_string()).and_then(|Issued { certificate, chain, key }| {
            IssuedCertificate::read(&certificate, &chain, &key, now).map_err(|error| error.to_string())
        });
        match read {
            Ok(read) => {
                certificate.issued = Some(read.issued);
                certificate.status = CertificateStatus::Issued;
            }
            Err(error) => {
                tracing::error!(error, arn = certificate.arn, "a certificate could not be issued");
                (certificate.status, certificate.failure) = (CertificateStatus::Failed, Some(CertificateFailure::Other));
            }
        }
    }

    fn sign(&self, certificate: &Certificate) -> Result<Issued, dataplane::tls::AuthorityError> {
        let now = SystemTime::now();
        self.authority.issue(Request {
            names: &certificate.names,
            not_before: now,
            not_after: now + VALIDITY,
            key: match certificate.key_algorithm.as_str() {
                "EC_prime256v1" => KeyKind::P256,
                "EC_secp384r1" => KeyKind::P384,
                _ => KeyKind::Rsa2048,
            },
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::num::NonZeroU32;

    use dataplane::dns::{DomainName, Layer, Records, Soa, Zone, Zones};
    use resource::{Owner, Tags};

    use super::*;

    fn pending(names: &[&str]) -> Certificate {
        let proof = |name: &&str| DomainValidation {
            parent: None,
            domain: (*name).to_owned(),
            record: format!("_a.{name}."),
            target: "_b.c.acm-validations.aws.".into(),
            done: false,
        };
        Certificate {
            arn: "arn:aws:acm:us-east-1:111111111111:certificate/1".into(),
            owner: Owner::new("111111111111", "us-east-1"),
            domain: names[0].into(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            key_algorithm: "EC_prime256v1".into(),
            status: CertificateStatus::PendingValidation,
            validations: names.iter().map(proof).collect(),
            issued: None,
            imported: false,
            token: None,
            exportable: false,
            exported: false,
            failure: None,
            transparency: true,
            created: Timestamp::now(),
            tags: Tags::default(),
        }
    }

    fn authority() -> Arc<Authority> {
        Arc::new(crate::testing::authority())
    }

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    /// The internet with one zone, and its layer for changes.
    fn internet() -> (Layer, View) {
        let layer = Layer::default();
        (layer.clone(), View::public(layer))
    }

    fn publish(layer: &Layer, records: &[(&str, &str)]) {
        let soa = Soa { primary: name("ns.test"), contact: name("root.test"), serial: 1, negative_ttl: 5 };
        let mut zone = Zone::new(name("example.com"), &soa);
        for (record, target) in records {
            zone.put(&name(record), Records::cname(60, &name(target))).unwrap();
        }
        let mut zones = Zones::default();
        zones.insert(zone);
        layer.publish(zones);
    }

    #[tokio::test]
    async fn a_certificate_is_issued_once_every_name_is_proven_and_not_before() {
        let (layer, view) = internet();
        let store = Store::in_memory();
        let asked = pending(&["example.com", "www.example.com"]);
        let arn = asked.arn.clone();
        store.write(|txn| -> Result<(), StoreError> { Ok(txn.put(asked.clone())) }).await.unwrap();
        let mut domain = CertificatesDomain::new(authority(), view, TimeScale::default());
        let mut look = async || {
            domain.note_all(&store.snapshot());
            let patience = domain.converge(&store).await;
            (store.snapshot().find::<Certificate>(&arn).unwrap(), patience)
        };
        assert_eq!(look().await, (Arc::new(asked.clone()), ASK), "nothing is known yet");
        publish(&layer, &[("_a.example.com", "_b.c.acm-validations.aws"), ("_a.www.example.com", "_wrong.aws")]);
        let (half, _) = look().await;
        assert_eq!(half.validations.iter().map(|validation| validation.done).collect::<Vec<_>>(), [true, false]);
        assert_eq!(half.status, CertificateStatus::PendingValidation);
        let both = [("_a.example.com", "_b.c.acm-validations.aws"), ("_a.www.example.com", "_b.c.acm-validations.aws")];
        publish(&layer, &both);
        let (issued, _) = look().await;
        assert_eq!(issued.status, CertificateStatus::Issued);
        assert!(issued.issued.as_ref().unwrap().subject.contains("example.com"));
        assert_eq!(look().await, (issued, LOOK), "and stays as it is");
    }

    #[test]
    fn a_certificate_fails_when_its_domain_lets_others_issue() {
        let (layer, view) = internet();
        let soa = Soa { primary: name("ns.test"), contact: name("root.test"), serial: 1, negative_ttl: 5 };
        let mut zone = Zone::new(name("example.com"), &soa);
        zone.put(&name("_a.www.example.com"), Records::cname(60, &name("_b.c.acm-validations.aws"))).unwrap();
        zone.put(&name("example.com"), Records::caa(60, [(0, "issue", &b"other.test"[..])])).unwrap();
        let mut zones = Zones::default();
        zones.insert(zone);
        layer.publish(zones);
        let (now, domain) = (Timestamp::now(), CertificatesDomain::new(authority(), view, TimeScale::default()));
        let failed = domain.next(&pending(&["www.example.com"]), Stage::Waits, now).unwrap();
        assert_eq!((failed.status, failed.failure), (CertificateStatus::Failed, Some(CertificateFailure::CaaError)));
        assert!(!failed.validations[0].done);
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_proves_times_out_in_scaled_time() {
        let (_, view) = internet();
        let scale = TimeScale::new(NonZeroU32::new(3600).unwrap());
        let mut asked = pending(&["example.com"]);
        let domain = CertificatesDomain::new(authority(), view, scale);
        asked.created = Timestamp(Timestamp::now().0 - 60_000);
        let now = Timestamp::now();
        assert_eq!(domain.next(&asked, stage::of(&asked, now, scale), now), None);
        asked.created = Timestamp(now.0 - 73_000);
        let next = domain.next(&asked, stage::of(&asked, now, scale), now).unwrap();
        assert_eq!(next.status, CertificateStatus::ValidationTimedOut);
    }
}
