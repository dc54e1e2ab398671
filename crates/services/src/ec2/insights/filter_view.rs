//! What packets must look like at the ends of a path, as requests and answers have it.

use std::net::Ipv4Addr;

use resource::PathFilter;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A filter.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FilterView {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_address: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_port_range: Option<RangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_address: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_port_range: Option<RangeView>,
}

/// Ports from one to another; an end that is missing is the last there is.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RangeView {
    #[serde(skip_serializing_if = "Option::is_none")]
    from_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_port: Option<u16>,
}

impl FilterView {
    pub fn new(filter: &PathFilter) -> Self {
        let range = |(from, to): (u16, u16)| RangeView { from_port: Some(from), to_port: Some(to) };
        Self {
            source_address: filter.from,
            source_port_range: filter.from_ports.map(range),
            destination_address: filter.to,
            destination_port_range: filter.to_ports.map(range),
        }
    }

    /// # Errors
    /// When a range ends before it begins.
    pub fn read(&self, member: &str) -> Result<PathFilter, Error> {
        let range = |range: RangeView| match (range.from_port.unwrap_or(0), range.to_port.unwrap_or(u16::MAX)) {
            (from, to) if from <= to => Ok((from, to)),
            (from, to) => Err(Error::invalid_value(format!("The port range {from}-{to} of {member} is empty."))),
        };
        Ok(PathFilter {
            from: self.source_address,
            from_ports: self.source_port_range.map(range).transpose()?,
            to: self.destination_address,
            to_ports: self.destination_port_range.map(range).transpose()?,
        })
    }
}
