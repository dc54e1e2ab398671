//! Writes and reads netlink's bytes: a 16-byte header, a fixed part, then attributes of type, length and value, all
//! padded to four bytes. Reading believes nothing.

/// The few words of netlink itself, of `linux/netlink.h`.
pub(crate) mod flag {
    pub(crate) const REQUEST: u16 = 0x1;
    pub(crate) const ACK: u16 = 0x4;
    pub(crate) const DUMP: u16 = 0x300;
    pub(crate) const REPLACE: u16 = 0x100;
    pub(crate) const EXCLUSIVE: u16 = 0x200;
    pub(crate) const CREATE: u16 = 0x400;
    pub(crate) const APPEND: u16 = 0x800;
    pub(crate) const DUMP_INTERRUPTED: u16 = 0x10;
    pub(crate) const ACK_ATTRIBUTES: u16 = 0x200;
    pub(crate) const NLMSG_ERROR: u16 = 2;
    pub(crate) const NLMSG_DONE: u16 = 3;
    pub(crate) const NESTED: u16 = 0x8000;
    pub(super) const TYPE_MASK: u16 = 0x3fff;
}

/// Messages under construction, one after the other in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A whole message: header, fixed part, and the attributes that `body` writes.
    pub(crate) fn message(&mut self, kind: u16, flags: u16, sequence: u32, fixed: &[u8], body: impl FnOnce(&mut Writer)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(&(flags | flag::REQUEST).to_ne_bytes());
        self.bytes.extend_from_slice(&sequence.to_ne_bytes());
        self.bytes.extend_from_slice(&[0; 4]);
        self.raw(fixed);
        body(self);
        let length = u32::try_from(self.bytes.len() - start).unwrap_or(u32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&length.to_ne_bytes());
    }

    /// Bytes without a header, padded.
    pub(crate) fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// An attribute.
    pub(crate) fn attr(&mut self, kind: u16, value: &[u8]) {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.raw(value);
    }

    /// An attribute of text, with the final zero that the kernel wants.
    pub(crate) fn text(&mut self, kind: u16, value: &str) {
        let mut bytes = value.as_bytes().to_vec();
        bytes.push(0);
        self.attr(kind, &bytes);
    }

    /// A 32-bit attribute in the machine's order, as rtnetlink wants it.
    pub(crate) fn u32(&mut self, kind: u16, value: u32) {
        self.attr(kind, &value.to_ne_bytes());
    }

    /// A 32-bit attribute in network order, as nfnetlink wants it.
    pub(crate) fn u32_be(&mut self, kind: u16, value: u32) {
        self.attr(kind, &value.to_be_bytes());
    }

    /// An attribute made of attributes. At most 65,535 bytes fit: the caller sees to that.
    pub(crate) fn nest(&mut self, kind: u16, body: impl FnOnce(&mut Writer)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 2]);
        self.bytes.extend_from_slice(&(kind | flag::NESTED).to_ne_bytes());
        body(self);
        let length = u16::try_from(self.bytes.len() - start).unwrap_or(u16::MAX);
        self.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
    }
}

/// One message as received.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    /// What kind of message it is.
    pub(crate) kind: u16,
    /// Its flags.
    pub(crate) flags: u16,
    /// The number of the request that it answers.
    pub(crate) sequence: u32,
    /// What follows the header.
    pub(crate) body: &'a [u8],
}

/// The messages of a datagram; ends at the first that is not whole.
#[derive(Debug, Clone)]
pub(crate) struct Messages<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let bytes = self.0;
        let length = usize::try_from(u32_ne(bytes.get(..4)?)?).ok()?;
        let (body, header) = (bytes.get(16..length)?, bytes.get(..16)?);
        self.0 = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some(Message {
            kind: u16::from_ne_bytes([header[4], header[5]]),
            flags: u16::from_ne_bytes([header[6], header[7]]),
            sequence: u32::from_ne_bytes([header[8], header[9], header[10], header[11]]),
            body,
        })
    }
}

/// The attributes of a message; ends at the first that is not whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes<'a>(pub(crate) &'a [u8]);

impl<'a> Attributes<'a> {
    /// The attributes that follow a fixed part of `fixed` bytes.
    pub(crate) fn after(body: &'a [u8], fixed: usize) -> Attributes<'a> {
        Attributes(body.get(fixed.next_multiple_of(4)..).unwrap_or(&[]))
    }

    /// The value of the first attribute of a kind.
    pub(crate) fn find(self, wanted: u16) -> Option<&'a [u8]> {
        { self }.find_map(|(kind, value)| (kind == wanted).then_some(value))
    }

    /// The attributes inside an attribute.
    pub(crate) fn inside(self, wanted: u16) -> Attributes<'a> {
        Attributes(self.find(wanted).unwrap_or(&[]))
    }

    /// A 32-bit value in the machine's order.
    pub(crate) fn u32(self, wanted: u16) -> Option<u32> {
        u32_ne(self.find(wanted)?)
    }

    /// A 32-bit value in network order.
    pub(crate) fn u32_be(self, wanted: u16) -> Option<u32> {
        u32_be(self.find(wanted)?)
    }

    /// A text, without the final zero.
    pub(crate) fn text(self, wanted: u16) -> Option<String> {
        let bytes = self.find(wanted)?;
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        String::from_utf8(bytes[..end].to_vec()).ok()
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let bytes = self.0;
        let header = bytes.get(..4)?;
        let length = usize::from(u16::from_ne_bytes([header[0], header[1]]));
        let kind = u16::from_ne_bytes([header[2], header[3]]) & flag::TYPE_MASK;
        let value = bytes.get(4..length)?;
        self.0 = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((kind, value))
    }
}

/// Reads 32 bits in the machine's order.
pub(crate) fn u32_ne(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// Reads 32 bits in network order.
pub(crate) fn u32_be(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_with_nested_attributes_reads_back() {
        let mut writer = Writer::default();
        writer.message(16, 0x400, 7, &[1, 2, 3, 4], |w| {
            w.text(3, "eth0");
            w.nest(18, |w| w.u32(1, 0xdead_beef));
        });
        writer.message(17, 0, 8, &[], |w| w.u32_be(5, 1));
        let messages: Vec<Message<'_>> = Messages(writer.bytes()).collect();
        assert_eq!(messages.len(), 2);
        assert_eq!((messages[0].kind, messages[0].sequence), (16, 7));
        let attributes = Attributes::after(messages[0].body, 4);
        assert_eq!(attributes.text(3).as_deref(), Some("eth0"));
        assert_eq!(attributes.inside(18).u32(1), Some(0xdead_beef));
        assert_eq!(Attributes::after(messages[1].body, 0).u32_be(5), Some(1));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic_and_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            for message in Messages(&bytes) {
                for (_, value) in Attributes::after(message.body, 4) {
                    for (_, value) in Attributes(value) {
                        let _ = u32_be(value);
                    }
                }
            }
            prop_assert!(Attributes(&bytes).count() <= bytes.len() / 4);
            prop_assert!(Messages(&bytes).count() <= bytes.len() / 16);
        }
    }
}
