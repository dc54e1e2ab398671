//! A service offered through PrivateLink, an endpoint to it, and downloads that last.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::account::{Account, Program};
use crate::cloud::{CONSUMER, eventually};
use crate::site::{Net, Peer};

/// Serves `/N` as N lines of [`LINE`] bytes, twenty a second.
pub const DRIP: &str = "#!/bin/sh\ncat > /srv.py <<'END'\n\
import http.server, time\n\
class Drip(http.server.BaseHTTPRequestHandler):\n\
\x20   def do_GET(self):\n\
\x20       self.send_response(200); self.end_headers()\n\
\x20       for i in range(int(self.path[1:] or 0)):\n\
\x20           self.wfile.write(b'%07d\\n' % i); self.wfile.flush(); time.sleep(0.05)\n\
http.server.ThreadingHTTPServer(('', 80), Drip).serve_forever()\nEND\nexec python3 /srv.py\n";
/// The bytes of one line of [`DRIP`].
pub const LINE: usize = 8;

/// A provider's instance that serves HTTP behind a balancer, and the endpoint service before it.
pub struct Offer {
    pub net: Net,
    pub instance: String,
    pub balancer: String,
    pub targets: String,
    pub service: String,
    pub name: String,
}

impl Offer {
    pub fn of(provider: &Account<'_>, script: &str, acceptance: bool) -> Self {
        let net = provider.net();
        let group = provider.group(&net.vpc, "web");
        provider.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/8"));
        let instance = provider.instance(&net.subnet, &[&group], script);
        let balancer = provider.balancer("web", &[&net.subnet]);
        let targets = provider.target_group("web", &net.vpc, 80, &json!({}));
        provider.listener(&balancer, 80, &targets);
        provider.register(&targets, &instance);
        provider.until_health(&targets, &instance, "healthy");
        let (service, name) = provider.service(&balancer, acceptance);
        Self { net, instance, balancer, targets, service, name }
    }
}

/// A consumer's network with the provider's addresses, a group that lets HTTP in from all of it, and an endpoint in it.
pub struct Access {
    pub net: Net,
    pub group: String,
    pub endpoint: String,
    pub name: String,
}

impl Access {
    /// An endpoint that is open at once or waits to be accepted, as the offer says.
    pub fn to(offer: &Offer, provider: &Account<'_>, consumer: &Account<'_>) -> Self {
        provider.permit(&offer.service, CONSUMER);
        let net = consumer.net();
        let group = consumer.group(&net.vpc, "endpoint");
        consumer.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
        let (endpoint, name) = consumer.endpoint(&net, &offer.name, &[&group]);
        Self { net, group, endpoint, name }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.name)
    }

    /// What the consumer fetches through the endpoint.
    pub fn fetched(&self, consumer: &Account<'_>) -> String {
        consumer.curl(&self.net.subnet, &self.group, &self.url()).out
    }

    /// Downloads `lines` lines of [`DRIP`].
    pub fn download(&self, consumer: &Account<'_>, lines: usize) -> (Program, Arrivals) {
        let place = ["--subnet", &self.net.subnet, "--security-group", &self.group];
        let url = format!("{}{lines}", self.url());
        let mut program = consumer.spawn(&place, &["curl", "-sS", "--no-buffer", "--max-time", "60", &url]);
        let arrivals = Arrivals::of(&mut program);
        arrivals.go_on();
        (program, arrivals)
    }
}

/// Counts the bytes that a program prints, as they come.
pub struct Arrivals(Arc<AtomicUsize>);

impl Arrivals {
    fn of(program: &mut Program) -> Self {
        let count = Arc::new(AtomicUsize::new(0));
        let (counter, mut stream) = (count.clone(), program.0.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                counter.fetch_add(read, Ordering::Relaxed);
            }
        });
        Self(count)
    }

    pub fn so_far(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits until more has come.
    pub fn go_on(&self) {
        let before = self.so_far();
        eventually("more arrives", || (self.so_far() > before + LINE).then_some(()));
    }

    /// Waits until nothing has come for a second, in which twenty lines would have come.
    pub fn stop(&self) {
        let (mut before, mut since) = (self.so_far(), Instant::now());
        eventually("nothing more arrives", || {
            if self.so_far() != before {
                (before, since) = (self.so_far(), Instant::now());
            }
            (since.elapsed() > Duration::from_secs(1)).then_some(())
        });
    }
}
