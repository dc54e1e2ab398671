//! Numbers in memory that programs in the kernel read: each says how often the rules of a router have changed.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use super::bpf::{MAPPABLE, MapKind, map};
use super::programs::{GENERATIONS, generation};

const LENGTH: usize = GENERATIONS as usize * 4;

/// The numbers of all routers.
#[derive(Debug)]
pub(super) struct Generations {
    pub(super) map: OwnedFd,
    memory: NonNull<u8>,
}

// SAFETY: the memory is shared with the kernel anyway, and only ever touched by atomic operations.
unsafe impl Send for Generations {}
// SAFETY: as above.
unsafe impl Sync for Generations {}

impl Generations {
    pub(super) fn new() -> io::Result<Self> {
        let map = map(MapKind::Array, (4, LENGTH as u32), 1, MAPPABLE)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, of the size that the map has, at an address of the kernel's choice.
        let memory = unsafe { libc::mmap(null_mut(), LENGTH, access, libc::MAP_SHARED, map.as_raw_fd(), 0) };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { map, memory })
    }

    /// Whatever is known of flows through this router holds no more.
    pub(super) fn next(&self, router: u32) {
        // SAFETY: the offset is a multiple of four below LENGTH, the mapping lives as long as self, and a map's memory begins
        // at a page.
        let number = unsafe { AtomicU32::from_ptr(self.memory.as_ptr().add(generation(router) as usize).cast()) };
        number.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Generations {
    fn drop(&mut self) {
        // SAFETY: it is ours, and nothing refers to it any more. It cannot fail then.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), LENGTH) };
    }
}
