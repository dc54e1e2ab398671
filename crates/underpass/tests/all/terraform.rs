//! What Terraform's AWS provider calls, in one world: applied, planned again without drift, changed and destroyed.

use serde_json::json;

use crate::cloud::{Cloud, PROVIDER};
use crate::site::IMAGE;

#[test]
fn what_terraform_applies_its_second_plan_finds_as_it_was_written_and_its_destroy_takes_away() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let given = json!({ "account": PROVIDER, "image": IMAGE });
    let drift = cloud.account(PROVIDER).script(include_str!("terraform.py"), given);
    assert_eq!(drift, json!([]), "{drift:#}");
}
