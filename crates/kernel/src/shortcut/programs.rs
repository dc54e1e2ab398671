//! The two programs of a router. What comes in by a device and is known goes where it went before; what goes out by a device
//! teaches where what came in goes.
//!
//! Packets of a flow that is not known pass the kernel as ever. Some of them are remembered where they come in (`Slot`), with
//! their addresses; where the same packet goes out, on the same processor and before any other, it has passed every rule, and
//! its addresses are what the router made of them. That is a [`FLOW`]: for so long, and until the rules change, packets with
//! the same addresses need not be judged again. The beginning and the end of a TCP connection are always judged, and forget
//! what was known of it.

use super::assemble::{Alu, Assembly, If, R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, Size};

use Size::{Byte, Double, Half, Word};

/// What the programs work with: maps, by their descriptors, and a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    /// [`KEY`] to [`FLOW`].
    pub(super) flows: i32,
    /// A [`SLOT`] of each processor.
    pub(super) slots: i32,
    /// The generations of routers, four bytes each.
    pub(super) generations: i32,
    /// How long a flow is known, in nanoseconds.
    pub(super) known_for: i32,
}

/// One in so many packets that could teach does (a power of two): flows of a few packets cost nothing more.
const ONE_IN: i32 = 8;

/// What is known by: router, device, source, destination, both ports, protocol.
pub(super) const KEY: u32 = 24;
mod key {
    pub(super) const ROUTER: i16 = 0;
    pub(super) const DEVICE: i16 = 4;
    pub(super) const SOURCE: i16 = 8;
    pub(super) const DESTINATION: i16 = 12;
    pub(super) const PORTS: i16 = 16;
    pub(super) const PROTOCOL: i16 = 20;
}

/// What is known of a flow: until when, of which generation, the way out, what its packets have there, and the differences
/// that their checksums make.
pub(super) const FLOW: u32 = 40;
mod flow {
    pub(super) const UNTIL: i16 = 0;
    pub(super) const GENERATION: i16 = 8;
    pub(super) const DEVICE: i16 = 12;
    pub(super) const SOURCE: i16 = 16;
    pub(super) const DESTINATION: i16 = 20;
    pub(super) const PORTS: i16 = 24;
    pub(super) const ADDRESSES_DIFFER: i16 = 28;
    pub(super) const PORTS_DIFFER: i16 = 32;
    /// How large a packet was that passed: smaller ones pass too, whatever the links on the way can carry.
    pub(super) const SIZE: i16 = 36;
}

/// A packet that came in: its key, the generation at that time, its ticket, whether it begins or ends a connection, and
/// whether it is still on its way.
pub(super) const SLOT: u32 = 40;
mod slot {
    pub(super) const GENERATION: i16 = 24;
    pub(super) const TICKET: i16 = 28;
    pub(super) const FORGETS: i16 = 32;
    pub(super) const ON_ITS_WAY: i16 = 36;
}

/// Fields of `struct __sk_buff`.
mod skb {
    pub(super) const LENGTH: i16 = 0;
    pub(super) const PROTOCOL: i16 = 16;
    pub(super) const DEVICE: i16 = 40;
    /// A number that stays with the packet on its way through one namespace, and that nothing else uses.
    pub(super) const TICKET: i16 = 44;
    pub(super) const DATA: i16 = 76;
    pub(super) const DATA_END: i16 = 80;
    /// The payload of each packet that this one stands for.
    pub(super) const SEGMENT: i16 = 176;
}

