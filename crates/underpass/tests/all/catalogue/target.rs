//! Letter D, what is said of the target's own port.

use serde_json::{Value, json};

use super::{BODY, Client, Row};
use crate::account::text_of;
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::flows::IDLE;
use crate::offer::{Access, DRIP, Offer};
use crate::relays::Imported;
use crate::site::{Peer, web};

/// What an explanation says of a port on which nobody listens is that the network lets it through; a packet shows the rest.
#[test]
fn d13_nothing_listens_on_the_targets_port() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "-1", None, Peer::Cidr("10.0.0.0/16"));
    let server = account.instance(&net.subnet, &[&group], &web(BODY));
    let source = format!("{}+{group}", net.subnet);
    let outcome = |port: u16| {
        let destination = format!("{server}:{port}");
        let told = account.explain(&[&source, &destination, "--expect", "allow", "--probe", "--output", "json"]);
        let told: Value = serde_json::from_str(&told.ok()).unwrap();
        told["probe"]["packets"][0]["outcome"].clone()
    };
    assert_eq!(outcome(81), "refused");
    eventually("the right port answers", || (outcome(80) == "answered").then_some(()));
}

/// Answers with the client's address: that of the connection, or the one in a PROXY header.
const WHO: &str = "#!/bin/sh\ncat > /who.py <<'END'\n\
import socket, struct\n\
s = socket.create_server(('', 80))\n\
while True:\n\
\x20   c, (who, _) = s.accept()\n\
\x20   try:\n\
\x20       data = c.recv(4096)\n\
\x20       if data.startswith(b'\\r\\n\\r\\n\\0\\r\\nQUIT\\n'):\n\
\x20           if data[12] & 15: who = socket.inet_ntoa(data[16:20])\n\
\x20           data = data[16 + struct.unpack('!H', data[14:16])[0]:] or c.recv(4096)\n\
\x20       if data: c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\n' + who.encode())\n\
\x20   except OSError: pass\n\
\x20   c.close()\nEND\nexec python3 /who.py\n";

/// Nothing is stopped: the explanation says whom the target sees, and the cure is a header.
#[test]
fn d4_a_target_behind_privatelink_sees_the_balancer_and_not_the_client() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, WHO, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    // An address that nobody has on the provider's side, where the blocks are the same.
    let subnet = consumer.subnet(&access.net.vpc, "10.0.77.0/24", crate::site::ZONE);
    let client = consumer.instance(&subnet, &[&access.group], "");
    let row = Row::new(&consumer, Client::Instance(&client), &access.name, 80);
    eventually("the target answers", || row.run().out.starts_with("10.0.1.").then_some(()));
    row.met("eni-", "whoever the client is").mended();
    row.answers(&consumer.private_ip(&client));
    row.met("eni-", "says in a PROXY header who the client is");
}

/// Nothing is stopped at first: the explanation names the time after which it is, and that time is the listener's on this clock.
#[test]
fn d9_a_connection_that_was_idle_is_reset_when_it_is_used_again() {
    let cloud = Cloud::up_with(&["--time-scale", "100"]);
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, DRIP, false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let group = text_of(&provider.describe_instance(&offer.instance)["SecurityGroups"][0]["GroupId"]);
    let client = provider.group(&offer.net.vpc, "client");
    provider.allow(&group, "tcp", Some(80), Peer::Group(&client));
    let described = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
    let row = Row::new(&provider, Client::In(&offer.net.subnet, &client), &name, 80);
    let row = row.running(&["python3", "-c", IDLE, &name, "6"]);
    eventually("six hundred seconds are too long", || (row.run().out == "reset").then_some(()));
    row.met("listener/net/", "resets what is idle for 4 s").mended();
    row.answers("answered");
    row.met("listener/net/", "resets what is idle for 60 s");
}

/// What `curl --fail` exits with when the answer is an error.
const BAD_REQUEST: i32 = 22;
/// Answers requests of HTTP/1 with "it works", and everything else with a 400.
const STRICT: &str = "#!/bin/sh\ncat > /strict.py <<'END'\n\
import socket, socketserver\n\
class Strict(socketserver.StreamRequestHandler):\n\
\x20   def handle(self):\n\
\x20       if self.rfile.readline().startswith(b'GET '):\n\
\x20           while self.rfile.readline().strip(): pass\n\
\x20           self.wfile.write(b'HTTP/1.0 200 OK\\r\\n\\r\\nit works')\n\
\x20           return\n\
\x20       self.wfile.write(b'HTTP/1.0 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n')\n\
\x20       self.request.shutdown(socket.SHUT_WR)\n\
\x20       self.rfile.read()\n\
class Server(socketserver.ThreadingTCPServer):\n\
\x20   allow_reuse_address = True\n\
Server(('', 80), Strict).serve_forever()\nEND\nexec python3 /strict.py\n";

/// Nothing is stopped: the explanation names the header that the target takes for the request, and what leaves it out.
#[test]
fn d6_a_target_that_reads_no_proxy_header_takes_it_for_a_bad_request() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, STRICT, false);
    let on = json!([{ "Key": "proxy_protocol_v2.enabled", "Value": "true" }]);
    provider.elb("modify_target_group_attributes", json!({ "TargetGroupArn": offer.targets, "Attributes": on }));
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let row = Row::new(&consumer, Client::In(&access.net.subnet, &access.group), &access.name, 80);
    let url = access.url();
    let row = row.running(&["curl", "-sS", "--fail", "--max-time", "5", &url]);
    row.fails(BAD_REQUEST);
    row.met("eni-", "says in a PROXY header who the client is, which the target must read first").mended();
    row.answers(BODY);
}

/// Nothing is stopped: the explanation names the listener's policy, by which clients speak what the target does not.
#[test]
fn d16_a_listener_agrees_on_a_protocol_that_its_target_does_not_speak() {
    let cloud = Cloud::up();
    let provider = cloud.account(PROVIDER);
    let offer = Offer::of(&provider, STRICT, false);
    let certificate = Imported::by(&provider, "service.example.com");
    let wish = json!({ "LoadBalancerArn": offer.balancer, "Protocol": "TLS", "Port": 443, "AlpnPolicy": ["HTTP2Preferred"],
                       "DefaultActions": [{ "Type": "forward", "TargetGroupArn": offer.targets }],
                       "Certificates": [{ "CertificateArn": certificate.arn }] });
    provider.elb("create_listener", wish);
    let described = provider.elb("describe_load_balancers", json!({ "LoadBalancerArns": [offer.balancer] }));
    let name = text_of(&described["LoadBalancers"][0]["DNSName"]);
    let client = provider.group(&offer.net.vpc, "client");
    // Who asks in HTTP/1 is answered all the time. Versions of curl differ in what they exit with when no HTTP/2 comes back.
    let asks = |version: &str| format!("curl -sSk {version} --fail --max-time 5 https://{name}/");
    let both = format!("{} > /dev/null && {{ {} || exit {BAD_REQUEST}; }}", asks("--http1.1"), asks("--http2"));
    let row = Row::new(&provider, Client::In(&offer.net.subnet, &client), &name, 443).running(&["sh", "-c", &both]);
    row.fails(BAD_REQUEST);
    row.met("listener/net/", "ALPN policy HTTP2Preferred").mended();
    row.answers(BODY);
}
