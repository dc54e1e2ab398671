//! GetDNSSEC and ListQueryLoggingConfigs: zones here are neither signed nor logged, and these say so.

use serde::{Deserialize, Serialize};

use super::super::find;
use crate::{Error, Read};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    hosted_zone_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    status: Status,
    key_signing_keys: [String; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    serve_signature: &'static str,
}

/// Whether a zone is signed: it is not.
pub fn get_dnssec(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let zone = find::zone(cx.world, cx.owner(), &input.hosted_zone_id)?;
    match zone.private {
        true => Err(Error::new("InvalidArgument", "Operation is unsupported for private hosted zones")),
        false => Ok(Output { status: Status { serve_signature: "NOT_SIGNING" }, key_signing_keys: [] }),
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogsInput {
    hosted_zone_id: Option<String>,
    #[serde(rename = "NextToken")]
    _next_token: Option<String>,
    #[serde(rename = "MaxResults")]
    _max_results: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogsOutput {
    query_logging_configs: [String; 0],
}

/// How queries are logged: they are not, and no page of nothing has another after it.
pub fn list_query_logging_configs(cx: &Read<'_>, input: LogsInput) -> Result<LogsOutput, Error> {
    if let Some(id) = &input.hosted_zone_id {
        find::zone(cx.world, cx.owner(), id)?;
    }
    Ok(LogsOutput { query_logging_configs: [] })
}
