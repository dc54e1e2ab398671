//! DescribeInstanceCreditSpecifications: what bursts of CPU cost on AWS, as it was asked for.

use resource::Instance;
use serde::{Deserialize, Serialize};

use super::describe_instances::Chosen;
use crate::filter::Filter;
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_credit_specifications: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    instance_id: String,
    cpu_credits: String,
}

pub fn describe_instance_credit_specifications(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let chosen =
        Chosen { ids: &input.instance_ids, filters: &input.filters, max: input.max_results, token: input.next_token.as_deref() };
    let page = chosen.page(cx, |instance| instance.instance_type.starts_with('t'))?;
    Ok(Output {
        instance_credit_specifications: page.items.iter().map(|instance| view(instance)).collect(),
        next_token: page.next,
    })
}

/// `t2` is `standard` unless it was asked for otherwise, its successors are `unlimited`.
fn view(instance: &Instance) -> View {
    let default = if instance.instance_type.starts_with("t2.") { "standard" } else { "unlimited" };
    View { instance_id: instance.id.to_string(), cpu_credits: instance.cpu_credits.clone().unwrap_or_else(|| default.to_owned()) }
}
