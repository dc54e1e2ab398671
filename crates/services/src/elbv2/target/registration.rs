//! A target as requests name it, and whether a registered one is still there.

use std::net::Ipv4Addr;

use resource::{InstanceId, Target, TargetGroup, TargetId, TargetType, TimeScale, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::refusal::validation;
use crate::Error;

/// A target on the wire.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TargetDescription {
    /// An instance id or an address.
    pub id: String,
    /// None is the group's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// A zone's name, or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
}

impl TargetDescription {
    /// Who is meant.
    ///
    /// # Errors
    /// `ValidationError` for what is no id of the group's type, `InvalidTarget` for what is not well formed.
    pub fn target_id(&self, group: &TargetGroup) -> Result<TargetId, Error> {
        match group.target_type {
            TargetType::Instance => InstanceId::parse(&self.id)
                .map(TargetId::Instance)
                .map_err(|_| validation(format!("Instance ID '{}' is not valid", self.id))),
            TargetType::Ip => self
                .id
                .parse::<Ipv4Addr>()
                .map(TargetId::Ip)
                .map_err(|_| validation(format!("The IP address '{}' is not a valid IPv4 address", self.id))),
        }
    }

    /// Its port, or the group's.
    ///
    /// # Errors
    /// `ValidationError` outside 1 to 65535.
    pub fn port(&self, group: &TargetGroup) -> Result<u16, Error> {
        let port = u16::try_from(self.port.unwrap_or(u32::from(group.port))).ok().filter(|port| *port > 0);
        port.ok_or_else(|| validation("The port must be in the range 1-65535"))
    }
}

/// The targets of `group` that are registered at `now`: all but those whose draining is over.
pub fn present(group: &TargetGroup, now: Timestamp, scale: TimeScale) -> impl Iterator<Item = &Target> {
    group.targets.iter().filter(move |target| is_present(group, target, now, scale))
}

/// Whether `target` is still registered, or draining, at `now`.
pub fn is_present(group: &TargetGroup, target: &Target, now: Timestamp, scale: TimeScale) -> bool {
    target.draining_since.is_none_or(|since| !scale.passed(since, group.deregistration_delay(), now))
}
