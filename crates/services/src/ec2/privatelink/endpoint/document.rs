//! Endpoint policies: what may be one, and the one that an endpoint has when nobody gave it any.

use policy::{Kind, Policy};

use crate::Error;

/// What an endpoint lets through when it was given no policy: everything.
pub const DEFAULT: &str =
    r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
/// The most characters that a policy may have, white space among them.
const LONGEST: usize = 20_480;

/// Checks a policy for an endpoint to the service `name`, which may take none.
///
/// # Errors
/// `InvalidParameter` when the service takes none, `InvalidPolicyDocument` for what is no policy or too long.
pub fn check(text: &str, taken: bool, name: &str) -> Result<(), Error> {
    if !taken {
        return Err(Error::new("InvalidParameter", format!("The service {name} does not support endpoint policies.")));
    }
    let length = text.chars().count();
    if length > LONGEST {
        let message = format!("The policy has {length} characters; an endpoint policy may have {LONGEST}.");
        return Err(Error::new("InvalidPolicyDocument", message));
    }
    match Policy::parse(text, Kind::Resource) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new("InvalidPolicyDocument", format!("Policy document is invalid: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ec2::routing::testing::Network;

    const EC2: &str = "com.amazonaws.us-east-1.ec2";

    fn request(network: &Network, service: &str, policy: &str) -> Value {
        json!({
            "VpcEndpointType": "Interface", "VpcId": network.vpc, "ServiceName": service, "SubnetIds": [network.subnet],
            "PolicyDocument": policy, "PrivateDnsEnabled": false,
        })
    }

    fn statement(action: &str) -> String {
        format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}]}}"#)
    }

    #[test]
    fn what_is_no_policy_or_too_long_or_not_taken_is_refused() {
        let network = Network::new();
        let refusal =
            |service: &str, policy: &str| network.cloud.refusal("CreateVpcEndpoint", request(&network, service, policy));
        for bad in ["", "{}", "[]", r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#] {
            assert_eq!(refusal(EC2, bad), "InvalidPolicyDocument", "{bad}");
        }
        let long = statement("*") + &" ".repeat(LONGEST);
        assert_eq!(refusal(EC2, &long), "InvalidPolicyDocument");
        assert_eq!(refusal("com.amazonaws.us-east-1.apprunner.requests", &statement("*")), "InvalidParameter");
    }

    #[test]
    fn a_policy_is_kept_as_it_was_written_and_reset_to_the_one_that_allows_everything() {
        let network = Network::new();
        let policy = statement("ec2:DescribeVpcs");
        let made = network.cloud.ok("CreateVpcEndpoint", request(&network, EC2, &policy));
        let id = made["VpcEndpoint"]["VpcEndpointId"].clone();
        assert_eq!(made["VpcEndpoint"]["PolicyDocument"], json!(policy));
        let both = json!({"VpcEndpointId": id, "ResetPolicy": true, "PolicyDocument": policy});
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", both), "InvalidParameterCombination");
        let bad = json!({"VpcEndpointId": id, "PolicyDocument": "{}"});
        assert_eq!(network.cloud.refusal("ModifyVpcEndpoint", bad), "InvalidPolicyDocument");
        network.cloud.ok("ModifyVpcEndpoint", json!({"VpcEndpointId": id, "ResetPolicy": true}));
        let shown = network.cloud.ok("DescribeVpcEndpoints", json!({"VpcEndpointIds": [id]}));
        assert_eq!(shown["VpcEndpoints"][0]["PolicyDocument"], DEFAULT);
    }

    #[test]
    fn an_endpoint_to_a_service_of_aws_has_interfaces_names_and_the_default_group() {
        let network = Network::new();
        let made = network.cloud.ok("CreateVpcEndpoint", request(&network, "com.amazonaws.us-east-1.ecr.dkr", DEFAULT));
        let made = &made["VpcEndpoint"];
        assert_eq!((&made["State"], &made["Groups"][0]["GroupName"]), (&json!("pending"), &json!("default")));
        assert_eq!(made["NetworkInterfaceIds"].as_array().map(Vec::len), Some(1));
        let names: Vec<&str> =
            made["DnsEntries"].as_array().into_iter().flatten().filter_map(|e| e["DnsName"].as_str()).collect();
        assert!(names.len() >= 2 && names[0].ends_with(".dkr.ecr.us-east-1.vpce.amazonaws.com"), "{names:?}");
        let mut twin = request(&network, EC2, DEFAULT);
        let input = json!({"VpcId": network.vpc, "CidrBlock": "10.0.2.0/24"});
        let subnet = network.cloud.text("CreateSubnet", input, "/Subnet/SubnetId");
        twin["SubnetIds"] = json!([network.subnet, subnet]);
        assert_eq!(network.cloud.refusal("CreateVpcEndpoint", twin), "DuplicateSubnetsInSameZone");
    }
}
