//! SetDesiredCapacity: so many instances, between the bounds.

use resource::sentence;
use serde::Deserialize;

use super::super::{Done, find, refusal};
use super::settings;
use crate::{Error, Write};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    auto_scaling_group_name: String,
    desired_capacity: i64,
    honor_cooldown: bool,
}

/// Sets the capacity.
pub fn set_desired_capacity(cx: &mut Write<'_>, input: Input) -> Result<Done, Error> {
    let mut group = find::to_change(cx, &input.auto_scaling_group_name)?;
    let desired = settings::count("DesiredCapacity", input.desired_capacity)?;
    let bound = match desired {
        over if over > group.max => Some(("above max", group.max)),
        under if under < group.min => Some(("below min", group.min)),
        _ => None,
    };
    if let Some((bound, value)) = bound {
        let message = format!("New SetDesiredCapacity value {desired} is {bound} value {value} for the AutoScalingGroup.");
        return Err(refusal::validation(message));
    }
    let cooling = group.scaled.is_some_and(|scaled| !cx.passed(scaled, group.cooldown));
    if input.honor_cooldown && cooling {
        return Err(refusal::in_progress(format!(
            "Scaling activity of AutoScalingGroup {} is in its cooldown; it can be changed when that is over.",
            group.name
        )));
    }
    if desired != group.desired {
        let what = format!(
            "a user request explicitly set group desired capacity changing the desired capacity from {} to {desired}",
            group.desired
        );
        group.wish = Some(sentence(cx.now, &what));
        group.scaled = Some(cx.now);
        group.desired = desired;
    }
    cx.txn.put(group);
    Ok(Done {})
}