/// Offsets in an Ethernet frame with an IPv4 header without options.
mod frame {
    pub(super) const VERSION: i16 = 14;
    pub(super) const FRAGMENT: i16 = 20;
    pub(super) const TTL: i16 = 22;
    pub(super) const PROTOCOL: i16 = 23;
    pub(super) const CHECKSUM: i16 = 24;
    pub(super) const SOURCE: i16 = 26;
    pub(super) const DESTINATION: i16 = 30;
    pub(super) const PORTS: i16 = 34;
    pub(super) const SOURCE_PORT: i16 = 34;
    pub(super) const DESTINATION_PORT: i16 = 36;
    pub(super) const UDP_CHECKSUM: i32 = 40;
    pub(super) const UDP_END: i32 = 42;
    pub(super) const TCP_FLAGS: i16 = 47;
    pub(super) const TCP_CHECKSUM: i32 = 50;
    pub(super) const TCP_END: i32 = 54;
}

/// Helpers of the kernel's.
mod helper {
    pub(super) const LOOKUP: i32 = 1;
    pub(super) const UPDATE: i32 = 2;
    pub(super) const DELETE: i32 = 3;
    pub(super) const RANDOM: i32 = 7;
    pub(super) const REPLACE_CHECKSUM: i32 = 11;
    pub(super) const CHECKSUM_DIFFERENCE: i32 = 28;
    pub(super) const REDIRECT_PEER: i32 = 155;
    pub(super) const COARSE_TIME: i32 = 160;
}

const IPV4: i32 = (0x0800_u16).to_be() as i32;
const NO_OPTIONS: i32 = 0x45;
/// More fragments, or an offset.
const FRAGMENT: i32 = (0x3fff_u16).to_be() as i32;
const TCP: i32 = 6;
const UDP: i32 = 17;
/// FIN, SYN, RST.
const BEGINS_OR_ENDS: i32 = 0x07;
/// The next program, and then the kernel, go on with the packet.
const PASS: i32 = -1;
const DROP: i32 = 2;
/// The difference is one of addresses, which the pseudo header has.
const PSEUDO_HEADER: i32 = 0x10;
/// A datagram without a checksum stays without.
const MAY_BE_ZERO: i32 = 0x20;
/// What a TTL that is one less makes of the sum of the header's 16-bit words.
const ONE_LESS: i32 = if cfg!(target_endian = "little") { 0xfffe } else { 0xfeff };

/// Where the key lies on the stack, and a number that is zero.
const KEY_AT: i16 = -24;
const ZERO_AT: i16 = -32;
/// Where a new flow lies.
const FLOW_AT: i16 = -72;

/// What runs for every packet that comes in by a device of `router`.
pub(super) fn arriving(router: u32, means: Means) -> Vec<[u8; 8]> {
    let mut a = Assembly::default();
    // R6: the packet; R9: its protocol, until the end.
    a.alu(Alu::Mov, R6, R1).alu(Alu::Mov, R0, 0).store(Word, R6, skb::TICKET, R0);
    whole_header(&mut a);
    a.load(Byte, R1, R7, frame::TTL).jump_if(R1, If::AtMost, 1, "pass");
    a.load(Byte, R9, R7, frame::PROTOCOL);
    a.store(Word, R10, KEY_AT + key::ROUTER, router as i32);
    a.load(Word, R1, R6, skb::DEVICE).store(Word, R10, KEY_AT + key::DEVICE, R1);
    for (from, to) in [(frame::SOURCE, key::SOURCE), (frame::DESTINATION, key::DESTINATION), (frame::PORTS, key::PORTS)] {
        a.load(Word, R1, R7, from).store(Word, R10, KEY_AT + to, R1);
    }
    a.store(Word, R10, KEY_AT + key::PROTOCOL, R9);
    a.jump_if(R9, If::Equal, UDP, "known?").jump_if(R9, If::Differs, TCP, "pass");
    a.alu(Alu::Mov, R2, R7).alu(Alu::Add, R2, frame::TCP_END).jump_if(R2, If::Greater, R8, "pass");
    a.load(Byte, R1, R7, frame::TCP_FLAGS).jump_if(R1, If::Has, BEGINS_OR_ENDS, "forget");

    a.label("known?").map(R1, means.flows).alu(Alu::Mov, R2, R10).alu(Alu::Add, R2, i32::from(KEY_AT));
    a.call(helper::LOOKUP).jump_if(R0, If::Equal, 0, "learn");
    // R7: the flow.
    a.alu(Alu::Mov, R7, R0).map_value(R1, means.generations, generation(router));
    a.load(Word, R2, R1, 0).load(Word, R3, R7, flow::GENERATION).jump_if(R2, If::Differs, R3, "learn");
    a.call(helper::COARSE_TIME).load(Double, R1, R7, flow::UNTIL).jump_if(R0, If::Greater, R1, "learn");
    size(&mut a);
    a.load(Word, R1, R7, flow::SIZE).jump_if(R2, If::Greater, R1, "learn");
    take(&mut a);

    a.label("forget").map(R1, means.flows).alu(Alu::Mov, R2, R10).alu(Alu::Add, R2, i32::from(KEY_AT));
    a.call(helper::DELETE).alu(Alu::Mov, R8, 1).jump("remember");

    a.label("learn").call(helper::RANDOM).alu(Alu::And, R0, ONE_IN - 1).jump_if(R0, If::Differs, 0, "pass").alu(Alu::Mov, R8, 0);
    a.label("remember");
    remember(&mut a, router, means);
    a.label("pass").alu(Alu::Mov, R0, PASS).exit();
    a.finish()
}

