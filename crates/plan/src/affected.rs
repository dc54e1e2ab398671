//! Which items a change can touch: more than it does is allowed, fewer is not. A property test compares with planning anew.

use std::collections::BTreeSet;

use resource::{
    ElasticAddress, EndpointService, Instance, InternetGateway, Listener, LoadBalancer, NatGateway, NetworkAcl, NetworkInterface, PrefixList,
    Resource, RouteTable, SecurityGroup, Subnet, TargetGroup, TargetHealth, Vpc, VpcEndpoint, VpcId,
};
use store::{Change, Snapshot};

use crate::Subject;

/// The subjects whose items may differ after `change`, which led to `world`.
pub fn affected(world: &Snapshot, change: &Change) -> BTreeSet<Subject> {
    let mut reach = Reach { world, found: BTreeSet::new() };
    reach.change::<Vpc>(change, Reach::vpc);
    reach.change::<Subnet>(change, Reach::subnet);
    reach.change::<RouteTable>(change, Reach::table);
    reach.change::<SecurityGroup>(change, Reach::group);
    reach.change::<NetworkAcl>(change, Reach::acl);
    reach.change::<PrefixList>(change, Reach::prefix_list);
    reach.change::<NetworkInterface>(change, Reach::interface);
    reach.change::<InternetGateway>(change, Reach::gateway);
    reach.change::<ElasticAddress>(change, Reach::address);
    reach.change::<NatGateway>(change, Reach::nat);
    reach.change::<Instance>(change, Reach::instance);
    reach.change::<LoadBalancer>(change, Reach::balancer);
    reach.change::<Listener>(change, |reach, listener| reach.balancer_arn(&listener.balancer));
    reach.change::<TargetGroup>(change, |reach, group| reach.target_group(&group.arn));
    reach.change::<TargetHealth>(change, |reach, health| reach.target_group(&health.group));
    reach.change::<EndpointService>(change, |reach, service| reach.service(service));
    reach.change::<VpcEndpoint>(change, |reach, endpoint| reach.add(Subject::Endpoint(endpoint.id.clone())));
    reach.found
}

struct Reach<'a> {
    world: &'a Snapshot,
    found: BTreeSet<Subject>,
}

