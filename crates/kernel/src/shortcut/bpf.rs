//! The few uses of bpf(2) that are needed, each with the part of `union bpf_attr` that it reads.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Where the programs of a device run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Before anything else sees what came in.
    In = 46,
    /// After everything else has seen what goes out.
    Out = 47,
}

/// The kinds of maps.
#[derive(Debug, Clone, Copy)]
pub(super) enum MapKind {
    /// Values by number.
    Array = 2,
    /// The same, for each processor.
    PerProcessor = 6,
    /// Values by key; when there is no room, what was not used for long goes.
    Forgetful = 9,
}

/// The memory of the map can be mapped into a process.
pub(super) const MAPPABLE: u32 = 1 << 10;

const MAP_CREATE: i64 = 0;
const PROG_LOAD: i64 = 5;
const PROG_ATTACH: i64 = 8;
const PROG_DETACH: i64 = 9;
const PROG_GET_FD_BY_ID: i64 = 13;
const OBJ_GET_INFO_BY_FD: i64 = 15;
const PROG_QUERY: i64 = 16;
/// Programs that classify packets.
const CLASSIFIER: u32 = 3;
/// More programs than anybody puts on one device.
const MOST_PROGRAMS: usize = 16;

/// A program in the kernel.
#[derive(Debug)]
pub(super) struct Program {
    descriptor: OwnedFd,
    /// Its number in the whole machine.
    pub(super) id: u32,
    /// Its name.
    pub(super) name: [u8; 16],
}

#[repr(C)]
#[derive(Default)]
struct CreateMap {
    kind: u32,
    key_size: u32,
    value_size: u32,
    entries: u32,
    flags: u32,
}

#[repr(C)]
#[derive(Default)]
struct LoadProgram {
    kind: u32,
    count: u32,
    code: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log: u64,
    kernel_version: u32,
    flags: u32,
    name: [u8; 16],
}

#[repr(C)]
#[derive(Default)]
struct Attach {
    device: u32,
    program: u32,
    way: u32,
    flags: u32,
    replaced: u32,
    relative: u32,
    revision: u64,
}

#[repr(C)]
#[derive(Default)]
struct Query {
    device: u32,
    way: u32,
    query_flags: u32,
    attach_flags: u32,
    ids: u64,
    count: u32,
    padding: u32,
    program_flags: u64,
    link_ids: u64,
    link_flags: u64,
    revision: u64,
}

#[repr(C)]
#[derive(Default)]
struct ById {
    id: u32,
    next: u32,
    flags: u32,
}

#[repr(C)]
#[derive(Default)]
struct InfoOf {
    descriptor: u32,
    length: u32,
    info: u64,
}

/// The beginning of `struct bpf_prog_info`.
#[repr(C)]
#[derive(Default)]
struct Info {
    kind: u32,
    id: u32,
    tag: [u8; 8],
    lengths: [u32; 2],
    code: [u64; 2],
    loaded: u64,
    user: u32,
    map_count: u32,
    maps: u64,
    name: [u8; 16],
}

/// Makes a map.
pub(super) fn map(kind: MapKind, (key_size, value_size): (u32, u32), entries: u32, flags: u32) -> io::Result<OwnedFd> {
    let wanted = CreateMap { kind: kind as u32, key_size, value_size, entries, flags };
    bpf(MAP_CREATE, wanted).map(owned)
}

impl Program {
    /// Loads a program that classifies packets. What the verifier says of one that it refuses is in the error.
    pub(super) fn load(name: &str, code: &[[u8; 8]]) -> io::Result<Self> {
        let mut named = [0; 16];
        named.iter_mut().zip(name.bytes().take(15)).for_each(|(to, from)| *to = from);
        let wanted = |log: &mut [u8]| LoadProgram {
            kind: CLASSIFIER,
            count: code.len() as u32,
            code: code.as_ptr() as u64,
            license: c"Apache-2.0".as_ptr() as u64,
            log_level: u32::from(!log.is_empty()),
            log_size: log.len() as u32,
            log: if log.is_empty() { 0 } else { log.as_mut_ptr() as u64 },
            name: named,
            ..LoadProgram::default()
        };
        let descriptor = bpf(PROG_LOAD, wanted(&mut [])).or_else(|error| {
            let mut log = vec![0; 64 << 10];
            bpf(PROG_LOAD, wanted(&mut log)).map_err(|_| explained(&error, &log))
        })?;
        Self::of(owned(descriptor))
    }

    fn of(descriptor: OwnedFd) -> io::Result<Self> {
        let mut info = Info::default();
        let wanted =
            InfoOf { descriptor: descriptor.as_raw_fd() as u32, length: size_of::<Info>() as u32, info: (&raw mut info) as u64 };
        bpf(OBJ_GET_INFO_BY_FD, wanted)?;
        Ok(Self { descriptor, id: info.id, name: info.name })
    }

    /// The programs of a device of this thread's namespace.
    pub(super) fn on(device: u32, way: Way) -> io::Result<Vec<Self>> {
        let ids = ids_on(device, way)?;
        // One that has just gone is not there.
        Ok(ids
            .into_iter()
            .filter_map(|id| bpf(PROG_GET_FD_BY_ID, ById { id, ..ById::default() }).ok())
            .map(owned)
            .flat_map(Self::of)
            .collect())
    }

    /// Runs it on a device of this thread's namespace.
    pub(super) fn attach(&self, device: u32, way: Way) -> io::Result<()> {
        bpf(PROG_ATTACH, self.at(device, way)).map(drop)
    }

    /// Runs it there no more.
    pub(super) fn detach(&self, device: u32, way: Way) -> io::Result<()> {
        bpf(PROG_DETACH, self.at(device, way)).map(drop)
    }

    fn at(&self, device: u32, way: Way) -> Attach {
        Attach { device, program: self.descriptor.as_raw_fd() as u32, way: way as u32, ..Attach::default() }
    }
}

/// The numbers of the programs of a device of this thread's namespace.
pub(super) fn ids_on(device: u32, way: Way) -> io::Result<Vec<u32>> {
    let mut ids = vec![0_u32; MOST_PROGRAMS];
    let mut query =
        Query { device, way: way as u32, ids: ids.as_mut_ptr() as u64, count: MOST_PROGRAMS as u32, ..Query::default() };
    call(PROG_QUERY, &mut query)?;
    ids.truncate(query.count as usize);
    Ok(ids)
}

fn explained(error: &io::Error, log: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(log);
    let end = text.trim_end_matches('\0').trim_end();
    let last: Vec<&str> = end.lines().rev().take(12).collect();
    io::Error::new(error.kind(), format!("{error}: {}", last.into_iter().rev().collect::<Vec<_>>().join("; ")))
}

fn bpf<T>(command: i64, mut attributes: T) -> io::Result<i32> {
    call(command, &mut attributes)
}

fn call<T>(command: i64, attributes: &mut T) -> io::Result<i32> {
    // SAFETY: the attributes are a C structure of the size given, and what they point at outlives the call: it is borrowed by
    // whoever fills them in.
    let result = unsafe { libc::syscall(libc::SYS_bpf, command, std::ptr::from_mut(attributes), size_of::<T>()) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result as i32) }
}

fn owned(descriptor: i32) -> OwnedFd {
    // SAFETY: the kernel has just given this descriptor to us alone.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

impl AsFd for Program {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
