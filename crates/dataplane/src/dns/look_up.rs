//! One name looked up in a view, its aliases followed: for answers, and for whoever verifies something by DNS.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::forward::{Ask, Known, Upstream};
use super::message::Code;
use super::name::{DomainName, NameBuf};
use super::record::{Kind, Records, Source};
use super::zone::{Decider, Found, View};

/// How many aliases in a row are followed; a loop ends here with what it found.
pub(crate) const LONGEST_CHAIN: usize = 8;

/// What a view says about a name and a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The names that aliases led to, in order; empty when the name itself has the records.
    pub aliases: Vec<DomainName>,
    /// The records of the last name; empty when there are none.
    pub records: Vec<Records>,
}

impl Answer {
    /// The texts of TXT records, each joined from its strings.
    pub fn texts(&self) -> Vec<String> {
        self.records.iter().flat_map(Records::texts).collect()
    }

    /// The names that CNAME, NS and PTR records point at.
    pub fn names(&self) -> Vec<DomainName> {
        self.records.iter().flat_map(Records::names).collect()
    }

    /// The properties of CAA records, with their values.
    pub fn issuers(&self) -> Vec<(String, String)> {
        self.records.iter().flat_map(Records::issuers).collect()
    }

    /// The addresses of A records.
    pub fn addresses(&self) -> Vec<std::net::Ipv4Addr> {
        self.records.iter().flat_map(Records::addresses).collect()
    }
}

/// One step of a look-up, as it is told while it goes on.
pub(crate) enum Step<'s> {
    /// A record set of a name.
    Records(&'s [u8], &'s Records),
    /// There is nothing: the zone that says so.
    Nothing(&'s [u8], &'s Records),
    /// No zone encloses the name.
    Nobody,
}

/// How a look-up ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The name exists, with such records or without.
    Name,
    /// The name does not exist.
    NoName,
    /// It goes on once another resolver has been asked this.
    Elsewhere(Ask),
    /// Another resolver was asked and has not answered.
    Failed,
}

impl View {
    /// What this view answers for `name`, with aliases followed; the addresses of weighted records are those of one choice.
    pub fn look_up(&self, name: &DomainName, kind: Kind) -> Answer {
        let mut answer = Answer::default();
        follow(self, &NameBuf::folded(name.wire()), kind, 0, &Known::default(), &mut |step| match step {
            Step::Records(_, set) if set.kind == Kind::CNAME && kind != Kind::CNAME && kind != Kind::ANY => {
                answer.aliases.extend(set.names());
            }
            Step::Records(_, set) => answer.records.push(set.clone()),
            Step::Nothing(..) | Step::Nobody => {}
        });
        answer
    }
}

