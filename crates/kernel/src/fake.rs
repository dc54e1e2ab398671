//! A kernel in memory: it keeps what it is told, refuses what the real one would refuse for want of a parent, and lets
//! tests break things behind everybody's back.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::conntrack::Flow;
use crate::diff::{chains_of, same_pair, sets_of, timeouts_of};
use crate::error::KernelError;
use crate::kernel::Kernel;
use crate::nft::{Data, Verdict};
use crate::object::{Change, Key, Link, LinkKind, Object, RouteKind};
use crate::order::in_order;

/// The fake. Clone-free: share it by reference or `Arc`.
#[derive(Debug, Default)]
pub struct Fake {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    namespaces: BTreeMap<String, BTreeMap<Key, Object>>,
    applied: Vec<(String, Vec<Change>)>,
    forgetting: Vec<String>,
    broken: Option<i32>,
}

impl Fake {
    /// An empty kernel.
    pub fn new() -> Fake {
        Fake::default()
    }

    /// Every call of [`Kernel::apply`] that succeeded so far, with its namespace, in order.
    pub fn applied(&self) -> Vec<(String, Vec<Change>)> {
        self.state().applied.clone()
    }

    /// The namespaces that were told to forget flows so far, in order.
    pub fn forgetting(&self) -> Vec<String> {
        self.state().forgetting.clone()
    }

    /// Takes an object away, as a stranger with root would; says whether it was there.
    pub fn vandalise(&self, namespace: &str, key: &Key) -> bool {
        let mut state = self.state();
        let there = state.namespaces.get(namespace).is_some_and(|objects| objects.contains_key(key));
        if there {
            state.remove(namespace, key);
        }
        there
    }

    /// From now on every change is refused with this error number, until `None` mends it.
    pub fn break_with(&self, errno: Option<i32>) {
        self.state().broken = errno;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kernel for Fake {
    fn create_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        let mut state = self.state();
        state.check_broken(&format!("create namespace {namespace}"))?;
        if state.namespaces.contains_key(namespace) {
            return Err(KernelError::NamespaceExists(namespace.to_owned()));
        }
        state.namespaces.insert(namespace.to_owned(), BTreeMap::new());
        Ok(())
    }

    /// The fake has no users.
    fn create_machine_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        self.create_namespace(namespace)
    }

    fn delete_namespace(&self, namespace: &str) -> Result<(), KernelError> {
        let mut state = self.state();
        state.check_broken(&format!("delete namespace {namespace}"))?;
        state.namespaces.remove(namespace);
        let far: Vec<(String, Key)> = state.links_to(namespace);
        far.iter().for_each(|(owner, key)| state.remove(owner, key));
        Ok(())
    }

    fn namespaces(&self) -> Result<Vec<String>, KernelError> {
        Ok(self.state().namespaces.keys().cloned().collect())
    }

    fn apply(&self, namespace: &str, changes: &[Change]) -> Result<(), KernelError> {
        let mut state = self.state();
        if !state.namespaces.contains_key(namespace) {
            return Err(KernelError::NoNamespace(namespace.to_owned()));
        }
        for change in in_order(changes) {
            state.check_broken(&change.to_string())?;
            match change {
                Change::Remove(key) => state.remove(namespace, key),
                Change::Add(object) | Change::Replace(object) => state.put(namespace, object)?,
            }
        }
        state.check_references(namespace, changes)?;
        state.applied.push((namespace.to_owned(), changes.to_vec()));
        Ok(())
    }

    fn has_shortcuts(&self) -> bool {
        true
    }

    fn observe(&self, namespace: &str, sysctls: &[&str]) -> Result<Vec<Object>, KernelError> {
        let state = self.state();
        let objects = state.namespaces.get(namespace).ok_or_else(|| KernelError::NoNamespace(namespace.to_owned()))?;
        let asked = |object: &&Object| match object {
            Object::Sysctl(sysctl) => sysctls.contains(&sysctl.path.as_str()),
            _ => true,
        };
        Ok(objects.values().filter(asked).cloned().collect())
    }

