//! The token of a next page belongs to the request that it came from: the same operation and members, of the same account in
//! the same Region. Only how much a page shows may change on the way.

use std::hash::{DefaultHasher, Hash, Hasher};

use resource::Owner;
use serde_json::Value;

/// The names of tokens in requests and in answers.
const TOKENS: [(&str, &str); 2] = [("NextToken", "NextToken"), ("Marker", "NextMarker")];
/// The names of how much a page shows.
const SIZES: [&str; 3] = ["MaxResults", "MaxRecords", "PageSize"];
/// What no operation takes for a token of its own.
const FOREIGN: &str = "%";

/// What the tokens of one request say besides where its next page begins.
pub(crate) struct Continuation(String);

impl Continuation {
    /// Takes its mark off the token in `input`; one with another mark becomes one that the operation refuses.
    pub(crate) fn of(action: &str, owner: &Owner, input: &mut Value) -> Self {
        let mut asked = input.clone();
        if let Some(members) = asked.as_object_mut() {
            let paging = |name: &str| SIZES.contains(&name) || is_token(action, name);
            members.retain(|name, _| !paging(name));
        }
        let mut hasher = DefaultHasher::new();
        (action, owner.key(), asked.to_string()).hash(&mut hasher);
        let mark = format!(".{:016x}", hasher.finish());
        for (name, _) in tokens(action) {
            if let Some(Value::String(token)) = input.get_mut(name)
                && !token.is_empty()
            {
                *token = token.strip_suffix(&mark).unwrap_or(FOREIGN).to_owned();
            }
        }
        Self(mark)
    }

    /// Marks the token in an answer.
    pub(crate) fn mark(&self, action: &str, answer: &mut Value) {
        for (_, name) in tokens(action) {
            if let Some(Value::String(token)) = answer.get_mut(name) {
                token.push_str(&self.0);
            }
        }
    }
}

/// Route 53's and S3's markers are names of what comes next, which a client may well make itself.
fn tokens(action: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let known = if action.starts_with("elasticloadbalancing:") { 2 } else { 1 };
    TOKENS.into_iter().take(known)
}

fn is_token(action: &str, name: &str) -> bool {
    tokens(action).any(|(token, _)| token == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ec2::testing::Cloud;

    #[test]
    fn a_token_is_good_for_the_request_that_it_came_from_and_for_no_other() {
        let cloud = Cloud::new();
        for n in 1..=7 {
            cloud.ok("CreateVpc", json!({"CidrBlock": format!("10.{n}.0.0/16")}));
        }
        let token = cloud.text("DescribeVpcs", json!({"MaxResults": 5}), "/NextToken");
        let with = |more: serde_json::Value| {
            let mut input = json!({"MaxResults": 6, "NextToken": token});
            input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            input
        };
        assert_eq!(cloud.ok("DescribeVpcs", with(json!({})))["Vpcs"].as_array().map(Vec::len), Some(2));
        let filters = json!({"Filters": [{"Name": "state", "Values": ["pending"]}]});
        assert_eq!(cloud.refusal("DescribeVpcs", with(filters)), "InvalidNextToken");
        assert_eq!(cloud.refusal("DescribeSubnets", with(json!({}))), "InvalidNextToken");
        assert_eq!(cloud.account("222222222222").refusal("DescribeVpcs", with(json!({}))), "InvalidNextToken");
        assert_eq!(cloud.region("eu-west-1").refusal("DescribeVpcs", with(json!({}))), "InvalidNextToken");
        assert_eq!(cloud.refusal("DescribeVpcs", json!({"NextToken": "dnBjLTA"})), "InvalidNextToken");
    }
}
