//! PROXY protocol version 2 headers, as a network load balancer writes them before a connection's bytes.

use std::net::SocketAddrV4;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2; the connection is the proxy's own.
const LOCAL: u8 = 0x20;
/// Version 2; the connection is on behalf of the addresses that follow.
const PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const TYPE_CRC32C: u8 = 0x03;
const TYPE_AWS: u8 = 0xea;
const SUBTYPE_VPC_ENDPOINT: u8 = 0x01;
const CHECKSUM: usize = size_of::<u32>();

/// The header of a connection that the proxy makes for itself, such as a health check.
pub(crate) fn local() -> [u8; 16] {
    let mut header = [0; 16];
    header[..12].copy_from_slice(&SIGNATURE);
    header[12] = LOCAL;
    header
}

/// The header of a connection from `source` to `destination`, with the VPC endpoint that it came through (an identifier of at
/// most 255 bytes; what is longer is cut) and, on request, a checksum.
pub(crate) fn proxied(source: SocketAddrV4, destination: SocketAddrV4, endpoint: Option<&str>, checksum: bool) -> Vec<u8> {
    let mut header = Vec::with_capacity(80);
    header.extend_from_slice(&SIGNATURE);
    header.extend_from_slice(&[PROXY, TCP_OVER_IPV4, 0, 0]);
    header.extend_from_slice(&source.ip().octets());
    header.extend_from_slice(&destination.ip().octets());
    header.extend_from_slice(&source.port().to_be_bytes());
    header.extend_from_slice(&destination.port().to_be_bytes());
    if checksum {
        header.extend_from_slice(&[TYPE_CRC32C, 0, CHECKSUM as u8, 0, 0, 0, 0]);
    }
    let checksum_end = header.len();
    if let Some(endpoint) = endpoint {
        let id = &endpoint.as_bytes()[..endpoint.len().min(255)];
        header.push(TYPE_AWS);
        header.extend_from_slice(&(1 + id.len() as u16).to_be_bytes());
        header.push(SUBTYPE_VPC_ENDPOINT);
        header.extend_from_slice(id);
    }
    let length = (header.len() - 16) as u16;
    header[14..16].copy_from_slice(&length.to_be_bytes());
    if checksum {
        let sum = crc32c(&header);
        header[checksum_end - CHECKSUM..checksum_end].copy_from_slice(&sum.to_be_bytes());
    }
    header
}

/// The Castagnoli CRC (RFC 3720 appendix B.4), bit by bit: headers are short.
fn crc32c(bytes: &[u8]) -> u32 {
    let round = |crc: u32| {
        if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
    };
    !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| round(crc)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses() -> (SocketAddrV4, SocketAddrV4) {
        ("10.0.1.5:40000".parse().unwrap(), "10.1.0.9:443".parse().unwrap())
    }

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn a_connection_through_an_endpoint_names_it_in_awss_field() {
        let (source, destination) = addresses();
        let header = proxied(source, destination, Some("vpce-08d2bf15fac5001c9"), false);
        let expected = [
            &b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x26"[..],
            &[10, 0, 1, 5, 10, 1, 0, 9, 0x9c, 0x40, 0x01, 0xbb],
            &b"\xea\x00\x17\x01vpce-08d2bf15fac5001c9"[..],
        ];
        assert_eq!(header, expected.concat());
    }

    #[test]
    fn a_header_with_its_checksum_set_to_zero_sums_to_the_checksum() {
        let (source, destination) = addresses();
        let mut header = proxied(source, destination, Some("vpce-1"), true);
        let sum = u32::from_be_bytes(header[31..35].try_into().unwrap());
        header[31..35].fill(0);
        assert_eq!(crc32c(&header), sum);
    }

    #[test]
    fn the_proxys_own_connections_say_so() {
        assert_eq!(local()[12..], [0x20, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn the_length_always_covers_the_rest(id in proptest::option::of("[a-z0-9-]{0,300}"), checksum in any::<bool>()) {
            let (source, destination) = addresses();
            let header = proxied(source, destination, id.as_deref(), checksum);
            let length = u16::from_be_bytes([header[14], header[15]]);
            prop_assert_eq!(usize::from(length), header.len() - 16);
        }
    }
}
