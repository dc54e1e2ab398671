//! Address blocks as requests write them: parsed, masked to their canonical form, and kept out of ranges that nobody can have.

use ipnet::Ipv4Net;

use crate::Error;

/// Blocks that no network here can have, and why.
const RESERVED: [(&str, &str); 6] = [
    ("0.0.0.0/8", "it means 'this network' (RFC 1122)"),
    ("127.0.0.0/8", "it is the loopback range (RFC 1122)"),
    ("169.254.0.0/16", "it is the link-local range, where the metadata and DNS services answer (RFC 3927)"),
    ("198.18.0.0/15", "underpass uses it for the simulated internet"),
    ("224.0.0.0/4", "it is the multicast range (RFC 5771)"),
    ("240.0.0.0/4", "underpass uses it for the fabric between VPCs"),
];

/// Reads a block and masks off its host bits.
///
/// # Errors
/// `InvalidParameterValue` when it is not of the form `a.b.c.d/n`.
pub fn parse(member: &str, text: &str) -> Result<Ipv4Net, Error> {
    let block: Result<Ipv4Net, _> = text.parse();
    block.map(|block| block.trunc()).map_err(|_| {
        Error::invalid_value(format!("Value ({text}) for parameter {member} is invalid. This is not a valid CIDR block."))
    })
}

/// Whether two blocks share an address. Blocks are aligned, so one holds the other or they are apart.
pub fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Why no network can have `block`; none when it can.
pub fn reserved(block: Ipv4Net) -> Option<String> {
    let ranges = RESERVED.iter().filter_map(|(range, why)| Some((range.parse::<Ipv4Net>().ok()?, why)));
    ranges.filter(|(range, _)| overlap(*range, block)).map(|(range, why)| format!("{block} overlaps {range}: {why}")).next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn host_bits_are_masked_off() {
        let block = parse("cidrBlock", "100.68.0.18/18").expect("a block");
        assert_eq!(block.to_string(), "100.68.0.0/18");
    }

    #[test]
    fn a_text_that_is_no_block_is_refused() {
        for text in ["", "10.0.0.0", "10.0.0/8", "10.0.0.0/33", "10.0.0.256/8", "::/0", "10.0.0.0/-1", "10.0.0.0/8 "] {
            assert_eq!(parse("cidrBlock", text).map_err(|e| e.code), Err("InvalidParameterValue".to_owned()), "{text}");
        }
    }

    #[test]
    fn blocks_overlap_when_one_holds_the_other() {
        let block = |text: &str| parse("cidrBlock", text).expect("a block");
        assert!(overlap(block("10.0.0.0/8"), block("10.1.0.0/16")));
        assert!(overlap(block("10.1.0.0/16"), block("10.0.0.0/8")));
        assert!(!overlap(block("10.0.0.0/16"), block("10.1.0.0/16")));
    }

    #[test]
    fn the_ranges_of_the_fabric_and_the_internet_belong_to_nobody() {
        for (text, free) in [
            ("10.0.0.0/16", true),
            ("198.20.0.0/16", true),
            ("198.19.0.0/16", false),
            ("240.1.0.0/16", false),
            ("127.1.0.0/16", false),
        ] {
            assert_eq!(reserved(parse("cidrBlock", text).expect("a block")).is_none(), free, "{text}");
        }
    }

    fn any_block() -> impl Strategy<Value = Ipv4Net> {
        (any::<u32>(), 8u8..=32).prop_map(|(address, length)| Ipv4Net::new_assert(address.into(), length).trunc())
    }

    proptest! {
        #[test]
        fn blocks_overlap_exactly_when_an_address_is_in_both(one in any_block(), other in any_block(), length in 0u8..8) {
            let wider = Ipv4Net::new_assert(one.network(), length).trunc();
            for (one, other) in [(one, other), (one, wider)] {
                let shared = u32::from(one.network()).max(other.network().into()) <= u32::from(one.broadcast()).min(other.broadcast().into());
                prop_assert_eq!(overlap(one, other), shared);
                prop_assert_eq!(overlap(other, one), shared);
            }
        }

        #[test]
        fn what_is_read_is_canonical_and_reads_back(text in "[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}") {
            if let Ok(block) = parse("cidrBlock", &text) {
                prop_assert_eq!(block.addr(), block.network());
                prop_assert_eq!(parse("cidrBlock", &block.to_string()), Ok(block));
            }
        }
    }
}
