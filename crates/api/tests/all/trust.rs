//! Keys that we issued: they sign, they are limited by policies, and what is not signed by them is refused.

use std::time::Duration;

use serde_json::Value;

use crate::world::World;

/// Makes alice, who may only look, as the trusted root; prints her key.
const ALICE: &str = r#"
iam = client("iam")
iam.create_user(UserName="alice")
look = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ec2:Describe*", "sts:AssumeRole"], "Resource": "*"}]}
iam.put_user_policy(UserName="alice", PolicyName="look", PolicyDocument=json.dumps(look))
key = iam.create_access_key(UserName="alice")["AccessKey"]
print(json.dumps([key["AccessKeyId"], key["SecretAccessKey"]]))
"#;

async fn alice(world: &World) -> (String, String) {
    let printed: Value = serde_json::from_str(&world.boto3(ALICE).await).unwrap();
    (printed[0].as_str().unwrap().to_owned(), printed[1].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_cli_knows_who_it_is() {
    let world = World::trusting();
    let who = world.aws_json(&["sts", "get-caller-identity"]).await;
    assert_eq!(who["Arn"], "arn:aws:iam::111111111111:root");
    let (key, secret) = alice(&world).await;
    let script = r#"print(client("sts").get_caller_identity()["Arn"])"#;
    let who = world.boto3_as(&key, &secret, script).await;
    assert_eq!(who.trim(), "arn:aws:iam::111111111111:user/alice");
}

#[tokio::test]
async fn a_user_may_look_and_not_touch() {
    let world = World::trusting();
    let (key, secret) = alice(&world).await;
    let script = r#"
client("ec2").describe_vpcs()
told = refused(lambda: client("ec2").create_vpc(CidrBlock="10.0.0.0/16"), "UnauthorizedOperation", 403)
assert "user/alice is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:111111111111:vpc/*" in told, told
refused(lambda: client("iam").create_user(UserName="bob"), "AccessDenied", 403)
refused(lambda: client("elbv2").describe_load_balancers(), "AccessDenied", 403)
"#;
    world.boto3_as(&key, &secret, script).await;
}

#[tokio::test]
async fn an_issued_key_needs_its_secret_and_must_be_on() {
    let world = World::trusting();
    let (key, secret) = alice(&world).await;
    let wrong = r#"
refused(lambda: client("ec2").describe_vpcs(), "SignatureDoesNotMatch", 403)
refused(lambda: client("sts").get_caller_identity(), "SignatureDoesNotMatch", 403)
refused(lambda: client("ecs").list_clusters(), "InvalidSignatureException", 400)
refused(lambda: client("lambda").list_functions(), "InvalidSignatureException", 403)
"#;
    world.boto3_as(&key, "not-the-secret", wrong).await;
    let off = format!(r#"client("iam").update_access_key(UserName="alice", AccessKeyId="{key}", Status="Inactive")"#);
    world.boto3(&off).await;
    let refused = r#"
refused(lambda: client("ec2").describe_vpcs(), "AuthFailure", 401)
refused(lambda: client("sts").get_caller_identity(), "InvalidClientTokenId", 403)
"#;
    world.boto3_as(&key, &secret, refused).await;
}

#[tokio::test]
async fn an_old_signature_is_refused() {
    let world = World::trusting();
    let (key, secret) = alice(&world).await;
    let script = r#"
import datetime, botocore.auth, botocore.compat
old = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(hours=1)
for module in (botocore.auth, botocore.compat):
    if hasattr(module, "get_current_datetime"):
        module.get_current_datetime = lambda remove_tzinfo=True: old
refused(lambda: client("ec2").describe_vpcs(), "RequestExpired", 400)
refused(lambda: client("sts").get_caller_identity(), "SignatureDoesNotMatch", 403)
"#;
    world.boto3_as(&key, &secret, script).await;
}

#[tokio::test]
async fn a_presigned_url_works_until_it_is_over_or_changed() {
    let world = World::trusting();
    let (key, secret) = alice(&world).await;
    let script = r#"
import urllib.request, urllib.error, time
def get(url):
    try:
        return urllib.request.urlopen(url).status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
url = client("sts").generate_presigned_url("get_caller_identity", ExpiresIn=2, HttpMethod="GET")
assert get(url)[0] == 200, get(url)
status, body = get(url.replace("GetCallerIdentity", "GetSessionToken"))
assert status == 403 and "SignatureDoesNotMatch" in body, body
until = time.monotonic() + 20
while get(url)[0] == 200:
    assert time.monotonic() < until, "it lives too long"
status, body = get(url)
assert "RequestExpired" in body, (status, body)
"#;
    world.boto3_as(&key, &secret, script).await;
}

#[tokio::test]
async fn a_session_has_the_role_its_policy_and_its_token() {
    let world = World::trusting();
    let (key, secret) = alice(&world).await;
    let roles = r#"
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}]}
role = client("iam").create_role(RoleName="admin", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
assert role["AssumeRolePolicyDocument"] == trust, role
client("iam").attach_role_policy(RoleName="admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
"#;
    world.boto3(roles).await;
    let script = r#"
arn = "arn:aws:iam::111111111111:role/admin"
def session(**more):
    got = client("sts").assume_role(RoleArn=arn, RoleSessionName="ci", **more)["Credentials"]
    return dict(aws_access_key_id=got["AccessKeyId"], aws_secret_access_key=got["SecretAccessKey"], aws_session_token=got["SessionToken"])
admin = session()
assert client("sts", **admin).get_caller_identity()["Arn"] == "arn:aws:sts::111111111111:assumed-role/admin/ci"
vpc = client("ec2", **admin).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
limited = session(Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}))
client("ec2", **limited).describe_vpcs()
refused(lambda: client("ec2", **limited).delete_vpc(VpcId=vpc), "UnauthorizedOperation", 403)
refused(lambda: client("ec2", **{**admin, "aws_session_token": "another"}).describe_vpcs(), "AuthFailure", 401)
mine = client("sts").get_session_token()["Credentials"]
mine = dict(aws_access_key_id=mine["AccessKeyId"], aws_secret_access_key=mine["SecretAccessKey"], aws_session_token=mine["SessionToken"])
client("ec2", **mine).describe_vpcs()
refused(lambda: client("iam", **mine).get_user(), "AccessDenied", 403)
"#;
    world.boto3_as(&key, &secret, script).await;
}

