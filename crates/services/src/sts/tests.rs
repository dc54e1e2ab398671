//! Stories of people who become somebody else for a while.

use policy::Principal;
use resource::AccessKey;
use serde_json::{Value, json};

use crate::Error;
use crate::iam::testing::{Account, policy, trust};

const ROLE: &str = "arn:aws:iam::111111111111:role/deploy";
const ACCOUNT: &str = "arn:aws:iam::111111111111:root";

fn with_role(account: &Account, trust: &str) {
    account.iam("CreateRole", json!({"RoleName": "deploy", "AssumeRolePolicyDocument": trust, "MaxSessionDuration": 7200}));
}

fn assume(account: &Account, more: Value) -> Result<Value, Error> {
    let mut input = json!({"RoleArn": ROLE, "RoleSessionName": "ci"});
    let members = more.as_object().cloned().unwrap_or_default();
    members.into_iter().for_each(|(name, value)| input[name] = value);
    account.call("sts", "AssumeRole", input)
}

fn code(result: Result<Value, Error>) -> String {
    result.map_or_else(|error| error.code, |answer| panic!("it succeeded: {answer}"))
}

#[test]
fn everybody_learns_who_they_are() {
    let account = Account::new();
    let root = account.call("sts", "GetCallerIdentity", json!({})).expect("everybody may");
    assert_eq!(root, json!({"UserId": "111111111111", "Account": "111111111111", "Arn": ACCOUNT}));
    let alice = account.user("alice").call("sts", "GetCallerIdentity", json!({})).expect("everybody may");
    assert_eq!(alice["Arn"], "arn:aws:iam::111111111111:user/alice");
}

#[test]
fn a_role_that_trusts_a_user_is_the_users_without_further_permission() {
    let account = Account::new();
    let alice = account.user("alice");
    with_role(&account, &trust("arn:aws:iam::111111111111:user/alice"));
    let session = assume(&alice, json!({})).expect("the trust policy names her");
    assert_eq!(session["AssumedRoleUser"]["Arn"], "arn:aws:sts::111111111111:assumed-role/deploy/ci");
    let id = session["Credentials"]["AccessKeyId"].as_str().unwrap_or_default();
    assert!(id.starts_with("ASIA"), "{id}");
    assert_eq!(code(assume(&account.user("bob"), json!({}))), "AccessDenied");
}

#[test]
fn a_role_that_trusts_the_account_leaves_it_to_the_users_policies() {
    let account = Account::new();
    let alice = account.user("alice");
    with_role(&account, &trust(ACCOUNT));
    assert_eq!(code(assume(&alice, json!({}))), "AccessDenied");
    let document = policy(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}));
    account.iam("PutUserPolicy", json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": document}));
    assert!(assume(&alice, json!({})).is_ok());
}

#[test]
fn another_account_needs_both_sides_and_the_external_id() {
    let account = Account::new();
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
    });
    with_role(&account, &policy(statement));
    let other = account.seen_by(Principal::Root { account: "222222222222".into() });
    assert_eq!(code(assume(&other, json!({}))), "AccessDenied");
    assert_eq!(code(assume(&other, json!({"ExternalId": "guess"}))), "AccessDenied");
    assert!(assume(&other, json!({"ExternalId": "secret"})).is_ok());
}

#[test]
fn a_role_that_does_not_exist_is_refused_like_one_that_does_not_trust() {
    let account = Account::new();
    let missing = assume(&account, json!({})).expect_err("there is none");
    with_role(&account, &trust("arn:aws:iam::111111111111:user/somebody"));
    let untrusting = assume(&account, json!({})).expect_err("it trusts somebody else");
    assert_eq!(missing, untrusting);
}

#[test]
fn sessions_are_as_long_as_the_role_allows_and_chains_an_hour() {
    let account = Account::new();
    with_role(&account, &trust("*"));
    assert!(assume(&account, json!({"DurationSeconds": 7200})).is_ok());
    assert_eq!(code(assume(&account, json!({"DurationSeconds": 7201}))), "ValidationError");
    let id = account.iam("GetRole", json!({"RoleName": "deploy"}))["Role"]["RoleId"].as_str().unwrap_or_default().to_owned();
    let session = Principal::AssumedRole { role_arn: ROLE.into(), role_id: id, session: "ci".into() };
    let session = account.seen_by(session);
    account.iam(
        "PutRolePolicy",
        json!({"RoleName": "deploy", "PolicyName": "p",
        "PolicyDocument": policy(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))}),
    );
    assert_eq!(code(assume(&session, json!({"DurationSeconds": 7200}))), "ValidationError");
    assert!(assume(&session, json!({"DurationSeconds": 3600})).is_ok());
}

#[test]
fn a_session_policy_must_be_one_and_small() {
    let account = Account::new();
    with_role(&account, &trust("*"));
    assert_eq!(code(assume(&account, json!({"Policy": "{}"}))), "MalformedPolicyDocument");
    let action =
        |length: usize| policy(json!({"Effect": "Allow", "Action": format!("ec2:{}", "A".repeat(length)), "Resource": "*"}));
    assert_eq!(code(assume(&account, json!({"Policy": action(2100)}))), "PackedPolicyTooLarge");
    let packed = assume(&account, json!({"Policy": action(900)})).expect("it fits");
    assert_eq!(packed["PackedPolicySize"], 48);
}

#[test]
fn a_role_that_goes_takes_its_sessions_with_it() {
    let account = Account::new();
    with_role(&account, &trust("*"));
    let session = assume(&account, json!({})).expect("everybody is trusted");
    let id = session["Credentials"]["AccessKeyId"].as_str().unwrap_or_default().to_owned();
    assert!(account.world().find::<AccessKey>(&id).is_some());
    account.iam("DeleteRole", json!({"RoleName": "deploy"}));
    assert!(account.world().find::<AccessKey>(&id).is_none());
}

#[test]
fn a_session_of_a_user_is_hers_and_a_role_has_none() {
    let account = Account::new();
    let alice = account.user("alice");
    let session = alice.call("sts", "GetSessionToken", json!({})).expect("users may");
    let id = session["Credentials"]["AccessKeyId"].as_str().unwrap_or_default();
    let info = account.call("sts", "GetAccessKeyInfo", json!({"AccessKeyId": id})).expect("we made it");
    assert_eq!(info, json!({"Account": "111111111111"}));
    let role = Principal::AssumedRole { role_arn: ROLE.into(), role_id: "AROAEXAMPLE".into(), session: "ci".into() };
    assert_eq!(code(account.seen_by(role).call("sts", "GetSessionToken", json!({}))), "AccessDenied");
}
