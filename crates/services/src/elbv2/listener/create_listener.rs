//! CreateListener: opens a port of a balancer.

use std::collections::BTreeMap;

use resource::Listener;
use serde::Deserialize;

use super::super::target::quota;
use super::super::{arn, find, tag};
use super::action::{self, Action};
use super::protocol;
use super::tls::{self, CertificateRef, Wish};
use super::view::{self, Listeners};
use crate::quotas::{self, known::LISTENERS};
use crate::tags::Tag;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    load_balancer_arn: String,
    protocol: Option<String>,
    port: Option<u32>,
    default_actions: Vec<Action>,
    tags: Vec<Tag>,
    certificates: Vec<CertificateRef>,
    ssl_policy: Option<String>,
    alpn_policy: Vec<String>,
}

/// Creates a listener; the same request again returns the one that there is.
pub fn create_listener(cx: &mut Write<'_>, input: Input) -> Result<Listeners, Error> {
    let balancer = find::balancer(cx.txn, cx.owner(), &input.load_balancer_arn)?;
    let protocol = protocol::parse(input.protocol.as_deref())?;
    let group = action::parse(cx.txn, cx.owner(), &balancer, &input.default_actions)?;
    protocol::check_group(protocol, &group)?;
    let wish = Wish { certificates: input.certificates, ssl_policy: input.ssl_policy, alpn_policy: input.alpn_policy };
    let listener = Listener {
        arn: arn::of_listener(&balancer, &arn::random_suffix()),
        owner: cx.owner().clone(),
        balancer: balancer.arn.clone(),
        port: protocol::parse_port(input.port)?,
        protocol,
        target_group: group.arn.clone(),
        tls: tls::speak(cx.txn, cx.owner(), protocol, None, wish)?,
        attributes: BTreeMap::new(),
        tags: tag::new(&input.tags)?,
    };
    let known: Vec<_> = find::listeners_of(cx.txn, &balancer.arn).collect();
    let shown = match known.iter().find(|other| other.port == listener.port) {
        Some(other) if same(other, &listener) => view::listener(other),
        Some(_) => {
            return Err(Error::new(
                "DuplicateListener",
                format!("A listener already exists on port {} for this load balancer '{}'", listener.port, balancer.arn),
            ));
        }
        None => {
            let most = quotas::most(cx.txn, cx.owner(), &LISTENERS);
            if known.len() >= most {
                return Err(Error::new("TooManyListeners", format!("A load balancer may have at most {most} listeners")));
            }
            quota::check(cx.txn, &balancer, &group)?;
            cx.txn.put(listener.clone());
            view::listener(&listener)
        }
    };
    Ok(Listeners { listeners: vec![shown], next_marker: None })
}

fn same(a: &Listener, b: &Listener) -> bool {
    (a.protocol, &a.target_group, &a.tls, &a.tags) == (b.protocol, &b.target_group, &b.tls, &b.tags)
}
