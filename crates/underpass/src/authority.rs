//! The certificate authority of an installation: made at first start, kept for ever, trusted by everything that runs in it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use dataplane::tls::Authority;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its files cannot be read or written.
    #[error("the certificate authority in {path} cannot be kept")]
    Files {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It could not be made.
    #[error("the certificate authority could not be made")]
    Made(#[from] rcgen::Error),
    /// What was kept is no authority.
    #[error("the certificate authority cannot be read")]
    Read(#[from] dataplane::tls::AuthorityError),
}

/// The authority that is kept in `folder`; makes one when there is none.
///
/// # Errors
/// When its files cannot be kept, or hold something else.
pub fn load(folder: &Path) -> Result<Authority, AuthorityError> {
    let files = |cause| AuthorityError::Files { path: folder.to_owned(), cause };
    let certificate = match fs::read_to_string(folder.join("ca.pem")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder)?,
        read => read.map_err(files)?,
    };
    let key = fs::read_to_string(folder.join("ca.key")).map_err(files)?;
    Ok(Authority::from_pem(&certificate, &key)?)
}

fn make(folder: &Path) -> Result<String, AuthorityError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Underpass local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = params.self_signed(&key)?.pem();
    let keep = || {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join("ca.key"))?;
        io::Write::write_all(&mut file, key.serialize_pem().as_bytes())?;
        // Written last: a certificate means that the key is there.
        fs::write(folder.join("ca.pem"), &pem)
    };
    keep().map_err(|cause| AuthorityError::Files { path: folder.to_owned(), cause })?;
    Ok(pem)
}
