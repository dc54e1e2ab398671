//! The filter of system calls (seccomp(2)): what reaches beyond a machine is refused with `EPERM`, everything else is as on any host.
//!
//! It is a list of what is denied, in classic BPF. The kernel remembers which calls are allowed whatever their arguments
//! are, so an ordinary call costs nothing more.

use libc::{BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W, sock_filter};
use nix::errno::Errno;

/// Calls that are refused whatever their arguments are.
const DENIED: &[libc::c_long] = &[
    // The file system's shape.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // Other namespaces.
    libc::SYS_setns,
    libc::SYS_unshare,
    // The kernel itself.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_syslog,
    libc::SYS_acct,
    // Keys are kept per user number, and user 0 is shared with the host.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Other processes' memory.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    // The host's clock.
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// The families of sockets that stay in a network namespace; vsock, for one, reaches the hypervisor.
const FAMILIES: [libc::c_int; 5] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK, libc::AF_PACKET];

/// Requests that put keystrokes into the terminal of whoever ran a program in the machine.
const DENIED_IOCTLS: [u32; 2] = [0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */];

const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// Calls numbered from here on belong to the x32 interface of the same architecture.
const X32: u32 = 0x4000_0000;

/// Offsets in `struct seccomp_data`, and of the low halves of its arguments on a little-endian machine.
const CALL: u32 = 0;
const ARCH: u32 = 4;
const fn argument(n: u32) -> u32 {
    16 + 8 * n
}

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const fn refuse(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno as u32
}
const DENY: u32 = refuse(libc::EPERM);

/// A filter, ready to be installed.
#[derive(Debug)]
pub(super) struct Filter(Vec<sock_filter>);

impl Filter {
    /// The filter of a machine.
    pub(super) fn machine() -> Self {
        let mut program = vec![load(ARCH)];
        // Another architecture has other numbers for the same calls: nothing of it is let through.
        program.extend([jump(BPF_JEQ, ARCHITECTURE, 1, 0), answer(DENY), load(CALL)]);
        program.extend(answer_if(BPF_JGE, X32, DENY));
        for &call in DENIED {
            program.extend(answer_if(BPF_JEQ, number(call), DENY));
        }
        // glibc and others fall back to clone, whose flags can be seen from here.
        program.extend(answer_if(BPF_JEQ, number(libc::SYS_clone3), refuse(libc::ENOSYS)));
        program.extend(on_call(libc::SYS_clone, 0, answer_if(BPF_JSET, NEW_NAMESPACES, DENY).to_vec(), ALLOW));
        program.extend(on_call(libc::SYS_socket, 0, allow_each(&FAMILIES), DENY));
        let denied_ioctls = DENIED_IOCTLS.iter().flat_map(|&request| answer_if(BPF_JEQ, request, DENY)).collect();
        program.extend(on_call(libc::SYS_ioctl, 1, denied_ioctls, ALLOW));
        program.push(answer(ALLOW));
        Self(program)
    }

    /// Puts the filter on this thread and what it will start. Takes CAP_SYS_ADMIN. Allocates nothing.
    pub(super) fn install(&self) -> Result<(), Errno> {
        let length = u16::try_from(self.0.len()).map_err(|_| Errno::E2BIG)?;
        let program = libc::sock_fprog { len: length, filter: self.0.as_ptr().cast_mut() };
        // SAFETY: the program and its instructions live until the call returns; the kernel copies and only reads them.
        Errno::result(unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) })?;
        Ok(())
    }
}

/// If the call is `call`: looks at the low half of an argument, with `tests`, else answers `otherwise`.
fn on_call(call: libc::c_long, n: u32, tests: Vec<sock_filter>, otherwise: u32) -> Vec<sock_filter> {
    let skip = u8::try_from(tests.len() + 2).unwrap_or(u8::MAX);
    let mut block = vec![jump(BPF_JEQ, number(call), 0, skip), load(argument(n))];
    block.extend(tests);
    block.push(answer(otherwise));
    block
}

fn allow_each(values: &[libc::c_int]) -> Vec<sock_filter> {
    values.iter().flat_map(|&value| answer_if(BPF_JEQ, value.unsigned_abs(), ALLOW)).collect()
}

