//! Flows end with the interface that had their address, so that its next holder has no part in them.

use std::net::{SocketAddrV4, TcpStream};
use std::sync::Mutex;

use kernel::{Kernel, Netlink};
use resource::*;

use crate::cloud::{Cloud, real, simulated};
use crate::packets::echoes;

const GONE: &str = "10.0.0.5:80";
const KEPT: &str = "10.0.0.6:80";

/// A client that is connected to two servers in its VPC; the interface of the first one is told.
struct Connected {
    cloud: Cloud<Netlink>,
    vpc: VpcId,
    goes: InterfaceId,
    kept: TcpStream,
    _gone: TcpStream,
}

fn connected() -> Connected {
    let cloud = real();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let open = cloud.open_group(&vpc);
    let (client, _) = cloud.instance(&subnet, "10.0.0.4", &[&open]);
    let (first, goes) = cloud.instance(&subnet, "10.0.0.5", &[&open]);
    let (second, _) = cloud.instance(&subnet, "10.0.0.6", &[&open]);
    cloud.settle();
    cloud.serve(&first, GONE, "first");
    cloud.serve(&second, KEPT, "second");
    let [gone, kept] = [GONE, KEPT].map(|server| cloud.connect_to(&client, server).1);
    let connected = Connected { cloud, vpc, goes, kept, _gone: gone };
    assert_eq!(connected.servers(), [GONE, KEPT]);
    connected
}

impl Connected {
    /// Whom the flows that the router remembers are to.
    fn servers(&self) -> Vec<String> {
        let found: Mutex<Vec<SocketAddrV4>> = Mutex::default();
        let look = |flow: &kernel::Flow| {
            found.lock().unwrap().push(flow.asked);
            false
        };
        self.cloud.kernel.forget(self.vpc.as_str(), &look).unwrap();
        let mut found = found.into_inner().unwrap();
        found.sort();
        found.iter().map(ToString::to_string).collect()
    }

    fn has_forgotten_the_one_and_not_the_other(mut self) {
        assert_eq!(self.servers(), [KEPT]);
        assert!(echoes(&mut self.kept));
    }
}

#[test]
fn the_flows_of_an_address_end_with_its_interface() {
    let connected = connected();
    connected.cloud.remove::<NetworkInterface>(&connected.goes);
    connected.cloud.settle();
    connected.has_forgotten_the_one_and_not_the_other();
}

#[test]
fn they_end_also_when_the_daemon_dies_before_it_knows_that_the_interface_has_gone() {
    let connected = connected();
    connected.cloud.remove::<NetworkInterface>(&connected.goes);
    connected.cloud.restart();
    // The second one dies when the interface has gone and its flows have not.
    for _ in 0..2 {
        let report = connected.cloud.converge_all();
        assert!(report.failed.is_empty(), "{report:?}");
        assert_eq!(connected.servers(), [GONE, KEPT]);
        connected.cloud.restart();
    }
    connected.cloud.converge_all();
    connected.cloud.settle();
    connected.has_forgotten_the_one_and_not_the_other();
}

#[test]
fn what_could_not_be_forgotten_is_with_the_next_converging() {
    let cloud = simulated();
    let vpc = cloud.vpc("10.0.0.0/16");
    let subnet = cloud.subnet(&vpc, "10.0.0.0/24", 'a');
    let (_, interface) = cloud.instance(&subnet, "10.0.0.4", &[&cloud.group(&vpc, &[])]);
    cloud.settle();
    assert!(cloud.kernel.forgetting().is_empty());
    cloud.remove::<NetworkInterface>(&interface);
    cloud.kernel.break_with(Some(5));
    assert!(cloud.converge().failed.contains_key(vpc.as_str()));
    cloud.kernel.break_with(None);
    cloud.converge_all();
    assert_eq!(cloud.kernel.forgetting(), [vpc.as_str()]);
}

#[test]
fn a_restart_over_an_unchanged_world_forgets_nothing() {
    let mut connected = connected();
    connected.cloud.restart();
    connected.cloud.converge_all();
    connected.cloud.settle();
    assert_eq!(connected.servers(), [GONE, KEPT]);
    assert!(echoes(&mut connected.kept));
}
