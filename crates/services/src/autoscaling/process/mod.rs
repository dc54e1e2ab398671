//! SuspendProcesses, ResumeProcesses and the metrics switches: parts of what a group does by itself are turned off and on.

use resource::Process;
use serde::Deserialize;

use super::kinds::METRICS;
use super::refusal::validation;
use super::{Done, find};
use crate::operation::operation;
use crate::{Error, Operation, Write};

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "SuspendProcesses" suspend_processes),
    operation!(write "ResumeProcesses" resume_processes),
    operation!(write "EnableMetricsCollection" enable_metrics_collection),
    operation!(write "DisableMetricsCollection" disable_metrics_collection),
];

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    scaling_processes: Vec<String>,
}

/// What is asked about metrics.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Metrics {
    auto_scaling_group_name: String,
    metrics: Vec<String>,
    granularity: Option<String>,
}

/// The processes that are named; all when none is.
fn named(names: &[String]) -> Result<Vec<Process>, Error> {
    if names.is_empty() {
        return Ok(Process::ALL.to_vec());
    }
    let parse = |name: &String| Process::parse(name).ok_or_else(|| validation(format!("Invalid scaling process: {name}")));
    names.iter().map(parse).collect()
}

/// Suspends processes.
pub fn suspend_processes(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    for process in named(&input.scaling_processes)? {
        group.suspended.entry(process).or_insert(cx.now);
    }
    cx.txn.put(group);
    Ok(Done {})
}

/// Resumes processes.
pub fn resume_processes(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    for process in named(&input.scaling_processes)? {
        group.suspended.remove(&process);
    }
    cx.txn.put(group);
    Ok(Done {})
}

/// Switches metrics on. There is no CloudWatch to which they would go: the switch is kept and shown.
pub fn enable_metrics_collection(cx: &mut Write<'_>, input: Metrics) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    if input.granularity.as_deref() != Some("1Minute") {
        return Err(validation("Valid metrics granularities are: [1Minute]."));
    }
    let wanted = metrics(&input.metrics)?;
    group.metrics = METRICS
        .iter()
        .filter(|m| wanted.contains(m) || group.metrics.iter().any(|on| on == *m))
        .map(|m| (*m).to_owned())
        .collect();
    cx.txn.put(group);
    Ok(Done {})
}

/// Switches metrics off.
pub fn disable_metrics_collection(cx: &mut Write<'_>, input: Metrics) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let gone = metrics(&input.metrics)?;
    group.metrics.retain(|metric| !gone.contains(&metric.as_str()));
    cx.txn.put(group);
    Ok(Done {})
}

fn metrics(names: &[String]) -> Result<Vec<&'static str>, Error> {
    if names.is_empty() {
        return Ok(METRICS.to_vec());
    }
    let find = |name: &String| METRICS.iter().copied().find(|metric| metric == name);
    names.iter().map(|name| find(name).ok_or_else(|| validation(format!("Invalid metric: {name}")))).collect()
}
