//! DescribeAutoScalingInstances: instances of any group.

use resource::ScalingGroup;
use serde::{Deserialize, Serialize};

use super::super::paging;
use super::super::view::{self, InstanceView};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    max_records: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    auto_scaling_instances: Vec<InstanceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Describes instances; one that is in no group is not listed.
pub fn describe_auto_scaling_instances(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let asked = |id: &str| input.instance_ids.is_empty() || input.instance_ids.iter().any(|asked| asked == id);
    let mut found = Vec::new();
    for group in cx.world.owned::<ScalingGroup>(cx.owner()) {
        for member in group.members.iter().filter(|member| asked(member.label())) {
            found.extend(view::instance_of(&group, member).map(|view| (member.label().to_owned(), view)));
        }
    }
    let page = paging::cut(input.max_records, input.next_token.as_deref(), found, |(id, _): &(String, _)| id.clone())?;
    Ok(Output { auto_scaling_instances: page.items.into_iter().map(|(_, view)| view).collect(), next_token: page.next })
}
