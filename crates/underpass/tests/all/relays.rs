//! Listeners whose connections pass through sockets of the daemon: TLS, and the PROXY protocol's header.

use std::process::Command;

use serde_json::{Value, json};

use crate::account::{Account, Ran, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually, text};
use crate::flows::IDLE;
use crate::offer::{Access, Offer};
use crate::site::{Net, Peer};

/// Tells each client at port 80 the PROXY header of its connection, as JSON over HTTP.
pub const MIRROR: &str = r#"#!/bin/sh
cat > /mirror.py <<'END'
import json, socket, socketserver, struct
class Mirror(socketserver.StreamRequestHandler):
    def handle(self):
        start = self.rfile.peek(12)[:12]
        seen = {"peer": self.client_address[0]}
        if start == b"\r\n\r\n\0\r\nQUIT\n":
            head = self.rfile.read(16)
            rest = self.rfile.read(struct.unpack("!H", head[14:16])[0])
            if head[12] == 0x20: return
            ports = struct.unpack("!HH", rest[8:12])
            seen["source"] = socket.inet_ntoa(rest[:4])
            seen["destination"] = socket.inet_ntoa(rest[4:8]) + ":" + str(ports[1])
            rest = rest[12:]
            while rest:
                kind, length = struct.unpack("!BH", rest[:3])
                if kind == 0xEA and rest[3] == 1: seen["endpoint"] = rest[4:3 + length].decode()
                rest = rest[3 + length:]
        while self.rfile.readline().strip(): pass
        body = json.dumps(seen).encode()
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
Server(("", 80), Mirror).serve_forever()
END
exec python3 /mirror.py
"#;

/// Speaks TLS with HOST:443 as NAME, trusts a certificate only, and prints what was agreed and what was said.
const CLIENT: &str = r#"
import json, socket, ssl, sys
host, name, trusted, highest, protocols = sys.argv[1:6]
context = ssl.create_default_context(cadata=trusted)
context.minimum_version = ssl.TLSVersion.TLSv1_2
context.maximum_version = ssl.TLSVersion[highest]
if protocols: context.set_alpn_protocols(protocols.split(","))
with socket.create_connection((host, 443), timeout=3) as plain, context.wrap_socket(plain, server_hostname=name) as stream:
    stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
    said = b""
    while data := stream.recv(4096): said += data
    agreed = {"version": stream.version(), "cipher": stream.cipher()[0], "protocol": stream.selected_alpn_protocol()}
    print(json.dumps(agreed | json.loads(said.split(b"\r\n\r\n")[1])))
"#;

/// A certificate for a name that signed itself, and its ARN once it is imported.
pub struct Imported {
    pub pem: String,
    pub arn: String,
}

impl Imported {
    pub fn by(account: &Account<'_>, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |file: &str| folder.path().join(file).display().to_string();
        let (key, certificate, san) = (at("key"), at("certificate"), format!("subjectAltName=DNS:{name}"));
        let arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", &san];
        let made = Command::new("openssl").args(arguments).args(["-keyout", &key, "-out", &certificate]).output().unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
        let (certificate, key) = (format!("fileb://{certificate}"), format!("fileb://{key}"));
        let imported =
            account.aws(&["acm", "import-certificate", "--certificate", &certificate, "--private-key", &key, "--output", "json"]);
        let imported: Value = serde_json::from_str(&imported.ok()).unwrap();
        let pem = std::fs::read_to_string(folder.path().join("certificate")).unwrap();
        Self { pem, arn: text_of(&imported["CertificateArn"]) }
    }
}

/// Who speaks TLS from where.
struct Client<'a> {
    account: &'a Account<'a>,
    net: &'a Net,
    group: &'a str,
}

