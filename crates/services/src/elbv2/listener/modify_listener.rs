//! ModifyListener: changes the port or the target group of a listener.

use resource::{Listener, TargetGroup};
use serde::Deserialize;

use super::super::find;
use super::super::target::quota;
use super::action::{self, Action};
use super::attributes;
use super::protocol;
use super::tls::{self, CertificateRef, Wish};
use super::view::{self, Listeners};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    listener_arn: String,
    port: Option<u32>,
    protocol: Option<String>,
    default_actions: Vec<Action>,
    certificates: Vec<CertificateRef>,
    ssl_policy: Option<String>,
    alpn_policy: Vec<String>,
}

/// Changes a listener; what the request does not name stays.
pub fn modify_listener(cx: &mut Write<'_>, input: Input) -> Result<Listeners, Error> {
    let mut listener = Listener::clone(&*find::listener(cx.txn, cx.owner(), &input.listener_arn)?);
    let balancer = find::balancer(cx.txn, cx.owner(), &listener.balancer)?;
    if input.port.is_some() {
        listener.port = protocol::parse_port(input.port)?;
    }
    if input.protocol.is_some() {
        listener.protocol = protocol::parse(input.protocol.as_deref())?;
        let known = attributes::of(&listener);
        listener.attributes.retain(|key, _| known.iter().any(|attribute| attribute.key == key));
    }
    if !input.default_actions.is_empty() {
        listener.target_group = action::parse(cx.txn, cx.owner(), &balancer, &input.default_actions)?.arn.clone();
    }
    if let Some(group) = cx.txn.find::<TargetGroup>(&listener.target_group) {
        protocol::check_group(listener.protocol, &group)?;
        quota::check(cx.txn, &balancer, &group)?;
    }
    let wish = Wish { certificates: input.certificates, ssl_policy: input.ssl_policy, alpn_policy: input.alpn_policy };
    listener.tls = tls::speak(cx.txn, cx.owner(), listener.protocol, listener.tls.as_ref(), wish)?;
    let taken = find::listeners_of(cx.txn, &balancer.arn).any(|other| other.port == listener.port && other.arn != listener.arn);
    if taken {
        let message = format!("A listener already exists on port {} for this load balancer '{}'", listener.port, balancer.arn);
        return Err(Error::new("DuplicateListener", message));
    }
    let shown = view::listener(&listener);
    cx.txn.put(listener);
    Ok(Listeners { listeners: vec![shown], next_marker: None })
}
