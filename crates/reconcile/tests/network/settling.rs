//! What the store says of a resource follows the kernel: only what is in it is available, only what is out of it is gone.

use std::sync::Arc;

use futures::executor::block_on;
use kernel::Fake;
use reconcile::Domain;
use reconcile::network::{Network, NetworkDomain};
use resource::*;

use crate::world::{World, all_out};

struct Daemon {
    world: World,
    kernel: Arc<Fake>,
    domain: NetworkDomain,
}

impl Daemon {
    fn new() -> Self {
        let kernel = Arc::new(Fake::new());
        let domain = NetworkDomain::new(Network::new(Arc::<Fake>::clone(&kernel)));
        Self { world: World::new(), kernel, domain }
    }

    /// Looks at everything once.
    fn look(&mut self) {
        self.domain.note_all(&self.world.snapshot());
        block_on(self.domain.converge(&self.world.store));
    }
}

/// A provider and a consumer in one VPC, with a NAT gateway and an instance.
fn everything(world: &World) -> (VpcId, SubnetId, String, EndpointId, NatGatewayId, InstanceId) {
    let vpc = world.vpc("10.0.0.0/16");
    let subnet = world.subnet(&vpc, "10.0.0.0/24", 'a');
    let group = world.group(&vpc, &[all_out()]);
    world.internet_gateway(Some(&vpc));
    let nat = world.nat_gateway(&subnet, "10.0.0.7", "198.18.0.10");
    let balancer = world.balancer(&[(&subnet, "10.0.0.8")], &[]);
    let service = world.service(&balancer);
    let endpoint = world.endpoint(&service, &[(&subnet, "10.0.0.9")], &[&group], EndpointState::Pending);
    let (instance, _) = world.instance(&subnet, "10.0.0.4", &[&group]);
    (vpc, subnet, balancer, endpoint, nat, instance)
}

#[test]
fn resources_become_available_when_the_kernel_has_them_and_not_before() {
    let mut daemon = Daemon::new();
    let (vpc, subnet, balancer, endpoint, nat, instance) = everything(&daemon.world);
    daemon.kernel.break_with(Some(13));
    daemon.look();
    assert_eq!(daemon.world.find::<Vpc>(&vpc).state, VpcState::Pending);
    assert_eq!(daemon.world.find::<VpcEndpoint>(&endpoint).state, EndpointState::Pending);
    daemon.kernel.break_with(None);
    daemon.look();
    let world = &daemon.world;
    assert_eq!(world.find::<Vpc>(&vpc).state, VpcState::Available);
    assert_eq!(world.find::<Subnet>(&subnet).state, VpcState::Available);
    assert_eq!(world.find::<LoadBalancer>(&balancer).state, BalancerState::Active);
    assert_eq!(world.find::<VpcEndpoint>(&endpoint).state, EndpointState::Available);
    assert_eq!(world.find::<NatGateway>(&nat).state, NatState::Available);
    assert!(world.snapshot().all::<NetworkInterface>().all(|interface| interface.ready));
    world.update::<Instance>(&instance, |instance| instance.state = InstanceState::Stopped);
    daemon.look();
    let interface = daemon.world.snapshot().linked::<NetworkInterface>(Instance::KIND, &instance).next().unwrap();
    assert!(!interface.ready);
}

#[test]
fn an_interface_has_left_its_instance_once_the_kernel_let_go() {
    let mut daemon = Daemon::new();
    let instance = everything(&daemon.world).5;
    daemon.look();
    let interface = daemon.world.snapshot().linked::<NetworkInterface>(Instance::KIND, &instance).next().unwrap().id.clone();
    daemon.world.update::<NetworkInterface>(&interface, |eni| eni.attachment.as_mut().unwrap().leaving = true);
    daemon.kernel.break_with(Some(13));
    daemon.look();
    assert!(daemon.world.find::<NetworkInterface>(&interface).attachment.is_some());
    daemon.kernel.break_with(None);
    daemon.look();
    let interface = daemon.world.find::<NetworkInterface>(&interface);
    assert_eq!((interface.attachment, interface.ready), (None, false));
}

#[test]
fn a_connection_that_nobody_accepted_stays_as_it_is() {
    let mut daemon = Daemon::new();
    let endpoint = everything(&daemon.world).3;
    for state in [EndpointState::PendingAcceptance, EndpointState::Rejected, EndpointState::Failed] {
        daemon.world.connect(&endpoint, state);
        daemon.look();
        assert_eq!(daemon.world.find::<VpcEndpoint>(&endpoint).state, state);
    }
}

#[test]
fn what_is_deleted_goes_with_its_interfaces_once_the_kernel_let_go() {
    let mut daemon = Daemon::new();
    let (_, _, _, endpoint, nat, _) = everything(&daemon.world);
    daemon.look();
    let interfaces = daemon.world.find::<VpcEndpoint>(&endpoint).interfaces;
    let (held, allocation) = {
        let nat = daemon.world.find::<NatGateway>(&nat);
        (nat.interface.unwrap(), nat.allocation.unwrap())
    };
    daemon.world.connect(&endpoint, EndpointState::Deleting);
    daemon.world.update::<NatGateway>(&nat, |nat| nat.state = NatState::Deleting);
    daemon.kernel.break_with(Some(13));
    daemon.look();
    assert_eq!(daemon.world.find::<VpcEndpoint>(&endpoint).state, EndpointState::Deleting);
    assert_eq!(daemon.world.find::<NatGateway>(&nat).state, NatState::Deleting);
    daemon.kernel.break_with(None);
    daemon.look();
    let world = daemon.world.snapshot();
    assert!(world.find::<VpcEndpoint>(endpoint.as_str()).is_none());
    assert!(interfaces.iter().chain([&held]).all(|id| world.find::<NetworkInterface>(id.as_str()).is_none()));
    assert_eq!(daemon.world.find::<NatGateway>(&nat).state, NatState::Deleted);
    assert_eq!(daemon.world.find::<ElasticAddress>(&allocation).association, None);
}
