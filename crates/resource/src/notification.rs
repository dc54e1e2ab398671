//! Notifications of what becomes of the connections of endpoints (AWS PrivateLink Guide, "Create and manage a notification").

use serde::{Deserialize, Serialize};

use crate::{
    EndpointId, EndpointService, EndpointServiceId, Kind, Link, NotificationId, Owner, Resource, Timestamp, VpcEndpoint,
};

/// How many events a notification keeps.
const KEPT: usize = 100;

/// Who wants to know of which events. There are no topics to send them to: the last ones are kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionNotification {
    /// Its id.
    pub id: NotificationId,
    /// Who owns it.
    pub owner: Owner,
    /// Whose connections it is about.
    pub about: NotificationSubject,
    /// The ARN of the topic.
    pub topic: String,
    /// The events that are wanted.
    pub events: Vec<ConnectionEvent>,
    /// What happened last, oldest first.
    pub happened: Vec<Happened>,
}

/// Whose connections a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationSubject {
    /// All connections to a service of its owner.
    Service(EndpointServiceId),
    /// The connection of an endpoint of its owner.
    Endpoint(EndpointId),
}

/// What can become of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionEvent {
    /// The provider accepted it.
    Accept,
    /// A consumer asked for it.
    Connect,
    /// The consumer deleted the endpoint.
    Delete,
    /// The provider rejected it.
    Reject,
}

impl ConnectionEvent {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accept, Self::Connect, Self::Delete, Self::Reject];

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "Accept",
            Self::Connect => "Connect",
            Self::Delete => "Delete",
            Self::Reject => "Reject",
        }
    }
}

/// An event of one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// What.
    pub event: ConnectionEvent,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// When.
    pub at: Timestamp,
}

impl ConnectionNotification {
    /// Keeps an event if it is wanted.
    pub fn note(&mut self, happened: Happened) {
        if self.events.contains(&happened.event) {
            let surplus = (self.happened.len() + 1).saturating_sub(KEPT);
            self.happened.drain(..surplus);
            self.happened.push(happened);
        }
    }
}

impl Resource for ConnectionNotification {
    const KIND: Kind = Kind("connection-notification");

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn owner(&self) -> Option<&Owner> {
        Some(&self.owner)
    }

    fn links(&self) -> Vec<Link> {
        vec![match &self.about {
            NotificationSubject::Service(id) => Link::to(EndpointService::KIND, id),
            NotificationSubject::Endpoint(id) => Link::to(VpcEndpoint::KIND, id),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wanted_events_are_kept_and_only_the_last() {
        let happened = |event, n| Happened { event, endpoint: EndpointId::random(), at: Timestamp(n) };
        let mut notification = ConnectionNotification {
            id: NotificationId::random(),
            owner: Owner::new("111111111111", "us-east-1"),
            about: NotificationSubject::Endpoint(EndpointId::random()),
            topic: "arn:aws:sns:us-east-1:111111111111:t".into(),
            events: vec![ConnectionEvent::Accept],
            happened: Vec::new(),
        };
        notification.note(happened(ConnectionEvent::Reject, 0));
        (1..=120).for_each(|n| notification.note(happened(ConnectionEvent::Accept, n)));
        let at: Vec<u64> = notification.happened.iter().map(|happened| happened.at.0).collect();
        assert_eq!((at.len(), at[0], at[99]), (100, 21, 120));
    }
}
