//! The default action of a listener: to forward to one target group.

use std::sync::Arc;

use resource::{LoadBalancer, Owner, TargetGroup};
use serde::{Deserialize, Serialize};
use store::Snapshot;

use super::super::find;
use super::super::refusal::{configuration, unsupported, validation};
use crate::Error;

/// An action on the wire.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Action {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    /// Means nothing for a single action.
    #[serde(skip_serializing)]
    order: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_config: Option<ForwardConfig>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct ForwardConfig {
    target_groups: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_group_stickiness_config: Option<StickinessConfig>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct Choice {
    target_group_arn: String,
    /// Means nothing for a single group.
    #[serde(skip_serializing)]
    weight: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
struct StickinessConfig {
    enabled: bool,
    #[serde(skip_serializing)]
    duration_seconds: Option<u32>,
}

/// The group that the actions of a request forward to, if `balancer` can use it.
///
/// # Errors
/// `InvalidLoadBalancerAction` for anything but one forward, `TargetGroupNotFound`, `TargetGroupAssociationLimit` for a group
/// that serves another balancer, `InvalidConfigurationRequest` for one of another VPC.
pub fn parse(world: &Snapshot, owner: &Owner, balancer: &LoadBalancer, actions: &[Action]) -> Result<Arc<TargetGroup>, Error> {
    let [action] = actions else {
        return Err(validation("Exactly one default action must be specified for listeners of a Network Load Balancer"));
    };
    let group = find::target_group(world, owner, action.target()?)?;
    if group.vpc != balancer.vpc {
        return Err(configuration(format!(
            "The target group '{}' is not in the VPC of the load balancer, {}",
            group.arn, balancer.vpc
        )));
    }
    match find::listeners_to(world, &group.arn).find(|listener| listener.balancer != balancer.arn) {
        Some(other) => {
            let message = format!(
                "The target group '{}' cannot be associated with more than one load balancer; {} uses it",
                group.arn, other.balancer
            );
            Err(Error::new("TargetGroupAssociationLimit", message))
        }
        None => Ok(group),
    }
}

/// The action that forwards to the group with `arn`.
pub fn forward(arn: &str) -> Action {
    let choice = Choice { target_group_arn: arn.to_owned(), weight: None };
    let stickiness = StickinessConfig { enabled: false, duration_seconds: None };
    Action {
        kind: "forward".into(),
        target_group_arn: Some(arn.to_owned()),
        order: None,
        forward_config: Some(ForwardConfig { target_groups: vec![choice], target_group_stickiness_config: Some(stickiness) }),
    }
}

impl Action {
    fn target(&self) -> Result<&str, Error> {
        if self.kind != "forward" {
            let message = format!("Actions of type '{}' are not supported by Network Load Balancers; use forward", self.kind);
            return Err(Error::new("InvalidLoadBalancerAction", message));
        }
        let listed = match &self.forward_config {
            None => None,
            Some(config) => Some(config.target()?),
        };
        match (&self.target_group_arn, listed) {
            (Some(arn), Some(listed)) if arn != listed => {
                Err(validation("The target group ARN must be that of the forward configuration when both are specified"))
            }
            (Some(arn), _) => Ok(arn),
            (None, Some(listed)) => Ok(listed),
            (None, None) => Err(validation("A target group ARN must be specified")),
        }
    }
}

impl ForwardConfig {
    fn target(&self) -> Result<&str, Error> {
        if self.target_group_stickiness_config.as_ref().is_some_and(|config| config.enabled) {
            return Err(unsupported("sticky forward actions", "leave TargetGroupStickinessConfig out"));
        }
        match self.target_groups.as_slice() {
            [Choice { weight: Some(0), .. }] => Err(unsupported("a target group of weight 0", "leave the weight out")),
            [only] => Ok(&only.target_group_arn),
            _ => Err(unsupported("forwarding to several target groups", "name one target group")),
        }
    }
}
