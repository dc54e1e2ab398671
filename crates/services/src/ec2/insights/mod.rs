//! VPC Reachability Analyzer: paths and their analyses. What is found is written by a reconciler, which may walk the plan.

mod create_path;
mod delete_analysis;
mod delete_path;
mod describe_analyses;
mod describe_paths;
mod filter_view;
mod finding_view;
mod start_analysis;
mod view;

use crate::Operation;
use crate::operation::operation;

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    operation!(write "CreateNetworkInsightsPath" create_path::create_network_insights_path),
    operation!(read "DescribeNetworkInsightsPaths" describe_paths::describe_network_insights_paths),
    operation!(write "DeleteNetworkInsightsPath" delete_path::delete_network_insights_path),
    operation!(write "StartNetworkInsightsAnalysis" start_analysis::start_network_insights_analysis),
    operation!(read "DescribeNetworkInsightsAnalyses" describe_analyses::describe_network_insights_analyses),
    operation!(write "DeleteNetworkInsightsAnalysis" delete_analysis::delete_network_insights_analysis),
];