    /// Nothing flows here.
    fn forget(&self, namespace: &str, _: &(dyn Fn(&Flow) -> bool + Sync)) -> Result<usize, KernelError> {
        let mut state = self.state();
        state.check_broken("forget flows")?;
        if !state.namespaces.contains_key(namespace) {
            return Err(KernelError::NoNamespace(namespace.to_owned()));
        }
        state.forgetting.push(namespace.to_owned());
        Ok(0)
    }
}

impl State {
    fn check_broken(&self, change: &str) -> Result<(), KernelError> {
        self.broken.map_or(Ok(()), |errno| Err(refused(change, errno)))
    }

    fn put(&mut self, namespace: &str, object: &Object) -> Result<(), KernelError> {
        if let Some(errno) = self.missing_parent(namespace, object) {
            return Err(refused(&format!("add {object}"), errno));
        }
        let key = object.key();
        let old = self.namespaces.get(namespace).and_then(|objects| objects.get(&key));
        let anew = match (old, object) {
            (Some(Object::Link(old)), Object::Link(new)) => !same_pair(&old.kind, &new.kind),
            (Some(Object::Set(old)), Object::Set(new)) => old != new,
            _ => false,
        };
        if anew {
            self.remove(namespace, &key);
        }
        if let Some(objects) = self.namespaces.get_mut(namespace) {
            objects.insert(key, object.clone());
        }
        Ok(())
    }

    /// The error of the real kernel when the device or namespace that the object needs is not there.
    fn missing_parent(&self, namespace: &str, object: &Object) -> Option<i32> {
        let (there, errno) = match object {
            Object::Link(Link { kind: LinkKind::Veth { namespace, .. }, .. }) => {
                (self.namespaces.contains_key(namespace), libc::EINVAL)
            }
            Object::Address(address) => (self.device(namespace, &address.link), libc::ENODEV),
            Object::Neighbour(neighbour) => (self.device(namespace, &neighbour.link), libc::ENODEV),
            Object::Shortcut(device) => (self.device(namespace, device), libc::ENODEV),
            Object::Route(route) => match &route.kind {
                RouteKind::Unicast { dev, .. } | RouteKind::Local { dev } => (self.device(namespace, dev), libc::ENODEV),
                _ => (true, 0),
            },
            _ => (true, 0),
        };
        (!there).then_some(errno)
    }

    /// Refuses what points to a table, set or chain that does not exist once all changes are made.
    fn check_references(&self, namespace: &str, changes: &[Change]) -> Result<(), KernelError> {
        for change in changes {
            if let Change::Add(object) | Change::Replace(object) = change
                && !self.references(namespace, object)
            {
                return Err(refused(&change.to_string(), libc::ENOENT));
            }
        }
        Ok(())
    }

    fn references(&self, namespace: &str, object: &Object) -> bool {
        let has = |key: Key| self.namespaces.get(namespace).is_some_and(|objects| objects.contains_key(&key));
        match object {
            Object::Set(set) => has(Key::Table(set.table.clone())),
            Object::Timeout(timeout) => has(Key::Table(timeout.table.clone())),
            Object::Chain(chain) => {
                has(Key::Table(chain.table.clone()))
                    && sets_of(chain).into_iter().all(|set| has(Key::Set(chain.table.clone(), set.to_owned())))
                    && timeouts_of(chain).into_iter().all(|name| has(Key::Timeout(chain.table.clone(), name.to_owned())))
                    && chains_of(chain).into_iter().all(|name| has(Key::Chain(chain.table.clone(), name.to_owned())))
            }
            Object::Element(element) => {
                let target = match &element.data {
                    Data::Verdict(Verdict::Jump(name) | Verdict::Goto(name)) => {
                        has(Key::Chain(element.table.clone(), name.clone()))
                    }
                    _ => true,
                };
                target && has(Key::Set(element.table.clone(), element.set.clone()))
            }
            _ => true,
        }
    }