fn answer_if(test: u32, value: u32, verdict: u32) -> [sock_filter; 2] {
    [jump(test, value, 0, 1), answer(verdict)]
}

fn load(offset: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0)
}

fn jump(test: u32, value: u32, if_so: u8, if_not: u8) -> sock_filter {
    instruction(BPF_JMP | test | BPF_K, value, if_so, if_not)
}

fn answer(verdict: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, verdict, 0, 0)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    // Every code of classic BPF fits in eight bits.
    sock_filter { code: code as u16, jt, jf, k }
}

/// Numbers of calls are small and never negative.
fn number(call: libc::c_long) -> u32 {
    call as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter answers, by running it.
    fn verdict(arch: u32, call: u32, arguments: [u64; 6]) -> u32 {
        let mut data = [0_u8; 64];
        data[0..4].copy_from_slice(&call.to_le_bytes());
        data[4..8].copy_from_slice(&arch.to_le_bytes());
        for (n, argument) in arguments.iter().enumerate() {
            data[16 + 8 * n..24 + 8 * n].copy_from_slice(&argument.to_le_bytes());
        }
        let filter = Filter::machine();
        let (mut at, mut value) = (0, 0_u32);
        loop {
            let step = filter.0[at];
            at += 1;
            let code = u32::from(step.code);
            if code & 7 == BPF_LD {
                let from = step.k as usize;
                value = u32::from_le_bytes(data[from..from + 4].try_into().expect("four bytes"));
            } else if code & 7 == BPF_RET {
                return step.k;
            } else {
                let holds = match code & 0xf0 {
                    BPF_JEQ => value == step.k,
                    BPF_JGE => value >= step.k,
                    BPF_JSET => value & step.k != 0,
                    other => panic!("unknown test {other}"),
                };
                at += usize::from(if holds { step.jt } else { step.jf });
            }
        }
    }

    fn answered(call: libc::c_long, first: u64, second: u64) -> u32 {
        verdict(ARCHITECTURE, number(call), [first, second, 0, 0, 0, 0])
    }

    #[test]
    fn ordinary_calls_pass() {
        for call in [libc::SYS_read, libc::SYS_execve, libc::SYS_futex, libc::SYS_kill, libc::SYS_chroot, libc::SYS_epoll_wait] {
            assert_eq!(answered(call, 0, 0), ALLOW, "call {call}");
        }
    }

    #[test]
    fn every_denied_call_is_refused() {
        for &call in DENIED {
            assert_eq!(answered(call, 0, 0), DENY, "call {call}");
        }
    }

    #[test]
    fn a_process_may_be_made_but_not_a_namespace() {
        assert_eq!(answered(libc::SYS_clone, libc::SIGCHLD as u64, 0), ALLOW);
        assert_eq!(answered(libc::SYS_clone, (libc::CLONE_NEWUSER | libc::SIGCHLD) as u64, 0), DENY);
        assert_eq!(answered(libc::SYS_clone3, 0, 0), refuse(libc::ENOSYS));
    }

    #[test]
    fn only_sockets_that_stay_in_the_network_namespace_are_made() {
        assert_eq!(answered(libc::SYS_socket, libc::AF_INET6 as u64, 0), ALLOW);
        assert_eq!(answered(libc::SYS_socket, libc::AF_VSOCK as u64, 0), DENY);
        assert_eq!(answered(libc::SYS_socket, libc::AF_ALG as u64, 0), DENY);
    }

    #[test]
    fn keystrokes_cannot_be_put_into_a_callers_terminal() {
        assert_eq!(answered(libc::SYS_ioctl, 0, 0x5412), DENY);
        assert_eq!(answered(libc::SYS_ioctl, 0, 0xffff_ffff_0000_5412), DENY);
        assert_eq!(answered(libc::SYS_ioctl, 0, libc::TIOCGWINSZ), ALLOW);
    }

    #[test]
    fn other_interfaces_to_the_same_kernel_are_closed() {
        const I386: u32 = 0x4000_0003;
        assert_eq!(verdict(I386, 21, [0; 6]), DENY);
        assert_eq!(verdict(ARCHITECTURE, X32 | number(libc::SYS_read), [0; 6]), DENY);
    }
}
