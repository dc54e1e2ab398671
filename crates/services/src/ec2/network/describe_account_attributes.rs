//! DescribeAccountAttributes: what tools ask before they use default VPCs. Limits that are not enforced here are not claimed.

use serde::{Deserialize, Serialize};

use crate::ec2::defaults;
use crate::{Error, Read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    attribute_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    account_attributes: Vec<Attribute>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: &'static str,
    attribute_values: [AttributeValue; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeValue {
    attribute_value: String,
}

/// The attributes of the caller's account.
pub fn describe_account_attributes(cx: &Read<'_>, input: Input) -> Result<Output, Error> {
    let default_vpc = defaults::vpc(cx.world, cx.owner()).map_or_else(|| "none".to_owned(), |vpc| vpc.id.to_string());
    let all = [("supported-platforms", "VPC".to_owned()), ("default-vpc", default_vpc)];
    let wanted =
        all.into_iter().filter(|(name, _)| input.attribute_names.is_empty() || input.attribute_names.iter().any(|n| n == name));
    let account_attributes = wanted
        .map(|(attribute_name, value)| Attribute {
            attribute_name,
            attribute_values: [AttributeValue { attribute_value: value }],
        })
        .collect();
    Ok(Output { account_attributes })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn an_account_without_a_default_vpc_says_so() {
        let cloud = Cloud::new();
        let all = cloud.ok("DescribeAccountAttributes", json!({}));
        let values: Vec<_> = all["AccountAttributes"].as_array().into_iter().flatten().collect();
        assert_eq!(values[0], &json!({"AttributeName": "supported-platforms", "AttributeValues": [{"AttributeValue": "VPC"}]}));
        assert_eq!(values[1], &json!({"AttributeName": "default-vpc", "AttributeValues": [{"AttributeValue": "none"}]}));
    }
}
