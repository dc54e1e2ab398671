//! The routes that are not AWS's: health, and what the binary registers below `/_underpass/`.

use std::collections::BTreeMap;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use services::Caller;
use services::iam::Authority;
use store::Snapshot;
use time::OffsetDateTime;
use wire::{Request, Response};

use crate::arrival::Arrival;
use crate::caller;
use crate::facts::facts;
use crate::identity::{self, Family, Refusal, Trust};
use crate::keys::Keys;

/// Everything below is ours; no bucket or API of AWS begins so.
const PREFIX: &str = "/_underpass/";
const HEALTH: [&str; 2] = ["/_underpass/health", "/_localstack/health"];

/// The daemon's condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether everything that was promised works.
    pub ready: bool,
    /// What is true of each feature, in words for people.
    pub features: BTreeMap<String, String>,
}

/// Who knows the daemon's condition.
pub trait Health: Send + Sync {
    /// The condition now. Must not block.
    fn report(&self) -> Report;

    /// Waits until what was asked for has been brought about, and what came of that; where others go on asking, perhaps for ever.
    fn settled(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

impl<F: Fn() -> Report + Send + Sync> Health for F {
    fn report(&self) -> Report {
        self()
    }
}

/// What a route answers, once it knows.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Option<Response>> + Send + 'a>>;

/// Further routes below `/_underpass/`. They are asked only by authenticated callers; when the client goes away, the
/// future is dropped.
pub trait Routes: Send + Sync {
    /// Answers a request that has been read whole, or nothing when there is no such route.
    fn handle<'a>(&'a self, request: &'a Request, caller: &'a Caller) -> Answer<'a>;
}

/// No further routes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRoutes;

impl Routes for NoRoutes {
    fn handle<'a>(&'a self, _: &'a Request, _: &'a Caller) -> Answer<'a> {
        Box::pin(async { None })
    }
}

/// Whether a request is for us and not for AWS.
pub(crate) fn is_private(request: &Request) -> bool {
    request.path.starts_with(PREFIX) || HEALTH.contains(&request.path.as_str())
}

/// The answer to a question for our health, which everybody may ask.
pub(crate) fn health(request: &Request, health: &dyn Health) -> Option<Response> {
    let asked = [Method::GET, Method::HEAD].contains(&request.method) && HEALTH.contains(&request.path.as_str());
    asked.then(|| respond(StatusCode::OK, &condition(&health.report())))
}

/// Who asks for a private route: unsigned is the default account's root on a trusted listener, and everybody else
/// needs the permission `underpass:{first part of the route}`.
#[expect(clippy::result_large_err, reason = "a refusal is the answer itself, made once per refused request")]
pub(crate) fn admit(world: &Snapshot, trust: Trust, request: &Request, arrival: &Arrival) -> Result<Caller, Response> {
    let now = OffsetDateTime::now_utc();
    let believed = match identity::authenticate(trust, &Keys(world), now, request) {
        Err(Refusal::Unsigned) if trust == Trust::Loopback => return Ok(caller::unsigned()),
        other => other.and_then(caller::known),
    };
    let mut caller = believed.map_err(|error| {
        let failure = error.failure(Family::RestJson);
        refusal(StatusCode::FORBIDDEN, &failure.code, &failure.message)
    })?;
    caller.facts = facts(arrival, &caller.owner.region, now, request.header("user-agent"));
    let action = format!("underpass:{}", request.path.trim_start_matches(PREFIX).split('/').next().unwrap_or_default());
    let authority = Authority::of(world, &caller)
        .map_err(|_| refusal(StatusCode::FORBIDDEN, "AccessDeniedException", "The caller's policies cannot be read."))?;
    let asked = caller.asks(&action, "*");
    match authority.decide(&asked).refusal(&asked) {
        Some(sentence) => Err(refusal(StatusCode::FORBIDDEN, "AccessDeniedException", &sentence)),
        None => Ok(caller),
    }
}

/// The answer when there is no such route.
pub(crate) fn not_found(request: &Request) -> Response {
    let message = format!("underpass has no route {} {}", request.method, request.path);
    refusal(StatusCode::NOT_FOUND, "NotFound", &message)
}

/// A refusal in JSON.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    respond(status, &json!({"code": code, "message": message}))
}

fn condition(report: &Report) -> Value {
    let services: BTreeMap<&str, &str> =
        services::all().filter(|service| service.name != "underpass").map(|service| (service.name, "available")).collect();
    json!({
        "edition": "underpass",
        "version": env!("CARGO_PKG_VERSION"),
        "ready": report.ready,
        "features": report.features,
        "services": services,
    })
}

fn respond(status: StatusCode, body: &impl Serialize) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = serde_json::to_vec(body).expect("our answers have string keys and finite numbers, which JSON always takes");
    Response { status, headers, body: Bytes::from(body) }
}
