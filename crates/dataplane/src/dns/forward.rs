//! Questions that are put to other resolvers: where they go, what has been heard so far, and who is waiting for the rest.

use std::net::SocketAddrV4;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::answer::{Verdict, answer, fail};
use super::heard::Heard;
use super::message::Transport;
use super::name::DomainName;
use super::record::Kind;
use super::zone::View;

/// How many questions of this process wait for other resolvers at once; more fail at once.
const MOST: usize = 4096;
/// How often one question is put to other resolvers: its own name, and those that aliases lead to.
const ROUNDS: usize = 4;
/// When nobody waits any longer, whatever the outlet does: later than its own last attempt.
const PATIENCE: Duration = Duration::from_secs(8);

static WAITING: Semaphore = Semaphore::const_new(MOST);

/// Another resolver: through which outlet it is reached, and where it answers.
#[derive(Debug)]
pub struct Upstream {
    /// The way out.
    pub outlet: Outlet,
    /// Its addresses, any of which will do.
    pub targets: Arc<[SocketAddrV4]>,
}

/// A way out of a network for questions: closed until something carries them. Clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Outlet(Arc<ArcSwapOption<mpsc::Sender<Request>>>);

/// What somebody wants to know, and where to tell it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) question: Question,
    pub(crate) told: oneshot::Sender<Option<Arc<Heard>>>,
}

/// A question as it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) name: DomainName,
    pub(crate) kind: Kind,
    pub(crate) targets: Arc<[SocketAddrV4]>,
}

/// What has to be asked of another resolver.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) name: DomainName,
    pub(crate) kind: Kind,
    pub(crate) upstream: Arc<Upstream>,
}

/// What other resolvers have been asked for one question, and what they answered if they did.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<(Ask, Option<Arc<Heard>>)>);

impl Known {
    /// What was heard about this, if it was asked.
    pub(crate) fn about(&self, ask: &Ask) -> Option<Option<&Heard>> {
        let asked = |(known, _): &&(Ask, Option<Arc<Heard>>)| known.name == ask.name && known.kind == ask.kind;
        self.0.iter().find(asked).map(|(_, heard)| heard.as_deref())
    }

    pub(crate) fn add(&mut self, ask: Ask, heard: Option<Arc<Heard>>) {
        self.0.push((ask, heard));
    }
}

impl Outlet {
    /// Sends what is asked from now on to whoever receives it.
    pub(crate) fn open(&self, carrier: mpsc::Sender<Request>) {
        self.0.store(Some(Arc::new(carrier)));
    }

    /// Asks, and waits; nothing when the outlet is closed, has too much to do, or nobody answered.
    async fn ask(&self, ask: &Ask) -> Option<Arc<Heard>> {
        let question = Question { name: ask.name.clone(), kind: ask.kind, targets: ask.upstream.targets.clone() };
        let (told, heard) = oneshot::channel();
        self.0.load_full()?.try_send(Request { question, told }).ok()?;
        timeout(PATIENCE, heard).await.ok()?.ok()?
    }
}

