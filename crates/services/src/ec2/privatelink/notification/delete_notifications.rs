//! DeleteVpcEndpointConnectionNotifications: nobody wants to know any more.

use resource::ConnectionNotification;
use serde::Deserialize;

use super::super::unsuccessful::{self, Output};
use super::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    connection_notification_ids: Vec<String>,
}

/// Deletes notifications with the events that they kept.
pub fn delete_notifications(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    unsuccessful::each(&input.connection_notification_ids, |id| {
        find(cx.txn, cx.owner(), id)?;
        cx.txn.remove::<ConnectionNotification>(id);
        Ok(())
    })
}
