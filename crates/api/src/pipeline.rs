//! The spine: everything that happens to a request, in order. Every stage lets it pass or says why it ends here, and
//! whatever happens is answered in the protocol of the request and audited.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use hyper::body::{Body, Incoming};
use objects::Blobs;
use resource::TimeScale;
use serde_json::Value;
use services::{Caller, Operation, Run, Service};
use store::{Snapshot, Store};
use time::OffsetDateTime;
use wire::{Failure, Identified, Models, Request, Response};

use crate::arrival::Arrival;
use crate::audit::Record;
use crate::body::{Room, drain};
use crate::facts::facts;
use crate::identity::{self, Family, Refusal, Trust};
use crate::keys::Keys;
use crate::outgoing::Outgoing;
use crate::permission::Asked;
use crate::private::{self, Health, Routes};
use crate::settling::Wishes;
use crate::{caller, closed, object, origin, permission, refuse};

/// What the stages work with.
pub(crate) struct Api {
    pub(crate) models: Models,
    pub(crate) store: Store,
    pub(crate) trust: Trust,
    pub(crate) scale: TimeScale,
    pub(crate) room: Room,
    pub(crate) blobs: Blobs,
    pub(crate) health: Arc<dyn Health>,
    pub(crate) routes: Arc<dyn Routes>,
    pub(crate) wishes: Wishes,
}

/// The world and the time at which a request is judged.
struct Moment {
    world: Snapshot,
    now: OffsetDateTime,
}

