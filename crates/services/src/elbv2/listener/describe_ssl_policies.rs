//! DescribeSSLPolicies: the security policies that listeners can have.

use resource::{SSL_POLICIES, SslPolicy};
use serde::{Deserialize, Serialize};

use super::super::{paging, refusal};
use crate::{Error, Read};

/// What is asked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    names: Vec<String>,
    marker: Option<String>,
    page_size: Option<usize>,
    load_balancer_type: Option<String>,
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ssl_policies: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    name: &'static str,
    ssl_protocols: &'static [&'static str],
    ciphers: Vec<Cipher>,
    supported_load_balancer_types: [&'static str; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cipher {
    name: &'static str,
    priority: usize,
}

/// Describes security policies.
pub fn describe_ssl_policies(_: &Read<'_>, input: Input) -> Result<Output, Error> {
    if input.load_balancer_type.as_deref() == Some("gateway") {
        return Err(refusal::validation("Gateway Load Balancers have no SSL policies"));
    }
    let named = |name: &String| {
        SslPolicy::named(name).ok_or_else(|| Error::new("SSLPolicyNotFound", format!("SSL policy '{name}' not found")))
    };
    let mut found: Vec<&SslPolicy> = match input.names.as_slice() {
        [] => SSL_POLICIES.iter().collect(),
        names => names.iter().map(named).collect::<Result<_, _>>()?,
    };
    found.sort_by_key(|policy| policy.name);
    let page = paging::cut(input.marker.as_deref(), input.page_size, found, |policy| policy.name.to_owned())?;
    Ok(Output { ssl_policies: page.items.into_iter().map(view).collect(), next_marker: page.next })
}

fn view(policy: &SslPolicy) -> View {
    View {
        name: policy.name,
        ssl_protocols: policy.protocols,
        ciphers: policy.ciphers().zip(1..).map(|(name, priority)| Cipher { name, priority }).collect(),
        supported_load_balancer_types: ["application", "network"],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::elbv2::tests::site::Site;

    #[test]
    fn policies_are_described_with_what_they_allow_on_aws() {
        let site = Site::new();
        assert_eq!(site.refusal("DescribeSSLPolicies", json!({"Names": ["ELBSecurityPolicy-Best"]})), "SSLPolicyNotFound");
        let name = "ELBSecurityPolicy-FS-1-2-Res-2019-08";
        let one = site.ok("DescribeSSLPolicies", json!({"Names": [name]}))["SslPolicies"][0].clone();
        assert_eq!(one["SslProtocols"], json!(["TLSv1.2"]));
        assert_eq!(one["Ciphers"][0], json!({"Name": "ECDHE-ECDSA-AES128-GCM-SHA256", "Priority": 1}));
        assert_eq!(one["Ciphers"].as_array().map(Vec::len), Some(8));
        let first = site.ok("DescribeSSLPolicies", json!({"PageSize": 10}));
        let next = site.ok("DescribeSSLPolicies", json!({"PageSize": 400, "Marker": first["NextMarker"]}));
        let count = |answer: &serde_json::Value| answer["SslPolicies"].as_array().map_or(0, Vec::len);
        assert_eq!(count(&first) + count(&next), resource::SSL_POLICIES.len());
    }
}
