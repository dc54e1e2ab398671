//! What a certificate is to do next, by the clock.

use resource::{Certificate, CertificateStatus, Timestamp};

use crate::TimeScale;

/// How long AWS waits for the proof of names, in seconds.
const PATIENCE: u64 = 72 * 3600;
/// How long before its end AWS begins to renew a certificate, in seconds.
const RENEWAL: u64 = 60 * 24 * 3600;

/// What is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing.
    Rests,
    /// Its names are to be proven.
    Waits,
    /// Nobody proved its names in time.
    TimedOut,
    /// Another is to be issued in its place.
    Renews,
    /// It is valid no more.
    Expired,
}

/// Where a certificate stands. Waiting passes at `scale`; what is written in a certificate is real time.
pub(super) fn of(certificate: &Certificate, now: Timestamp, scale: TimeScale) -> Stage {
    match (certificate.status, &certificate.issued) {
        (CertificateStatus::PendingValidation, _) if scale.passed(certificate.created, PATIENCE, now) => Stage::TimedOut,
        (CertificateStatus::PendingValidation, _) => Stage::Waits,
        (CertificateStatus::Issued, Some(issued)) if now > issued.not_after => Stage::Expired,
        (CertificateStatus::Issued, Some(issued)) if !certificate.imported && now.plus_seconds(RENEWAL) > issued.not_after => {
            Stage::Renews
        }
        _ => Stage::Rests,
    }
}