    fn device(&self, namespace: &str, name: &str) -> bool {
        name == "lo"
            || self.namespaces.iter().any(|(owner, objects)| {
                objects.values().any(|object| match object {
                Object::Link(link) => {
                    (owner == namespace && link.end.name == name)
                        || matches!(&link.kind, LinkKind::Veth { namespace: far, peer } if far == namespace && peer.name == name)
                }
                _ => false,
            })
            })
    }

    fn remove(&mut self, namespace: &str, key: &Key) {
        let removed = self.namespaces.get_mut(namespace).and_then(|objects| objects.remove(key));
        match removed {
            Some(Object::Link(link)) => {
                self.forget_device(namespace, &link.end.name);
                let LinkKind::Veth { namespace: far, peer } = &link.kind;
                self.forget_device(far, &peer.name);
            }
            Some(Object::Table(table)) => self.retain(namespace, |key| match key {
                Key::Set(of, _) | Key::Chain(of, _) | Key::Timeout(of, _) | Key::Element(of, ..) => *of != table.name,
                _ => true,
            }),
            Some(Object::Set(set)) => self.retain(namespace, |key| match key {
                Key::Element(table, name, ..) => *table != set.table || *name != set.name,
                _ => true,
            }),
            _ => {}
        }
    }

    fn forget_device(&mut self, namespace: &str, device: &str) {
        let Some(objects) = self.namespaces.get_mut(namespace) else {
            return;
        };
        objects.retain(|_, object| match object {
            Object::Address(address) => address.link != device,
            Object::Shortcut(own) => own != device,
            Object::Neighbour(neighbour) => neighbour.link != device,
            Object::Route(route) => match &route.kind {
                RouteKind::Unicast { dev, .. } | RouteKind::Local { dev } => dev != device,
                _ => true,
            },
            _ => true,
        });
    }

    fn retain(&mut self, namespace: &str, keep: impl Fn(&Key) -> bool) {
        if let Some(objects) = self.namespaces.get_mut(namespace) {
            objects.retain(|key, _| keep(key));
        }
    }

    fn links_to(&self, gone: &str) -> Vec<(String, Key)> {
        let mut links = Vec::new();
        for (owner, objects) in &self.namespaces {
            for (key, object) in objects {
                if let Object::Link(Link { kind: LinkKind::Veth { namespace, .. }, .. }) = object
                    && namespace == gone
                {
                    links.push((owner.clone(), key.clone()));
                }
            }
        }
        links
    }
}