/// Goes on with `R7` at the frame and `R8` at its end, if its headers lie in one piece: IPv4 without options, no fragment, and
/// as much as a UDP header.
fn whole_header(a: &mut Assembly) {
    a.load(Word, R1, R6, skb::PROTOCOL).jump_if(R1, If::Differs, IPV4, "pass");
    a.load(Word, R7, R6, skb::DATA).load(Word, R8, R6, skb::DATA_END);
    a.alu(Alu::Mov, R2, R7).alu(Alu::Add, R2, frame::UDP_END).jump_if(R2, If::Greater, R8, "pass");
    a.load(Byte, R1, R7, frame::VERSION).jump_if(R1, If::Differs, NO_OPTIONS, "pass");
    a.load(Half, R1, R7, frame::FRAGMENT).jump_if(R1, If::Has, FRAGMENT, "pass");
}

/// Goes on with the size of the frame in `R2`, or of each that it will become.
fn size(a: &mut Assembly) {
    a.load(Word, R2, R6, skb::SEGMENT).jump_if(R2, If::Equal, 0, "one").alu(Alu::Add, R2, frame::TCP_END).jump("sized");
    a.label("one").load(Word, R2, R6, skb::LENGTH).label("sized");
}

/// Gives the packet what its flow (`R7`) has at the way out, and sends it there.
fn take(a: &mut Assembly) {
    // R8: where the checksum of the transport is.
    a.alu(Alu::Mov, R8, frame::TCP_CHECKSUM).jump_if(R9, If::Equal, TCP, "addresses").alu(Alu::Mov, R8, frame::UDP_CHECKSUM);
    for (at, difference, flags, next) in
        [("addresses", flow::ADDRESSES_DIFFER, PSEUDO_HEADER, "ports"), ("ports", flow::PORTS_DIFFER, 0, "rewrite")]
    {
        let call = if at == "addresses" { "replace addresses" } else { "replace ports" };
        a.label(at).load(Word, R4, R7, difference).jump_if(R4, If::Equal, 0, next);
        a.alu(Alu::Mov, R5, flags).jump_if(R9, If::Equal, TCP, call).alu(Alu::Mov, R5, flags | MAY_BE_ZERO);
        a.label(call).alu(Alu::Mov, R1, R6).alu(Alu::Mov, R2, R8).alu(Alu::Mov, R3, 0);
        a.call(helper::REPLACE_CHECKSUM).jump_if(R0, If::Differs, 0, "drop");
    }
    a.label("rewrite").load(Word, R1, R6, skb::DATA).load(Word, R2, R6, skb::DATA_END);
    a.alu(Alu::Mov, R3, R1).alu(Alu::Add, R3, frame::UDP_END).jump_if(R3, If::Greater, R2, "drop");
    a.load(Half, R3, R1, frame::CHECKSUM).alu(Alu::Xor, R3, 0xffff).load(Word, R4, R7, flow::ADDRESSES_DIFFER);
    a.alu(Alu::Add, R3, R4).alu(Alu::Add, R3, ONE_LESS);
    for _ in 0..3 {
        a.alu(Alu::Mov, R4, R3).alu(Alu::Shr, R4, 16).alu(Alu::And, R3, 0xffff).alu(Alu::Add, R3, R4);
    }
    a.alu(Alu::Xor, R3, 0xffff).store(Half, R1, frame::CHECKSUM, R3);
    a.load(Byte, R3, R1, frame::TTL).alu(Alu::Add, R3, -1).store(Byte, R1, frame::TTL, R3);
    for (from, to) in [(flow::SOURCE, frame::SOURCE), (flow::DESTINATION, frame::DESTINATION), (flow::PORTS, frame::PORTS)] {
        a.load(Word, R3, R7, from).store(Word, R1, to, R3);
    }
    a.load(Word, R1, R7, flow::DEVICE).alu(Alu::Mov, R2, 0).call(helper::REDIRECT_PEER).exit();
    a.label("drop").alu(Alu::Mov, R0, DROP).exit();
}