/// Completes the answer to `message`, for which `ask` has to be asked first, into `reply`.
pub(crate) async fn complete(view: &View, message: &[u8], mut ask: Ask, transport: Transport, reply: &mut Vec<u8>) {
    let Ok(_slot) = WAITING.try_acquire() else { return fail(message, transport, reply) };
    let mut known = Known::default();
    for _ in 0..ROUNDS {
        let heard = ask.upstream.outlet.ask(&ask).await;
        known.add(ask, heard);
        match answer(view, message, &known, transport, reply) {
            Verdict::Elsewhere(next) => ask = next,
            Verdict::Reply | Verdict::Silence => return,
        }
    }
    fail(message, transport, reply);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_proto::op::{Message, ResponseCode};
    use hickory_proto::rr::{Name, RecordType};

    use super::super::message::Code;
    use super::super::{Layer, Records, Rule, Soa, Zone};
    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    fn question(text: &str) -> Vec<u8> {
        let mut message = Message::query();
        message.add_query(hickory_proto::op::Query::query(Name::from_ascii(text).unwrap(), RecordType::A));
        message.to_vec().unwrap()
    }

    fn zone(apex: &str, records: Vec<(&str, Records)>) -> Zone {
        let apex = name(apex);
        let mut zone = Zone::new(apex.clone(), &Soa { primary: apex.clone(), contact: apex, serial: 1, negative_ttl: 60 });
        records.into_iter().for_each(|(owner, set)| zone.put(&name(owner), set).unwrap());
        zone
    }

    fn a(last: u8) -> Records {
        Records::a(60, [Ipv4Addr::new(10, 0, 0, last)])
    }

    /// A layer with zones, and rules that say where questions go on.
    fn layer(zones: Vec<Zone>, rules: &[(&str, Option<&Outlet>)]) -> Layer {
        let mut all: super::super::Zones = zones.into_iter().collect();
        for (domain, outlet) in rules {
            let upstream = |outlet: &Outlet| Arc::new(Upstream { outlet: outlet.clone(), targets: Arc::new([]) });
            all.direct(&name(domain), Some(outlet.map_or(Rule::Here, |outlet| Rule::Elsewhere(upstream(outlet)))));
        }
        let layer = Layer::default();
        layer.publish(all);
        layer
    }

    fn found(name_of: &str, set: Records) -> Heard {
        Heard { code: Code::NoError, answers: vec![(name(name_of), set)], authority: None, goes_on: None }
    }

    /// An outlet behind which `answers` answers.
    fn outlet(answers: impl Fn(&DomainName) -> Option<Heard> + Send + 'static) -> Outlet {
        let (outlet, (sender, mut asked)) = (Outlet::default(), mpsc::channel::<Request>(8));
        outlet.open(sender);
        tokio::spawn(async move {
            while let Some(Request { question, told }) = asked.recv().await {
                let _ = told.send(answers(&question.name).map(Arc::new));
            }
        });
        outlet
    }

    /// The reply to a question for addresses, and whether other resolvers had to be asked.
    async fn ask(view: &View, text: &str) -> (Message, bool) {
        let (message, mut reply) = (question(text), Vec::new());
        let elsewhere = match answer(view, &message, &Known::default(), Transport::Udp, &mut reply) {
            Verdict::Elsewhere(ask) => {
                complete(view, &message, ask, Transport::Udp, &mut reply).await;
                true
            }
            Verdict::Reply | Verdict::Silence => false,
        };
        (Message::from_vec(&reply).unwrap(), elsewhere)
    }

    async fn addresses(view: &View, text: &str) -> (Vec<String>, bool) {
        let (reply, elsewhere) = ask(view, text).await;
        (reply.answers.iter().map(|record| record.data.to_string()).collect(), elsewhere)
    }

    #[tokio::test]
    async fn the_most_specific_zone_or_rule_decides_and_of_two_for_one_domain_the_rule() {
        let outlet = outlet(|name| Some(found(&name.to_string(), a(99))));
        let zones = vec![
            zone("corp.test", vec![("www.corp.test", a(1))]),
            zone("deep.fwd.test", vec![("x.deep.fwd.test", a(2))]),
            zone("same.test", vec![("x.same.test", a(3))]),
        ];
        let rules =
            [("fwd.test", Some(&outlet)), ("same.test", Some(&outlet)), ("b.corp.test", Some(&outlet)), ("own.fwd.test", None)];
        let public = layer(vec![zone("test", vec![("y.own.fwd.test", a(4)), ("z.fwd.test", a(5))])], &[]);
        let view = View::new([layer(zones, &rules)], public);
        for (name, last, elsewhere) in [
            ("www.corp.test.", 1, false),
            ("x.b.corp.test.", 99, true),
            ("x.deep.fwd.test.", 2, false),
            ("x.same.test.", 99, true),
            ("fwd.test.", 99, true),
            ("z.fwd.test.", 99, true),
            ("y.own.fwd.test.", 4, false),
        ] {
            assert_eq!(addresses(&view, name).await, (vec![format!("10.0.0.{last}")], elsewhere), "{name}");
        }
    }

    #[tokio::test]
    async fn a_rule_for_all_names_leaves_private_zones_and_what_is_answered_here_alone() {
        let outlet = outlet(|name| Some(found(&name.to_string(), a(99))));
        let own = layer(vec![zone("corp.test", vec![("www.corp.test", a(1))])], &[(".", Some(&outlet)), ("aws.test", None)]);
        let view = View::new([own], layer(vec![zone("test", vec![("lb.aws.test", a(2)), ("c.test", a(3))])], &[]));
        assert_eq!(addresses(&view, "www.corp.test.").await.0, ["10.0.0.1"]);
        assert_eq!(addresses(&view, "lb.aws.test.").await.0, ["10.0.0.2"]);
        assert_eq!(addresses(&view, "c.test.").await.0, ["10.0.0.99"]);
    }

    #[tokio::test]
    async fn aliases_are_followed_over_the_boundary_both_ways() {
        let outlet = outlet(|asked| match asked.to_string().as_str() {
            "a.fwd.test." => Some(Heard {
                goes_on: Some(name("db.corp.test")),
                ..found("a.fwd.test", Records::cname(60, &name("db.corp.test")))
            }),
            _ => None,
        });
        let alias = Records::cname(60, &name("a.fwd.test"));
        let corp = zone("corp.test", vec![("www.corp.test", alias), ("db.corp.test", a(1))]);
        let view = View::new([layer(vec![corp], &[("fwd.test", Some(&outlet))])], Layer::default());
        assert_eq!(addresses(&view, "www.corp.test.").await.0, ["a.fwd.test.", "db.corp.test.", "10.0.0.1"]);
    }

    #[tokio::test]
    async fn without_an_answer_a_question_fails_and_so_it_does_at_a_closed_outlet() {
        for outlet in [outlet(|_| None), Outlet::default()] {
            let view = View::new([layer(vec![], &[("fwd.test", Some(&outlet))])], Layer::default());
            let (reply, elsewhere) = ask(&view, "a.fwd.test.").await;
            assert_eq!((reply.metadata.response_code, elsewhere), (ResponseCode::ServFail, true));
            assert_eq!(reply.queries.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_chain_that_never_ends_elsewhere_is_given_up() {
        let outlet = outlet(|asked| {
            let next = name(&format!("n{asked}"));
            Some(Heard { goes_on: Some(next.clone()), ..found(&asked.to_string(), Records::cname(60, &next)) })
        });
        let view = View::new([layer(vec![], &[("fwd.test", Some(&outlet))])], Layer::default());
        assert_eq!(ask(&view, "a.fwd.test.").await.0.metadata.response_code, ResponseCode::ServFail);
    }
}
