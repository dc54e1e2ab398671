//! The instance types: sizes as AWS documents them. Here they bound how many interfaces and addresses an instance has.

use crate::Error;

/// The type of an instance that names none, AWS's default.
pub const DEFAULT: &str = "m1.small";

/// What AWS documents about an instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceType {
    /// Its name.
    pub name: &'static str,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory: u64,
    /// How many interfaces an instance may have.
    pub interfaces: usize,
    /// How many IPv4 addresses each interface may have.
    pub addresses: usize,
}

const fn of(name: &'static str, cpus: u32, memory: u64, interfaces: usize, addresses: usize) -> InstanceType {
    InstanceType { name, cpus, memory, interfaces, addresses }
}

/// All types that can be launched.
pub const ALL: &[InstanceType] = &[
    of("m1.small", 1, 1740, 2, 4),
    of("t2.nano", 1, 512, 2, 2),
    of("t2.micro", 1, 1024, 2, 2),
    of("t2.small", 1, 2048, 3, 4),
    of("t2.medium", 2, 4096, 3, 6),
    of("t2.large", 2, 8192, 3, 12),
    of("t3.nano", 2, 512, 2, 2),
    of("t3.micro", 2, 1024, 2, 2),
    of("t3.small", 2, 2048, 3, 4),
    of("t3.medium", 2, 4096, 3, 6),
    of("t3.large", 2, 8192, 3, 12),
    of("t3.xlarge", 4, 16384, 4, 15),
    of("t3.2xlarge", 8, 32768, 4, 15),
    of("t3a.nano", 2, 512, 2, 2),
    of("t3a.micro", 2, 1024, 2, 2),
    of("t3a.small", 2, 2048, 2, 4),
    of("t3a.medium", 2, 4096, 3, 6),
    of("t3a.large", 2, 8192, 3, 12),
    of("m5.large", 2, 8192, 3, 10),
    of("m5.xlarge", 4, 16384, 4, 15),
    of("m5.2xlarge", 8, 32768, 4, 15),
    of("m6i.large", 2, 8192, 3, 10),
    of("c5.large", 2, 4096, 3, 10),
    of("c5.xlarge", 4, 8192, 4, 15),
    of("r5.large", 2, 16384, 3, 10),
];

/// A type by name.
///
/// # Errors
/// `Unsupported`, naming what can be launched.
pub fn find(name: &str) -> Result<&'static InstanceType, Error> {
    ALL.iter().find(|kind| kind.name == name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|kind| kind.name).collect();
        Error::new("Unsupported", format!("underpass does not support the instance type {name}; it has {}.", names.join(", ")))
    })
}

/// The processor architecture of this machine, and so of all instances, in AWS's spelling.
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
