//! Service Quotas by the `aws` command, and what a raised quota lets happen.

use serde_json::{Value, json};

use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud};

#[test]
fn a_quota_is_told_enforced_raised_and_survives() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let quotas = |arguments: &[&str]| -> Value {
        let said = account.aws(&[&["service-quotas"], arguments].concat()).ok();
        serde_json::from_str(&said).unwrap()
    };
    let which = ["--service-code", "vpc", "--quota-code", "L-1B52E74A"];
    assert_eq!(quotas(&[&["get-service-quota"], which.as_slice()].concat())["Quota"]["Value"], json!(20.0));
    let net = account.net();
    let wish = json!({ "VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.s3" });
    (0..20).for_each(|_| drop(account.ec2("create_vpc_endpoint", wish.clone())));
    assert_eq!(account.refused("ec2", "create_vpc_endpoint", wish.clone()).code, "VpcEndpointLimitExceeded");
    let raise = [&["request-service-quota-increase"], which.as_slice(), &["--desired-value", "21"]].concat();
    let change = quotas(&raise)["RequestedQuota"].clone();
    assert_eq!(change["Status"], "APPROVED");
    account.ec2("create_vpc_endpoint", wish.clone());
    assert_eq!(account.refused("ec2", "create_vpc_endpoint", wish).code, "VpcEndpointLimitExceeded");
    let asked = ["get-requested-service-quota-change", "--request-id", &text_of(&change["Id"])];
    assert_eq!(quotas(&asked)["RequestedQuota"], change);
    let listed = account.pages("service-quotas", "list_service_quotas", json!({ "ServiceCode": "vpc" }));
    let listed: Vec<Value> = listed.iter().flat_map(|page| page["Quotas"].as_array().cloned().unwrap_or_default()).collect();
    assert!(listed.iter().any(|quota| quota["QuotaCode"] == "L-1B52E74A" && quota["Value"] == json!(21.0)), "{listed:?}");
}