/// Answers one request, whatever happens.
pub(crate) async fn answer(api: &Api, arrival: &Arrival, incoming: hyper::Request<Incoming>) -> Outgoing {
    let (mut request, body) = head(incoming);
    let (waits, nothing_comes) = (request.headers.contains_key(http::header::EXPECT), body.is_end_stream());
    let mut record = Record::begin(arrival, &request);
    let carried = AssertUnwindSafe(carry(api, &mut request, body, &mut record)).catch_unwind().await;
    let outcome = carried.unwrap_or_else(|_| {
        tracing::error!(id = %record.id, "a handler panicked");
        Err(refuse::internal())
    });
    let (mut outgoing, failure) = match outcome {
        Ok(outgoing) => (outgoing, None),
        Err(failure) => {
            let told = wire::encode_error(record.identified.as_ref(), record.protocol, &failure, &record.id);
            (told.into(), Some(failure))
        }
    };
    // boto3 takes what follows on a connection wrongly when it was answered before it was told to go on.
    if waits && (nothing_comes || failure.is_some()) {
        outgoing.response.headers.insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    record.finish(outgoing.response.status.as_u16(), failure.as_ref());
    outgoing
}

/// The stages.
async fn carry(api: &Api, request: &mut Request, body: Incoming, record: &mut Record) -> Result<Outgoing, Failure> {
    if let Some(identified) = writing(api, request, record) {
        return carry_object(api, request, identified, body, record).await;
    }
    read(api, request, body, record).await?;
    refuse_foreign_pages(api, request, record)?;
    let door = record.arrival.door.clone();
    match &door {
        None if private::is_private(request) => return Ok(privately(api, request, record).await.into()),
        None => {}
        Some(door) => {
            if let Some(answer) = closed::answer(door, record.protocol) {
                return answer.map(Outgoing::from);
            }
        }
    }
    let identified = identify(api, request, record)?;
    door.as_ref().map_or(Ok(()), |door| closed::check(door, &identified))?;
    let moment = Moment { world: api.store.snapshot(), now: OffsetDateTime::now_utc() };
    let caller = authenticate(api, &moment, request, &identified, record)?;
    let (service, operation) = dispatch(&identified)?;
    let mut input = decode(&identified, request)?;
    let through = record.arrival.through();
    permit(&moment, &identified, &Asked { caller: &caller, service, operation, input: &input, through })?;
    if !object::is_s3(&identified) {
        let output = perform(api, (service, operation), &caller, input).await.map_err(refuse::handler)?;
        return finish(api, &identified, output, record);
    }
    object::check_document(operation.name, request)?;
    object::without_body_members(&identified, &mut input);
    let taken = object::copy(&api.blobs, &moment.world, &caller, operation, &mut input).await?;
    let output = services::perform(&api.store, api.scale, (service, operation), &caller, input).await;
    taken.into_iter().for_each(|taken| taken.settle(output.is_ok()));
    finish(api, &identified, output.map_err(refuse::handler)?, record)
}

/// Performs an operation; who reads sees what it wrote before brought about, if that is a matter of moments.
async fn perform(api: &Api, what: (&Service, &Operation), caller: &Caller, input: Value) -> Result<Value, services::Error> {
    let (account, writes) = (caller.owner.account.as_str(), matches!(what.1.run, Run::Write(_)));
    if !writes {
        api.wishes.met(account, &*api.health).await;
    }
    let output = services::perform(&api.store, api.scale, what, caller, input).await;
    if writes {
        api.wishes.note(account, api.store.snapshot().revision());
    }
    output
}

/// The stages of a request whose body is an object: it comes when everything else has been found good.
async fn carry_object(
    api: &Api,
    request: &Request,
    identified: Identified,
    mut body: Incoming,
    record: &mut Record,
) -> Result<Outgoing, Failure> {
    let outcome = write_object(api, request, identified, &mut body, record).await;
    // Who sends without being told to go on reads no answer before it has sent everything.
    if outcome.is_err() && !request.headers.contains_key(http::header::EXPECT) {
        drain(body).await;
    }
    outcome
}

async fn write_object(
    api: &Api,
    request: &Request,
    identified: Identified,
    body: &mut Incoming,
    record: &mut Record,
) -> Result<Outgoing, Failure> {
    record.protocol = identified.protocol;
    record.identified = Some(identified.clone());
    refuse_foreign_pages(api, request, record)?;
    let door = record.arrival.door.clone();
    door.as_ref().map_or(Ok(()), |door| closed::check(door, &identified))?;
    let moment = Moment { world: api.store.snapshot(), now: OffsetDateTime::now_utc() };
    let refused = |refusal: Refusal| refusal.failure(Family::S3);
    let (believed, promise) =
        match identity::authenticate_head(record.arrival.trust(api.trust), &Keys(&moment.world), moment.now, request) {
            Err(Refusal::Unsigned) => (identity::Caller::anonymous(caller::DEFAULT_REGION), identity::unsigned_promise(request)),
            other => other.map_err(refused)?,
        };
    let caller = admitted(&moment, request, &identified, believed, record).map_err(refused)?;
    let (service, operation) = dispatch(&identified)?;
    let mut input = decode(&identified, request)?;
    let through = record.arrival.through();
    permit(&moment, &identified, &Asked { caller: &caller, service, operation, input: &input, through })?;
    object::without_body_members(&identified, &mut input);
    let taken = object::receive(&api.blobs, &moment.world, request, (body, promise), &mut input).await?;
    let output = services::perform(&api.store, api.scale, (service, operation), &caller, input).await;
    taken.settle(output.is_ok());
    finish(api, &identified, output.map_err(refuse::handler)?, record)
}

/// The operation, when its body is an object. Only the head of the request has come.
fn writing(api: &Api, request: &Request, record: &Record) -> Option<Identified> {
    let here = record.arrival.door.as_ref().is_none_or(|door| door.service == "s3");
    let may_be = here && request.method == http::Method::PUT && !private::is_private(request);
    may_be.then(|| api.models.identify(request).ok()).flatten().filter(object::is_writing)
}

/// Writes the answer; a body that lies in files follows it.
fn finish(api: &Api, identified: &Identified, mut output: Value, record: &Record) -> Result<Outgoing, Failure> {
    check_output(identified, &output)?;
    let pieces = object::body(&api.blobs, identified, &mut output)?;
    let mut response = wire::encode(identified, &output, &record.id);
    if object::is_s3(identified) && response.headers.contains_key(http::header::CONTENT_RANGE) {
        response.status = http::StatusCode::PARTIAL_CONTENT;
    }
    Ok(Outgoing { response, pieces })
}

fn head(incoming: hyper::Request<Incoming>) -> (Request, Incoming) {
    let (parts, body) = incoming.into_parts();
    let request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: Bytes::new(),
    };
    (request, body)
}

