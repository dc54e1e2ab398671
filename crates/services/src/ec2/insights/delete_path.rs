//! DeleteNetworkInsightsPath: its analyses go first.

use resource::{InsightsAnalysis, InsightsPath, Resource};
use serde::{Deserialize, Serialize};

use crate::ec2::find;
use crate::{Error, Write};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    network_insights_path_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    network_insights_path_id: String,
}

pub fn delete_network_insights_path(cx: &mut Write<'_>, input: Input) -> Result<Output, Error> {
    let path = find::insights_path(cx.txn, cx.owner(), &input.network_insights_path_id)?;
    if let Some(analysis) = cx.txn.linked::<InsightsAnalysis>(InsightsPath::KIND, &path.id).next() {
        let message = format!("The path {} has the analysis {}; delete it first.", path.id, analysis.id);
        return Err(Error::new("AnalysisExistsForNetworkInsightsPath", message));
    }
    cx.txn.remove::<InsightsPath>(path.id.as_str());
    Ok(Output { network_insights_path_id: path.id.to_string() })
}
