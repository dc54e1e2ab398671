//! AddListenerCertificates: more certificates for a TLS listener, chosen by the name that a client asks for.

use resource::Listener;
use serde::{Deserialize, Serialize};

use super::super::super::find;
use super::super::tls::{self, CertificateRef};
use super::spoken;
use crate::quotas::{self, known::CERTIFICATES};
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    certificates: Vec<CertificateRef>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificates: Vec<CertificateRef>,
}

/// Adds certificates; those that are there already stay.
pub fn add_listener_certificates(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut listener = Listener::clone(&*find::listener(cx.txn, cx.owner(), &input.listener_arn)?);
    let known = spoken(&mut listener)?;
    for wanted in &input.certificates {
        let arn = tls::usable(cx.txn, cx.owner(), wanted)?;
        if !known.certificates.contains(&arn) {
            known.certificates.push(arn);
        }
    }
    let most = quotas::most(cx.txn, cx.owner(), &CERTIFICATES);
    if known.certificates.len() > most {
        return Err(Error::new("TooManyCertificates", format!("A listener may have at most {most} certificates")));
    }
    let added = input.certificates.into_iter();
    let certificates = added.map(|added| CertificateRef { is_default: Some(false), ..added }).collect();
    cx.txn.put(listener);
    Ok(Output { certificates })
}
