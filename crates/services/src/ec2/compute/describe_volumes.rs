//! DescribeVolumes: there are none. The root of an instance is an overlay over its image, not a volume.

use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::page::{self, Ask};
use crate::{Error, Read};

/// No volume satisfies any filter, whatever it says.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    volume_ids: Vec<String>,
    #[serde(rename = "Filters")]
    _filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    volumes: Vec<()>,
}

pub fn describe_volumes(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    if let Some(id) = input.volume_ids.first() {
        return Err(Error::new("InvalidVolume.NotFound", format!("The volume '{id}' does not exist.")));
    }
    let ask = Ask { max_results: input.max_results, token: input.next_token.as_deref() };
    Ok(Output { volumes: page::cut(ask, Vec::new(), |()| String::new())?.items })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn there_are_no_volumes() {
        let cloud = Cloud::new();
        assert_eq!(cloud.ok("DescribeVolumes", json!({})), json!({"Volumes": []}));
        assert_eq!(cloud.refusal("DescribeVolumes", json!({"VolumeIds": ["vol-1"]})), "InvalidVolume.NotFound");
    }
}
