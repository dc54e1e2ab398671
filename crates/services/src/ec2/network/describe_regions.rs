//! DescribeRegions: any Region's name works here; these are the ones that AWS accounts see from the start.

use resource::REGIONS;
use serde::{Deserialize, Serialize};

use crate::filter::{self, Field, Filter};
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    filters: Vec<Filter>,
    region_names: Vec<String>,
    /// Asks for Regions that are not enabled, too; here all are.
    #[serde(rename = "AllRegions")]
    _all: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    regions: Vec<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Region {
    opt_in_status: &'static str,
    region_name: String,
    endpoint: String,
}

/// The Regions, the caller's own among them.
pub fn describe_regions(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let own = cx.owner().region.as_str();
    let names: Vec<&str> = REGIONS.into_iter().chain((!REGIONS.contains(&own)).then_some(own)).collect();
    if let Some(unknown) = input.region_names.iter().find(|wanted| !names.contains(&wanted.as_str())) {
        return Err(Error::invalid_value(format!("Invalid region name: {unknown}")));
    }
    let named = names.into_iter().filter(|name| input.region_names.is_empty() || input.region_names.iter().any(|n| n == name));
    Ok(Output { regions: filter::select(&input.filters, named.map(Region::new), Region::field)? })
}

impl Region {
    fn new(name: &str) -> Self {
        let endpoint = format!("ec2.{name}.amazonaws.com");
        Self { opt_in_status: "opt-in-not-required", region_name: name.to_owned(), endpoint }
    }

    fn field(filter: &str) -> Option<Field<'_, Self>> {
        let of = filter::of::<Self>();
        match filter {
            "endpoint" => of.one(|region: &Self| region.endpoint.clone()),
            "opt-in-status" => of.one(|region: &Self| region.opt_in_status),
            "region-name" => of.one(|region: &Self| region.region_name.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn regions_are_listed_by_name_and_filter() {
        let cloud = Cloud::new();
        let all = cloud.ok("DescribeRegions", json!({"AllRegions": true}));
        assert_eq!(all["Regions"].as_array().map(Vec::len), Some(17));
        let one = cloud.text("DescribeRegions", json!({"RegionNames": ["eu-west-1"]}), "/Regions/0/Endpoint");
        assert_eq!(one, "ec2.eu-west-1.amazonaws.com");
        let filtered = json!({"Filters": [{"Name": "region-name", "Values": ["us-*"]}]});
        assert_eq!(cloud.ok("DescribeRegions", filtered)["Regions"].as_array().map(Vec::len), Some(4));
        assert_eq!(cloud.refusal("DescribeRegions", json!({"RegionNames": ["mars-1"]})), "InvalidParameterValue");
    }
}
