//! The security policies of TLS listeners (Elastic Load Balancing, "Security policies for your Network Load Balancer"): which
//! versions and cipher suites a listener offers, by OpenSSL's names.

/// Suites that come and go together in policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// TLS 1.3.
    Tls13,
    /// TLS 1.3 with ChaCha20, which FIPS does not know.
    ChaCha,
    /// ECDHE with GCM.
    Gcm,
    /// ECDHE with CBC and SHA-2.
    Cbc,
    /// ECDHE with CBC and SHA-1.
    Sha1,
    /// RSA key exchange with GCM.
    RsaGcm,
    /// RSA key exchange with CBC and SHA-2.
    RsaCbc,
    /// RSA key exchange with CBC and SHA-1.
    RsaSha1,
    /// Triple DES.
    Des,
}
use Block::{Cbc, ChaCha, Des, Gcm, RsaCbc, RsaGcm, RsaSha1, Sha1, Tls13};

/// Every suite in the order of preference.
const SUITES: &[(&str, Block)] = &[
    ("TLS_AES_128_GCM_SHA256", Tls13),
    ("TLS_AES_256_GCM_SHA384", Tls13),
    ("TLS_CHACHA20_POLY1305_SHA256", ChaCha),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", Gcm),
    ("ECDHE-RSA-AES128-GCM-SHA256", Gcm),
    ("ECDHE-ECDSA-AES128-SHA256", Cbc),
    ("ECDHE-RSA-AES128-SHA256", Cbc),
    ("ECDHE-ECDSA-AES128-SHA", Sha1),
    ("ECDHE-RSA-AES128-SHA", Sha1),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", Gcm),
    ("ECDHE-RSA-AES256-GCM-SHA384", Gcm),
    ("ECDHE-ECDSA-AES256-SHA384", Cbc),
    ("ECDHE-RSA-AES256-SHA384", Cbc),
    ("ECDHE-RSA-AES256-SHA", Sha1),
    ("ECDHE-ECDSA-AES256-SHA", Sha1),
    ("AES128-GCM-SHA256", RsaGcm),
    ("AES128-SHA256", RsaCbc),
    ("AES128-SHA", RsaSha1),
    ("AES256-GCM-SHA384", RsaGcm),
    ("AES256-SHA256", RsaCbc),
    ("AES256-SHA", RsaSha1),
    ("DES-CBC3-SHA", Des),
];

const ALL: &[Block] = &[Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1];
const ALL_AND_13: &[Block] = &[Tls13, ChaCha, Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1];
const FORWARD_SECRET: &[Block] = &[Gcm, Cbc, Sha1];
const FROM_10: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2"];
const FROM_11: &[&str] = &["TLSv1.1", "TLSv1.2"];
const ONLY_12: &[&str] = &["TLSv1.2"];
const ONLY_13: &[&str] = &["TLSv1.3"];
const FROM_12_TO_13: &[&str] = &["TLSv1.2", "TLSv1.3"];
const FROM_11_TO_13: &[&str] = &["TLSv1.1", "TLSv1.2", "TLSv1.3"];
const FROM_10_TO_13: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// A security policy.
#[derive(Debug, PartialEq, Eq)]
pub struct SslPolicy {
    /// Its name.
    pub name: &'static str,
    /// Its versions.
    pub protocols: &'static [&'static str],
    blocks: &'static [Block],
}

/// The policy of listeners that name none.
pub const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

