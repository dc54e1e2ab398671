//! ImportCertificate: a certificate and its key from elsewhere, also in the place of an earlier one.

use base64::{Engine, engine::general_purpose::STANDARD};
use resource::{Certificate, CertificateStatus, IssuedCertificate, ReadCertificate, Tags};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};

use super::find::{self, validation};
use super::request_certificate::fresh_arn;
use crate::tags::{self, Tag};
use crate::{Error, Write};

/// What is asked; the texts as base64.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    certificate_arn: Option<String>,
    certificate: String,
    private_key: String,
    certificate_chain: Option<String>,
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificate_arn: String,
}

/// Imports a certificate.
pub fn import_certificate(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let text = |blob: &str, what: &str| {
        let bytes = STANDARD.decode(blob).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        bytes.ok_or_else(|| validation(format!("The {what} field contains something that is no text in PEM.")))
    };
    let (certificate, key) = (text(&input.certificate, "certificate")?, text(&input.private_key, "private key")?);
    let chain = input.certificate_chain.as_deref().map_or(Ok(String::new()), |chain| text(chain, "certificate chain"))?;
    let read = IssuedCertificate::read(&certificate, &chain, &key, cx.now).map_err(|why| validation(why.to_string()))?;
    check_key(&certificate, &key)?;
    check_validity(cx, &read)?;
    let imported = match &input.certificate_arn {
        Some(arn) => again(cx, arn, &input.tags, read)?,
        None => first(cx, &input.tags, read)?,
    };
    let certificate_arn = imported.arn.clone();
    cx.txn.put(imported);
    Ok(Output { certificate_arn })
}

/// The key must be the certificate's own, and of a kind that can be used.
fn check_key(certificate: &str, key: &str) -> Result<(), Error> {
    if key.contains("ENCRYPTED") {
        return Err(validation("The private key is encrypted; import it without a passphrase."));
    }
    let belongs = || {
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).ok()?];
        let key = any_supported_type(&PrivateKeyDer::from_pem_slice(key.as_bytes()).ok()?).ok()?;
        CertifiedKey::new(chain, key).keys_match().ok()
    };
    belongs().ok_or_else(|| validation("The private key does not match the certificate, or is not supported."))
}

fn check_validity(cx: &Write<'_>, read: &ReadCertificate) -> Result<(), Error> {
    if cx.now < read.issued.not_before {
        return Err(validation("The certificate field contains a certificate that is not valid yet."));
    }
    match cx.now > read.issued.not_after {
        true => Err(validation("The certificate field contains a certificate that has expired.")),
        false => Ok(()),
    }
}

fn first(cx: &Write<'_>, wanted: &[Tag], read: ReadCertificate) -> Result<Certificate, Error> {
    let mut tagged = Tags::default();
    tags::add(&mut tagged, wanted)?;
    Ok(Certificate {
        arn: fresh_arn(cx.owner()),
        owner: cx.owner().clone(),
        domain: read.names.first().cloned().unwrap_or_default(),
        names: read.names,
        key_algorithm: read.key_algorithm,
        status: CertificateStatus::Issued,
        validations: Vec::new(),
        issued: Some(read.issued),
        imported: true,
        token: None,
        exportable: false,
        exported: false,
        failure: None,
        transparency: true,
        created: cx.now,
        tags: tagged,
    })
}

/// In the place of a certificate that was imported before: listeners that use it show the new one.
fn again(cx: &Write<'_>, arn: &str, wanted: &[Tag], read: ReadCertificate) -> Result<Certificate, Error> {
    let known = find::certificate(cx.txn, cx.owner(), arn)?;
    if !wanted.is_empty() {
        return Err(validation("Tags cannot be given when a certificate is imported again; use AddTagsToCertificate."));
    }
    if !known.imported {
        return Err(validation("A certificate that ACM issued cannot be replaced by an import."));
    }
    if known.key_algorithm != read.key_algorithm {
        return Err(validation("The new certificate must have a key of the same kind and size as the one before."));
    }
    Ok(Certificate {
        domain: read.names.first().cloned().unwrap_or_default(),
        names: read.names,
        status: CertificateStatus::Issued,
        issued: Some(read.issued),
        ..(*known).clone()
    })
}