#[tokio::test]
async fn refusals_of_iam_have_the_classes_that_boto3_knows() {
    let world = World::trusting();
    let script = r#"
iam = client("iam")
try:
    iam.get_role(RoleName="none")
    raise AssertionError("there is none")
except iam.exceptions.NoSuchEntityException as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
refused(lambda: iam.create_policy(PolicyName="p", PolicyDocument="{}"), "MalformedPolicyDocument", 400)
iam.create_user(UserName="bob")
refused(lambda: iam.create_user(UserName="bob"), "EntityAlreadyExists", 409)
iam.create_access_key(UserName="bob")
refused(lambda: iam.delete_user(UserName="bob"), "DeleteConflict", 409)
assert [user["UserName"] for page in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1}) for user in page["Users"]] == ["bob"]
policies = iam.list_policies(Scope="AWS")["Policies"]
assert any(policy["PolicyName"] == "AWSLambdaVPCAccessExecutionRole" for policy in policies)
profile = iam.create_instance_profile(InstanceProfileName="web")["InstanceProfile"]
assert profile["Arn"] == "arn:aws:iam::111111111111:instance-profile/web" and profile["Roles"] == []
"#;
    world.boto3(script).await;
}

#[tokio::test]
async fn an_enforcing_server_knows_only_keys_that_were_issued() {
    let world = World::enforcing();
    let script = r#"
refused(lambda: client("ec2").describe_vpcs(), "AuthFailure", 401)
refused(lambda: client("iam").list_users(), "InvalidClientTokenId", 403)
refused(lambda: client("ecs").list_clusters(), "UnrecognizedClientException", 400)
refused(lambda: client("s3").list_buckets(), "InvalidAccessKeyId", 403)
"#;
    world.boto3(script).await;
    tokio::time::timeout(Duration::from_secs(5), world.stop()).await.unwrap();
}
