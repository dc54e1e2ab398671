//! What the daemon answers to `underpass explain`: the explanation, and where a packet that tries it would start.

use std::path::PathBuf;

use explain::{Destination, Question, QuestionError, Source};
use kernel::Namespaces;
use resource::TimeScale;
use serde::Deserialize;
use serde_json::{Value, json};
use services::{Caller, Error};
use store::Snapshot;
use wire::Request;

use crate::state::StateDir;

/// What `underpass explain` asks.
#[derive(Deserialize)]
struct Asked {
    source: String,
    destination: String,
    protocol: String,
    action: Option<String>,
}

/// Why packets pass or do not, for scripts and for people.
pub(super) fn answer(
    world: &Snapshot,
    namespaces: &Namespaces,
    (state_dir, scale): (&str, TimeScale),
    request: &Request,
    caller: &Caller,
) -> Result<Value, Error> {
    let asked: Asked =
        serde_json::from_slice(&request.body).map_err(|e| Error::invalid_value(format!("The body is no question: {e}")))?;
    let bad = |error: QuestionError| Error::invalid_value(error.to_string());
    let question = Question::parse(&asked.source, &asked.destination, &asked.protocol);
    let question = question.and_then(|question| question.about(asked.action.as_deref())).map_err(bad)?;
    let question = Question { account: Some(caller.owner.account.clone()), scale, ..question };
    let explanation = explain::explain(world, &question).map_err(bad)?.with_env(&env(state_dir, &caller.owner.region));
    let origin = origin(world, namespaces, &question.source, &caller.owner.region).map_err(bad)?;
    let name = if let Destination::Name(name) = &question.destination { Some(name) } else { None };
    Ok(json!({ "explanation": explanation, "text": explanation.to_string(), "origin": origin, "name": name }))
}

/// What `underpass env` must be told besides the account to lead to this installation and Region.
fn env(state_dir: &str, region: &str) -> String {
    let state_dir = &std::path::absolute(state_dir).map_or_else(|_| state_dir.to_owned(), |dir| dir.display().to_string());
    let usual = StateDir::choose(None).root().to_string_lossy() == *state_dir;
    let dir = (!usual).then(|| format!(" --state-dir '{}'", state_dir.replace('\'', "'\\''")));
    let region = (region != "us-east-1").then(|| format!(" --region {region}"));
    dir.into_iter().chain(region).collect()
}

/// The namespace that the source's programs run in, the address that they have there and the resolvers that they ask; nothing
/// when there is none.
fn origin(world: &Snapshot, namespaces: &Namespaces, source: &Source, region: &str) -> Result<Option<Value>, QuestionError> {
    let place = |name: &str| namespaces.path(name).ok().filter(|path: &PathBuf| path.exists());
    if *source == Source::Internet {
        let resolv_conf = format!("nameserver {}\n", reconcile::network::INTERNET_RESOLVER);
        let there = |netns| json!({ "netns": netns, "address": "0.0.0.0", "resolvConf": resolv_conf });
        return Ok(place(reconcile::network::INTERNET).map(there));
    }
    let origin = explain::origin(world, source)?;
    Ok(origin.and_then(|origin| {
        let resolv_conf = reconcile::machines::resolv_conf(world, origin.vpc.as_str(), region);
        Some(json!({ "netns": place(&origin.namespace)?, "address": origin.address, "resolvConf": resolv_conf }))
    }))
}
