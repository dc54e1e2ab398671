//! The canonical request: the bytes that both sides sign (Signature Version 4, "Create a canonical request").

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use wire::Request;

/// All but RFC 3986's unreserved characters is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same for a path, which keeps its slashes.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The canonical form of a request over the named headers, with the payload's hash as declared.
pub(super) fn canonical_request(request: &Request, is_s3: bool, signed_headers: &[&str], payload_hash: &str) -> Vec<u8> {
    let path = if is_s3 { s3_path(&request.path) } else { path(&request.path) };
    let mut canonical = format!("{}\n{path}\n{}\n", request.method, query(&request.query)).into_bytes();
    for name in signed_headers {
        canonical.extend_from_slice(name.as_bytes());
        canonical.push(b':');
        canonical.extend_from_slice(&header(request, name));
        canonical.push(b'\n');
    }
    canonical.extend_from_slice(format!("\n{}\n{payload_hash}", signed_headers.join(";")).as_bytes());
    canonical
}

/// Dots and empty segments resolved, then encoded once more than it came.
fn path(raw: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let end = if raw.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", percent_encode(segments.join("/").as_bytes(), RESERVED_IN_PATH))
}

/// Every segment encoded exactly once: an object's key may hold dots and empty segments.
fn s3_path(raw: &str) -> String {
    let encoded: Vec<String> = raw.split('/').map(recode).collect();
    if raw.starts_with('/') { encoded.join("/") } else { format!("/{}", encoded.join("/")) }
}

/// Parameters but the signature itself, encoded exactly once and sorted by name and value.
fn query(raw: &str) -> String {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (recode(name), recode(value))
    };
    let mut pairs: Vec<(String, String)> =
        raw.split('&').filter(|part| !part.is_empty()).map(pair).filter(|(name, _)| name != "X-Amz-Signature").collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn recode(text: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    percent_encode(&decoded, RESERVED).to_string()
}

/// All values of a header in their order, trimmed, with runs of spaces made one.
fn header(request: &Request, name: &str) -> Vec<u8> {
    let values = request.headers.get_all(name).iter().map(|value| {
        let words = value.as_bytes().split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(&b' ')
    });
    values.collect::<Vec<_>>().join(&b',')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn paths_are_normalised_and_encoded_again_except_for_s3() {
        for (raw, expected) in [
            ("", "/"),
            ("/", "/"),
            ("/a/./b//c/../d", "/a/b/d"),
            ("/a/", "/a/"),
            ("/..", "/"),
            ("/2015/a%20b", "/2015/a%2520b"),
            ("/restapis/(x)", "/restapis/%28x%29"),
        ] {
            assert_eq!(path(raw), expected, "{raw}");
        }
        for (raw, expected) in [("/b/a//./k", "/b/a//./k"), ("/b/a%20b%2f", "/b/a%20b%2F"), ("/b/(x)~", "/b/%28x%29~"), ("", "/")]
        {
            assert_eq!(s3_path(raw), expected, "{raw}");
        }
    }

    #[test]
    fn queries_are_encoded_sorted_and_without_the_signature() {
        for (raw, expected) in [
            ("", ""),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("flag&X-Amz-Signature=00", "flag="),
            ("k=a%2fb&k%20=*", "k=a%2Fb&k%20=%2A"),
            ("A=1&a=1&a-b=1", "A=1&a=1&a-b=1"),
        ] {
            assert_eq!(query(raw), expected, "{raw}");
        }
    }

    #[test]
    fn header_values_are_joined_and_squeezed() {
        let mut request = Request::default();
        request.headers.append("x-a", HeaderValue::from_static("  a   b "));
        request.headers.append("x-a", HeaderValue::from_static("c"));
        assert_eq!(header(&request, "x-a"), b"a b,c");
        assert_eq!(header(&request, "x-none"), b"");
    }
}
