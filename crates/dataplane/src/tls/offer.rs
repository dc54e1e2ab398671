//! What a server offers: versions, cipher suites by their OpenSSL names, key exchange.

use rustls::crypto::aws_lc_rs::{cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ProtocolVersion, SupportedCipherSuite, SupportedProtocolVersion};

/// Every suite that there is here, by OpenSSL's name.
const SUITES: &[(&str, SupportedCipherSuite)] = &[
    ("TLS_AES_128_GCM_SHA256", cipher_suite::TLS13_AES_128_GCM_SHA256),
    ("TLS_AES_256_GCM_SHA384", cipher_suite::TLS13_AES_256_GCM_SHA384),
    ("TLS_CHACHA20_POLY1305_SHA256", cipher_suite::TLS13_CHACHA20_POLY1305_SHA256),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-RSA-AES128-GCM-SHA256", cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-RSA-AES256-GCM-SHA384", cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
];

/// What a server offers.
#[derive(Clone, Debug)]
pub struct Offer {
    suites: Vec<SupportedCipherSuite>,
    post_quantum: bool,
}

impl Offer {
    /// Those of `ciphers` (OpenSSL's names, the preferred first) that there are here; none when there is not one. Versions
    /// follow from the suites. Hybrid key exchange is only offered when `post_quantum` says so.
    pub fn of<'a>(ciphers: impl IntoIterator<Item = &'a str>, post_quantum: bool) -> Option<Self> {
        let known = |name| SUITES.iter().find(|(own, _)| *own == name).map(|(_, suite)| *suite);
        let suites: Vec<_> = ciphers.into_iter().filter_map(known).collect();
        (!suites.is_empty()).then_some(Self { suites, post_quantum })
    }

    /// Everything that there is here.
    pub fn all() -> Self {
        Self { suites: SUITES.iter().map(|(_, suite)| *suite).collect(), post_quantum: true }
    }

    pub(super) fn provider(&self) -> CryptoProvider {
        let mut groups: Vec<&dyn SupportedKxGroup> = vec![kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
        if self.post_quantum {
            groups.insert(0, kx_group::X25519MLKEM768);
        }
        CryptoProvider { cipher_suites: self.suites.clone(), kx_groups: groups, ..aws_lc_rs::default_provider() }
    }

    pub(super) fn versions(&self) -> Vec<&'static SupportedProtocolVersion> {
        let has = |version: ProtocolVersion| self.suites.iter().any(|suite| suite.version().version == version);
        [&TLS13, &TLS12].into_iter().filter(|version| has(version.version)).collect()
    }
}

/// OpenSSL's name of a suite.
pub(crate) fn openssl_name(suite: CipherSuite) -> Option<&'static str> {
    SUITES.iter().find(|(_, own)| own.suite() == suite).map(|(name, _)| *name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_without_a_suite_is_none() {
        assert!(Offer::of(["AES128-SHA", "ECDHE-RSA-AES128-SHA256"], true).is_none());
    }

    #[test]
    fn an_offer_has_the_suites_that_were_named_and_their_versions_only() {
        let offer = Offer::of(["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256"], false).unwrap();
        assert_eq!(offer.provider().cipher_suites.len(), 1);
        assert_eq!(offer.versions().iter().map(|version| version.version).collect::<Vec<_>>(), [ProtocolVersion::TLSv1_2]);
        assert_eq!(offer.provider().kx_groups.len(), 3, "no hybrid key exchange that was not asked for");
    }

    #[test]
    fn suites_have_their_openssl_names() {
        assert_eq!(openssl_name(CipherSuite::TLS13_AES_128_GCM_SHA256), Some("TLS_AES_128_GCM_SHA256"));
        assert_eq!(openssl_name(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA), None);
    }
}