/// Follows a name through the view, alias after alias, each from the first layer again. `luck` decides between weighted
/// choices; `known` is what other resolvers have answered so far.
pub(crate) fn follow(view: &View, name: &NameBuf, kind: Kind, luck: u64, known: &Known, tell: &mut dyn FnMut(Step<'_>)) -> End {
    let mut name = Cow::Borrowed(name);
    for _ in 0..=LONGEST_CHAIN {
        let decider = view.decider(name.wire());
        let next = match &decider {
            Decider::Elsewhere(upstream) => elsewhere(upstream, &name, kind, known, tell),
            Decider::Zone(..) | Decider::Nobody => step(view, &decider, &name, kind, luck, tell),
        };
        match next {
            ControlFlow::Break(end) => return end,
            ControlFlow::Continue(target) => name = Cow::Owned(target),
        }
    }
    End::Name
}

/// Looks one name up: ends, or goes on with the name that it is another one for.
fn step(
    view: &View,
    decider: &Decider,
    name: &NameBuf,
    kind: Kind,
    luck: u64,
    tell: &mut dyn FnMut(Step<'_>),
) -> ControlFlow<End, NameBuf> {
    let Some(zone) = decider.zone(name.wire()) else {
        tell(Step::Nobody);
        return ControlFlow::Break(End::NoName);
    };
    match zone.find(name.wire(), kind) {
        Found::Records(sets) => {
            let mut some = false;
            sets.iter().for_each(|set| some |= records(view, name, set, luck, LONGEST_CHAIN, tell));
            if !some {
                tell(Step::Nothing(zone.apex().wire(), zone.soa()));
            }
            ControlFlow::Break(End::Name)
        }
        Found::Alias(set) => {
            let set = set.choose(luck);
            tell(Step::Records(name.wire(), set));
            set.data.first().map_or(ControlFlow::Break(End::Name), |target| ControlFlow::Continue(NameBuf::folded(target)))
        }
        Found::NoData => {
            tell(Step::Nothing(zone.apex().wire(), zone.soa()));
            ControlFlow::Break(End::Name)
        }
        Found::NoName => {
            tell(Step::Nothing(zone.apex().wire(), zone.soa()));
            ControlFlow::Break(End::NoName)
        }
    }
}

/// Tells what another resolver has answered for a name: ends with that, or goes on where its aliases lead.
fn elsewhere(
    upstream: &Arc<Upstream>,
    name: &NameBuf,
    kind: Kind,
    known: &Known,
    tell: &mut dyn FnMut(Step<'_>),
) -> ControlFlow<End, NameBuf> {
    let ask = Ask { name: DomainName::from_wire(name.wire()), kind, upstream: upstream.clone() };
    let heard = match known.about(&ask) {
        None => return ControlFlow::Break(End::Elsewhere(ask)),
        Some(None) => return ControlFlow::Break(End::Failed),
        Some(Some(heard)) => heard,
    };
    heard.answers.iter().for_each(|(owner, set)| tell(Step::Records(owner.wire(), set)));
    if let Some(next) = &heard.goes_on {
        return ControlFlow::Continue(NameBuf::folded(next.wire()));
    }
    if let Some((apex, soa)) = &heard.authority {
        tell(Step::Nothing(apex.wire(), soa));
    }
    ControlFlow::Break(if heard.code == Code::NxDomain { End::NoName } else { End::Name })
}

/// Tells the records of a set, or those that stand for it; false when there are none in the end.
fn records(view: &View, name: &NameBuf, set: &Records, luck: u64, depth: usize, tell: &mut dyn FnMut(Step<'_>)) -> bool {
    let set = set.choose(luck);
    let Source::Elsewhere(target) = &set.source else {
        tell(Step::Records(name.wire(), set));
        return !set.data.is_empty();
    };
    let Some(depth) = depth.checked_sub(1) else { return false };
    same_as(view, name, &NameBuf::folded(target.wire()), set.kind, luck, depth, tell)
}

/// Tells the records of `target` as if they were those of `name`: what the view's zones say about it, without the names on
/// the way. Rules do not count: whoever has the zone looks the target up, not whoever asks.
fn same_as(
    view: &View,
    name: &NameBuf,
    target: &NameBuf,
    kind: Kind,
    luck: u64,
    depth: usize,
    tell: &mut dyn FnMut(Step<'_>),
) -> bool {
    let decider = view.zone(target.wire());
    let Some(zone) = decider.zone(target.wire()) else { return false };
    match zone.find(target.wire(), kind) {
        Found::Records(sets) => sets.iter().fold(false, |some, set| some | records(view, name, set, luck, depth, tell)),
        Found::Alias(set) => {
            let next = set.choose(luck).data.first().map(|target| NameBuf::folded(target));
            match (next, depth.checked_sub(1)) {
                (Some(next), Some(depth)) => same_as(view, name, &next, kind, luck, depth, tell),
                _ => false,
            }
        }
        Found::NoData | Found::NoName => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::{Layer, Soa, Zone};
    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    fn zone(apex: &str, records: Vec<(&str, Records)>) -> Zone {
        let apex = name(apex);
        let mut zone = Zone::new(apex.clone(), &Soa { primary: apex.clone(), contact: apex, serial: 1, negative_ttl: 60 });
        records.into_iter().for_each(|(owner, set)| zone.put(&name(owner), set).unwrap());
        zone
    }

    fn layer(zones: Vec<Zone>) -> Layer {
        let layer = Layer::default();
        layer.publish(zones.into_iter().collect());
        layer
    }

    fn address(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last)
    }

    fn view() -> View {
        let private = zone(
            "corp.test",
            vec![
                ("corp.test", Records::elsewhere(Kind::A, &name("lb.aws.test"))),
                ("ring.corp.test", Records::elsewhere(Kind::A, &name("ring.corp.test"))),
                ("lost.corp.test", Records::elsewhere(Kind::A, &name("gone.aws.test"))),
                ("long.corp.test", Records::elsewhere(Kind::A, &name("www.corp.test"))),
                ("www.corp.test", Records::cname(60, &name("lb.aws.test"))),
                ("txt.corp.test", Records::texts_of(60, [vec![b"one ".to_vec(), b"two".to_vec()]])),
                (
                    "even.corp.test",
                    Records::weighted(Kind::A, vec![(1, Records::a(60, [address(1)])), (3, Records::a(60, [address(2)]))]),
                ),
                ("none.corp.test", Records::weighted(Kind::A, vec![(0, Records::a(60, [address(1)]))])),
            ],
        );
        let public = zone("aws.test", vec![("lb.aws.test", Records::a(60, [address(7), address(8)]))]);
        View::new([layer(vec![private])], layer(vec![public]))
    }

    fn addresses(text: &str) -> Vec<Ipv4Addr> {
        view().look_up(&name(text), Kind::A).addresses()
    }

    #[test]
    fn the_records_of_another_name_are_answered_as_a_names_own_also_at_an_apex() {
        let answer = view().look_up(&name("corp.test"), Kind::A);
        assert_eq!((answer.addresses(), answer.aliases), (vec![address(7), address(8)], vec![]));
        assert_eq!(addresses("long.corp.test"), [address(7), address(8)], "and names on the way do not show");
    }

    #[test]
    fn a_reference_to_itself_or_to_nowhere_has_no_records() {
        assert!(addresses("ring.corp.test").is_empty());
        assert!(addresses("lost.corp.test").is_empty());
    }

    #[test]
    fn aliases_on_the_way_are_told() {
        let answer = view().look_up(&name("WWW.corp.test"), Kind::A);
        assert_eq!(answer.aliases, [name("lb.aws.test")]);
        assert_eq!(view().look_up(&name("www.corp.test"), Kind::CNAME).names(), [name("lb.aws.test")]);
    }

    #[test]
    fn the_strings_of_a_text_are_joined() {
        assert_eq!(view().look_up(&name("txt.corp.test"), Kind::TXT).texts(), ["one two"]);
        assert!(view().look_up(&name("txt.corp.test"), Kind::A).records.is_empty());
    }

    #[test]
    fn weights_share_the_answers_and_all_count_alike_when_none_has_any() {
        let (view, wanted) = (view(), NameBuf::folded(name("even.corp.test").wire()));
        let mut seen = [0; 2];
        for luck in 0..4 {
            follow(&view, &wanted, Kind::A, luck, &Known::default(), &mut |step| {
                if let Step::Records(_, set) = step {
                    seen[usize::from(set.addresses() == [address(2)])] += 1;
                }
            });
        }
        assert_eq!(seen, [1, 3]);
        assert_eq!(addresses("none.corp.test"), [address(1)]);
    }
}