impl Client<'_> {
    fn ask(&self, host: &str, (name, trusted): (&str, &str), highest: &str, protocols: &str) -> Ran {
        let place = ["--subnet", &self.net.subnet, "--security-group", self.group];
        self.account.exec(&place, &["python3", "-c", CLIENT, host, name, trusted, highest, protocols])
    }

    fn told(&self, host: &str, trust: (&str, &str), highest: &str, protocols: &str) -> Value {
        eventually(&format!("{host} answers"), || serde_json::from_str(&self.ask(host, trust, highest, protocols).out).ok())
    }
}

#[test]
fn a_tls_listener_tells_its_targets_who_asks_through_which_endpoint() {
    let mut cloud = Cloud::up_with(&["--time-scale", "100"]);
    let site = {
        let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
        let offer = Offer::of(&provider, MIRROR, true);
        let on = json!([{ "Key": "proxy_protocol_v2.enabled", "Value": "true" }]);
        provider.elb("modify_target_group_attributes", json!({ "TargetGroupArn": offer.targets, "Attributes": on }));
        let certificate = Imported::by(&provider, "service.example.com");
        let listener = tls_listener(&provider, &offer, &certificate.arn);
        let access = Access::to(&offer, &provider, &consumer);
        consumer.allow(&access.group, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
        provider.accept(&offer.service, &access.endpoint);
        consumer.until_endpoint(&access.endpoint, "available");
        (offer, access, certificate, listener)
    };
    log_into_a_bucket(&cloud.account(PROVIDER), &site.0.balancer);
    through_the_endpoint(&cloud, &site);
    the_log_tells_of_it(&cloud, &site);
    connections_may_be_idle_for_longer_than_routers_remember(&cloud, &site);
    // From now on time passes as it does.
    cloud.crash();
    through_the_endpoint(&cloud, &site);
    policies_and_protocols(&cloud, &site);
    targets_see_whoever_comes_straight(&cloud, &site);
    a_rejected_endpoint_is_silent(&cloud, &site);
}

fn tls_listener(provider: &Account<'_>, offer: &Offer, certificate: &str) -> String {
    let action = json!([{ "Type": "forward", "TargetGroupArn": offer.targets }]);
    let wish = json!({ "LoadBalancerArn": offer.balancer, "Protocol": "TLS", "Port": 443, "DefaultActions": action,
                       "Certificates": [{ "CertificateArn": certificate }],
                       "SslPolicy": "ELBSecurityPolicy-FS-1-2-Res-2019-08" });
    let made = provider.elb("create_listener", wish)["Listeners"][0].clone();
    assert_eq!(made["SslPolicy"], json!("ELBSecurityPolicy-FS-1-2-Res-2019-08"));
    text_of(&made["ListenerArn"])
}

fn through_the_endpoint(cloud: &Cloud, (_, access, certificate, _): &(Offer, Access, Imported, String)) {
    let consumer = cloud.account(CONSUMER);
    let client = Client { account: &consumer, net: &access.net, group: &access.group };
    let address = consumer.endpoint_address(&access.endpoint);
    let told = client.told(&address, ("service.example.com", &certificate.pem), "TLSv1_3", "");
    assert_eq!(told["version"], json!("TLSv1.2"), "the policy has no later version: {told}");
    assert_eq!(told["cipher"], json!("ECDHE-RSA-AES128-GCM-SHA256"));
    assert_eq!(told["endpoint"], json!(access.endpoint));
    assert_eq!(told["destination"], json!(format!("{address}:443")));
    assert!(text_of(&told["source"]).starts_with("10.0."), "the consumer's own address: {told}");
    // The TCP listener has the same target group: its connections open with the header too.
    let plain = eventually("plain TCP answers", || serde_json::from_str::<Value>(&access.fetched(&consumer)).ok());
    assert_eq!((&plain["endpoint"], &plain["destination"]), (&json!(access.endpoint), &json!(format!("{address}:80"))));
}

/// Turns access logs on, into a bucket whose policy lets log delivery write.
fn log_into_a_bucket(provider: &Account<'_>, balancer: &str) {
    provider.call("s3", "create_bucket", json!({ "Bucket": "the-logs" }));
    let attributes =
        json!([{ "Key": "access_logs.s3.enabled", "Value": "true" }, { "Key": "access_logs.s3.bucket", "Value": "the-logs" }]);
    let wish = json!({ "LoadBalancerArn": balancer, "Attributes": attributes });
    assert_eq!(provider.refused("elbv2", "modify_load_balancer_attributes", wish.clone()).code, "InvalidConfigurationRequest");
    let service = json!({ "Service": "delivery.logs.amazonaws.com" });
    let statement =
        |action: &str, resource: &str| json!({ "Effect": "Allow", "Principal": service, "Action": action, "Resource": resource });
    let statements = [
        statement("s3:GetBucketAcl", "arn:aws:s3:::the-logs"),
        statement("s3:PutObject", &format!("arn:aws:s3:::the-logs/AWSLogs/{PROVIDER}/*")),
    ];
    let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    provider.call("s3", "put_bucket_policy", json!({ "Bucket": "the-logs", "Policy": policy }));
    provider.elb("modify_load_balancer_attributes", wish);
}

fn the_log_tells_of_it(cloud: &Cloud, (_, access, certificate, _): &(Offer, Access, Imported, String)) {
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let read = "import gzip
s3 = client('s3')
keys = [o['Key'] for o in s3.list_objects_v2(Bucket='the-logs').get('Contents', [])]
answer = ''.join(gzip.decompress(s3.get_object(Bucket='the-logs', Key=k)['Body'].read()).decode() for k in keys)";
    let told = eventually("a line is in the bucket", || {
        let text = text_of(&provider.script(read, json!({})));
        text.lines().find(|line| line.contains("service.example.com")).map(str::to_owned)
    });
    let fields: Vec<&str> = told.split(' ').collect();
    assert_eq!(fields.len(), 22, "{told}");
    assert_eq!(fields[6], format!("{}:443", consumer.endpoint_address(&access.endpoint)), "{told}");
    assert_eq!((fields[12], fields[14], fields[15]), (certificate.arn.as_str(), "ECDHE-RSA-AES128-GCM-SHA256", "tlsv12"));
}

fn policies_and_protocols(cloud: &Cloud, (offer, _, certificate, listener): &(Offer, Access, Imported, String)) {
    let provider = cloud.account(PROVIDER);
    let group = provider.group(&offer.net.vpc, "client");
    let client = Client { account: &provider, net: &offer.net, group: &group };
    let balancers = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = text_of(&balancers["LoadBalancers"][0]["DNSName"]);
    let trust = ("service.example.com", certificate.pem.as_str());
    let told = client.told(&name, trust, "TLSv1_2", "h2,http/1.1");
    assert_eq!((&told["endpoint"], &told["protocol"]), (&Value::Null, &Value::Null), "straight, without ALPN: {told}");
    let change =
        json!({ "ListenerArn": listener, "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "AlpnPolicy": ["HTTP2Optional"] });
    provider.elb("modify_listener", change);
    eventually("TLS 1.3 with the server's preferred protocol", || {
        let told = client.told(&name, trust, "TLSv1_3", "h2,http/1.1");
        ((&told["version"], &told["protocol"]) == (&json!("TLSv1.3"), &json!("http/1.1"))).then_some(())
    });
    let told = client.told(&name, trust, "TLSv1_3", "spdy/3");
    assert_eq!(told["protocol"], Value::Null, "no common protocol is none");
    assert_ne!(client.ask(&name, ("other.example.com", &certificate.pem), "TLSv1_3", "").status, 0, "another name");
    let other = Imported::by(&provider, "other.example.com");
    let more = json!({ "ListenerArn": listener, "Certificates": [{ "CertificateArn": other.arn }] });
    provider.elb("add_listener_certificates", more);
    client.told(&name, ("other.example.com", &other.pem), "TLSv1_3", "");
    assert_eq!(
        provider.refused("acm", "delete_certificate", json!({ "CertificateArn": other.arn })).code,
        "ResourceInUseException"
    );
}

fn connections_may_be_idle_for_longer_than_routers_remember(cloud: &Cloud, site: &(Offer, Access, Imported, String)) {
    let (offer, access) = (&site.0, &site.1);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let listeners = provider.elb("describe_listeners", json!({ "LoadBalancerArn": offer.balancer }))["Listeners"].clone();
    let plain =
        listeners.as_array().unwrap().iter().find(|listener| listener["Protocol"] == "TCP").unwrap()["ListenerArn"].clone();
    let group = provider.group(&offer.net.vpc, "idle");
    let balancers = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = text_of(&balancers["LoadBalancers"][0]["DNSName"]);
    let straight = |seconds: &str| {
        let place = ["--subnet", &offer.net.subnet, "--security-group", &group];
        provider.exec(&place, &["python3", "-c", IDLE, &name, seconds]).out
    };
    eventually("a short pause is none", || (straight("0.1") == "answered").then_some(()));
    assert_eq!(straight("6"), "reset", "350 seconds are four");
    let longer = json!([{ "Key": "tcp.idle_timeout.seconds", "Value": "6000" }]);
    provider.elb("modify_listener_attributes", json!({ "ListenerArn": plain, "Attributes": longer }));
    eventually("6000 seconds are sixty", || (straight("9") == "answered").then_some(()));
    let place = ["--subnet", &access.net.subnet, "--security-group", &access.group];
    let through = consumer.exec(&place, &["python3", "-c", IDLE, &access.name, "6"]).out;
    assert_eq!(through, "reset", "an endpoint remembers no longer than before");
}

fn targets_see_whoever_comes_straight(cloud: &Cloud, (offer, access, certificate, _): &(Offer, Access, Imported, String)) {
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let group = provider.group(&offer.net.vpc, "straight");
    let balancers = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = text_of(&balancers["LoadBalancers"][0]["DNSName"]);
    let keep = |value: &str| {
        let attributes = json!([{ "Key": "preserve_client_ip.enabled", "Value": value }]);
        provider.elb("modify_target_group_attributes", json!({ "TargetGroupArn": offer.targets, "Attributes": attributes }));
    };
    let secure = || {
        let client = Client { account: &provider, net: &offer.net, group: &group };
        client.told(&name, ("service.example.com", &certificate.pem), "TLSv1_3", "")
    };
    let plain = || {
        let said = provider.curl(&offer.net.subnet, &group, &format!("http://{name}/")).out;
        serde_json::from_str::<Value>(&said).ok()
    };
    let kept = |told: &Value| told["peer"] == told["source"];
    assert!(kept(&secure()), "instances see clients unless told not to");
    eventually("they do over TCP", || plain().filter(kept));
    let through = eventually("plain TCP answers", || serde_json::from_str::<Value>(&access.fetched(&consumer)).ok());
    keep("false");
    let node = eventually("targets see the node", || Some(secure()).filter(|told| !kept(told)))["peer"].clone();
    assert_eq!(through["peer"], node, "as they always do through PrivateLink");
    eventually("they do over TCP", || plain().filter(|told| told["peer"] == node));
    keep("true");
    eventually("targets see the client again", || Some(secure()).filter(kept));
}

fn a_rejected_endpoint_is_silent(cloud: &Cloud, (offer, access, ..): &(Offer, Access, Imported, String)) {
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let address = consumer.endpoint_address(&access.endpoint);
    provider.reject(&offer.service, &access.endpoint);
    consumer.until_endpoint(&access.endpoint, "rejected");
    let status = || consumer.curl(&access.net.subnet, &access.group, &format!("https://{address}/")).status;
    eventually("the endpoint is silent", || (status() == 28).then_some(()));
}
