//! DescribeListenerCertificates: the default certificate of a TLS listener and the others.

use resource::Listener;
use serde::{Deserialize, Serialize};

use super::super::super::{find, paging};
use super::super::tls::CertificateRef;
use super::spoken;
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    listener_arn: String,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    certificates: Vec<CertificateRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Describes the certificates of a listener.
pub fn describe_listener_certificates(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let mut listener = Listener::clone(&*find::listener(cx.world, cx.owner(), &input.listener_arn)?);
    let all = std::mem::take(&mut spoken(&mut listener)?.certificates);
    let all = all.into_iter().enumerate();
    let shown = all.map(|(n, certificate_arn)| CertificateRef { certificate_arn, is_default: Some(n == 0) }).collect();
    let page = paging::cut(input.marker.as_deref(), input.page_size, shown, |certificate: &CertificateRef| {
        certificate.certificate_arn.clone()
    })?;
    Ok(Output { certificates: page.items, next_marker: page.next })
}
