//! Tracked flows: finds those that match a filter and makes the kernel forget them.

use std::io;
use std::net::Ipv4Addr;

use crate::error::KernelError;
use crate::kernel::FlowFilter;
use crate::netlink::{Attributes, Socket, Writer, flag, u16_be};
use crate::nftables::NETLINK_NETFILTER;

const CT_GET: u16 = 1 << 8 | 1;
const CT_DELETE: u16 = 1 << 8 | 2;
/// Family IPv4, version 0, no resource.
const HEADER: [u8; 4] = [2, 0, 0, 0];

const TUPLE_ORIG: u16 = 1;
const TUPLE_REPLY: u16 = 2;
const ID: u16 = 12;
const TUPLE_IP: u16 = 1;
const TUPLE_PROTO: u16 = 2;
const IP_SRC: u16 = 1;
const IP_DST: u16 = 2;
const PROTO_NUM: u16 = 1;
const PROTO_SRC_PORT: u16 = 2;
const PROTO_DST_PORT: u16 = 3;

/// The most bytes of messages sent at once.
const BATCH: usize = 64 << 10;

/// Forgets the flows of this thread's namespace that match; says how many there were.
pub(crate) fn cut(filter: &FlowFilter) -> Result<usize, KernelError> {
    let failed = |e: io::Error| KernelError::failed("forget tracked flows", e);
    let socket = Socket::open(NETLINK_NETFILTER).map_err(failed)?;
    let mut question = Writer::default();
    question.message(CT_GET, flag::DUMP, 0, &HEADER, |_| {});
    let flows = socket.inventory(question.bytes()).map_err(failed)?;
    let mut doomed = flows.iter().filter(|body| matches(filter, body)).peekable();
    let mut count = 0;
    while doomed.peek().is_some() {
        let mut writer = Writer::default();
        while writer.bytes().len() < BATCH
            && let Some(body) = doomed.next()
        {
            forget(&mut writer, body);
            count += 1;
        }
        let answers = socket.request(writer.bytes()).map_err(failed)?;
        // A flow that ended by itself meanwhile is as good as forgotten.
        if let Some(answer) = answers.iter().find(|answer| !matches!(answer.errno, 0 | libc::ENOENT)) {
            return Err(failed(io::Error::from_raw_os_error(answer.errno)));
        }
    }
    Ok(count)
}

fn forget(writer: &mut Writer, body: &[u8]) {
    let flow = Attributes::after(body, HEADER.len());
    writer.message(CT_DELETE, flag::ACK, 0, &HEADER, |w| {
        for kind in [TUPLE_ORIG, ID] {
            if let Some(value) = flow.find(kind) {
                let nested = if kind == TUPLE_ORIG { flag::NESTED } else { 0 };
                w.attr(kind | nested, value);
            }
        }
    });
}

fn matches(filter: &FlowFilter, body: &[u8]) -> bool {
    let flow = Attributes::after(body, HEADER.len());
    let (original, reply) = (flow.inside(TUPLE_ORIG), flow.inside(TUPLE_REPLY));
    let ip = |tuple: Attributes<'_>, kind: u16| {
        let bytes: [u8; 4] = tuple.inside(TUPLE_IP).find(kind)?.try_into().ok()?;
        Some(Ipv4Addr::from(bytes))
    };
    let port = |tuple: Attributes<'_>, kind: u16| tuple.inside(TUPLE_PROTO).find(kind).and_then(u16_be);
    let protocol = original.inside(TUPLE_PROTO).find(PROTO_NUM).and_then(|value| value.first().copied());
    agrees(filter.protocol, protocol)
        && agrees(filter.src, ip(original, IP_SRC))
        && agrees(filter.dst, ip(original, IP_DST))
        && agrees(filter.dport, port(original, PROTO_DST_PORT))
        && agrees(filter.reply_src, ip(reply, IP_SRC))
        && agrees(filter.reply_sport, port(reply, PROTO_SRC_PORT))
}

fn agrees<T: PartialEq>(wanted: Option<T>, actual: Option<T>) -> bool {
    wanted.is_none() || wanted == actual
}
