//! A listener as answers show it.

use resource::Listener;
use serde::Serialize;

use super::action::{self, Action};

/// A listener.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListenerView {
    listener_arn: String,
    load_balancer_arn: String,
    port: u16,
    protocol: &'static str,
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
    ListenerView {
        listener_arn: listener.arn.clone(),
        load_balancer_arn: listener.balancer.clone(),
        port: listener.port,
        protocol: listener.protocol.as_str(),
        default_actions: vec![action::forward(&listener.target_group)],
    }
}