const fn policy(name: &'static str, protocols: &'static [&'static str], blocks: &'static [Block]) -> SslPolicy {
    SslPolicy { name, protocols, blocks }
}

/// Every policy.
pub const SSL_POLICIES: &[SslPolicy] = &[
    policy("ELBSecurityPolicy-2016-08", FROM_10, ALL),
    policy("ELBSecurityPolicy-2015-05", FROM_10, ALL),
    policy("ELBSecurityPolicy-TLS-1-0-2015-04", FROM_10, &[Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1, Des]),
    policy("ELBSecurityPolicy-TLS-1-1-2017-01", FROM_11, ALL),
    policy("ELBSecurityPolicy-TLS-1-2-2017-01", ONLY_12, &[Gcm, Cbc, RsaGcm, RsaCbc]),
    policy("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", ONLY_12, ALL),
    policy("ELBSecurityPolicy-FS-2018-06", FROM_10, FORWARD_SECRET),
    policy("ELBSecurityPolicy-FS-1-1-2019-08", FROM_11, FORWARD_SECRET),
    policy("ELBSecurityPolicy-FS-1-2-2019-08", ONLY_12, FORWARD_SECRET),
    policy("ELBSecurityPolicy-FS-1-2-Res-2019-08", ONLY_12, &[Gcm, Cbc]),
    policy("ELBSecurityPolicy-FS-1-2-Res-2020-10", ONLY_12, &[Gcm]),
    policy("ELBSecurityPolicy-TLS13-1-3-2021-06", ONLY_13, &[Tls13, ChaCha]),
    policy("ELBSecurityPolicy-TLS13-1-2-2021-06", FROM_12_TO_13, &[Tls13, ChaCha, Gcm, Cbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", FROM_12_TO_13, &[Tls13, ChaCha, Gcm]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", FROM_12_TO_13, &[Tls13, ChaCha, Gcm, Cbc, RsaGcm, RsaCbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", FROM_12_TO_13, ALL_AND_13),
    policy("ELBSecurityPolicy-TLS13-1-1-2021-06", FROM_11_TO_13, ALL_AND_13),
    policy("ELBSecurityPolicy-TLS13-1-0-2021-06", FROM_10_TO_13, ALL_AND_13),
    policy("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", ONLY_13, &[Tls13, ChaCha]),
    policy("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", FROM_12_TO_13, &[Tls13, ChaCha, Gcm, Cbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", FROM_12_TO_13, &[Tls13, ChaCha, Gcm]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09", FROM_12_TO_13, &[Tls13, ChaCha, Gcm, Cbc, RsaGcm, RsaCbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09", FROM_12_TO_13, ALL_AND_13),
    policy("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", FROM_10_TO_13, ALL_AND_13),
    policy("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", ONLY_13, &[Tls13]),
    policy("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04", FROM_12_TO_13, &[Tls13, Gcm, Cbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04", FROM_12_TO_13, &[Tls13, Gcm]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04", FROM_12_TO_13, &[Tls13, Gcm, Cbc, Sha1]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04", FROM_12_TO_13, &[Tls13, Gcm, Cbc, RsaGcm, RsaCbc]),
    policy("ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04", FROM_12_TO_13, &[Tls13, Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1]),
    policy("ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04", FROM_11_TO_13, &[Tls13, Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1]),
    policy("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", FROM_10_TO_13, &[Tls13, Gcm, Cbc, Sha1, RsaGcm, RsaCbc, RsaSha1]),
];

impl SslPolicy {
    /// The policy with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SSL_POLICIES.iter().find(|policy| policy.name == name)
    }

    /// Its suites, the preferred first.
    pub fn ciphers(&self) -> impl Iterator<Item = &'static str> {
        SUITES.iter().filter(|(_, block)| self.blocks.contains(block)).map(|(name, _)| *name)
    }

    /// Those of its suites that this implementation offers: of TLS 1.3, and ECDHE with GCM. The others are left out, so that
    /// a listener offers less than its policy allows and never more.
    pub fn offered(&self) -> impl Iterator<Item = &'static str> {
        let offered = SUITES.iter().filter(|(_, block)| matches!(block, Tls13 | ChaCha | Gcm));
        offered.filter(|(_, block)| self.blocks.contains(block)).map(|(name, _)| *name)
    }

    /// Whether it wants key exchange that withstands quantum computers.
    pub fn post_quantum(&self) -> bool {
        self.name.contains("-PQ-")
    }

    /// Whether it wants a module that was validated for FIPS 140.
    pub fn fips(&self) -> bool {
        self.name.contains("-FIPS-")
    }

    /// The policy of connections to TLS targets behind a listener of this one.
    pub fn towards_targets(&self) -> &'static str {
        if self.name.contains("-TLS13-") { "ELBSecurityPolicy-TLS13-1-0-2021-06" } else { DEFAULT_SSL_POLICY }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn count(name: &str) -> usize {
        SslPolicy::named(&format!("ELBSecurityPolicy-{name}")).unwrap().ciphers().count()
    }

    #[test]
    fn policies_have_as_many_suites_as_awss() {
        let names = ["2016-08", "TLS-1-2-2017-01", "FS-2018-06", "FS-1-2-Res-2019-08", "FS-1-2-Res-2020-10"];
        assert_eq!(names.map(count), [18, 12, 12, 8, 4]);
        let names = ["TLS13-1-3-2021-06", "TLS13-1-2-2021-06", "TLS13-1-2-Res-2021-06", "TLS13-1-2-Ext1-2021-06"];
        assert_eq!(names.map(count), [3, 11, 7, 15]);
        assert_eq!([count("TLS13-1-2-Ext2-2021-06"), count("TLS-1-0-2015-04")], [21, 19]);
    }

    #[test]
    fn every_policy_has_something_to_offer_and_a_policy_for_targets() {
        for policy in SSL_POLICIES {
            assert!(policy.offered().next().is_some(), "{}", policy.name);
            assert!(SslPolicy::named(policy.towards_targets()).is_some());
        }
        assert_eq!(SslPolicy::named("ELBSecurityPolicy-none"), None);
    }

    #[test]
    fn the_seeds_policy_prefers_ecdsa_and_128_bits() {
        let policy = SslPolicy::named("ELBSecurityPolicy-FS-1-2-Res-2019-08").unwrap();
        let offered: Vec<_> = policy.offered().collect();
        assert_eq!(offered[..2], ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]);
        assert_eq!(offered.len(), 4);
    }
}
