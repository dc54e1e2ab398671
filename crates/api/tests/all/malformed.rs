//! Requests that are wrong in the ways of each protocol, and the answers that their clients understand.

use crate::world::World;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

#[tokio::test]
async fn garbage_is_refused_in_the_words_of_its_protocol() {
    let world = World::trusting();
    for (service, line, header, body, status, code) in [
        ("ec2", "POST /", FORM, "Action=CreateVpc&Version=2016-11-15&NoSuchThing=1", 400, "<Code>UnknownParameter</Code>"),
        (
            "ec2",
            "POST /",
            FORM,
            "Action=DescribeVpcs&Version=2016-11-15&MaxResults=many",
            400,
            "<Code>InvalidParameterValue</Code>",
        ),
        (
            "elasticloadbalancing",
            "POST /",
            FORM,
            "Action=CreateTargetGroup&Version=2015-12-01",
            400,
            "<Code>ValidationError</Code>",
        ),
        ("sts", "POST /", FORM, "Version=2011-06-15", 400, "<Code>MissingAction</Code>"),
        ("ecs", "POST /", "X-Amz-Target: AmazonEC2ContainerServiceV20141113.CreateMoon", "{", 400, "UnknownOperationException"),
        ("lambda", "GET /no/such/path", "X-Test: 1", "", 404, "UnknownOperationException"),
    ] {
        let answer = world.request(service, line, &[header], body.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{service} {body}: {answer}");
        assert!(answer.contains(code), "{service} {body}: {answer}");
        assert!(answer.to_ascii_lowercase().contains("x-amzn-requestid: "), "{answer}");
    }
}

#[tokio::test]
async fn what_is_not_http_gets_a_bad_request_and_the_server_stays() {
    let world = World::trusting();
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        let answer = world.send(bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let endless = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(200_000));
    let answer = world.send(endless.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{}", &answer[..answer.len().min(300)]);
    let answer = world.send(b"GET /_underpass/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_kept() {
    let world = World::trusting();
    let body = vec![b'a'; (10 << 20) + 1];
    let answer = world.request("ec2", "POST /", &[FORM], &body).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("<Code>RequestEntityTooLarge</Code>"), "{answer}");
    let answer = world.request("ecs", "POST /", &["X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters"], &body).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(r#""__type":"RequestEntityTooLarge""#), "{answer}");
}

#[tokio::test]
async fn only_file_carriers_may_be_larger() {
    let world = World::trusting();
    let body = vec![b'a'; 11 << 20];
    let answer = world.request("s3", "PUT /bucket/key", &["X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"], &body).await;
    assert!(!answer.starts_with("HTTP/1.1 413") && answer.starts_with("HTTP/1.1"), "{answer}");
}
