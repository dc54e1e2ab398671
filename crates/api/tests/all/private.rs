//! The routes that are not AWS's, and whom they are open to.

use crate::world::World;

#[tokio::test]
async fn health_is_there_for_everybody_at_both_places() {
    for world in [World::trusting(), World::enforcing()] {
        for path in ["/_underpass/health", "/_localstack/health"] {
            let answer = world.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            let health: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!((&health["ready"], &health["features"]["network"]), (&true.into(), &"real".into()));
            assert_eq!(health["services"]["ec2"], "available");
        }
    }
}

fn get(path: &str, header: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n").into_bytes()
}

#[tokio::test]
async fn a_route_of_the_binary_knows_its_caller() {
    let world = World::trusting();
    let answer = world.send(&get("/_underpass/echo", "")).await;
    assert!(answer.ends_with("arn:aws:iam::000000000000:root"), "{answer}");
    let answer = world.send(&get("/_underpass/nothing", "")).await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("no route GET /_underpass/nothing"), "{answer}");
}

#[tokio::test]
async fn an_enforcing_server_has_no_route_for_strangers() {
    let world = World::enforcing();
    let answer = world.send(&get("/_underpass/echo", "")).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("MissingAuthenticationToken"), "{answer}");
}

#[tokio::test]
async fn a_web_page_of_another_site_is_not_believed() {
    let world = World::trusting();
    for header in ["Origin: https://example.com\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        let answer = world.send(&get("/_underpass/echo", header)).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        let answer = world.send(&get("/?Action=DescribeVpcs&Version=2016-11-15", header)).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    }
    let answer = world.send(&get("/_underpass/echo", "Origin: http://localhost:3000\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_panic_ends_one_request_and_nothing_else() {
    let world = World::trusting();
    let answer = world.send(&get("/_underpass/panic", "")).await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("InternalError"), "{answer}");
    let answer = world.send(&get("/_underpass/health", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn who_reads_after_writing_waits_once_until_it_has_been_brought_about() {
    let world = World::trusting();
    let waited = || world.condition.waited_for.load(std::sync::atomic::Ordering::Relaxed);
    let describe = "client('ec2').describe_vpcs()";
    world.boto3(describe).await;
    assert_eq!(waited(), 0, "nothing was asked for");
    world.boto3("client('ec2').create_vpc(CidrBlock='10.0.0.0/16'); client('ec2').create_vpc(CidrBlock='10.1.0.0/16')").await;
    assert_eq!(waited(), 0, "nobody looks");
    world.boto3_as("222222222222", "any", describe).await;
    assert_eq!(waited(), 0, "who looks asked for nothing");
    world.boto3(&format!("{describe}; {describe}")).await;
    assert_eq!(waited(), 1);
}
