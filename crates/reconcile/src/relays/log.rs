//! Access logs of TLS listeners: a line per connection, a file per node and period, in the balancer's bucket (Elastic Load
//! Balancing, "Access logs for your Network Load Balancer").

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataplane::tcp::{Session, Sessions};
use flate2::Compression;
use flate2::write::GzEncoder;
use resource::{Listener, LoadBalancer};
use store::Store;
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, sleep_until};

use crate::{Delivery, ObjectSink};

/// Connections that may wait to be written.
const WAITING: usize = 8192;

/// Where the log of the listener with `arn` is kept: it is told of sessions, and delivers what it has heard each `period`.
pub(super) fn keep(arn: String, store: Store, sink: Arc<dyn ObjectSink>, period: Duration) -> Sessions {
    let (sender, sessions) = channel(WAITING);
    tokio::spawn(write(arn, sessions, store, sink, period));
    Sessions(sender)
}

/// Runs until nobody can tell of a session any more.
async fn write(arn: String, mut sessions: Receiver<Session>, store: Store, sink: Arc<dyn ObjectSink>, period: Duration) {
    let mut told = true;
    while told {
        let (mut files, end) = (BTreeMap::<Option<Ipv4Addr>, Vec<Session>>::new(), Instant::now() + period);
        loop {
            tokio::select! {
                session = sessions.recv() => match session {
                    Some(session) => files.entry(session.node).or_default().push(session),
                    None => {
                        told = false;
                        break;
                    }
                },
                () = sleep_until(end) => break,
            }
        }
        for sessions in files.into_values() {
            deliver(&arn, &sessions, &store, sink.as_ref()).await;
        }
    }
}

async fn deliver(arn: &str, sessions: &[Session], store: &Store, sink: &dyn ObjectSink) {
    let world = store.snapshot();
    let Some(listener) = world.find::<Listener>(arn) else { return };
    let Some(balancer) = world.find::<LoadBalancer>(&listener.balancer).filter(|balancer| is_kept(balancer)) else { return };
    let text: String = sessions.iter().map(|session| line(&balancer, &listener, session)).collect();
    let Ok(body) = zipped(&text) else { return };
    let delivery = Delivery {
        service: "delivery.logs.amazonaws.com",
        account: balancer.owner.account.clone(),
        region: balancer.owner.region.clone(),
        source_arn: balancer.arn.clone(),
        bucket: balancer.attributes.get("access_logs.s3.bucket").cloned().unwrap_or_default(),
        key: key(&balancer, OffsetDateTime::now_utc(), rand::random()),
        content_type: "application/x-gzip",
        body,
    };
    if let Err(error) = sink.deliver(delivery).await {
        tracing::warn!(%error, balancer = balancer.arn, "an access log could not be delivered");
    }
}

/// Whether the balancer keeps access logs.
pub(super) fn is_kept(balancer: &LoadBalancer) -> bool {
    balancer.flag("access_logs.s3.enabled", false)
}

fn key(balancer: &LoadBalancer, end: OffsetDateTime, random: u64) -> String {
    let prefix = balancer.attributes.get("access_logs.s3.prefix").filter(|prefix| !prefix.is_empty());
    let folder = prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default();
    let (account, region) = (&balancer.owner.account, &balancer.owner.region);
    let day = end.format(format_description!("[year]/[month]/[day]")).unwrap_or_default();
    let moment = end.format(format_description!("[year][month][day]T[hour][minute]Z")).unwrap_or_default();
    format!(
        "{folder}AWSLogs/{account}/elasticloadbalancing/{region}/{day}/{account}_elasticloadbalancing_{region}_net.{}.{}_{moment}_{:08x}.log.gz",
        balancer.name,
        balancer.id,
        random & 0xffff_ffff
    )
}

/// The 22 fields of a connection.
fn line(balancer: &LoadBalancer, listener: &Listener, session: &Session) -> String {
    let dash = || "-".to_owned();
    let known = |text: Option<&str>| text.map_or_else(dash, str::to_owned);
    let millis = |duration: Duration| duration.as_millis().to_string();
    let protocols: Vec<String> = session.client_protocols.iter().map(|protocol| encoded(protocol)).collect();
    let fields = [
        "tls".to_owned(),
        "2.0".to_owned(),
        moment(session.started + session.lasted),
        format!("net/{}/{}", balancer.name, balancer.id),
        listener.arn.rsplit('/').next().unwrap_or_default().to_owned(),
        session.client.to_string(),
        session.listener.to_string(),
        millis(session.lasted),
        session.handshake.map_or_else(dash, millis),
        session.received.to_string(),
        session.sent.to_string(),
        session.alert.map_or_else(dash, |alert| alert.to_string()),
        known(session.certificate.as_deref()),
        dash(),
        known(session.suite),
        known(session.version),
        dash(),
        session.name.as_deref().map_or_else(dash, encoded),
        session.front_protocol.as_deref().map_or_else(dash, encoded),
        session.back_protocol.as_deref().map_or_else(dash, encoded),
        if protocols.is_empty() { dash() } else { format!("\"{}\"", protocols.join(",")) },
        moment(session.started),
    ];
    format!("{}\n", fields.join(" "))
}

