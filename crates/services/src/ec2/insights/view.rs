//! Paths and analyses as answers show them.

use std::net::Ipv4Addr;

use resource::{AnalysisState, Finding, InsightsAnalysis, InsightsPath, Owner, PathEnd, PathPoint, Timestamp};
use serde::Serialize;

use super::filter_view::FilterView;
use super::finding_view::{ExplanationView, HintView, StepView, explanations, hints, steps};
use crate::tags::{self, Tag};

/// A path.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PathView {
    network_insights_path_id: String,
    network_insights_path_arn: String,
    created_date: Timestamp,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_ip: Option<Ipv4Addr>,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_at_source: Option<FilterView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_at_destination: Option<FilterView>,
    tags: Vec<Tag>,
}

impl PathView {
    pub fn new(path: &InsightsPath) -> Self {
        Self {
            network_insights_path_arn: path.owner.arn("ec2", &format!("network-insights-path/{}", path.id)),
            network_insights_path_id: path.id.to_string(),
            created_date: path.created,
            source: path.source.point.text(),
            source_arn: arn(&path.owner, &path.source),
            destination: path.destination.as_ref().map(|end| end.point.text()),
            destination_arn: path.destination.as_ref().and_then(|end| arn(&path.owner, end)),
            source_ip: path.source_address,
            destination_ip: path.destination_address,
            protocol: if path.udp { "udp" } else { "tcp" },
            destination_port: path.port,
            filter_at_source: path.at_source.as_ref().map(FilterView::new),
            filter_at_destination: path.at_destination.as_ref().map(FilterView::new),
            tags: tags::view(&path.tags),
        }
    }
}

/// The ARN of an end: the one that was given, or that of the owner's own resource.
fn arn(owner: &Owner, end: &PathEnd) -> Option<String> {
    let kind = match &end.point {
        PathPoint::Instance(_) => "instance",
        PathPoint::Interface(_) => "network-interface",
        PathPoint::Gateway(_) => "internet-gateway",
        PathPoint::Endpoint(_) => "vpc-endpoint",
        PathPoint::Service(_) => "vpc-endpoint-service",
        PathPoint::Peering(_) => "vpc-peering-connection",
        PathPoint::Address(_) => return None,
    };
    Some(end.arn.clone().unwrap_or_else(|| owner.arn("ec2", &format!("{kind}/{}", end.point.text()))))
}

/// An analysis.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AnalysisView {
    network_insights_analysis_id: String,
    network_insights_analysis_arn: String,
    network_insights_path_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_accounts: Vec<String>,
    filter_in_arns: Vec<String>,
    filter_out_arns: Vec<String>,
    start_date: Timestamp,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    found: Option<Found>,
    tags: Vec<Tag>,
}

/// What an analysis found.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    network_path_found: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forward_path_components: Vec<StepView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    return_path_components: Vec<StepView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanations: Vec<ExplanationView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternate_path_hints: Vec<HintView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggested_accounts: Vec<String>,
}

impl Found {
    fn new(finding: &Finding) -> Self {
        Self {
            network_path_found: finding.found(),
            forward_path_components: steps(&finding.forward),
            return_path_components: steps(&finding.back),
            explanations: explanations(&finding.reasons),
            alternate_path_hints: hints(&finding.hints),
            suggested_accounts: finding.accounts.clone(),
        }
    }
}

impl AnalysisView {
    pub fn new(analysis: &InsightsAnalysis) -> Self {
        let (message, found) = match &analysis.state {
            AnalysisState::Running => (None, None),
            AnalysisState::Failed(why) => (Some(why.clone()), None),
            AnalysisState::Succeeded(finding) => (None, Some(Found::new(finding))),
        };
        Self {
            network_insights_analysis_arn: analysis.owner.arn("ec2", &format!("network-insights-analysis/{}", analysis.id)),
            network_insights_analysis_id: analysis.id.to_string(),
            network_insights_path_id: analysis.path.to_string(),
            additional_accounts: analysis.accounts.clone(),
            filter_in_arns: analysis.through.clone(),
            filter_out_arns: analysis.around.clone(),
            start_date: analysis.started,
            status: analysis.state.as_str(),
            status_message: message,
            found,
            tags: tags::view(&analysis.tags),
        }
    }
}