/// Gives the packet a ticket, and notes its key; `R8` says whether it begins or ends a connection.
fn remember(a: &mut Assembly, router: u32, means: Means) {
    own_slot(a, means);
    for part in [0, 8, 16] {
        a.load(Double, R1, R10, KEY_AT + part).store(Double, R7, part, R1);
    }
    a.map_value(R1, means.generations, generation(router)).load(Word, R2, R1, 0).store(Word, R7, slot::GENERATION, R2);
    a.load(Word, R2, R7, slot::TICKET).alu(Alu::Add, R2, 1).alu(Alu::And, R2, 0xffff);
    a.jump_if(R2, If::Differs, 0, "ticket").alu(Alu::Mov, R2, 1);
    a.label("ticket").store(Word, R7, slot::TICKET, R2).store(Word, R6, skb::TICKET, R2);
    a.store(Word, R7, slot::FORGETS, R8).store(Word, R7, slot::ON_ITS_WAY, 1);
}

/// Goes on with `R7` at the slot of this processor.
fn own_slot(a: &mut Assembly, means: Means) {
    a.store(Word, R10, ZERO_AT, 0).map(R1, means.slots).alu(Alu::Mov, R2, R10).alu(Alu::Add, R2, i32::from(ZERO_AT));
    a.call(helper::LOOKUP).jump_if(R0, If::Equal, 0, "pass").alu(Alu::Mov, R7, R0);
}

/// What runs for every packet that goes out by a device of `router`.
pub(super) fn leaving(router: u32, means: Means) -> Vec<[u8; 8]> {
    let mut a = Assembly::default();
    // R6: the packet; R9: first its ticket, then the slot.
    a.alu(Alu::Mov, R6, R1).load(Word, R9, R6, skb::TICKET).jump_if(R9, If::Equal, 0, "pass");
    own_slot(&mut a, means);
    a.load(Word, R1, R7, slot::ON_ITS_WAY).jump_if(R1, If::Equal, 0, "pass").store(Word, R7, slot::ON_ITS_WAY, 0);
    a.load(Word, R1, R7, slot::TICKET).jump_if(R1, If::Differs, R9, "pass");
    a.alu(Alu::Mov, R9, R7);
    whole_header(&mut a);
    a.load(Word, R1, R9, slot::FORGETS).jump_if(R1, If::Differs, 0, "forget");
    teach(&mut a, means);
    a.jump("pass").label("forget");
    forget_answers(&mut a, router, means);
    a.label("pass").alu(Alu::Mov, R0, PASS).exit();
    a.finish()
}

