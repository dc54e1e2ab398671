//! A place of namespaces for one test, gone afterwards even when the test panics.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Address, Kernel, Link, LinkEnd, LinkKind, Mac, Namespaces, Netlink, Object, Route, RouteKind, Sysctl};

pub struct World {
    pub kernel: Netlink,
    pub places: Namespaces,
}

impl World {
    /// A place with these namespaces in it.
    pub fn with(namespaces: &[&str]) -> World {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("kernel-test-{}-{number}", std::process::id()));
        let places = Namespaces::at(directory).expect("these tests need root");
        let world = World { kernel: Netlink::new(places.clone(), "underpass"), places };
        namespaces.iter().for_each(|name| world.kernel.create_namespace(name).unwrap());
        world
    }

    /// Runs a program inside a namespace and returns what it prints; fails with what it complains about.
    pub fn run(&self, namespace: &str, program: &str, arguments: &str) -> Result<String, String> {
        let output =
            self.places.run_in(namespace, || Command::new(program).args(arguments.split_whitespace()).output()).unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Brings a namespace to these objects and checks that they are then observed, exactly.
    #[track_caller]
    pub fn settle(&self, namespace: &str, wanted: &[Object]) {
        self.kernel.bring(namespace, wanted).unwrap();
        assert_same(wanted, &self.observed(namespace, wanted));
    }

    /// What is in a namespace, with the settings that are wanted.
    pub fn observed(&self, namespace: &str, wanted: &[Object]) -> Vec<Object> {
        let path = |object: &Object| match object {
            Object::Sysctl(sysctl) => Some(sysctl.path.clone()),
            _ => None,
        };
        let paths: Vec<String> = wanted.iter().filter_map(path).collect();
        self.kernel.observe(namespace, &paths.iter().map(String::as_str).collect::<Vec<_>>()).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.places.clone().remove().unwrap_or_else(|error| eprintln!("left behind: {error}"));
    }
}

/// Checks that two sets of objects are equal, whatever their order.
#[track_caller]
pub fn assert_same(wanted: &[Object], observed: &[Object]) {
    let changes = kernel::diff(wanted, observed);
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "still to do:\n{}\nobserved: {observed:#?}", lines.join("\n"));
}

pub fn end(name: &str) -> LinkEnd {
    LinkEnd { name: name.to_owned(), mac: Mac::of(name), mtu: 1500, up: true }
}

pub fn veth(name: &str, namespace: &str, peer: &str) -> Object {
    let kind = LinkKind::Veth { namespace: namespace.to_owned(), peer: end(peer) };
    Object::Link(Link { end: end(name), kind })
}

pub fn address(link: &str, net: &str) -> Object {
    Object::Address(Address { link: link.to_owned(), net: net.parse().unwrap() })
}

pub fn route_via(table: u32, dst: &str, via: Option<&str>, dev: &str) -> Object {
    let via: Option<Ipv4Addr> = via.map(|via| via.parse().unwrap());
    let kind = RouteKind::Unicast { dev: dev.to_owned(), via, onlink: false, src: None, realm: None };
    Object::Route(Route { table, dst: dst.parse().unwrap(), metric: 0, kind })
}

pub fn sysctl(path: &str, value: &str) -> Object {
    Object::Sysctl(Sysctl { path: path.to_owned(), value: value.to_owned() })
}
