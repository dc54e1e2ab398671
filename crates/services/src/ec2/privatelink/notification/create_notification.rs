//! CreateVpcEndpointConnectionNotification: somebody wants to know what becomes of connections.

use resource::{ConnectionNotification, NotificationId, NotificationSubject};
use serde::{Deserialize, Serialize};

use super::{NotificationView, events, topic, view};
use crate::ec2::find;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    service_id: Option<String>,
    vpc_endpoint_id: Option<String>,
    connection_notification_arn: String,
    connection_events: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    connection_notification: NotificationView,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Creates a notification about a service or an endpoint of the caller's.
pub fn create_notification(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let about = match (&input.service_id, &input.vpc_endpoint_id) {
        (Some(id), None) => NotificationSubject::Service(find::endpoint_service(cx.txn, cx.owner(), id)?.id.clone()),
        (None, Some(id)) => NotificationSubject::Endpoint(find::endpoint(cx.txn, cx.owner(), id)?.id.clone()),
        _ => return Err(Error::combination("Exactly one of ServiceId and VpcEndpointId must be specified")),
    };
    let notification = ConnectionNotification {
        id: NotificationId::random(),
        owner: cx.owner().clone(),
        about,
        topic: topic(&input.connection_notification_arn)?,
        events: events(&input.connection_events)?,
        happened: Vec::new(),
    };
    cx.txn.put(notification.clone());
    Ok(Output { client_token: cx.client_token(), connection_notification: view(&notification) })
}
