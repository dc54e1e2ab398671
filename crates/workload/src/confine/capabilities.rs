//! The capabilities that root of a machine keeps (capabilities(7)): those over its own files, processes and network.
//!
//! Not kept, among others: SYS_ADMIN, SYS_MODULE, SYS_RAWIO, SYS_BOOT, SYS_TIME, SYS_PTRACE, SYS_RESOURCE, MKNOD,
//! DAC_READ_SEARCH, BPF, PERFMON, SYSLOG: each reaches beyond the machine.

use nix::errno::Errno;

const CHOWN: u32 = 0;
const DAC_OVERRIDE: u32 = 1;
const FOWNER: u32 = 3;
const FSETID: u32 = 4;
const KILL: u32 = 5;
const SETGID: u32 = 6;
const SETUID: u32 = 7;
const SETPCAP: u32 = 8;
const NET_BIND_SERVICE: u32 = 10;
const NET_ADMIN: u32 = 12;
const NET_RAW: u32 = 13;
const SYS_CHROOT: u32 = 18;
const AUDIT_WRITE: u32 = 29;
const SETFCAP: u32 = 31;

const KEPT: [u32; 14] = [
    CHOWN,
    DAC_OVERRIDE,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    NET_BIND_SERVICE,
    NET_ADMIN,
    NET_RAW,
    SYS_CHROOT,
    AUDIT_WRITE,
    SETFCAP,
];

const fn kept_bits() -> u32 {
    let mut bits = 0;
    let mut i = 0;
    while i < KEPT.len() {
        bits |= 1 << KEPT[i];
        i += 1;
    }
    bits
}

/// `struct __user_cap_header_struct` and `struct __user_cap_data_struct` of capget(2), version 3.
#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Data {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const VERSION_3: u32 = 0x2008_0522;

/// Gives up, for this thread and all that it will start, every capability that is not kept.
pub(super) fn reduce() -> Result<(), Errno> {
    shrink_bounding_set()?;
    // SAFETY: prctl with integers only; clearing the ambient set cannot touch memory.
    Errno::result(unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) })?;
    let own = current()?;
    let keep = |bits: u32| bits & kept_bits();
    let low = Data { effective: keep(own[0].effective), permitted: keep(own[0].permitted), inheritable: 0 };
    let data = [low, Data { effective: 0, permitted: 0, inheritable: 0 }];
    let header = Header { version: VERSION_3, pid: 0 };
    // SAFETY: both pointers are to live values of the layout that version 3 asks for.
    Errno::result(unsafe { libc::syscall(libc::SYS_capset, &header, data.as_ptr()) })?;
    Ok(())
}

fn current() -> Result<[Data; 2], Errno> {
    let mut header = Header { version: VERSION_3, pid: 0 };
    let mut data = [Data { effective: 0, permitted: 0, inheritable: 0 }; 2];
    // SAFETY: both pointers are to live values of the layout that version 3 asks for.
    Errno::result(unsafe { libc::syscall(libc::SYS_capget, &mut header, data.as_mut_ptr()) })?;
    Ok(data)
}

/// Capabilities are numbered without gaps; the first number that the kernel does not know ends them.
fn shrink_bounding_set() -> Result<(), Errno> {
    for capability in (0..64_u32).filter(|capability| !KEPT.contains(capability)) {
        // SAFETY: prctl with integers only.
        match Errno::result(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(capability), 0, 0, 0) }) {
            Ok(_) => {}
            Err(Errno::EINVAL) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_set_is_the_documented_one() {
        // What `capsh --decode=00000000a00435fb` prints is the list above.
        assert_eq!(kept_bits(), 0xa004_35fb);
    }

    #[test]
    fn a_thread_gives_up_the_rest_for_good() {
        let status = std::thread::spawn(|| {
            reduce().expect("a thread may always give up");
            std::fs::read_to_string("/proc/thread-self/status").expect("/proc is mounted")
        });
        let status = status.join().expect("the thread ended");
        let bits = |field: &str| {
            let line = status.lines().find(|line| line.starts_with(field)).expect("the field exists");
            u64::from_str_radix(line.rsplit('\t').next().expect("a value"), 16).expect("hexadecimal")
        };
        for field in ["CapEff", "CapPrm", "CapBnd"] {
            assert_eq!(bits(field) & !u64::from(kept_bits()), 0, "{field}");
        }
        assert_eq!(bits("CapInh"), 0);
    }
}
