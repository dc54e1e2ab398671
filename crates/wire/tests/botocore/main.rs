//! Every operation of every service, as botocore writes and reads it: see `dialogue.py`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wire::{Failure, Identified, Models, Protocol, Request, Response};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Said {
    Input { service: String, operation: String, request: Value, value: Value },
    Output { service: String, operation: String, protocol: Protocol, value: Value },
    Error { service: String, operation: String, protocol: Protocol, code: String, fields: Map<String, Value> },
    Done { counts: Value, problems: Vec<String> },
}

#[test]
fn what_botocore_writes_we_read_and_what_we_write_botocore_reads() {
    let models = Models::new();
    let mut child = botocore();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut problems = Vec::new();
    let mut done = None;
    for line in stdout.lines() {
        match serde_json::from_str(&line.unwrap()).unwrap() {
            Said::Input { service, operation, request, value } => {
                problems.extend(misread(&models, &service, &operation, &request, &value));
            }
            Said::Output { service, operation, protocol, value } => {
                let call = call(&models, &service, &operation, protocol);
                problems.extend(wire::check_output(&call, &value).into_iter().map(|p| format!("{service} {operation}: {p}")));
                reply(&mut stdin, &wire::encode(&call, &value, "id-1"));
            }
            Said::Error { service, operation, protocol, code, fields } => {
                let call = call(&models, &service, &operation, protocol);
                let failure = Failure { fields, ..Failure::new(&code, "it <failed>".into(), 400) };
                reply(&mut stdin, &wire::encode_error(Some(&call), protocol, &failure, "id-1"));
            }
            Said::Done { counts, problems: theirs } => {
                problems.extend(theirs);
                done = Some(counts);
            }
        }
    }
    assert!(child.wait().unwrap().success(), "dialogue.py failed: is the Python package botocore there? (pip install botocore)");
    let counts = done.unwrap();
    println!("{counts}");
    assert!(problems.is_empty(), "{} problems of {counts}:\n{}", problems.len(), problems[..problems.len().min(40)].join("\n"));
    assert!(counts["input"].as_u64().unwrap() > 10 * counts["impossible"].as_u64().unwrap(), "{counts}");
}

fn botocore() -> Child {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore/dialogue.py");
    let command = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    command.expect("python3 with botocore is needed")
}

fn misread(models: &Models, service: &str, operation: &str, request: &Value, expected: &Value) -> Option<String> {
    let request = request_of(request);
    let identified = match models.identify(&request) {
        Ok(identified) => identified,
        Err(error) => return Some(format!("{service} {operation} is not identified: {error}")),
    };
    let found = format!("{} {}", identified.service.name, identified.operation().name);
    if found != format!("{service} {operation}") {
        return Some(format!("{service} {operation} is taken for {found}"));
    }
    match wire::decode(&identified, &request) {
        Ok(value) if value == *expected => None,
        Ok(value) => Some(format!("{found}: {expected} is read as {value}")),
        Err(error) => Some(format!("{found}: {expected} is refused: {error}")),
    }
}

fn request_of(said: &Value) -> Request {
    let text = |name: &str| said[name].as_str().unwrap().to_owned();
    let headers = said["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(k, v)| (k.parse::<HeaderName>().unwrap(), v.as_str().unwrap().parse::<HeaderValue>().unwrap()));
    Request {
        method: text("method").parse().unwrap(),
        path: text("path"),
        query: text("query"),
        headers: headers.collect(),
        body: STANDARD.decode(text("body")).unwrap().into(),
    }
}

fn call(models: &Models, service: &str, operation: &str, protocol: Protocol) -> Identified {
    let mut call = Identified::of(models.service(service).unwrap(), operation).unwrap();
    call.protocol = protocol;
    call
}

fn reply(to: &mut impl Write, response: &Response) {
    let headers: Map<String, Value> = response.headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap().into())).collect();
    let said = json!({"status": response.status.as_u16(), "headers": headers, "body": STANDARD.encode(&response.body)});
    writeln!(to, "{said}").unwrap();
}
