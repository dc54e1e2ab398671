//! Identifiers in AWS's form: a prefix and 17 lower-case hexadecimal digits.

use rand::Rng;

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not of the form {prefix}xxxxxxxxxxxxxxxxx")]
pub struct MalformedId {
    /// The text that was given.
    pub text: String,
    /// The prefix that the kind has.
    pub prefix: &'static str,
}

/// A fresh identifier: `prefix` and 17 random hexadecimal digits.
pub fn random_id(prefix: &str) -> String {
    let n: u128 = rand::rng().random();
    format!("{prefix}{:017x}", n & 0xF_FFFF_FFFF_FFFF_FFFF)
}

/// A fresh UUID (RFC 9562, version 4).
pub fn random_uuid() -> String {
    let n: u128 = rand::rng().random::<u128>() & !(0xF << 76 | 0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let part = |shift: u32, digits: u32| n >> shift & ((1 << (digits * 4)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12))
}

/// Whether `text` is `prefix` and 8 or 17 hexadecimal digits, the two forms that AWS has used.
fn well_formed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        (rest.len() == 17 || rest.len() == 8) && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every identifier of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh identifier.
            pub fn random() -> Self {
                Self(random_id(Self::PREFIX))
            }

            /// Reads an identifier that somebody wrote.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                match well_formed(text, Self::PREFIX) {
                    true => Ok(Self(text.to_owned())),
                    false => Err(MalformedId { text: text.to_owned(), prefix: Self::PREFIX }),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A VPC.
    VpcId = "vpc-";
    /// A subnet.
    SubnetId = "subnet-";
    /// A route table.
    RouteTableId = "rtb-";
    /// A security group.
    GroupId = "sg-";
    /// A rule of a security group.
    GroupRuleId = "sgr-";
    /// A network ACL.
    AclId = "acl-";
    /// An elastic network interface.
    InterfaceId = "eni-";
    /// The attachment of a network interface.
    AttachmentId = "eni-attach-";
    /// An internet gateway.
    InternetGatewayId = "igw-";
    /// An Elastic IP address.
    AllocationId = "eipalloc-";
    /// A NAT gateway.
    NatGatewayId = "nat-";
    /// An exclusion from Block Public Access.
    PublicAccessExclusionId = "vpcbpa-exclude-";
    /// A VPC peering connection.
    PeeringId = "pcx-";
    /// A set of DHCP options.
    DhcpOptionsId = "dopt-";
    /// A reservation of a part of a subnet.
    CidrReservationId = "scr-";
    /// A managed prefix list.
    PrefixListId = "pl-";
    /// A VPC endpoint.
    EndpointId = "vpce-";
    /// A notification of what becomes of connections.
    NotificationId = "vpce-nfn-";
    /// A VPC endpoint service.
    EndpointServiceId = "vpce-svc-";
    /// An instance.
    InstanceId = "i-";
    /// A path that somebody wants to know about.
    InsightsPathId = "nip-";
    /// An analysis of such a path.
    InsightsAnalysisId = "nia-";
    /// A launch template.
    LaunchTemplateId = "lt-";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_id_reads_back_and_has_17_digits() {
        let id = VpcId::random();
        assert_eq!(VpcId::parse(id.as_str()), Ok(id.clone()));
        assert_eq!(id.as_str().len(), "vpc-".len() + 17);
    }

    #[test]
    fn a_fresh_uuid_says_its_version() {
        let parts: Vec<String> = random_uuid().split('-').map(str::to_owned).collect();
        assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(parts[2].starts_with('4') && "89ab".contains(&parts[3][..1]));
    }

    #[test]
    fn a_text_of_another_form_is_malformed() {
        for text in ["", "vpc-", "vpc-xyz", "subnet-0123456789abcdef0", "vpc-0123456789ABCDEF0", "vpc-0123456789abcdef01"] {
            assert!(VpcId::parse(text).is_err(), "{text}");
        }
    }
}
