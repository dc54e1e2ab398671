//! Ways to the internet: gateways, public addresses, NAT.

use resource::*;

use super::{World, ip, owner};

impl World {
    pub fn internet_gateway(&self, vpc: Option<&VpcId>) -> InternetGatewayId {
        let id = InternetGatewayId::parse(&self.id("igw-")).unwrap();
        self.put(InternetGateway { id: id.clone(), owner: owner(), vpc: vpc.cloned(), tags: Tags::default() });
        id
    }

    /// A public address, standing for the primary one of an interface or for nothing.
    pub fn public_address(&self, public: &str, interface: Option<&InterfaceId>) -> AllocationId {
        let id = AllocationId::parse(&self.id("eipalloc-")).unwrap();
        let association = interface.map(|interface| AddressAssociation {
            id: self.id("eipassoc-"),
            interface: interface.clone(),
            private: self.find::<NetworkInterface>(interface).primary().unwrap(),
        });
        self.put(ElasticAddress {
            id: id.clone(),
            owner: owner(),
            public: ip(public),
            association,
            automatic: false,
            tags: Tags::default(),
        });
        id
    }

    /// A public NAT gateway with its interface and public address.
    pub fn nat_gateway(&self, subnet: &SubnetId, private: &str, public: &str) -> NatGatewayId {
        let id = NatGatewayId::parse(&self.id("nat-")).unwrap();
        let interface = self.interface(subnet, InterfaceKind::NatGateway, private, &[], Holder::Service);
        let allocation = self.public_address(public, Some(&interface));
        self.put(NatGateway {
            id: id.clone(),
            owner: owner(),
            vpc: self.find::<Subnet>(subnet).vpc,
            subnet: subnet.clone(),
            interface: Some(interface),
            allocation: Some(allocation),
            public: true,
            state: NatState::Pending,
            failure: None,
            created: Timestamp(1),
            deleted: None,
            tags: Tags::default(),
        });
        id
    }

    /// What the account does not let pass.
    pub fn block_public_access(&self, mode: BlockMode) {
        self.put(PublicAccess { owner: owner(), mode, settled: false, updated: Timestamp(1) });
    }

    pub fn exempt(&self, of: Excluded, mode: ExclusionMode) -> PublicAccessExclusionId {
        let id = PublicAccessExclusionId::parse(&self.id("vpcbpa-exclude-")).unwrap();
        self.put(PublicAccessExclusion {
            id: id.clone(),
            owner: owner(),
            of,
            mode,
            state: ExclusionState::Creating,
            created: Timestamp(1),
            updated: Timestamp(1),
            deleted: None,
            tags: Tags::default(),
        });
        id
    }

    /// A private NAT gateway with its interface.
    pub fn private_nat_gateway(&self, subnet: &SubnetId, private: &str) -> NatGatewayId {
        let interface = self.interface(subnet, InterfaceKind::NatGateway, private, &[], Holder::Service);
        let id = NatGatewayId::parse(&self.id("nat-")).unwrap();
        self.put(NatGateway {
            id: id.clone(),
            owner: owner(),
            vpc: self.find::<Subnet>(subnet).vpc,
            subnet: subnet.clone(),
            interface: Some(interface),
            allocation: None,
            public: false,
            state: NatState::Pending,
            failure: None,
            created: Timestamp(1),
            deleted: None,
            tags: Tags::default(),
        });
        id
    }
}