async fn read(api: &Api, request: &mut Request, body: Incoming, record: &Record) -> Result<(), Failure> {
    let body = api.room.read(&request.headers, body).await;
    request.body = body.map_err(|error| refuse::body(&error, record.protocol))?;
    Ok(())
}

fn refuse_foreign_pages(api: &Api, request: &Request, record: &Record) -> Result<(), Failure> {
    if record.arrival.trust(api.trust) == Trust::Enforce {
        return Ok(());
    }
    match (origin::foreign_site(request), origin::foreign_host(request)) {
        (Some(site), _) => Err(refuse::foreign_site(site)),
        (None, Some(host)) => Err(refuse::foreign_host(host)),
        (None, None) => Ok(()),
    }
}

/// Health, which everybody may ask for, and the routes of the binary, which need an `underpass:` permission.
async fn privately(api: &Api, request: &Request, record: &mut Record) -> Response {
    if let Some(answer) = private::health(request, &*api.health) {
        return answer;
    }
    match private::admit(&api.store.snapshot(), api.trust, request, &record.arrival) {
        Err(refused) => refused,
        Ok(caller) => {
            record.caller(&caller);
            api.routes.handle(request, &caller).await.unwrap_or_else(|| private::not_found(request))
        }
    }
}

fn identify(api: &Api, request: &Request, record: &mut Record) -> Result<Identified, Failure> {
    let found = api.models.identify(request).map_err(|error| refuse::unidentified(&error, record.protocol))?;
    record.protocol = found.protocol;
    record.identified = Some(found.clone());
    Ok(found)
}

fn authenticate(
    api: &Api,
    moment: &Moment,
    request: &Request,
    identified: &Identified,
    record: &mut Record,
) -> Result<Caller, Failure> {
    let service = &identified.service;
    let refused = |refusal: Refusal| refusal.failure(Family::of(identified.protocol, service.signing_name));
    let believed = match identity::authenticate(record.arrival.trust(api.trust), &Keys(&moment.world), moment.now, request) {
        Err(Refusal::Unsigned) if identified.operation().unsigned || object::is_s3(identified) => {
            identity::Caller::anonymous(caller::DEFAULT_REGION)
        }
        other => other.map_err(refused)?,
    };
    admitted(moment, request, identified, believed, record).map_err(refused)
}

/// The caller as operations see it, with what is known about its request.
fn admitted(
    moment: &Moment,
    request: &Request,
    identified: &Identified,
    believed: identity::Caller,
    record: &mut Record,
) -> Result<Caller, Refusal> {
    believed.scoped_to(identified.service.signing_name)?;
    closed::check_region(&moment.world, record.arrival.through(), &believed)?;
    let mut caller = caller::known(believed)?;
    caller.facts = facts(&record.arrival, &caller.owner.region, moment.now, request.header("user-agent"));
    record.caller(&caller);
    Ok(caller)
}

fn dispatch(identified: &Identified) -> Result<(&'static Service, &'static Operation), Failure> {
    services::find(identified.service.name, identified.operation().name).ok_or_else(|| refuse::unimplemented(identified))
}

fn decode(identified: &Identified, request: &Request) -> Result<Value, Failure> {
    wire::decode(identified, request).map_err(|error| error.failure(Some(identified), identified.protocol))
}

fn permit(moment: &Moment, identified: &Identified, asked: &Asked<'_>) -> Result<(), Failure> {
    permission::check(&moment.world, asked, Family::of(identified.protocol, identified.service.signing_name))
}

/// In debug builds an answer that is not what the model says is a failure, and loud.
fn check_output(identified: &Identified, output: &Value) -> Result<(), Failure> {
    let wrong = if cfg!(debug_assertions) { wire::check_output(identified, output) } else { Vec::new() };
    if wrong.is_empty() {
        return Ok(());
    }
    tracing::error!(?wrong, "the output is not what the model says");
    Err(Failure { message: format!("the output is not what the model says: {}", wrong.join("; ")), ..refuse::internal() })
}
