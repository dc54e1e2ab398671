//! What arbitrary bytes from the network reach, as one function each: the door of the bounded tests and of `fuzz/`.

use std::sync::LazyLock;

use dataplane::dns::{DomainName, Kind, Layer, Records, Soa, View, Zone, answer_datagram, read_reply};
use dataplane::metadata::{Instance, Settings, Tokens, respond};

static VIEW: LazyLock<View> = LazyLock::new(|| {
    let name = |text: &str| text.parse::<DomainName>().expect("the name is valid");
    let soa = Soa { primary: name("ns.x"), contact: name("who.x"), serial: 1, negative_ttl: 60 };
    let mut zone = Zone::new(name("x"), &soa);
    let records = [("*.a.x", Records::cname(60, &name("b.x"))), ("b.x", Records::a(60, [[10, 0, 0, 1].into()]))];
    for (owner, set) in records {
        zone.put(&name(owner), set).expect("the name is inside the zone");
    }
    let layer = Layer::default();
    layer.publish([zone].into_iter().collect());
    View::public(layer)
});

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::with_random_key().expect("the system has randomness"));

/// A datagram to the resolver: any reply is short, repeats the id and is marked as a reply.
pub fn dns(datagram: &[u8]) {
    let mut reply = Vec::new();
    if answer_datagram(&VIEW, datagram, &mut reply) {
        assert!((12..=1232).contains(&reply.len()));
        assert_eq!((&reply[..2], reply[2] & 0x80), (&datagram[..2], 0x80));
    }
}

/// What follows the question in another resolver's answer, after the counts of its sections: whatever is taken of it begins at
/// the name that was asked for.
pub fn dns_reply(rest: &[u8]) {
    let (counts, records) = rest.split_at(rest.len().min(2));
    let [answers, authorities] = [0, 1].map(|at| counts.get(at).copied().unwrap_or_default());
    let header = [0, 7, 0x81, 0x80, 0, 1, 0, answers, 0, authorities, 0, 0];
    let message = [&header[..], b"\x01a\x01x\x00\x00\x01\x00\x01", records].concat();
    let name: DomainName = "a.x".parse().expect("the name is valid");
    if let Some((owner, _)) = read_reply(&message, 7, &name, Kind::A).iter().flatten().next() {
        assert_eq!(*owner, name);
    }
}

/// A method, a path and headers, one per line: nobody reads without a token.
pub fn metadata(request: &[u8]) {
    let mut lines = request.split(|byte| *byte == b'\n');
    let method = lines.next().unwrap_or_default();
    let mut builder = http::Request::builder().method(method).uri(lines.next().unwrap_or_default());
    for line in lines.take(16) {
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(0));
        builder = builder.header(name, value.get(1..).unwrap_or_default());
    }
    let Ok(request) = builder.body(()) else {
        return;
    };
    let settings = Settings { token_required: true, ..Settings::default() };
    let instance = Instance::new("i-1", settings, [("meta-data/instance-id", "i-1")]);
    let (status, _) = respond(&instance, &TOKENS, &request);
    assert!(!status.is_success() || request.method() == http::Method::PUT);
}
