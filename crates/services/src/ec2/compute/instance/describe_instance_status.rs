//! DescribeInstanceStatus: the state and the checks of instances; of running ones unless all are asked for.

use resource::{Instance, InstanceState, zone_id};
use serde::{Deserialize, Serialize};

use super::describe_instances::Chosen;
use super::view::StateView;
use crate::filter::Filter;
use crate::{Error, Read};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    instance_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
    include_all_instances: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_statuses: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    availability_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone_id: Option<String>,
    instance_id: String,
    instance_state: StateView,
    instance_status: Summary,
    system_status: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    status: &'static str,
    details: Vec<Detail>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    name: &'static str,
    status: &'static str,
}

pub fn describe_instance_status(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let chosen =
        Chosen { ids: &input.instance_ids, filters: &input.filters, max: input.max_results, token: input.next_token.as_deref() };
    let page = chosen.page(cx, |instance| input.include_all_instances || instance.state == InstanceState::Running)?;
    Ok(Output { instance_statuses: page.items.iter().map(|instance| view(instance)).collect(), next_token: page.next })
}

fn view(instance: &Instance) -> View {
    View {
        availability_zone: instance.zone.clone(),
        availability_zone_id: zone_id(&instance.owner.region, &instance.zone),
        instance_id: instance.id.to_string(),
        instance_state: instance.state.into(),
        instance_status: Summary::of(instance.state),
        system_status: Summary::of(instance.state),
    }
}

impl Summary {
    /// An instance is `running` only when its processes run in its network, which is what the checks say.
    fn of(state: InstanceState) -> Self {
        match state {
            InstanceState::Running => Self { status: "ok", details: vec![Detail { name: "reachability", status: "passed" }] },
            _ => Self { status: "not-applicable", details: Vec::new() },
        }
    }
}
