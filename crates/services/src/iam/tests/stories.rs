//! Stories of an administrator.

use serde_json::{Value, json};

use crate::iam::testing::{Account, policy, trust};

fn allow(action: &str) -> String {
    policy(json!({"Effect": "Allow", "Action": action, "Resource": "*"}))
}

#[test]
fn a_user_comes_and_goes_with_everything_it_was_given() {
    let account = Account::new();
    let made =
        account.iam("CreateUser", json!({"UserName": "alice", "Path": "/ops/", "Tags": [{"Key": "team", "Value": "net"}]}));
    assert_eq!(made["User"]["Arn"], "arn:aws:iam::111111111111:user/ops/alice");
    assert_eq!(account.refusal("CreateUser", json!({"UserName": "ALICE"})), "EntityAlreadyExists");
    account.iam("PutUserPolicy", json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": allow("ec2:*")}));
    account.iam("AttachUserPolicy", json!({"UserName": "alice", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}));
    let key = account.iam("CreateAccessKey", json!({"UserName": "alice"}));
    let key = key["AccessKey"]["AccessKeyId"].clone();
    let gone = json!({"UserName": "alice"});
    assert_eq!(account.refusal("DeleteUser", gone.clone()), "DeleteConflict");
    account.iam("DeleteAccessKey", json!({"UserName": "alice", "AccessKeyId": key}));
    assert_eq!(account.refusal("DeleteUser", gone.clone()), "DeleteConflict");
    account.iam("DetachUserPolicy", json!({"UserName": "alice", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}));
    assert_eq!(account.refusal("DeleteUser", gone.clone()), "DeleteConflict");
    account.iam("DeleteUserPolicy", json!({"UserName": "alice", "PolicyName": "p"}));
    account.iam("DeleteUser", gone.clone());
    assert_eq!(account.refusal("GetUser", gone), "NoSuchEntity");
}

#[test]
fn a_renamed_user_keeps_its_id_and_its_keys() {
    let account = Account::new();
    let made = account.iam("CreateUser", json!({"UserName": "alice"}));
    account.iam("CreateAccessKey", json!({"UserName": "alice"}));
    account.iam("UpdateUser", json!({"UserName": "alice", "NewUserName": "carol", "NewPath": "/x/"}));
    let seen = account.iam("GetUser", json!({"UserName": "carol"}));
    assert_eq!(seen["User"]["UserId"], made["User"]["UserId"]);
    assert_eq!(seen["User"]["Arn"], "arn:aws:iam::111111111111:user/x/carol");
    let keys = account.iam("ListAccessKeys", json!({"UserName": "carol"}));
    assert_eq!(keys["AccessKeyMetadata"].as_array().map(Vec::len), Some(1));
    assert_eq!(account.refusal("GetUser", json!({"UserName": "alice"})), "NoSuchEntity");
}

#[test]
fn a_caller_without_a_name_means_itself() {
    let account = Account::new();
    assert_eq!(account.iam("GetUser", json!({}))["User"]["UserName"], "root");
    let alice = account.user("alice");
    assert_eq!(alice.iam("GetUser", json!({}))["User"]["UserName"], "alice");
    assert_eq!(alice.iam("CreateAccessKey", json!({}))["AccessKey"]["UserName"], "alice");
    let role = policy::Principal::AssumedRole {
        role_arn: "arn:aws:iam::111111111111:role/r".into(),
        role_id: "AROAEXAMPLE".into(),
        session: "s".into(),
    };
    assert_eq!(account.seen_by(role).refusal("GetUser", json!({})), "ValidationError");
}

#[test]
fn two_keys_are_the_most_and_a_key_can_be_switched_off() {
    let account = Account::new();
    let alice = account.user("alice");
    let first = alice.iam("CreateAccessKey", json!({}))["AccessKey"]["AccessKeyId"].clone();
    alice.iam("CreateAccessKey", json!({}));
    assert_eq!(alice.refusal("CreateAccessKey", json!({})), "LimitExceeded");
    alice.iam("UpdateAccessKey", json!({"AccessKeyId": first, "Status": "Inactive"}));
    let keys = alice.iam("ListAccessKeys", json!({}));
    let keys = keys["AccessKeyMetadata"].as_array().cloned().unwrap_or_default();
    let inactive: Vec<&Value> = keys.iter().filter(|key| key["Status"] == "Inactive").map(|key| &key["AccessKeyId"]).collect();
    assert_eq!(inactive, [&first]);
    assert!(keys.iter().all(|key| key.get("SecretAccessKey").is_none()));
    assert_eq!(alice.refusal("DeleteAccessKey", json!({"AccessKeyId": "AKIANOBODY0000000000"})), "NoSuchEntity");
}

#[test]
fn a_role_in_an_instance_profile_stays() {
    let account = Account::new();
    let role = json!({"RoleName": "web", "AssumeRolePolicyDocument": trust("*"), "MaxSessionDuration": 7200});
    assert_eq!(account.iam("CreateRole", role.clone())["Role"]["MaxSessionDuration"], 7200);
    assert_eq!(account.refusal("CreateRole", role), "EntityAlreadyExists");
    account.iam("CreateInstanceProfile", json!({"InstanceProfileName": "web"}));
    let both = json!({"InstanceProfileName": "web", "RoleName": "web"});
    account.iam("AddRoleToInstanceProfile", both.clone());
    assert_eq!(account.refusal("AddRoleToInstanceProfile", both.clone()), "LimitExceeded");
    let held = account.iam("ListInstanceProfilesForRole", json!({"RoleName": "web"}));
    assert_eq!(held["InstanceProfiles"][0]["Roles"][0]["RoleName"], "web");
    assert_eq!(account.refusal("DeleteRole", json!({"RoleName": "web"})), "DeleteConflict");
    assert_eq!(account.refusal("DeleteInstanceProfile", json!({"InstanceProfileName": "web"})), "DeleteConflict");
    account.iam("RemoveRoleFromInstanceProfile", both.clone());
    assert_eq!(account.refusal("RemoveRoleFromInstanceProfile", both), "NoSuchEntity");
    account.iam("DeleteInstanceProfile", json!({"InstanceProfileName": "web"}));
    account.iam("DeleteRole", json!({"RoleName": "web"}));
}

#[test]
fn a_document_that_is_no_policy_is_malformed_wherever_it_goes() {
    let account = Account::new();
    account.user("alice");
    let with_principal = trust("*");
    for document in ["{", "{}", &with_principal] {
        let user = json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": document});
        assert_eq!(account.refusal("PutUserPolicy", user), "MalformedPolicyDocument", "{document}");
        let managed = json!({"PolicyName": "p", "PolicyDocument": document});
        assert_eq!(account.refusal("CreatePolicy", managed), "MalformedPolicyDocument", "{document}");
    }
    let role = json!({"RoleName": "r", "AssumeRolePolicyDocument": allow("sts:AssumeRole")});
    assert_eq!(account.refusal("CreateRole", role), "MalformedPolicyDocument");
    let large = allow(&format!("ec2:{}", "A".repeat(2100)));
    let user = json!({"UserName": "alice", "PolicyName": "p", "PolicyDocument": large});
    assert_eq!(account.refusal("PutUserPolicy", user), "LimitExceeded");
}

#[test]
fn versions_of_a_policy_are_counted_on_and_one_is_in_force() {
    let account = Account::new();
    let arn = "arn:aws:iam::111111111111:policy/p";
    account.iam("CreatePolicy", json!({"PolicyName": "p", "PolicyDocument": allow("ec2:*")}));
    let next =
        || account.iam("CreatePolicyVersion", json!({"PolicyArn": arn, "PolicyDocument": allow("s3:*"), "SetAsDefault": true}));
    for id in ["v2", "v3", "v4", "v5"] {
        assert_eq!(next()["PolicyVersion"]["VersionId"], id);
    }
    let another = json!({"PolicyArn": arn, "PolicyDocument": allow("s3:*")});
    assert_eq!(account.refusal("CreatePolicyVersion", another.clone()), "LimitExceeded");
    account.iam("DeletePolicyVersion", json!({"PolicyArn": arn, "VersionId": "v4"}));
    assert_eq!(account.iam("CreatePolicyVersion", another)["PolicyVersion"]["VersionId"], "v6");
    assert_eq!(account.refusal("DeletePolicyVersion", json!({"PolicyArn": arn, "VersionId": "v5"})), "DeleteConflict");
    account.iam("SetDefaultPolicyVersion", json!({"PolicyArn": arn, "VersionId": "v1"}));
    let listed = account.iam("ListPolicyVersions", json!({"PolicyArn": arn}));
    let ids: Vec<&str> = listed["Versions"].as_array().into_iter().flatten().filter_map(|v| v["VersionId"].as_str()).collect();
    assert_eq!(ids, ["v6", "v5", "v3", "v2", "v1"]);
    let first = account.iam("GetPolicyVersion", json!({"PolicyArn": arn, "VersionId": "v1"}));
    assert!(first["PolicyVersion"]["Document"].as_str().is_some_and(|text| text.starts_with("%7B%22")), "{first}");
    assert_eq!(account.refusal("DeletePolicy", json!({"PolicyArn": arn})), "DeleteConflict");
}

#[test]
fn an_attached_policy_stays_and_knows_who_has_it() {
    let account = Account::new();
    account.user("alice");
    let arn = "arn:aws:iam::111111111111:policy/p";
    account.iam("CreatePolicy", json!({"PolicyName": "p", "PolicyDocument": allow("ec2:*")}));
    account.iam("AttachUserPolicy", json!({"UserName": "alice", "PolicyArn": arn}));
    account.iam("PutUserPermissionsBoundary", json!({"UserName": "alice", "PermissionsBoundary": arn}));
    let seen = account.iam("GetPolicy", json!({"PolicyArn": arn}));
    assert_eq!((&seen["Policy"]["AttachmentCount"], &seen["Policy"]["PermissionsBoundaryUsageCount"]), (&json!(1), &json!(1)));
    let who = account.iam("ListEntitiesForPolicy", json!({"PolicyArn": arn}));
    assert_eq!(who["PolicyUsers"][0]["UserName"], "alice");
    let attached = account.iam("ListAttachedUserPolicies", json!({"UserName": "alice"}));
    assert_eq!(attached["AttachedPolicies"], json!([{"PolicyName": "p", "PolicyArn": arn}]));
    assert_eq!(account.refusal("DeletePolicy", json!({"PolicyArn": arn})), "DeleteConflict");
    for missing in ["arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::222222222222:policy/p"] {
        let attach = json!({"UserName": "alice", "PolicyArn": missing});
        assert_eq!(account.refusal("AttachUserPolicy", attach), "NoSuchEntity");
    }
    account.iam("DeleteUserPermissionsBoundary", json!({"UserName": "alice"}));
    assert_eq!(account.refusal("DeleteUserPermissionsBoundary", json!({"UserName": "alice"})), "NoSuchEntity");
}

#[test]
fn listings_come_in_pages_and_below_a_path() {
    let account = Account::new();
    for name in ["a", "b", "c"] {
        account.iam("CreateUser", json!({"UserName": name, "Path": if name == "c" { "/x/" } else { "/" }}));
    }
    let first = account.iam("ListUsers", json!({"MaxItems": 2}));
    assert_eq!((first["Users"].as_array().map(Vec::len), &first["IsTruncated"]), (Some(2), &json!(true)));
    let second = account.iam("ListUsers", json!({"MaxItems": 2, "Marker": first["Marker"]}));
    assert_eq!((&second["Users"][0]["UserName"], &second["IsTruncated"]), (&json!("c"), &json!(false)));
    let below = account.iam("ListUsers", json!({"PathPrefix": "/x/"}));
    assert_eq!(below["Users"].as_array().map(Vec::len), Some(1));
    assert_eq!(account.refusal("ListUsers", json!({"Marker": "%%"})), "ValidationError");
    let local = account.iam("ListPolicies", json!({"Scope": "Local"}));
    assert_eq!(local["Policies"], json!([]));
}

#[test]
fn tags_are_put_on_and_taken_off() {
    let account = Account::new();
    account.iam("CreateRole", json!({"RoleName": "r", "AssumeRolePolicyDocument": trust("*")}));
    let tag = |key: &str| json!({"Key": key, "Value": "1"});
    account.iam("TagRole", json!({"RoleName": "r", "Tags": [tag("a"), tag("b")]}));
    account.iam("UntagRole", json!({"RoleName": "r", "TagKeys": ["a"]}));
    assert_eq!(account.iam("ListRoleTags", json!({"RoleName": "r"}))["Tags"], json!([tag("b")]));
    assert_eq!(account.refusal("TagRole", json!({"RoleName": "none", "Tags": []})), "NoSuchEntity");
}
