//! DescribeTags: the tags of several resources.

use serde::{Deserialize, Serialize};

use super::holder;
use crate::tags::{self, Tag};
use crate::{Error, Read};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arns: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tag_descriptions: Vec<Description>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// Describes tags.
pub fn describe_tags(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let describe = |arn: String| {
        let tags = tags::view(&holder::tags(cx.world, cx.owner(), &arn)?);
        Ok(Description { resource_arn: arn, tags })
    };
    Ok(Output { tag_descriptions: input.resource_arns.into_iter().map(describe).collect::<Result<_, Error>>()? })
}
