//! DescribeAvailabilityZones: four zones in every Region, labels on one machine.

use resource::{zone_id, zone_names};
use serde::{Deserialize, Serialize};

use crate::filter::{self, Field, Filter};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    zone_names: Vec<String>,
    zone_ids: Vec<String>,
    /// Asks for zones that are not opted in, too; here all are.
    #[serde(rename = "AllAvailabilityZones")]
    _all: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    availability_zones: Vec<Zone>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Zone {
    opt_in_status: &'static str,
    messages: [(); 0],
    region_name: String,
    zone_name: String,
    zone_id: String,
    group_name: String,
    network_border_group: String,
    zone_type: &'static str,
    state: &'static str,
}

/// The zones of the caller's Region.
pub fn describe_availability_zones(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let region = cx.owner().region.as_str();
    let all: Vec<Zone> = zone_names(region).filter_map(|name| Some(Zone::new(region, zone_id(region, &name)?, name))).collect();
    for (wanted, what) in [(&input.zone_names, "zone"), (&input.zone_ids, "zone-id")] {
        if let Some(unknown) = wanted.iter().find(|wanted| !all.iter().any(|zone| zone.is_called(wanted))) {
            return Err(Error::invalid_value(format!("Invalid availability {what}: [{unknown}]")));
        }
    }
    let named = |zone: &Zone| {
        (input.zone_names.is_empty() || input.zone_names.contains(&zone.zone_name))
            && (input.zone_ids.is_empty() || input.zone_ids.contains(&zone.zone_id))
    };
    let availability_zones = filter::select(&input.filters, all.into_iter().filter(named), Zone::field)?;
    Ok(Output { availability_zones })
}

impl Zone {
    fn new(region: &str, id: String, name: String) -> Self {
        Self {
            opt_in_status: "opt-in-not-required",
            messages: [],
            region_name: region.to_owned(),
            zone_name: name,
            zone_id: id,
            group_name: region.to_owned(),
            network_border_group: region.to_owned(),
            zone_type: "availability-zone",
            state: "available",
        }
    }

    fn is_called(&self, text: &str) -> bool {
        self.zone_name == text || self.zone_id == text
    }

    fn field(filter: &str) -> Option<Field<'_, Self>> {
        let of = filter::of::<Self>();
        match filter {
            "group-name" => of.one(|zone: &Self| zone.group_name.clone()),
            "opt-in-status" => of.one(|zone: &Self| zone.opt_in_status),
            "region-name" => of.one(|zone: &Self| zone.region_name.clone()),
            "state" => of.one(|zone: &Self| zone.state),
            "zone-id" => of.one(|zone: &Self| zone.zone_id.clone()),
            "zone-name" => of.one(|zone: &Self| zone.zone_name.clone()),
            "zone-type" => of.one(|zone: &Self| zone.zone_type),
            "message" | "parent-zone-id" | "parent-zone-name" => of.empty(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_region_has_four_zones_that_are_found_by_name_id_and_filter() {
        let cloud = Cloud::new();
        let zones = |input: Value| -> Vec<String> {
            let answer = cloud.ok("DescribeAvailabilityZones", input);
            answer["AvailabilityZones"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|z| z["ZoneId"].as_str())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(zones(json!({"AllAvailabilityZones": true})), ["use1-az1", "use1-az2", "use1-az3", "use1-az4"]);
        assert_eq!(zones(json!({"ZoneNames": ["us-east-1b"]})), ["use1-az2"]);
        assert_eq!(zones(json!({"ZoneIds": ["use1-az4", "use1-az1"]})), ["use1-az1", "use1-az4"]);
        assert_eq!(
            zones(json!({"Filters": [{"Name": "state", "Values": ["available"]}, {"Name": "zone-name", "Values": ["*c"]}]})),
            ["use1-az3"]
        );
        assert_eq!(zones(json!({"Filters": [{"Name": "zone-type", "Values": ["local-zone"]}]})), [""; 0]);
        assert_eq!(cloud.refusal("DescribeAvailabilityZones", json!({"ZoneNames": ["us-east-1z"]})), "InvalidParameterValue");
    }
}
