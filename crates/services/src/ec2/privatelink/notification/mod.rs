//! Notifications of what becomes of connections. Events are kept with the notification, and `GET /_underpass/notifications`
//! shows them: there are no topics here.

use std::sync::Arc;

use resource::{
    ConnectionEvent, ConnectionNotification, EndpointService, Happened, NotificationSubject, Owner, Resource, VpcEndpoint,
};
use serde::Serialize;
use store::Snapshot;

use crate::{Error, Write};

pub mod create_notification;
pub mod delete_notifications;
pub mod describe_notifications;
pub mod modify_notification;

/// A notification as answers show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotificationView {
    connection_notification_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_endpoint_id: Option<String>,
    connection_notification_type: &'static str,
    connection_notification_arn: String,
    connection_events: Vec<&'static str>,
    connection_notification_state: &'static str,
}

/// Notes what became of an endpoint's connection, for everybody who wants to know.
pub fn note(cx: &mut Write<'_>, endpoint: &VpcEndpoint, event: ConnectionEvent) {
    let mut interested: Vec<_> = cx.txn.linked::<ConnectionNotification>(VpcEndpoint::KIND, &endpoint.id).collect();
    if let Some(service) = &endpoint.service {
        interested.extend(cx.txn.linked::<ConnectionNotification>(EndpointService::KIND, service));
    }
    for notification in interested {
        let happened = Happened { event, endpoint: endpoint.id.clone(), at: cx.now };
        cx.txn.update::<ConnectionNotification>(notification.id.as_str(), |notification| notification.note(happened));
    }
}

fn view(notification: &ConnectionNotification) -> NotificationView {
    let (service, endpoint) = match &notification.about {
        NotificationSubject::Service(id) => (Some(id.to_string()), None),
        NotificationSubject::Endpoint(id) => (None, Some(id.to_string())),
    };
    NotificationView {
        connection_notification_id: notification.id.to_string(),
        service_id: service,
        vpc_endpoint_id: endpoint,
        connection_notification_type: "Topic",
        connection_notification_arn: notification.topic.clone(),
        connection_events: notification.events.iter().map(|event| event.as_str()).collect(),
        connection_notification_state: "Enabled",
    }
}

/// The caller's notification.
fn find(world: &Snapshot, owner: &Owner, id: &str) -> Result<Arc<ConnectionNotification>, Error> {
    let found = world.find::<ConnectionNotification>(id).filter(|notification| notification.owner == *owner);
    found.ok_or_else(|| Error::new("InvalidConnectionNotification", format!("The notification '{id}' does not exist")))
}

/// Reads the ARN of a topic.
fn topic(arn: &str) -> Result<String, Error> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", "aws", "sns", region, account, name] if ![*region, *account, *name].contains(&"") => Ok(arn.to_owned()),
        _ => Err(Error::invalid_value(format!("'{arn}' is not the ARN of an SNS topic"))),
    }
}

/// Reads the events that are wanted.
fn events(words: &[String]) -> Result<Vec<ConnectionEvent>, Error> {
    let event = |word: &String| {
        let known = ConnectionEvent::ALL.into_iter().find(|event| event.as_str() == word);
        known.ok_or_else(|| Error::invalid_value(format!("'{word}' is none of the events Accept, Connect, Delete, Reject")))
    };
    match words {
        [] => Err(Error::missing("ConnectionEvents")),
        words => words.iter().map(event).collect(),
    }
}
