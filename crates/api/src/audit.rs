//! One line per request in the log: who asked for what, what they were told, and how long it took.

use std::time::Instant;

use services::Caller;
use wire::{Failure, Identified, Protocol, Request};

use crate::arrival::Arrival;
use crate::refuse::likely_protocol;
use crate::request_id::request_id;

/// What is known about a request so far; every stage adds its part.
#[derive(Debug)]
pub(crate) struct Record {
    /// The id that the caller is told.
    pub(crate) id: String,
    /// How the request came.
    pub(crate) arrival: Arrival,
    /// The protocol in which to answer.
    pub(crate) protocol: Protocol,
    /// The operation, once it is known.
    pub(crate) identified: Option<Identified>,
    account: String,
    principal: String,
    /// Method and path, until the operation is known.
    line: String,
    begun: Instant,
}

impl Record {
    /// A request has arrived; its body has not been read.
    pub(crate) fn begin(arrival: &Arrival, head: &Request) -> Self {
        Self {
            id: request_id(),
            arrival: arrival.clone(),
            protocol: likely_protocol(head),
            identified: None,
            account: String::new(),
            principal: String::new(),
            line: format!("{} {}", head.method, head.path),
            begun: Instant::now(),
        }
    }

    /// The request turned out to be from this caller.
    pub(crate) fn caller(&mut self, caller: &Caller) {
        self.account.clone_from(&caller.owner.account);
        self.principal.clone_from(&caller.arn);
    }

    /// Writes the line.
    pub(crate) fn finish(&self, status: u16, failure: Option<&Failure>) {
        let (service, operation) = match &self.identified {
            Some(identified) => (identified.service.name, identified.operation().name),
            None => ("", self.line.as_str()),
        };
        tracing::info!(
            target: "audit",
            id = %self.id,
            peer = %self.arrival.peer,
            door = self.arrival.label(),
            account = %self.account,
            principal = %self.principal,
            operation = format_args!("{service}:{operation}"),
            status,
            code = failure.map_or("", |failure| failure.code.as_str()),
            micros = self.begun.elapsed().as_micros() as u64,
        );
    }
}

/// Writes the line of a request that came from inside.
pub(crate) fn inside(caller: &Caller, operation: &str, failure: Option<&Failure>, begun: Instant) {
    tracing::info!(
        target: "audit",
        id = %request_id(),
        peer = "inside",
        account = %caller.owner.account,
        principal = %caller.arn,
        operation,
        status = failure.map_or(200, |failure| failure.status),
        code = failure.map_or("", |failure| failure.code.as_str()),
        micros = begun.elapsed().as_micros() as u64,
    );
}
