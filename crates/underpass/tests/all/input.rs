//! Bad input: an answer in the words of its protocol or a closed connection, and a daemon that goes on as before.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::cloud::{CONSUMER, Cloud, eventually, text};

fn connect(cloud: &Cloud) -> TcpStream {
    let stream = TcpStream::connect(cloud.endpoint().strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// A request with a body of a service, as an account's root would send it; what comes back.
fn send(cloud: &Cloud, service: &str, line: &str, headers: &str, body: &[u8]) -> String {
    let scope = format!("20260101/us-east-1/{service}/aws4_request");
    let head = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\nX-Amz-Date: 20260101T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={CONSUMER}/{scope}, SignedHeaders=host, Signature=00\r\n{headers}\r\n",
        body.len()
    );
    raw(cloud, &[head.as_bytes(), body].concat())
}

/// Whatever bytes; what comes back until the connection closes.
fn raw(cloud: &Cloud, bytes: &[u8]) -> String {
    let mut stream = connect(cloud);
    // The other end may have heard enough before the end.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    text(&answer)
}

#[test]
fn garbage_is_refused_in_the_words_of_its_protocol() {
    let cloud = Cloud::up();
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
    const JSON: &str = "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AmazonSSM.GetParameter\r\n";
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    for (service, line, headers, body, status, code) in [
        ("ec2", "POST /", FORM, &b"Action=CreateVpc&Version=2016-11-15"[..], "400", "<Code>MissingParameter</Code>"),
        ("ec2", "POST /", FORM, b"Action=CreateVpc&CidrBlock=10.0.0.0/16&Moon=1", "400", "<Code>UnknownParameter</Code>"),
        ("ec2", "POST /", FORM, b"Action=DescribeVpcs&MaxResults=many", "400", "<Code>InvalidParameterValue</Code>"),
        ("ec2", "POST /", FORM, b"Action=DescribeVpcs&VpcId.999999999999=x", "400", "<Code>"),
        ("ec2", "POST /", FORM, b"%%%=%zz&\xff\xfe&&&=", "400", "<Code>"),
        ("ec2", "POST /", FORM, b"", "400", "<Code>"),
        ("elasticloadbalancing", "POST /", FORM, b"Action=CreateLoadBalancer", "400", "<Code>ValidationError</Code>"),
        ("ssm", "POST /", JSON, b"{\"Name\": ", "501", "\"__type\":"),
        ("ssm", "POST /", JSON, &deep, "501", "\"__type\":"),
        ("ssm", "POST /", "X-Amz-Target: AmazonSSM.Moon\r\n", b"{}", "400", "UnknownOperationException"),
        ("lambda", "POST /2015-03-31/functions", "", b"{", "501", "x-amzn-errortype"),
        ("lambda", "GET /no/such/path", "", b"", "404", "UnknownOperationException"),
        ("route53", "POST /2013-04-01/hostedzone", "", b"<CreateHostedZoneRequest><Name>", "400", "<Code>MalformedXML</Code>"),
        ("cloudfront", "GET /2020-05-31/distribution", "", b"", "501", "<Code>"),
        ("monitoring", "POST /service/GraniteServiceVersion20100801/operation/ListMetrics", "", b"\xbf\xff", "501", ""),
    ] {
        let answer = send(&cloud, service, line, headers, body);
        let shown = &answer[..answer.len().min(600)];
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(code), "{service} {code}: {shown}");
    }
    for bytes in
        [&b"\x16\x03\x01\x02\x00\x01"[..], b"hello\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"\0\0\0\0"]
    {
        let answer = raw(&cloud, bytes);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    cloud.account(CONSUMER).vpc("10.0.0.0/16");
}

#[test]
fn bodies_that_are_too_large_or_never_end_leave_nothing() {
    let cloud = Cloud::up();
    cloud.account(CONSUMER).vpc("10.0.0.0/16");
    let before = cloud.resident();
    let large = vec![b'a'; 11 << 20];
    for _ in 0..20 {
        let answer = send(&cloud, "ec2", "POST /", "Content-Type: application/x-www-form-urlencoded\r\n", &large);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{}", &answer[..answer.len().min(300)]);
    }
    let half: Vec<TcpStream> = (0..500)
        .map(|n| {
            let mut stream = connect(&cloud);
            let whole = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{}", "a".repeat(n * 100));
            stream.write_all(&whole.as_bytes()[..whole.len().min(20 + n * 100)]).unwrap();
            stream
        })
        .collect();
    cloud.account(CONSUMER).vpc("10.1.0.0/16");
    drop(half);
    eventually("memory is given back", || (cloud.resident() < before + (60 << 20)).then_some(()));
    println!("resident: {} MiB before, {} MiB after", before >> 20, cloud.resident() >> 20);
}

#[test]
fn ten_thousand_idle_connections_keep_nobody_out() {
    raise_descriptors();
    let cloud = Cloud::up_with_few_descriptors();
    let account = cloud.account(CONSUMER);
    account.vpc("10.0.0.0/16");
    let before = cloud.resident();
    let idle: Vec<TcpStream> = (0..10_000).map(|_| connect(&cloud)).collect();
    account.vpc("10.1.0.0/16");
    let grown = cloud.resident().saturating_sub(before);
    println!("ten thousand idle connections: {} MiB more, {} bytes each", grown >> 20, grown / 10_000);
    assert!(grown < 40 << 20, "{} MiB for idle connections", grown >> 20);
    for mut stream in idle.iter().step_by(1000) {
        stream.write_all(b"GET /_underpass/health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(text(&answer), "HTTP/1.1 200");
    }
    let instance_still_starts = account.net();
    account.instance(&instance_still_starts.subnet, &[], "");
    drop(idle);
    eventually("the descriptors are free again", || (cloud.descriptors() < 300).then_some(()));
    assert_eq!(account.ec2("describe_vpcs", json!({}))["Vpcs"].as_array().map(Vec::len), Some(3));
}

/// The test holds as many connections as the daemon.
fn raise_descriptors() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls read or write one local structure.
    let raised = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit)
    };
    assert_eq!(raised, 0, "{:?}", std::io::Error::last_os_error());
    assert!(limit.rlim_max > 11_000, "this test holds ten thousand connections: raise the limit of open files (ulimit -Hn)");
}

#[test]
fn a_request_that_stops_halfway_is_given_up() {
    let cloud = Cloud::up();
    let mut stream = connect(&cloud);
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
    drop(stream);
    let mut stream = connect(&cloud);
    stream.write_all(b"GET / HT").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let waiting = stream.read(&mut [0; 1]).map_err(|error| error.kind());
    assert!(matches!(waiting, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{waiting:?}");
    cloud.account(CONSUMER).vpc("10.0.0.0/16");
}
