//! A listener as answers show it.

use resource::Listener;
use serde::Serialize;

use super::action::{self, Action};
use super::tls::CertificateRef;

/// A listener.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListenerView {
    listener_arn: String,
    load_balancer_arn: String,
    port: u16,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<CertificateRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl_policy: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alpn_policy: Vec<String>,
    default_actions: Vec<Action>,
}

/// The answer of operations that show listeners.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listeners {
    /// The listeners.
    pub listeners: Vec<ListenerView>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
}

/// Shows a listener.
pub fn listener(listener: &Listener) -> ListenerView {
    let tls = listener.tls.as_ref();
    let default = tls.and_then(|tls| tls.certificates.first());
    ListenerView {
        listener_arn: listener.arn.clone(),
        load_balancer_arn: listener.balancer.clone(),
        port: listener.port,
        protocol: listener.protocol.as_str(),
        certificates: default.map(|arn| CertificateRef { certificate_arn: arn.clone(), is_default: None }).into_iter().collect(),
        ssl_policy: tls.map(|tls| tls.policy.clone()),
        alpn_policy: tls.and_then(|tls| tls.alpn.clone()).into_iter().collect(),
        default_actions: vec![action::forward(&listener.target_group)],
    }
}
