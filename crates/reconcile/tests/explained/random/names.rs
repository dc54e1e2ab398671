//! Hosted zones, and the names that are worth asking for.

use resource::*;

use super::{INTERNET_HOST, Net, Site};

impl Site<'_> {
    pub(super) fn names(&mut self, nets: &[Net], balancers: &[String]) {
        for balancer in balancers {
            let name = self.world.find::<LoadBalancer>(balancer).dns_name().to_ascii_lowercase();
            self.names.extend([format!("us-east-1a.{name}"), format!("us-east-1b.{name}"), name]);
        }
        for service in ["ec2", "sts", "s3"] {
            self.names.push(format!("{service}.us-east-1.amazonaws.com"));
        }
        for net in nets {
            let address = net.machines[net.number].address.parse().unwrap();
            self.names.push(private_dns_name("us-east-1", address));
            let interface = self.world.find::<NetworkInterface>(&net.machines[1].interface);
            let last = interface.addresses.last().copied().unwrap();
            self.names.push(private_dns_name("us-east-1", last));
            self.names.push(format!("{}.ec2.internal", net.machines[1].instance));
            let public = format!("198.18.1.{}", 50 * net.number + 10);
            self.names.push(public_dns_name("us-east-1", public.parse().unwrap()));
        }
        if self.has("names") {
            self.zones(nets, balancers);
            self.names
                .extend(["a.corp.test", "www.corp.test", "c.corp.test", "x.w.corp.test", "no.corp.test"].map(str::to_owned));
            self.names.push("deep.a.corp.test".to_owned());
        }
    }

    /// A private zone for some VPCs, and often a public one with the same domain.
    fn zones(&mut self, nets: &[Net], balancers: &[String]) {
        let mut dice = self.dice("zones", 0);
        let home = dice.pick(nets);
        let seen = nets.iter().filter(|net| net.number == home.number || dice.chance(30));
        let vpcs: Vec<ZoneVpc> = seen.map(|net| ZoneVpc { region: "us-east-1".into(), vpc: net.vpc.clone() }).collect();
        let private = self.zone("Z1", "corp.test.", vpcs);
        self.record(&private, "a", RecordType::A, &[&home.machines[0].address, &home.machines[1].address]);
        self.record(&private, "c", RecordType::Cname, &["a.corp.test."]);
        self.record(&private, "*.w", RecordType::A, &[&home.machines[2].address]);
        if let Some(balancer) = balancers.first() {
            let name = format!("{}.", self.world.find::<LoadBalancer>(balancer).dns_name().to_ascii_lowercase());
            let content = RecordContent::Alias { zone: "Z".into(), name, evaluate: false };
            self.world.put(RecordSet { content, ..record(&private, "www", RecordType::A, &[]) });
        }
        if dice.chance(60) {
            let public = self.zone("Z2", "corp.test.", Vec::new());
            self.record(&public, "no", RecordType::A, &[INTERNET_HOST]);
            self.record(&public, "a", RecordType::A, &[INTERNET_HOST]);
        }
        if dice.chance(40) {
            let deeper = self.zone("Z3", "a.corp.test.", vec![ZoneVpc { region: "us-east-1".into(), vpc: home.vpc.clone() }]);
            self.world
                .put(RecordSet { name: "deep.a.corp.test.".into(), ..record(&deeper, "", RecordType::A, &[INTERNET_HOST]) });
        }
    }

    fn zone(&self, id: &str, name: &str, vpcs: Vec<ZoneVpc>) -> String {
        self.world.put(HostedZone {
            id: id.into(),
            owner: Owner::new("111111111111", GLOBAL),
            name: name.into(),
            reference: id.into(),
            comment: None,
            private: !vpcs.is_empty(),
            vpcs,
            authorized: Vec::new(),
            created: Timestamp(1),
            tags: Tags::default(),
        });
        id.to_owned()
    }

    fn record(&self, zone: &str, label: &str, kind: RecordType, values: &[&str]) {
        self.world.put(record(zone, label, kind, values));
    }
}

fn record(zone: &str, label: &str, kind: RecordType, values: &[&str]) -> RecordSet {
    RecordSet {
        zone: zone.into(),
        owner: Owner::new("111111111111", GLOBAL),
        name: format!("{label}.corp.test."),
        kind,
        set: None,
        policy: Policy::Simple,
        content: RecordContent::Values { ttl: 60, values: values.iter().map(ToString::to_string).collect() },
    }
}
