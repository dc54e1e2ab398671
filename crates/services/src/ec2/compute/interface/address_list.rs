//! The private addresses that a request wants for an interface: chosen ones, and a count of free ones.

use std::net::Ipv4Addr;

use resource::{NetworkInterface, Subnet};
use serde::{Deserialize, Serialize};
use store::Txn;

use crate::Error;
use crate::ec2::address;

/// A chosen address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Chosen {
    pub primary: bool,
    pub private_ip_address: String,
}

/// What a request wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressList {
    /// The primary address; none takes a free one.
    pub primary: Option<Ipv4Addr>,
    /// Chosen secondary addresses.
    pub secondary: Vec<Ipv4Addr>,
    /// How many free ones besides.
    pub count: usize,
}

impl AddressList {
    /// Reads the three members in which requests say it.
    ///
    /// # Errors
    /// `InvalidParameterValue` for texts that are no addresses, `InvalidParameterCombination` for two primary ones, or a
    /// count beside chosen secondary ones.
    pub fn read(primary: Option<&str>, chosen: &[Chosen], count: Option<usize>) -> Result<Self, Error> {
        let mut list = Self { primary: primary.map(parse).transpose()?, secondary: Vec::new(), count: count.unwrap_or(0) };
        for Chosen { primary, private_ip_address } in chosen {
            let address = parse(private_ip_address)?;
            match (primary, list.primary) {
                (true, None) => list.primary = Some(address),
                (true, Some(other)) if other != address => {
                    return Err(Error::combination("Only one primary private IP address can be specified."));
                }
                (true, Some(_)) => {}
                (false, _) => list.secondary.push(address),
            }
        }
        match list.count > 0 && !list.secondary.is_empty() {
            true => Err(Error::combination("SecondaryPrivateIpAddressCount cannot be used with chosen secondary addresses.")),
            false => Ok(list),
        }
    }

    /// How many addresses it is in all.
    pub fn len(&self) -> usize {
        1 + self.secondary.len() + self.count
    }
}

/// Reads an address.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn parse(text: &str) -> Result<Ipv4Addr, Error> {
    text.parse().map_err(|_| Error::invalid_value(format!("invalid value for parameter address: {text}")))
}

/// Gives `interface` more addresses of its subnet and writes it; returns the new ones.
///
/// # Errors
/// `InvalidIPAddress.InUse`, `InvalidParameterValue` outside the subnet, `InsufficientFreeAddressesInSubnet`.
pub fn extend(
    txn: &mut Txn,
    subnet: &Subnet,
    interface: &mut NetworkInterface,
    chosen: &[Ipv4Addr],
    count: usize,
) -> Result<Vec<Ipv4Addr>, Error> {
    let before = interface.addresses.len();
    for wanted in chosen.iter().copied().map(Some).chain(std::iter::repeat_n(None, count)) {
        let address = match wanted {
            Some(address) => address::checked(txn, subnet, address)?,
            None => address::free(txn, subnet)?,
        };
        interface.addresses.push(address);
        txn.put(interface.clone());
    }
    Ok(interface.addresses[before..].to_vec())
}
