//! Roles, their own policies, and the profiles that carry them.

use serde_json::{Value, json};

use crate::iam::testing::{Account, policy, trust};

fn with_role() -> Account {
    let account = Account::new();
    account.iam(
        "CreateRole",
        json!({
            "RoleName": "web", "Path": "/app/", "Description": "serves", "AssumeRolePolicyDocument": trust("*"),
            "Tags": [{"Key": "team", "Value": "net"}],
        }),
    );
    account
}

fn allow(action: &str) -> String {
    policy(json!({"Effect": "Allow", "Action": action, "Resource": "*"}))
}

#[test]
fn a_role_shows_what_it_was_made_with() {
    let role = &with_role().iam("GetRole", json!({"RoleName": "web"}))["Role"];
    assert_eq!(role["Arn"], "arn:aws:iam::111111111111:role/app/web");
    assert_eq!((&role["Description"], &role["MaxSessionDuration"]), (&json!("serves"), &json!(3600)));
    assert_eq!(role["Tags"], json!([{"Key": "team", "Value": "net"}]));
    assert!(role["RoleId"].as_str().is_some_and(|id| id.starts_with("AROA")));
    assert!(role["AssumeRolePolicyDocument"].as_str().is_some_and(|text| text.contains("sts%3AAssumeRole")), "{role}");
}

#[test]
fn what_an_update_does_not_name_stays() {
    let account = with_role();
    account.iam("UpdateRole", json!({"RoleName": "web", "MaxSessionDuration": 43200}));
    let role = account.iam("GetRole", json!({"RoleName": "web"}));
    assert_eq!((&role["Role"]["Description"], &role["Role"]["MaxSessionDuration"]), (&json!("serves"), &json!(43200)));
    account.iam("UpdateRole", json!({"RoleName": "web", "Description": "rests"}));
    assert_eq!(account.iam("GetRole", json!({"RoleName": "web"}))["Role"]["Description"], "rests");
    assert_eq!(account.refusal("UpdateRole", json!({"RoleName": "none"})), "NoSuchEntity");
}

#[test]
fn who_is_trusted_can_change() {
    let account = with_role();
    let narrow = trust("arn:aws:iam::222222222222:root");
    account.iam("UpdateAssumeRolePolicy", json!({"RoleName": "web", "PolicyDocument": narrow}));
    let assume = json!({"RoleArn": "arn:aws:iam::111111111111:role/app/web", "RoleSessionName": "ci"});
    assert_eq!(account.call("sts", "AssumeRole", assume).map_err(|error| error.code), Err("AccessDenied".to_owned()));
    let broken = json!({"RoleName": "web", "PolicyDocument": allow("*")});
    assert_eq!(account.refusal("UpdateAssumeRolePolicy", broken), "MalformedPolicyDocument");
}

#[test]
fn policies_of_its_own_are_put_shown_listed_and_deleted() {
    let account = with_role();
    for name in ["b", "a"] {
        let put = json!({"RoleName": "web", "PolicyName": name, "PolicyDocument": allow("ec2:*")});
        account.iam("PutRolePolicy", put);
    }
    assert_eq!(account.iam("ListRolePolicies", json!({"RoleName": "web"}))["PolicyNames"], json!(["a", "b"]));
    let one = json!({"RoleName": "web", "PolicyName": "a"});
    let shown = account.iam("GetRolePolicy", one.clone());
    assert_eq!((&shown["RoleName"], &shown["PolicyName"]), (&json!("web"), &json!("a")));
    assert_eq!(account.refusal("DeleteRole", json!({"RoleName": "web"})), "DeleteConflict");
    account.iam("DeleteRolePolicy", one.clone());
    assert_eq!(account.refusal("GetRolePolicy", one.clone()), "NoSuchEntity");
    assert_eq!(account.refusal("DeleteRolePolicy", one), "NoSuchEntity");
}

#[test]
fn ten_policies_are_the_most_that_can_be_attached() {
    let account = with_role();
    for index in 0..11 {
        account.iam("CreatePolicy", json!({"PolicyName": format!("p{index}"), "PolicyDocument": allow("ec2:*")}));
    }
    let attach = |index: u32| json!({"RoleName": "web", "PolicyArn": format!("arn:aws:iam::111111111111:policy/p{index}")});
    (0..10).for_each(|index| drop(account.iam("AttachRolePolicy", attach(index))));
    account.iam("AttachRolePolicy", attach(0));
    assert_eq!(account.refusal("AttachRolePolicy", attach(10)), "LimitExceeded");
    account.iam("DetachRolePolicy", attach(0));
    assert_eq!(account.refusal("DetachRolePolicy", attach(0)), "NoSuchEntity");
    account.iam("AttachRolePolicy", attach(10));
    let page = account.iam("ListAttachedRolePolicies", json!({"RoleName": "web", "MaxItems": 4}));
    assert_eq!((page["AttachedPolicies"].as_array().map(Vec::len), &page["IsTruncated"]), (Some(4), &json!(true)));
}

#[test]
fn profiles_are_listed_below_their_paths_with_their_roles() {
    let account = with_role();
    account.iam("CreateInstanceProfile", json!({"InstanceProfileName": "a", "Path": "/app/"}));
    account.iam("CreateInstanceProfile", json!({"InstanceProfileName": "b"}));
    assert_eq!(account.refusal("CreateInstanceProfile", json!({"InstanceProfileName": "A"})), "EntityAlreadyExists");
    account.iam("AddRoleToInstanceProfile", json!({"InstanceProfileName": "a", "RoleName": "web"}));
    let names = |listed: Value| -> Vec<String> {
        let profiles = listed["InstanceProfiles"].as_array().cloned().unwrap_or_default();
        profiles.iter().filter_map(|profile| profile["InstanceProfileName"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(account.iam("ListInstanceProfiles", json!({}))), ["a", "b"]);
    assert_eq!(names(account.iam("ListInstanceProfiles", json!({"PathPrefix": "/app/"}))), ["a"]);
    assert_eq!(names(account.iam("ListInstanceProfilesForRole", json!({"RoleName": "web"}))), ["a"]);
    let shown = account.iam("GetInstanceProfile", json!({"InstanceProfileName": "a"}));
    assert_eq!(shown["InstanceProfile"]["Roles"][0]["Arn"], "arn:aws:iam::111111111111:role/app/web");
}

#[test]
fn roles_of_other_accounts_are_not_seen() {
    let account = with_role();
    let other = account.seen_by(policy::Principal::Root { account: "222222222222".into() });
    assert_eq!(other.refusal("GetRole", json!({"RoleName": "web"})), "NoSuchEntity");
    assert_eq!(other.iam("ListRoles", json!({}))["Roles"], json!([]));
    other.iam("CreateRole", json!({"RoleName": "web", "AssumeRolePolicyDocument": trust("*")}));
    other.iam("DeleteRole", json!({"RoleName": "web"}));
    assert_eq!(account.iam("ListRoles", json!({}))["Roles"].as_array().map(Vec::len), Some(1));
}