fn refused(change: &str, errno: i32) -> KernelError {
    KernelError::Refused { change: change.to_owned(), source: io::Error::from_raw_os_error(errno) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nft::{Action, Chain, Element, Rule, Rules, Set, SetData, Table, Type, Value};
    use crate::object::{Address, LinkEnd, Mac};

    fn with(namespaces: &[&str]) -> Fake {
        let fake = Fake::new();
        namespaces.iter().for_each(|name| fake.create_namespace(name).expect("a new name"));
        fake
    }

    fn veth(name: &str, namespace: &str) -> Object {
        let end = |name: &str| LinkEnd { name: name.into(), mac: Mac::of(name), mtu: 1500, up: true };
        Object::Link(Link { end: end(name), kind: LinkKind::Veth { namespace: namespace.into(), peer: end("eth0") } })
    }

    fn address(link: &str) -> Object {
        Object::Address(Address { link: link.into(), net: "10.0.0.1/24".parse().expect("a net") })
    }

    fn table() -> Object {
        Object::Table(Table { name: "t".into() })
    }

    fn chain(name: &str, to: Option<&str>) -> Object {
        let jump = |to: &str| Rule::new([], [Action::Verdict(Verdict::Jump(to.into()))]);
        let rules = Rules::Listed(to.into_iter().map(jump).collect());
        Object::Chain(Chain { table: "t".into(), name: name.into(), hook: None, rules })
    }

    fn errno(result: Result<Vec<Change>, KernelError>) -> Option<i32> {
        result.err().and_then(|error| error.errno())
    }

    #[test]
    fn what_is_brought_is_observed_and_settings_only_when_asked_for() {
        let fake = with(&["a", "b"]);
        let forward = Object::Sysctl(crate::Sysctl { path: "net/ipv4/ip_forward".into(), value: "1".into() });
        let wanted = [veth("x", "b"), address("x"), forward];
        assert_eq!(fake.bring("a", &wanted).expect("all is well").len(), 3);
        assert_eq!(fake.bring("a", &wanted).expect("all is well"), []);
        assert_eq!(fake.observe("a", &[]).expect("it is there").len(), 2);
        assert_eq!(fake.observe("a", &["net/ipv4/ip_forward"]).expect("it is there").len(), 3);
        assert_eq!(fake.applied().len(), 1);
    }

    #[test]
    fn a_device_must_exist_here_to_carry_an_address_and_takes_it_along() {
        let fake = with(&["a", "b"]);
        assert_eq!(errno(fake.bring("b", &[address("eth0")])), Some(libc::ENODEV));
        fake.bring("a", &[veth("x", "b")]).expect("both namespaces are there");
        fake.bring("b", &[address("eth0")]).expect("the peer is there");
        fake.bring("a", &[]).expect("a link may go");
        assert_eq!(fake.observe("b", &[]).expect("it is there"), []);
        fake.bring("a", &[address("lo")]).expect("the loopback is always there");
    }

    #[test]
    fn a_namespace_takes_the_links_to_it_along() {
        let fake = with(&["a", "b"]);
        fake.bring("a", &[veth("x", "b"), address("x")]).expect("both namespaces are there");
        fake.delete_namespace("b").expect("it is there");
        fake.delete_namespace("b").expect("it need not be there");
        assert_eq!(fake.observe("a", &[]).expect("it is there"), []);
        assert_eq!(errno(fake.bring("a", &[veth("x", "b")])), Some(libc::EINVAL));
        assert_eq!(fake.namespaces().expect("they are known"), ["a"]);
        assert!(matches!(fake.observe("b", &[]), Err(KernelError::NoNamespace(_))));
        assert!(matches!(fake.create_namespace("a"), Err(KernelError::NamespaceExists(_))));
    }

    #[test]
    fn chains_may_point_to_chains_of_the_same_call_but_not_to_nothing() {
        let fake = with(&["a"]);
        fake.bring("a", &[table(), chain("a", Some("b")), chain("b", None)]).expect("b is there in the end");
        assert_eq!(errno(fake.bring("a", &[table(), chain("a", Some("c"))])), Some(libc::ENOENT));
    }

    #[test]
    fn elements_need_their_set_and_go_with_it() {
        let fake = with(&["a"]);
        let name = || "s".to_owned();
        let set = Object::Set(Set { table: "t".into(), name: name(), key: vec![Type::Port], data: SetData::None });
        let key = vec![Value::Port(1)];
        let element = Object::Element(Element { table: "t".into(), set: name(), key, data: Data::None });
        assert_eq!(errno(fake.bring("a", &[table(), element.clone()])), Some(libc::ENOENT));
        fake.bring("a", &[table(), set.clone(), element]).expect("all is there");
        assert!(fake.vandalise("a", &set.key()));
        assert!(!fake.vandalise("a", &set.key()));
        assert_eq!(fake.observe("a", &[]).expect("it is there"), [table()]);
        assert!(fake.vandalise("a", &table().key()));
    }

    #[test]
    fn a_broken_kernel_refuses_until_it_is_mended() {
        let fake = with(&["a", "b"]);
        fake.break_with(Some(libc::EPERM));
        assert_eq!(errno(fake.bring("a", &[veth("x", "b")])), Some(libc::EPERM));
        assert_eq!(fake.create_namespace("c").err().and_then(|error| error.errno()), Some(libc::EPERM));
        fake.break_with(None);
        fake.bring("a", &[veth("x", "b")]).expect("it is mended");
    }
}