/// Makes the flow of the slot in `R9` known: `R7` is the packet as it goes out.
fn teach(a: &mut Assembly, means: Means) {
    a.load(Word, R1, R9, slot::GENERATION).store(Word, R10, FLOW_AT + flow::GENERATION, R1);
    a.load(Word, R1, R6, skb::DEVICE).store(Word, R10, FLOW_AT + flow::DEVICE, R1);
    for (from, to) in [(frame::SOURCE, flow::SOURCE), (frame::DESTINATION, flow::DESTINATION), (frame::PORTS, flow::PORTS)] {
        a.load(Word, R1, R7, from).store(Word, R10, FLOW_AT + to, R1);
    }
    size(a);
    a.store(Word, R10, FLOW_AT + flow::SIZE, R2);
    for (was, is, size, difference, same) in [
        (key::SOURCE, flow::SOURCE, Double, flow::ADDRESSES_DIFFER, "same addresses"),
        (key::PORTS, flow::PORTS, Word, flow::PORTS_DIFFER, "same ports"),
    ] {
        let bytes = if matches!(size, Double) { 8 } else { 4 };
        a.alu(Alu::Mov, R0, 0).load(size, R1, R9, was).load(size, R2, R10, FLOW_AT + is).jump_if(R1, If::Equal, R2, same);
        a.alu(Alu::Mov, R1, R9).alu(Alu::Add, R1, i32::from(was)).alu(Alu::Mov, R2, bytes);
        a.alu(Alu::Mov, R3, R10).alu(Alu::Add, R3, i32::from(FLOW_AT + is)).alu(Alu::Mov, R4, bytes).alu(Alu::Mov, R5, 0);
        a.call(helper::CHECKSUM_DIFFERENCE).label(same).store(Word, R10, FLOW_AT + difference, R0);
    }
    a.call(helper::COARSE_TIME).alu(Alu::Add, R0, means.known_for).store(Double, R10, FLOW_AT + flow::UNTIL, R0);
    a.map(R1, means.flows).alu(Alu::Mov, R2, R9).alu(Alu::Mov, R3, R10).alu(Alu::Add, R3, i32::from(FLOW_AT));
    a.alu(Alu::Mov, R4, 0).call(helper::UPDATE);
}

/// A connection that begins or ends here: what came back by this device for another one before it is not for it.
fn forget_answers(a: &mut Assembly, router: u32, means: Means) {
    a.store(Word, R10, KEY_AT + key::ROUTER, router as i32);
    a.load(Word, R1, R6, skb::DEVICE).store(Word, R10, KEY_AT + key::DEVICE, R1);
    a.load(Word, R1, R7, frame::DESTINATION).store(Word, R10, KEY_AT + key::SOURCE, R1);
    a.load(Word, R1, R7, frame::SOURCE).store(Word, R10, KEY_AT + key::DESTINATION, R1);
    a.load(Half, R1, R7, frame::DESTINATION_PORT).store(Half, R10, KEY_AT + key::PORTS, R1);
    a.load(Half, R1, R7, frame::SOURCE_PORT).store(Half, R10, KEY_AT + key::PORTS + 2, R1);
    a.load(Byte, R1, R7, frame::PROTOCOL).store(Word, R10, KEY_AT + key::PROTOCOL, R1);
    a.map(R1, means.flows).alu(Alu::Mov, R2, R10).alu(Alu::Add, R2, i32::from(KEY_AT)).call(helper::DELETE);
}

/// How many routers have generations of their own; those that share one only forget more often.
pub(super) const GENERATIONS: u32 = 1024;

/// Where the generation of a router lies.
pub(super) fn generation(router: u32) -> i32 {
    (router % GENERATIONS * 4) as i32
}
