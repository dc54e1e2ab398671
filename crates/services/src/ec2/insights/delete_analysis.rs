//! DeleteNetworkInsightsAnalysis.

use resource::InsightsAnalysis;
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_insights_analysis_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_analysis_id: String,
}

pub fn delete_network_insights_analysis(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let analysis = find::insights_analysis(cx.txn, cx.owner(), &input.network_insights_analysis_id)?;
    cx.txn.remove::<InsightsAnalysis>(analysis.id.as_str());
    Ok(Output { network_insights_analysis_id: analysis.id.to_string() })
}