impl Reach<'_> {
    /// Follows what a change of an `R` reaches, from what it was and from what it is.
    fn change<R: Resource>(&mut self, change: &Change, follow: impl Fn(&mut Self, &R)) {
        if change.kind == R::KIND {
            change.before::<R>().iter().chain(&change.after::<R>()).for_each(|resource| follow(self, resource));
        }
    }

    fn add(&mut self, subject: Subject) {
        self.found.insert(subject);
    }

    fn vpc(&mut self, vpc: &Vpc) {
        self.add(Subject::Router(vpc.id.clone()));
    }

    fn subnet(&mut self, subnet: &Subnet) {
        self.add(Subject::Router(subnet.vpc.clone()));
        for acl in self.world.linked::<NetworkAcl>(Subnet::KIND, &subnet.id) {
            self.add(Subject::Acl(acl.id.clone()));
        }
    }

    fn table(&mut self, table: &RouteTable) {
        self.add(Subject::Table(table.id.clone()));
        self.interfaces_of(&table.vpc);
        self.tables_of(&table.vpc);
    }

    fn group(&mut self, group: &SecurityGroup) {
        self.add(Subject::Group(group.id.clone()));
        for other in self.world.linked::<SecurityGroup>(SecurityGroup::KIND, &group.id) {
            self.add(Subject::Group(other.id.clone()));
        }
        for balancer in self.world.linked::<LoadBalancer>(SecurityGroup::KIND, &group.id) {
            self.balancer(&balancer);
        }
    }

    fn acl(&mut self, acl: &NetworkAcl) {
        self.add(Subject::Acl(acl.id.clone()));
        for association in &acl.associations {
            for interface in self.world.linked::<NetworkInterface>(Subnet::KIND, &association.subnet) {
                self.add(Subject::Interface(interface.id.clone()));
            }
        }
    }

    fn prefix_list(&mut self, list: &PrefixList) {
        for group in self.world.linked::<SecurityGroup>(PrefixList::KIND, &list.id) {
            self.group(&group);
        }
        for table in self.world.linked::<RouteTable>(PrefixList::KIND, &list.id) {
            self.add(Subject::Table(table.id.clone()));
        }
    }

    fn interface(&mut self, interface: &NetworkInterface) {
        self.add(Subject::Interface(interface.id.clone()));
        for table in self.world.linked::<RouteTable>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Table(table.id.clone()));
        }
        for balancer in self.world.linked::<LoadBalancer>(NetworkInterface::KIND, &interface.id) {
            self.balancer(&balancer);
        }
        for endpoint in self.world.linked::<VpcEndpoint>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Endpoint(endpoint.id.clone()));
        }
        for address in self.world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id) {
            self.add(Subject::Address(address.id.clone()));
        }
    }

    fn gateway(&mut self, gateway: &InternetGateway) {
        self.add(Subject::Gateway(gateway.id.clone()));
        let Some(vpc) = &gateway.vpc else { return };
        self.tables_of(vpc);
        for nat in self.world.linked::<NatGateway>(Vpc::KIND, vpc) {
            self.add(Subject::Nat(nat.id.clone()));
        }
        for interface in self.world.linked::<NetworkInterface>(Vpc::KIND, vpc) {
            for address in self.world.linked::<ElasticAddress>(NetworkInterface::KIND, &interface.id) {
                self.add(Subject::Address(address.id.clone()));
            }
        }
    }

    fn address(&mut self, address: &ElasticAddress) {
        self.add(Subject::Address(address.id.clone()));
        for nat in self.world.linked::<NatGateway>(ElasticAddress::KIND, &address.id) {
            self.add(Subject::Nat(nat.id.clone()));
        }
        let interface = address.association.as_ref().map(|association| association.interface.as_str());
        if let Some(interface) = interface.and_then(|id| self.world.find::<NetworkInterface>(id)) {
            self.interface(&interface);
        }
    }

    fn nat(&mut self, nat: &NatGateway) {
        self.add(Subject::Nat(nat.id.clone()));
        for table in self.world.linked::<RouteTable>(NatGateway::KIND, &nat.id) {
            self.add(Subject::Table(table.id.clone()));
        }
    }

    fn instance(&mut self, instance: &Instance) {
        for interface in self.world.linked::<NetworkInterface>(Instance::KIND, &instance.id) {
            self.interface(&interface);
        }
        for group in self.world.linked::<TargetGroup>(Instance::KIND, &instance.id) {
            self.target_group(&group.arn);
        }
    }

    fn target_group(&mut self, arn: &str) {
        for listener in self.world.linked::<Listener>(TargetGroup::KIND, arn) {
            self.add(Subject::Balancer(listener.balancer.clone()));
        }
    }

    fn balancer(&mut self, balancer: &LoadBalancer) {
        self.balancer_arn(&balancer.arn);
    }

    fn balancer_arn(&mut self, arn: &str) {
        self.add(Subject::Balancer(arn.to_owned()));
        for service in self.world.linked::<EndpointService>(LoadBalancer::KIND, arn) {
            self.service(&service);
        }
    }

    fn service(&mut self, service: &EndpointService) {
        for endpoint in self.world.linked::<VpcEndpoint>(EndpointService::KIND, &service.id) {
            self.add(Subject::Endpoint(endpoint.id.clone()));
        }
    }

    fn tables_of(&mut self, vpc: &VpcId) {
        for table in self.world.linked::<RouteTable>(Vpc::KIND, vpc) {
            self.add(Subject::Table(table.id.clone()));
        }
    }

    fn interfaces_of(&mut self, vpc: &VpcId) {
        for interface in self.world.linked::<NetworkInterface>(Vpc::KIND, vpc) {
            self.add(Subject::Interface(interface.id.clone()));
        }
    }
}
