//! DescribeTargetHealth: how the targets of a group are, all or those that are named.

use resource::{TargetGroup, TargetType};
use serde::{Deserialize, Serialize};

use super::super::{find, refusal};
use super::health::{HealthView, Surroundings, not_registered};
use super::registration::{TargetDescription, present};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    target_group_arn: String,
    targets: Vec<TargetDescription>,
    include: Vec<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    target_health_descriptions: Vec<Description>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    target: TargetDescription,
    health_check_port: String,
    target_health: HealthView,
}

/// Describes how targets are.
pub fn describe_target_health(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    if let Some(kind) = input.include.iter().find(|kind| *kind != "All") {
        return Err(refusal::unsupported(&format!("DescribeTargetHealth.Include {kind}"), "leave it out"));
    }
    let group = find::target_group(cx.world, cx.owner(), &input.target_group_arn)?;
    let surroundings = Surroundings::new(cx.world, &group);
    let registered: Vec<Description> =
        present(&group, cx.now, cx.scale).map(|target| describe(&group, target, surroundings.health(target))).collect();
    let target_health_descriptions = match input.targets.is_empty() {
        true => registered,
        false => named(&group, registered, input.targets)?,
    };
    Ok(Output { target_health_descriptions })
}

fn describe(group: &TargetGroup, target: &resource::Target, health: HealthView) -> Description {
    let zone = target.zone.clone().filter(|_| group.target_type == TargetType::Ip);
    Description {
        target: TargetDescription { id: target.id.to_string(), port: Some(u32::from(target.port)), availability_zone: zone },
        health_check_port: group.health_check.port.unwrap_or(target.port).to_string(),
        target_health: health,
    }
}

/// The named ones of `registered`, and for those that are not there that they are not.
fn named(
    group: &TargetGroup,
    mut registered: Vec<Description>,
    names: Vec<TargetDescription>,
) -> Result<Vec<Description>, Error> {
    let mut described = Vec::new();
    for name in names {
        let (id, port) = (name.target_id(group)?.to_string(), u32::from(name.port(group)?));
        match registered.iter().position(|d| d.target.id == id && d.target.port == Some(port)) {
            Some(at) => described.push(registered.swap_remove(at)),
            None => described.push(Description {
                target: TargetDescription { id, port: Some(port), availability_zone: None },
                health_check_port: group.health_check.port.map_or(port, u32::from).to_string(),
                target_health: not_registered(),
            }),
        }
    }
    Ok(described)
}
