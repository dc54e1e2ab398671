//! Every protocol of AWS, spoken by its own client: what we have works, what we have not is refused by name.

use serde_json::Value;

use crate::world::World;

#[tokio::test]
async fn the_aws_cli_makes_and_sees_a_vpc() {
    let world = World::trusting();
    let made = world.aws_json(&["ec2", "create-vpc", "--cidr-block", "10.0.0.0/16"]).await;
    let id = made["Vpc"]["VpcId"].as_str().unwrap().to_owned();
    let seen = world.aws_json(&["ec2", "describe-vpcs", "--vpc-ids", &id]).await;
    assert_eq!(seen["Vpcs"][0]["CidrBlock"], Value::from("10.0.0.0/16"));
    assert_eq!(seen["Vpcs"][0]["OwnerId"], Value::from("111111111111"));
    world.stop().await;
}

#[tokio::test]
async fn the_aws_cli_shows_a_refusal_as_it_shows_those_of_aws() {
    let world = World::trusting();
    let (status, _, errors) = world.aws(&["ec2", "describe-vpcs", "--vpc-ids", "vpc-0123456789abcdef0"]).await;
    assert_ne!(status, 0);
    assert!(errors.contains("(InvalidVpcID.NotFound) when calling the DescribeVpcs operation"), "{errors}");
}

#[tokio::test]
async fn boto3_reads_refusals_of_every_protocol() {
    let world = World::trusting();
    let script = r#"
says = lambda what: f"underpass does not support {what} yet"
told = refused(lambda: client("ec2").describe_scheduled_instances(), "UnsupportedOperation", 400)
assert told == says("ec2.DescribeScheduledInstances"), told
told = refused(lambda: client("elbv2").describe_trust_stores(), "NotImplemented", 501)
assert told == says("elbv2.DescribeTrustStores"), told
told = refused(lambda: client("lambda").list_layers(), "NotImplemented", 501)
assert told == says("lambda.ListLayers"), told
told = refused(lambda: client("route53").list_traffic_policies(), "NotImplemented", 501)
assert told == says("route53.ListTrafficPolicies"), told
told = refused(lambda: client("ecs").list_attributes(targetType="container-instance"), "NotImplemented", 501)
assert told == says("ecs.ListAttributes"), told
told = refused(lambda: client("stepfunctions").list_state_machines(), "NotImplemented", 501)
told = refused(lambda: client("dynamodb").list_tables(), "NotImplemented", 501)
assert told == says("dynamodb"), told
told = refused(lambda: client("s3").list_bucket_metrics_configurations(Bucket="b"), "NotImplemented", 501)
told = refused(lambda: client("cloudwatch").list_dashboards(), "NotImplemented", 501)
"#;
    world.boto3(script).await;
}

#[tokio::test]
async fn every_answer_carries_a_request_id_of_its_own() {
    let world = World::trusting();
    let script = r#"
ids = {client("ec2").describe_vpcs()["ResponseMetadata"]["RequestId"] for _ in range(3)}
assert len(ids) == 3 and all(len(id) == 36 for id in ids), ids
"#;
    world.boto3(script).await;
}

#[tokio::test]
async fn an_action_that_nobody_has_is_invalid() {
    let world = World::trusting();
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    let body = b"Action=CreateMoon&Version=2016-11-15";
    let answer = world.request("ec2", "POST /", &form, body).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("<Errors><Error><Code>InvalidAction</Code>"), "{answer}");
}

#[tokio::test]
async fn a_member_that_we_do_not_act_on_is_refused_by_name() {
    let world = World::trusting();
    let script = r#"
told = refused(lambda: client("ec2").create_vpc(CidrBlock="10.0.0.0/16", Ipv6Pool="pool"), "UnsupportedOperation", 400)
assert told == "underpass does not support CreateVpc.Ipv6Pool yet", told
assert len(client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])["Vpcs"]) == 0
told = refused(lambda: client("ec2").create_vpc(CidrBlock="10.0.0.0/16", DryRun=True), "DryRunOperation", 412)
"#;
    world.boto3(script).await;
}
