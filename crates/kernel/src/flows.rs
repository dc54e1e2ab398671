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
const BATCH: usize = 16 << 10;

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
    writer.message(CT_DELETE, 0, 0, &HEADER, |w| {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A flow from 10.0.0.1:4000 to 10.0.0.2:80, answered by 10.9.0.2:8080.
    fn flow() -> Vec<u8> {
        let mut w = Writer::default();
        w.raw(&HEADER);
        tuple(&mut w, TUPLE_ORIG, ([10, 0, 0, 1], 4000), ([10, 0, 0, 2], 80));
        tuple(&mut w, TUPLE_REPLY, ([10, 9, 0, 2], 8080), ([10, 0, 0, 1], 4000));
        w.attr(ID, &[0, 0, 0, 7]);
        w.bytes().to_vec()
    }

    fn tuple(w: &mut Writer, kind: u16, src: ([u8; 4], u16), dst: ([u8; 4], u16)) {
        w.nest(kind, |w| {
            w.nest(TUPLE_IP, |w| {
                w.attr(IP_SRC, &src.0);
                w.attr(IP_DST, &dst.0);
            });
            w.nest(TUPLE_PROTO, |w| {
                w.attr(PROTO_NUM, &[6]);
                w.attr(PROTO_SRC_PORT, &src.1.to_be_bytes());
                w.attr(PROTO_DST_PORT, &dst.1.to_be_bytes());
            });
        });
    }

    #[test]
    fn a_filter_matches_when_everything_that_it_names_does() {
        let any = FlowFilter::default();
        let ip = |text: &str| text.parse().ok();
        let matching = [
            any.clone(),
            FlowFilter { protocol: Some(6), ..any.clone() },
            FlowFilter { src: ip("10.0.0.1"), dst: ip("10.0.0.2"), dport: Some(80), ..any.clone() },
            FlowFilter { reply_src: ip("10.9.0.2"), reply_sport: Some(8080), ..any.clone() },
        ];
        assert!(matching.iter().all(|filter| matches(filter, &flow())));
        let others = [
            FlowFilter { protocol: Some(17), ..any.clone() },
            FlowFilter { src: ip("10.0.0.2"), ..any.clone() },
            FlowFilter { dst: ip("10.0.0.2"), dport: Some(81), ..any.clone() },
            FlowFilter { reply_src: ip("10.0.0.2"), ..any.clone() },
            FlowFilter { reply_sport: Some(80), ..any },
        ];
        assert!(others.iter().all(|filter| !matches(filter, &flow())));
        assert!(!matches(&others[0], &[]));
    }

    #[test]
    fn a_flow_is_forgotten_by_its_first_tuple_and_number() {
        let mut w = Writer::default();
        forget(&mut w, &flow());
        let message = crate::netlink::Messages(w.bytes()).next().expect("one message");
        let kinds: Vec<u16> = Attributes::after(message.body, HEADER.len()).map(|(kind, _)| kind).collect();
        assert_eq!((message.kind, kinds), (CT_DELETE, vec![TUPLE_ORIG, ID]));
    }
}
