//! What users, roles and sessions may do, by the policies that the store holds.

use policy::Principal;
use resource::{AccessKey, ManagedPolicy, Role, User};
use serde_json::{Value, json};

use crate::iam::Authority;
use crate::iam::testing::{Account, policy, trust};

fn statement(effect: &str, action: &str) -> Value {
    json!({"Effect": effect, "Action": action, "Resource": "*"})
}

fn give(account: &Account, name: &str, statement: Value) {
    let document = policy(statement);
    account.iam("PutUserPolicy", json!({"UserName": "alice", "PolicyName": name, "PolicyDocument": document}));
}

fn may(who: &Account, action: &str) -> bool {
    let authority = Authority::of(&who.world(), who.caller()).expect("its policies are there");
    authority.decide(&who.caller().asks(action, "*")).allowed()
}

#[test]
fn nothing_is_allowed_until_something_allows_it_and_a_deny_wins() {
    let account = Account::new();
    let alice = account.user("alice");
    assert!(!may(&alice, "ec2:CreateVpc"));
    give(&account, "all", statement("Allow", "ec2:*"));
    assert!(may(&alice, "ec2:CreateVpc"));
    give(&account, "not", statement("Deny", "ec2:CreateVpc"));
    assert!(!may(&alice, "ec2:CreateVpc") && may(&alice, "ec2:DeleteVpc"));
    assert!(may(&account, "ec2:CreateVpc"), "the root needs no policy");
}

#[test]
fn a_boundary_takes_away_and_never_gives() {
    let account = Account::new();
    let alice = account.user("alice");
    let boundary = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";
    account.iam("PutUserPermissionsBoundary", json!({"UserName": "alice", "PermissionsBoundary": boundary}));
    assert!(!may(&alice, "ec2:DescribeVpcs"));
    give(&account, "all", statement("Allow", "*"));
    assert!(may(&alice, "ec2:DescribeVpcs") && !may(&alice, "ec2:CreateVpc"));
}

#[test]
fn an_attached_policy_speaks_by_the_version_in_force() {
    let account = Account::new();
    let alice = account.user("alice");
    let arn = "arn:aws:iam::111111111111:policy/p";
    account.iam("CreatePolicy", json!({"PolicyName": "p", "PolicyDocument": policy(statement("Allow", "ec2:CreateVpc"))}));
    account.iam("AttachUserPolicy", json!({"UserName": "alice", "PolicyArn": arn}));
    assert!(may(&alice, "ec2:CreateVpc"));
    let next = policy(statement("Allow", "ec2:DeleteVpc"));
    account.iam("CreatePolicyVersion", json!({"PolicyArn": arn, "PolicyDocument": next, "SetAsDefault": true}));
    assert!(!may(&alice, "ec2:CreateVpc") && may(&alice, "ec2:DeleteVpc"));
}

#[test]
fn a_session_may_what_the_role_and_its_own_policy_allow() {
    let account = Account::new();
    let arn = "arn:aws:iam::111111111111:role/admin";
    account.iam("CreateRole", json!({"RoleName": "admin", "AssumeRolePolicyDocument": trust("*")}));
    account.iam("AttachRolePolicy", json!({"RoleName": "admin", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    let session = |more: Value| {
        let mut input = json!({"RoleArn": arn, "RoleSessionName": "ci"});
        more.as_object().cloned().unwrap_or_default().into_iter().for_each(|(name, value)| input[name] = value);
        let got = account.call("sts", "AssumeRole", input).expect("everybody is trusted");
        let key = got["Credentials"]["AccessKeyId"].as_str().map(str::to_owned);
        let id = account.world().find::<Role>(arn).expect("it was made").id.clone();
        let principal = Principal::AssumedRole { role_arn: arn.into(), role_id: id, session: "ci".into() };
        account.seen_by(principal).signing_with(key)
    };
    assert!(may(&session(json!({})), "ec2:CreateVpc"));
    let limited = session(json!({"Policy": policy(statement("Allow", "ec2:Describe*"))}));
    assert!(may(&limited, "ec2:DescribeVpcs") && !may(&limited, "ec2:CreateVpc"));
}

#[test]
fn who_has_lost_a_policy_that_limits_it_may_nothing() {
    let account = Account::new();
    let alice = account.user("alice");
    let user = account.world().find::<User>("arn:aws:iam::111111111111:user/alice").expect("it was made");
    let missing = "arn:aws:iam::111111111111:policy/lost".to_owned();
    let mut grants = user.grants.clone();
    grants.boundary = Some(missing);
    account.change(|txn| txn.put(User { grants: grants.clone(), ..(*user).clone() }));
    let refused = Authority::of(&alice.world(), alice.caller()).expect_err("nobody knows the boundary");
    assert_eq!(refused.status, 500);
    assert!(refused.cause.is_some_and(|cause| cause.contains("policy/lost is gone")));
}

#[test]
fn a_principal_that_is_gone_has_no_authority() {
    let account = Account::new();
    let alice = account.user("alice");
    account.iam("DeleteUser", json!({"UserName": "alice"}));
    assert!(Authority::of(&alice.world(), alice.caller()).is_err());
    let world = account.world();
    assert_eq!(world.all::<AccessKey>().count() + world.all::<ManagedPolicy>().count(), 0);
}
