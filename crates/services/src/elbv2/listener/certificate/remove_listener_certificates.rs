//! RemoveListenerCertificates: fewer certificates for a TLS listener; never its default one.

use resource::Listener;
use serde::{Deserialize, Serialize};

use super::super::super::{find, refusal};
use super::super::tls::CertificateRef;
use super::spoken;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    certificates: Vec<CertificateRef>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

/// Removes certificates.
pub fn remove_listener_certificates(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut listener = Listener::clone(&*find::listener(cx.txn, cx.owner(), &input.listener_arn)?);
    let known = spoken(&mut listener)?;
    for CertificateRef { certificate_arn: arn, .. } in &input.certificates {
        match known.certificates.iter().position(|known| known == arn) {
            Some(0) => {
                let message = "The default certificate of a listener cannot be removed; replace it with ModifyListener";
                return Err(Error::new("OperationNotPermitted", message));
            }
            Some(place) => drop(known.certificates.remove(place)),
            None => return Err(refusal::validation(format!("Certificate '{arn}' is not on the listener"))),
        }
    }
    cx.txn.put(listener);
    Ok(Output {})
}
