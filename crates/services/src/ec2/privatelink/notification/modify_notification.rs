//! ModifyVpcEndpointConnectionNotification: another topic or other events.

use resource::ConnectionNotification;
use serde::{Deserialize, Serialize};

use super::{events, find, topic};
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    connection_notification_id: String,
    connection_notification_arn: Option<String>,
    connection_events: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    return_value: bool,
}

/// Changes what the request names.
pub fn modify_notification(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let mut notification = ConnectionNotification::clone(&*find(cx.txn, cx.owner(), &input.connection_notification_id)?);
    if let Some(arn) = &input.connection_notification_arn {
        notification.topic = topic(arn)?;
    }
    if !input.connection_events.is_empty() {
        notification.events = events(&input.connection_events)?;
    }
    cx.txn.put(notification);
    Ok(Output { return_value: true })
}
