//! Which certificate authorities programs trust: the public ones of the host and ours, in one file.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the bundle lies in a machine.
pub const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where programs of other distributions look for it.
pub(crate) const BUNDLE_ALIASES: &[&str] = &["/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem"];

/// The variables by which programs that bring their own list are told of ours: OpenSSL, the AWS SDKs, requests, curl and Node.js.
pub const VARIABLES: [&str; 5] =
    ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// The environment that makes programs trust the bundle at `path`.
pub fn environment(path: &str) -> Vec<(String, String)> {
    VARIABLES.iter().map(|&name| (name.to_owned(), path.to_owned())).collect()
}

/// The file with the host's public authorities, if it has one.
pub fn host_bundle() -> Option<PathBuf> {
    [BUNDLE].iter().chain(BUNDLE_ALIASES).map(PathBuf::from).find(|path| path.is_file())
}

/// The host's public authorities, then those of `ca_pem`.
pub(crate) fn merged_bundle(ca_pem: &str) -> Vec<u8> {
    let public = host_bundle().and_then(|path| fs::read(Path::new(&path)).ok()).unwrap_or_default();
    merge(public, ca_pem)
}

fn merge(mut bundle: Vec<u8>, ca_pem: &str) -> Vec<u8> {
    if !bundle.is_empty() && !bundle.ends_with(b"\n") {
        bundle.push(b'\n');
    }
    bundle.extend_from_slice(ca_pem.as_bytes());
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_authority_comes_after_the_public_ones_on_a_line_of_its_own() {
        assert_eq!(merge(b"public".to_vec(), "ours\n"), b"public\nours\n");
        assert_eq!(merge(Vec::new(), "ours\n"), b"ours\n");
    }

    #[test]
    fn every_variable_names_the_bundle() {
        assert!(environment("/b").iter().all(|(_, path)| path == "/b"));
    }
}
