//! What is encoded is decoded to the same value, in every protocol whose documents go both ways.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value};
use wire::{Identified, Protocol, Request, Service};

static ECHO: LazyLock<Arc<Service>> = LazyLock::new(|| Arc::new(Service::parse(include_str!("echo.json")).unwrap()));

/// Encodes as an output, sends the response back as a request, decodes as an input.
fn echoed(operation: &str, protocol: Protocol, value: &Value) -> Value {
    let mut call = Identified::of(ECHO.clone(), operation).unwrap();
    call.protocol = protocol;
    assert_eq!(wire::check_output(&call, value), Vec::<String>::new());
    let response = wire::encode(&call, value, "id");
    let request = Request { headers: response.headers, body: response.body, ..Request::default() };
    wire::decode(&call, &request).unwrap_or_else(|error| panic!("{error}: {:?}", request.body))
}

/// Text that XML can hold.
fn text() -> impl Strategy<Value = Value> {
    prop_oneof!["[a-z]{0,8}", r#"[<>&"' \t\n\r\]é☃;]{0,6}"#, "[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,8}"].prop_map(Value::String)
}

/// Text that a header can hold and does not trim.
fn token() -> impl Strategy<Value = Value> {
    "[!-+.-~]{1,12}".prop_map(Value::String)
}

fn instant() -> impl Strategy<Value = Value> {
    (0..4_102_444_800_000_i64).prop_map(Value::from)
}

fn day() -> impl Strategy<Value = Value> {
    (0..4_102_444_800_i64).prop_map(|s| Value::from(s * 1000))
}

fn blob() -> impl Strategy<Value = Value> {
    vec(any::<u8>(), 0..20).prop_map(|bytes| Value::String(STANDARD.encode(bytes)))
}

fn texts(least: usize) -> impl Strategy<Value = Value> {
    vec(text(), least..4).prop_map(Value::Array)
}

fn numbers(least: usize) -> impl Strategy<Value = Value> {
    btree_map("[a-z&<]{0,5}", any::<i64>(), least..4).prop_map(|m| m.into_iter().map(|(k, v)| (k, Value::from(v))).collect())
}

fn choice() -> impl Strategy<Value = Value> {
    prop_oneof![text().prop_map(|t| object([("Left", Some(t))])), any::<i64>().prop_map(|n| object([("Right", Some(n.into()))]))]
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

/// The members of a `Thing` that travel in the body, nested a few levels deep.
fn thing() -> impl Strategy<Value = Value> {
    let scalars = (of(text()), of(any::<i64>()), of(-1000..1000_i32), of(any::<bool>()), of(blob()));
    let times = (of(instant()), of(instant()), of(instant()), of(day()));
    let many = (of(texts(0)), of(texts(0)), of(texts(1)), of(numbers(0)), of(numbers(1)), of(choice()));
    let leaf = (scalars, times, many).prop_map(|((name, count, ratio, flag, data), times, many)| {
        object([
            ("Name", name),
            ("Count", count.map(Value::from)),
            ("Ratio", ratio.map(|r| Value::from(f64::from(r) + 0.25))),
            ("Flag", flag.map(Value::from)),
            ("Data", data),
            ("At", times.0),
            ("Iso", times.1),
            ("Unix", times.2),
            ("Date", times.3),
            ("Texts", many.0),
            ("NamedTexts", many.1),
            ("FlatTexts", many.2),
            ("Numbers", many.3),
            ("FlatNumbers", many.4),
            ("Choice", many.5),
        ])
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), of(inner.clone()), vec(inner, 0..3)).prop_map(|(mut outer, one, many)| {
            outer["Things"] = Value::Array(many);
            if let Some(one) = one {
                outer["Inner"] = one;
            }
            outer
        })
    })
}

/// A whole `Thing`: text in headers is what a header can hold.
pub fn with_headers() -> impl Strategy<Value = Value> {
    let meta = btree_map("[a-z]{1,5}", token(), 1..3).prop_map(|m| m.into_iter().collect::<Value>());
    let tokens = vec(token(), 1..3).prop_map(Value::Array);
    let headers = (of(token()), of(any::<i64>()), of(day()), of(tokens), of(meta));
    (thing(), headers).prop_map(|(mut thing, (header, count, at, texts, meta))| {
        let more = object([
            ("Header", header),
            ("HeaderCount", count.map(Value::from)),
            ("HeaderAt", at),
            ("HeaderTexts", texts),
            ("Headers", meta),
        ]);
        if let (Some(thing), Value::Object(more)) = (thing.as_object_mut(), more) {
            thing.extend(more);
        }
        thing
    })
}

proptest! {
    #[test]
    fn json_documents_survive(value in thing()) {
        prop_assert_eq!(&echoed("Echo", Protocol::Json11, &value), &value);
    }

    #[test]
    fn cbor_documents_survive(value in thing()) {
        prop_assert_eq!(&echoed("Echo", Protocol::RpcV2Cbor, &value), &value);
    }

    #[test]
    fn rest_json_bodies_and_headers_survive(value in with_headers()) {
        prop_assert_eq!(&echoed("Echo", Protocol::RestJson, &value), &value);
    }

    #[test]
    fn rest_xml_bodies_and_headers_survive(value in with_headers()) {
        prop_assert_eq!(&echoed("Echo", Protocol::RestXml, &value), &value);
    }

    #[test]
    fn structure_payloads_survive(value in thing()) {
        let value = object([("Inner", Some(value))]);
        for protocol in [Protocol::RestJson, Protocol::RestXml] {
            prop_assert_eq!(&echoed("EchoStructure", protocol, &value), &value);
        }
    }

    #[test]
    fn blob_payloads_survive(body in vec(any::<u8>(), 1..50), kind in of(token())) {
        let value = object([("Body", Some(STANDARD.encode(body).into())), ("Kind", kind)]);
        for protocol in [Protocol::RestJson, Protocol::RestXml] {
            prop_assert_eq!(&echoed("EchoBlob", protocol, &value), &value);
        }
    }
}

#[test]
fn numbers_that_json_cannot_write_are_words() {
    for word in ["NaN", "Infinity", "-Infinity"] {
        let value = object([("Ratio", Some(word.into()))]);
        for protocol in [Protocol::Json11, Protocol::RpcV2Cbor, Protocol::RestXml] {
            assert_eq!(echoed("Echo", protocol, &value), value);
        }
    }
}
