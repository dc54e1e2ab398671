//! Descriptors: shells give a program few of the many that it may have, and the daemon has sockets in every VPC.

use std::io;

/// How many API connections are served at once, at the most.
const CONNECTIONS: u64 = 12_000;

/// Takes as many descriptors as this process may have; answers how many.
///
/// # Errors
/// The system's.
pub fn take_all() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: it writes one local structure.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: it reads one local structure.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } {
        0 => Ok(limit.rlim_cur),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How many API connections leave enough of `descriptors` for what runs in the VPCs.
pub fn connections(descriptors: u64) -> u32 {
    u32::try_from((descriptors / 5 * 3).min(CONNECTIONS)).unwrap_or(u32::MAX)
}

/// How many connections one relay carries at once: each has two sockets.
pub fn relayed(descriptors: u64) -> usize {
    usize::try_from(descriptors / 10).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_network() {
        for (descriptors, wanted) in [(0, 0), (1024, 612), (4096, 2457), (20_000, 12_000), (u64::MAX, 12_000)] {
            assert_eq!(connections(descriptors), wanted);
        }
    }
}
