//! The numbers of `linux/netfilter/nf_tables.h` and its neighbours that we use.

/// The netlink family of netfilter.
pub(crate) const NETLINK_NETFILTER: isize = 12;
pub(super) const BATCH_BEGIN: u16 = 16;
pub(super) const BATCH_END: u16 = 17;
/// The fixed part of a batch's first and last message: no family, version 0, subsystem 10.
pub(super) const BATCH_HEADER: [u8; 4] = [0, 0, 0, 10];
/// The fixed part of every other message: family IPv4, version 0, no resource.
pub(super) const HEADER: [u8; 4] = [2, 0, 0, 0];

const SUBSYSTEM: u16 = 10 << 8;
pub(super) const NEWTABLE: u16 = SUBSYSTEM;
pub(super) const GETTABLE: u16 = SUBSYSTEM | 1;
pub(super) const DELTABLE: u16 = SUBSYSTEM | 2;
pub(super) const NEWCHAIN: u16 = SUBSYSTEM | 3;
pub(super) const GETCHAIN: u16 = SUBSYSTEM | 4;
pub(super) const DELCHAIN: u16 = SUBSYSTEM | 5;
pub(super) const NEWRULE: u16 = SUBSYSTEM | 6;
pub(super) const GETRULE: u16 = SUBSYSTEM | 7;
pub(super) const DELRULE: u16 = SUBSYSTEM | 8;
pub(super) const NEWSET: u16 = SUBSYSTEM | 9;
pub(super) const GETSET: u16 = SUBSYSTEM | 10;
pub(super) const DELSET: u16 = SUBSYSTEM | 11;
pub(super) const NEWELEM: u16 = SUBSYSTEM | 12;
pub(super) const GETELEM: u16 = SUBSYSTEM | 13;
pub(super) const DELELEM: u16 = SUBSYSTEM | 14;
pub(super) const NEWOBJ: u16 = SUBSYSTEM | 18;
pub(super) const GETOBJ: u16 = SUBSYSTEM | 19;
pub(super) const DELOBJ: u16 = SUBSYSTEM | 20;

/// An item of any list.
pub(super) const ITEM: u16 = 1;

pub(super) const TABLE_NAME: u16 = 1;

pub(super) const CHAIN_TABLE: u16 = 1;
pub(super) const CHAIN_NAME: u16 = 3;
pub(super) const CHAIN_HOOK: u16 = 4;
pub(super) const CHAIN_POLICY: u16 = 5;
pub(super) const CHAIN_TYPE: u16 = 7;
pub(super) const HOOK_NUMBER: u16 = 1;
pub(super) const HOOK_PRIORITY: u16 = 2;

pub(super) const RULE_TABLE: u16 = 1;
pub(super) const RULE_CHAIN: u16 = 2;
pub(super) const RULE_EXPRESSIONS: u16 = 4;
pub(super) const RULE_USERDATA: u16 = 7;
/// The type of our item among a rule's user data, where 0 is nft's comment.
pub(super) const USERDATA_DIGEST: u8 = 117;

pub(super) const SET_TABLE: u16 = 1;
pub(super) const SET_NAME: u16 = 2;
pub(super) const SET_FLAGS: u16 = 3;
pub(super) const SET_KEY_TYPE: u16 = 4;
pub(super) const SET_KEY_LEN: u16 = 5;
pub(super) const SET_DATA_TYPE: u16 = 6;
pub(super) const SET_DATA_LEN: u16 = 7;
pub(super) const SET_ID: u16 = 10;
pub(super) const SET_USERDATA: u16 = 13;
pub(super) const SET_ANONYMOUS: u32 = 0x1;
pub(super) const SET_INTERVAL: u32 = 0x4;
pub(super) const SET_MAP: u32 = 0x8;
pub(super) const TYPE_VERDICT: u32 = 0xffff_ff00;
/// nft's own notes in a set's user data, each of type, length and value: that keys or data are numbers in the machine's
/// order, and that data are ranges.
pub(super) const USERDATA_KEY_NATIVE: [u8; 6] = note(0);
pub(super) const USERDATA_DATA_NATIVE: [u8; 6] = note(1);
pub(super) const USERDATA_DATA_RANGE: [u8; 6] = note(6);

const fn note(kind: u8) -> [u8; 6] {
    let [a, b, c, d] = 1_u32.to_ne_bytes();
    [kind, 4, a, b, c, d]
}

pub(super) const ELEMENTS_TABLE: u16 = 1;
pub(super) const ELEMENTS_SET: u16 = 2;
pub(super) const ELEMENTS: u16 = 3;
pub(super) const ELEM_KEY: u16 = 1;
pub(super) const ELEM_DATA: u16 = 2;

pub(super) const OBJECT_TABLE: u16 = 1;
pub(super) const OBJECT_NAME: u16 = 2;
pub(super) const OBJECT_TYPE: u16 = 3;
pub(super) const OBJECT_DATA: u16 = 4;
/// The type of objects that say how long flows are remembered.
pub(super) const CT_TIMEOUT: u32 = 7;
pub(super) const TIMEOUT_FAMILY: u16 = 1;
pub(super) const TIMEOUT_PROTOCOL: u16 = 2;
pub(super) const TIMEOUT_POLICY: u16 = 3;
/// `CTA_TIMEOUT_TCP_ESTABLISHED`.
pub(super) const TCP_ESTABLISHED: u16 = 3;

pub(super) const DATA_VALUE: u16 = 1;
pub(super) const DATA_VERDICT: u16 = 2;
pub(super) const VERDICT_CODE: u16 = 1;
pub(super) const VERDICT_CHAIN: u16 = 2;
pub(super) const DROP: i32 = 0;
pub(super) const ACCEPT: i32 = 1;
pub(super) const JUMP: i32 = -3;
pub(super) const GOTO: i32 = -4;
pub(super) const RETURN: i32 = -5;

/// The register that holds a verdict.
pub(super) const VERDICT_REGISTER: u32 = 0;
/// The first of sixteen registers of four bytes.
pub(super) const FIRST_REGISTER: u32 = 8;
