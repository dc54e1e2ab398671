//! Flows that are to be forgotten: of datagrams to targets that left balancers, and of addresses that nobody holds any more, so
//! that who gets one of them next has part in nothing that was let through to its former holder.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;

use kernel::{Flow, Kernel, KernelError};
use plan::{Item, Subject};
use resource::{Transport, VpcId};

use super::parted;

type Which = Box<dyn Fn(&Flow) -> bool + Send + Sync>;

/// What is still to be forgotten, by router.
#[derive(Default)]
pub(super) struct Ended(BTreeMap<VpcId, Vec<Which>>);

impl Ended {
    /// Whether there is something to forget.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The flows of datagrams to targets that left balancers among `subjects`. `before` tells what the plan said of one that has
    /// changed, if that is known.
    pub(super) fn part<'a>(
        &mut self,
        items: &HashMap<Subject, Item>,
        subjects: &BTreeSet<Subject>,
        before: impl Fn(&Subject) -> Option<Option<&'a Item>>,
    ) {
        for subject in subjects {
            let (Some(Item::Balancer(balancer)), Some(before)) = (items.get(subject), before(subject)) else { continue };
            let parted = parted::parted(before, balancer);
            if parted.is_empty() {
                continue;
            }
            self.add(&balancer.vpc, move |flow| {
                flow.protocol == Transport::Udp.number()
                    && parted.get(&flow.asked).is_some_and(|kept| !kept.contains(&flow.answers))
            });
        }
    }

    /// The flows of addresses that interfaces have left.
    pub(super) fn vacate(&mut self, items: &HashMap<Subject, Item>, former: &HashMap<Subject, Item>) {
        let mut left: BTreeMap<&VpcId, BTreeSet<Ipv4Addr>> = BTreeMap::new();
        for (subject, before) in former {
            let Item::Interface(before) = before else { continue };
            let kept = match items.get(subject) {
                Some(Item::Interface(now)) => now.addresses.as_slice(),
                _ => &[],
            };
            let gone = before.addresses.iter().filter(|address| !kept.contains(address));
            left.entry(&before.vpc).or_default().extend(gone);
        }
        for (vpc, addresses) in left.into_iter().filter(|(_, addresses)| !addresses.is_empty()) {
            self.add(vpc, of(move |address| addresses.contains(address)));
        }
    }

    /// The flows of addresses of VPCs that nobody holds: an earlier run may have died before it forgot them.
    pub(super) fn vacate_unheld(&mut self, items: &HashMap<Subject, Item>) {
        let mut held: BTreeMap<&VpcId, BTreeSet<Ipv4Addr>> = BTreeMap::new();
        for item in items.values() {
            match item {
                Item::Interface(interface) => held.entry(&interface.vpc).or_default().extend(&interface.addresses),
                Item::Router(router) => held.entry(&router.vpc).or_default().extend(router.resolver),
                _ => {}
            }
        }
        for (vpc, held) in held {
            let Some(Item::Router(router)) = items.get(&Subject::Router(vpc.clone())) else { continue };
            let cidrs = router.cidrs.clone();
            let unheld = move |address: &Ipv4Addr| cidrs.iter().any(|cidr| cidr.contains(address)) && !held.contains(address);
            self.add(vpc, of(unheld));
        }
    }

    fn add(&mut self, vpc: &VpcId, which: impl Fn(&Flow) -> bool + Send + Sync + 'static) {
        self.0.entry(vpc.clone()).or_default().push(Box::new(which));
    }

    /// Forgets them in the routers that there are, and keeps those of which that failed.
    pub(super) fn forget(&mut self, kernel: &dyn Kernel, items: &HashMap<Subject, Item>) -> Vec<(VpcId, KernelError)> {
        let mut failed = Vec::new();
        self.0.retain(|vpc, flows| {
            let there = items.contains_key(&Subject::Router(vpc.clone()));
            let forgotten = match there {
                true => kernel.forget(vpc.as_str(), &|flow| flows.iter().any(|which| which(flow))),
                false => Ok(0),
            };
            forgotten.map_err(|error| failed.push((vpc.clone(), error))).is_err()
        });
        failed
    }
}

/// Flows with an end that is such an address.
fn of(such: impl Fn(&Ipv4Addr) -> bool + Send + Sync + 'static) -> impl Fn(&Flow) -> bool + Send + Sync + 'static {
    move |flow| [flow.asks, flow.asked, flow.answers].iter().any(|end| such(end.ip()))
}
