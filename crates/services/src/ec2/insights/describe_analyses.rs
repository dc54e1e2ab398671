//! DescribeNetworkInsightsAnalyses.

use std::sync::Arc;

use resource::{AnalysisState, InsightsAnalysis, Timestamp};
use serde::{Deserialize, Serialize};

use super::view::AnalysisView;
use crate::ec2::find;
use crate::filter::{self, Field, Filter};
use crate::page::{self, Ask};
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_insights_analysis_ids: Vec<String>,
    network_insights_path_id: Option<String>,
    analysis_start_time: Option<Timestamp>,
    analysis_end_time: Option<Timestamp>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_analyses: Vec<AnalysisView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub fn describe_network_insights_analyses(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let path = input.network_insights_path_id.as_deref().map(|id| find::insights_path(cx.world, cx.owner(), id)).transpose()?;
    let wanted = |analysis: &Arc<InsightsAnalysis>| {
        path.as_ref().is_none_or(|path| path.id == analysis.path)
            && input.analysis_start_time.is_none_or(|first| first <= analysis.started)
            && input.analysis_end_time.is_none_or(|last| analysis.started <= last)
    };
    let analyses = find::listed(cx, &input.network_insights_analysis_ids, find::insights_analysis)?;
    let kept = filter::select(&input.filters, analyses.into_iter().filter(wanted), field)?;
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    let page = page::cut(ask, kept, |analysis| analysis.id.to_string())?;
    let views = page.items.iter().map(|analysis| AnalysisView::new(analysis)).collect();
    Ok(Output { network_insights_analyses: views, next_token: page.next })
}

fn field(filter: &str) -> Option<Field<'_, Arc<InsightsAnalysis>>> {
    let of = filter::of::<Arc<InsightsAnalysis>>();
    match filter {
        "status" => of.one(|analysis| analysis.state.as_str()),
        "path-found" => of.many(|analysis| match &analysis.state {
            AnalysisState::Succeeded(finding) => vec![finding.found().to_string()],
            AnalysisState::Running | AnalysisState::Failed(_) => Vec::new(),
        }),
        _ => of.tag(filter, |analysis| &analysis.tags),
    }
}
