//! DescribeRules: the default rules of a listener, or of several by their own ARNs.

use serde::{Deserialize, Serialize};

use super::super::find as find_in;
use super::super::refusal::validation;
use super::{RuleView, default_rule, find};
use crate::{Error, Read};

/// What is asked. One rule never fills a page.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    listener_arn: Option<String>,
    rule_arns: Vec<String>,
    page_size: Option<u32>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rules: Vec<RuleView>,
}

/// Describes rules.
pub fn describe_rules(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    if input.page_size.is_some_and(|size| !(1..=400).contains(&size)) {
        return Err(validation("The page size must be between 1 and 400"));
    }
    let rules = match (&input.listener_arn, input.rule_arns.as_slice()) {
        (Some(listener), []) => vec![default_rule(&*find_in::listener(cx.world, cx.owner(), listener)?)],
        (None, [_, ..]) => {
            let rule = |arn: &String| find(cx, arn).map(|listener| default_rule(&listener));
            input.rule_arns.iter().map(rule).collect::<Result<_, _>>()?
        }
        _ => return Err(validation("You must specify either listener ARN or rule ARNs")),
    };
    Ok(Output { rules })
}
