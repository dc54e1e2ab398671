//! DescribeVpcEndpointConnectionNotifications: what the caller wants to know.

use std::sync::Arc;

use resource::{ConnectionNotification, NotificationSubject};
use serde::{Deserialize, Serialize};

use super::{NotificationView, find, view};
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    connection_notification_id: Option<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    connection_notification_set: Vec<NotificationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes notifications.
pub fn describe_notifications(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let found: Vec<Arc<ConnectionNotification>> = match &input.connection_notification_id {
        Some(id) => vec![find(cx.world, cx.owner(), id)?],
        None => cx.world.owned::<ConnectionNotification>(cx.owner()).collect(),
    };
    let kept = filter::select(&input.filters, found.into_iter(), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |notification| notification.id.to_string())?;
    let connection_notification_set = page.items.iter().map(|notification| view(notification)).collect();
    Ok(Output { connection_notification_set, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<ConnectionNotification>>> {
    let of = filter::of::<Arc<ConnectionNotification>>();
    match filter {
        "connection-notification-arn" => of.one(|notification| notification.topic.clone()),
        "connection-notification-id" => of.one(|notification| notification.id.to_string()),
        "connection-notification-state" => of.one(|_| "Enabled"),
        "connection-notification-type" => of.one(|_| "Topic"),
        "service-id" => of.one(|notification| match &notification.about {
            NotificationSubject::Service(id) => id.to_string(),
            NotificationSubject::Endpoint(_) => String::new(),
        }),
        "vpc-endpoint-id" => of.one(|notification| match &notification.about {
            NotificationSubject::Endpoint(id) => id.to_string(),
            NotificationSubject::Service(_) => String::new(),
        }),
        _ => None,
    }
}
