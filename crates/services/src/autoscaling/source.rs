//! What a group launches: a launch template and a version, alone or inside a mixed instances policy.

use resource::{LaunchSource, MixedInstances};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refusal::{unsupported, validation};
use crate::ec2::launch_template::{self, TemplateReference};
use crate::{Error, Read};

/// AWS's `MixedInstancesPolicy`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Policy {
    launch_template: Option<PolicyTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instances_distribution: Option<Distribution>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PolicyTemplate {
    launch_template_specification: Option<TemplateReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<Override>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Override {
    instance_type: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Distribution {
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_allocation_strategy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_base_capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_percentage_above_base_capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_allocation_strategy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_instance_pools: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_max_price: Option<String>,
}

/// The source that a request names; none when it names none.
///
/// # Errors
/// `ValidationError` for both forms, and for what cannot be launched.
pub fn read(cx: &Read<'_>, template: Option<&TemplateReference>, policy: Option<&Policy>) -> Result<Option<LaunchSource>, Error> {
    match (template, policy) {
        (Some(_), Some(_)) => Err(validation(ONE)),
        (None, None) => Ok(None),
        (Some(specification), None) => named(cx, specification, None).map(Some),
        (None, Some(policy)) => {
            let inner = policy.launch_template.as_ref();
            let specification = inner.and_then(|inner| inner.launch_template_specification.as_ref());
            let specification =
                specification.ok_or_else(|| validation("MixedInstancesPolicy must contain a LaunchTemplateSpecification."))?;
            named(cx, specification, Some(policy.read()?)).map(Some)
        }
    }
}

/// AWS's sentence for none or several sources.
pub const ONE: &str =
    "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.";

impl Policy {
    fn read(&self) -> Result<MixedInstances, Error> {
        let overrides = self.launch_template.iter().flat_map(|template| &template.overrides);
        let types: Vec<String> = overrides.map(|o| o.instance_type.clone()).collect();
        if types.iter().any(String::is_empty) {
            return Err(validation("Every override must have an InstanceType."));
        }
        let distribution = self.instances_distribution.clone().unwrap_or_default();
        if distribution.on_demand_percentage_above_base_capacity.is_some_and(|percent| percent < 100) {
            return Err(unsupported("Spot Instances", "leave OnDemandPercentageAboveBaseCapacity at 100"));
        }
        if let Some(other) = distribution.on_demand_allocation_strategy.as_deref().filter(|strategy| *strategy != "prioritized") {
            return Err(unsupported(&format!("OnDemandAllocationStrategy={other}"), "nothing here has a price; use prioritized"));
        }
        Ok(MixedInstances { types, distribution: serde_json::to_string(&distribution).map_err(Error::internal)? })
    }
}

fn named(cx: &Read<'_>, specification: &TemplateReference, mixed: Option<MixedInstances>) -> Result<LaunchSource, Error> {
    let fault = |error: Error| match error.status {
        500 => error,
        _ => validation(format!("You must use a valid fully-formed launch template. {}", error.message)),
    };
    let (id, name) = (specification.launch_template_id.as_deref(), specification.launch_template_name.as_deref());
    let template = launch_template::find(cx.world, cx.owner(), id, name).map_err(fault)?;
    let version = launch_template::version(&template, specification.version.as_deref().unwrap_or("$Default")).map_err(fault)?;
    let launch: Map<String, Value> = serde_json::from_str(&version.data).map_err(Error::internal)?;
    if !launch.contains_key("ImageId") {
        return Err(fault(Error::missing("ImageId")));
    }
    Ok(LaunchSource { template: template.id.clone(), name: template.name.clone(), version: specification.version.clone(), mixed })
}

/// A source as answers show it: a template, or the policy that holds it.
pub fn view(source: &LaunchSource) -> (Option<TemplateReference>, Option<Value>) {
    let specification = TemplateReference {
        launch_template_id: Some(source.template.to_string()),
        launch_template_name: Some(source.name.clone()),
        version: source.version.clone(),
    };
    let Some(mixed) = &source.mixed else { return (Some(specification), None) };
    let mut distribution: Map<String, Value> = serde_json::from_str(&mixed.distribution).unwrap_or_default();
    for (member, default) in [
        ("OnDemandAllocationStrategy", Value::from("prioritized")),
        ("OnDemandBaseCapacity", Value::from(0)),
        ("OnDemandPercentageAboveBaseCapacity", Value::from(100)),
        ("SpotAllocationStrategy", Value::from("lowest-price")),
    ] {
        distribution.entry(member).or_insert(default);
    }
    let overrides: Vec<Value> = mixed.types.iter().map(|kind| serde_json::json!({ "InstanceType": kind })).collect();
    let policy = serde_json::json!({
        "LaunchTemplate": { "LaunchTemplateSpecification": specification, "Overrides": overrides },
        "InstancesDistribution": distribution,
    });
    (None, Some(policy))
}
