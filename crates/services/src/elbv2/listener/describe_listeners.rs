//! DescribeListeners: those of a balancer, or by ARN.

use std::sync::Arc;

use resource::Listener;
use serde::Deserialize;

use super::super::{find, paging, refusal};
use super::view::{self, Listeners};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    load_balancer_arn: Option<String>,
    listener_arns: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
}

/// Describes listeners.
pub fn describe_listeners(cx: &Read<'_>, input: Input) -> Result<Listeners, Error> {
    let found = wanted(cx, &input)?;
    let page = paging::cut(input.marker.as_deref(), input.page_size, found, |listener| listener.arn.clone())?;
    let listeners = page.items.iter().map(|listener| view::listener(listener)).collect();
    Ok(Listeners { listeners, next_marker: page.next })
}

fn wanted(cx: &Read<'_>, input: &Input) -> Result<Vec<Arc<Listener>>, Error> {
    match (&input.load_balancer_arn, input.listener_arns.is_empty()) {
        (Some(balancer), true) => {
            let balancer = find::balancer(cx.world, cx.owner(), balancer)?;
            Ok(find::listeners_of(cx.world, &balancer.arn).collect())
        }
        (None, false) => input.listener_arns.iter().map(|arn| find::listener(cx.world, cx.owner(), arn)).collect(),
        _ => Err(refusal::validation("You must specify either listener ARNs or a load balancer ARN")),
    }
}