/// A moment to the second, of no zone.
fn moment(at: SystemTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    OffsetDateTime::from(at).format(format).unwrap_or_default()
}

/// What a client said, so that it can neither break a line nor a field.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~*/".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

fn zipped(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::time::UNIX_EPOCH;

    use store::StoreError;

    use super::*;
    use crate::{Undelivered, testing};

    fn session() -> Session {
        Session {
            client: "10.1.0.9:40000".parse().unwrap(),
            listener: "10.1.0.5:443".parse().unwrap(),
            node: Some(Ipv4Addr::new(10, 0, 0, 5)),
            started: UNIX_EPOCH + Duration::from_secs(1_000_000_000),
            lasted: Duration::from_millis(2500),
            handshake: Some(Duration::from_millis(7)),
            received: 10,
            sent: 200,
            alert: None,
            certificate: Some("arn:aws:acm:us-east-1:111111111111:certificate/1".into()),
            suite: Some("ECDHE-RSA-AES128-GCM-SHA256"),
            version: Some("tlsv12"),
            group: Some("X25519"),
            name: Some("a b\n.example".into()),
            front_protocol: Some("h2".into()),
            back_protocol: None,
            client_protocols: vec!["h2".into(), "http/1.1".into()],
        }
    }

    fn balancer() -> (LoadBalancer, Listener) {
        let vpc = testing::vpc(1).id;
        let group = testing::target_group("web", &vpc, []);
        let mut balancer = testing::balancer(&vpc, &[]);
        let set = [("enabled", "true"), ("bucket", "logs"), ("prefix", "here")];
        balancer.attributes.extend(set.map(|(key, value)| (format!("access_logs.s3.{key}"), value.to_owned())));
        let listener = testing::listener(&balancer, &group);
        (balancer, listener)
    }

    #[test]
    fn a_line_has_22_fields_that_a_client_cannot_break() {
        let (balancer, listener) = balancer();
        let line = line(&balancer, &listener, &session());
        assert_eq!(line.split(' ').count(), 22);
        assert_eq!(
            line,
            "tls 2.0 2001-09-09T01:46:42 net/web/0000000000000001 0000000000000001 10.1.0.9:40000 10.1.0.5:443 2500 7 10 200 - \
             arn:aws:acm:us-east-1:111111111111:certificate/1 - ECDHE-RSA-AES128-GCM-SHA256 tlsv12 - a%20b%0A.example h2 - \
             \"h2,http/1.1\" 2001-09-09T01:46:40\n"
        );
    }

    #[derive(Default)]
    struct Bucket(Mutex<Vec<Delivery>>);

    impl ObjectSink for Bucket {
        fn deliver(&self, delivery: Delivery) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + '_>> {
            self.0.lock().unwrap().push(delivery);
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn each_node_has_a_file_and_the_last_is_written_when_nobody_listens_any_more() {
        let ((balancer, listener), store) = (balancer(), Store::in_memory());
        let arn = listener.arn.clone();
        let put = |txn: &mut store::Txn| {
            txn.put(balancer.clone());
            txn.put(listener.clone());
            Ok::<_, StoreError>(())
        };
        store.write(put).await.unwrap();
        let bucket = Arc::new(Bucket::default());
        let (sender, sessions) = channel(8);
        let there = Session { node: Some(Ipv4Addr::new(10, 0, 1, 5)), ..session() };
        for session in [session(), there, session()] {
            sender.send(session).await.unwrap();
        }
        drop(sender);
        write(arn, sessions, store, bucket.clone(), Duration::from_secs(300)).await;
        let delivered = bucket.0.lock().unwrap().clone();
        let lines = |delivery: &Delivery| {
            let mut text = String::new();
            flate2::read::GzDecoder::new(delivery.body.as_slice()).read_to_string(&mut text).unwrap();
            text.lines().count()
        };
        assert_eq!(delivered.iter().map(lines).collect::<Vec<_>>(), [2, 1]);
        let start = format!("here/AWSLogs/{}/elasticloadbalancing/us-east-1/", balancer.owner.account);
        assert!(delivered[0].key.starts_with(&start) && delivered[0].key.ends_with(".log.gz"), "{}", delivered[0].key);
    }
}
