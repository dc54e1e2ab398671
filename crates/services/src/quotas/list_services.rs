//! ListServices: the services that have quotas here.

use serde::{Deserialize, Serialize};

use super::known::{Of, SERVICES};
use super::page;
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    services: Vec<Service>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    service_code: &'static str,
    service_name: &'static str,
}

/// Lists services.
pub fn list_services(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    let page = page::cut(input.max_results, input.next_token.as_deref(), SERVICES.to_vec(), |service| service.code.to_owned())?;
    let view = |service: &Of| Service { service_code: service.code, service_name: service.name };
    Ok(Output { next_token: page.next, services: page.items.into_iter().map(view).collect() })
}
