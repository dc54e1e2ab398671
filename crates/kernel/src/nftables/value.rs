//! Values and verdicts as bytes, and back.

use std::net::Ipv4Addr;

use super::word;
use crate::netlink::{Attributes, Writer};
use crate::nft::{Data, Set, SetData, Type, Value, Verdict};

/// The number that `nft` knows a type by; only it reads these numbers.
pub(super) fn number(kind: Type) -> u32 {
    match kind {
        Type::Addr => 7,
        Type::Proto => 12,
        Type::Port => 13,
        Type::Mark => 19,
        Type::Interface => 41,
    }
}

/// The number of a concatenation.
pub(super) fn concat_number(types: &[Type]) -> u32 {
    types.iter().fold(0, |sum, kind| sum << 6 | number(*kind))
}

/// The types that a number stands for.
pub(super) fn types(mut concatenation: u32) -> Option<Vec<Type>> {
    let mut types = Vec::new();
    while concatenation != 0 {
        let all = [Type::Addr, Type::Proto, Type::Port, Type::Mark, Type::Interface];
        types.push(all.into_iter().find(|kind| number(*kind) == concatenation & 0x3f)?);
        concatenation >>= 6;
    }
    types.reverse();
    Some(types)
}

/// The number of bytes of a value.
pub(super) fn width(kind: Type) -> usize {
    match kind {
        Type::Proto => 1,
        Type::Port => 2,
        Type::Addr | Type::Mark => 4,
        Type::Interface => 16,
    }
}

/// A length rounded up to whole registers.
pub(super) fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// The length of a key or datum: its own when it is one value, whole registers when it is a concatenation.
pub(super) fn length(types: &[Type]) -> usize {
    match types {
        [one] => width(*one),
        many => many.iter().map(|kind| padded(width(*kind))).sum(),
    }
}

/// The bytes of one value.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Addr(addr) => addr.octets().to_vec(),
        Value::Port(port) => port.to_be_bytes().to_vec(),
        Value::Proto(number) => vec![*number],
        Value::Mark(mark) => mark.to_ne_bytes().to_vec(),
        Value::Interface(name) => {
            let mut bytes = name.as_bytes().to_vec();
            bytes.resize(width(Type::Interface), 0);
            bytes
        }
    }
}

/// The bytes of a key or datum.
pub(super) fn concat(values: &[Value]) -> Vec<u8> {
    if let [one] = values {
        return bytes(one);
    }
    let mut all = Vec::new();
    for value in values {
        all.extend(bytes(value));
        all.resize(padded(all.len()), 0);
    }
    all
}

/// The values of a key or datum of these types.
pub(super) fn values(types: &[Type], bytes: &[u8]) -> Option<Vec<Value>> {
    let mut rest = bytes;
    types
        .iter()
        .map(|kind| {
            let value = value(*kind, rest.get(..width(*kind))?)?;
            rest = rest.get(padded(width(*kind))..).unwrap_or(&[]);
            Some(value)
        })
        .collect()
}

fn value(kind: Type, bytes: &[u8]) -> Option<Value> {
    Some(match kind {
        Type::Addr => Value::Addr(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        Type::Port => Value::Port(u16::from_be_bytes(bytes.try_into().ok()?)),
        Type::Proto => Value::Proto(*bytes.first()?),
        Type::Mark => Value::Mark(u32::from_ne_bytes(bytes.try_into().ok()?)),
        Type::Interface => {
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            Value::Interface(String::from_utf8(bytes[..end].to_vec()).ok()?)
        }
    })
}

/// Whether the values have the types.
pub(super) fn agree(types: &[Type], values: &[Value]) -> bool {
    types.len() == values.len() && types.iter().zip(values).all(|(kind, value)| *kind == value.kind() && fits(value))
}

/// Whether a value fits its width.
pub(super) fn fits(value: &Value) -> bool {
    !matches!(value, Value::Interface(name) if name.len() >= width(Type::Interface))
}

/// Writes the datum of an element.
pub(super) fn write_data(w: &mut Writer, data: &Data) {
    match data {
        Data::None => {}
        Data::Values(values) => w.nest(word::ELEM_DATA, |w| w.attr(word::DATA_VALUE, &concat(values))),
        Data::Pool(first, last) => {
            w.nest(word::ELEM_DATA, |w| w.attr(word::DATA_VALUE, &[first.octets(), last.octets()].concat()));
        }
        Data::Verdict(verdict) => w.nest(word::ELEM_DATA, |w| write_verdict(w, verdict)),
    }
}

/// Reads the datum of an element of this set.
pub(super) fn read_data(set: &Set, data: Attributes<'_>) -> Option<Data> {
    match &set.data {
        SetData::None => Some(Data::None),
        SetData::Values(types) => Some(Data::Values(values(types, data.find(word::DATA_VALUE)?)?)),
        SetData::Pool => {
            let bytes = data.find(word::DATA_VALUE)?;
            let addr = |range| Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(range)?).ok()?));
            Some(Data::Pool(addr(0..4)?, addr(4..8)?))
        }
        SetData::Verdict => read_verdict(data.inside(word::DATA_VERDICT)).map(Data::Verdict),
    }
}

/// Writes a verdict as data.
pub(super) fn write_verdict(w: &mut Writer, verdict: &Verdict) {
    let (code, chain) = match verdict {
        Verdict::Accept => (word::ACCEPT, None),
        Verdict::Drop => (word::DROP, None),
        Verdict::Return => (word::RETURN, None),
        Verdict::Jump(chain) => (word::JUMP, Some(chain)),
        Verdict::Goto(chain) => (word::GOTO, Some(chain)),
    };
    w.nest(word::DATA_VERDICT, |w| {
        w.u32_be(word::VERDICT_CODE, code.cast_unsigned());
        if let Some(chain) = chain {
            w.text(word::VERDICT_CHAIN, chain);
        }
    });
}

fn read_verdict(verdict: Attributes<'_>) -> Option<Verdict> {
    let chain = || verdict.text(word::VERDICT_CHAIN);
    match verdict.u32_be(word::VERDICT_CODE)?.cast_signed() {
        word::ACCEPT => Some(Verdict::Accept),
        word::DROP => Some(Verdict::Drop),
        word::RETURN => Some(Verdict::Return),
        word::JUMP => Some(Verdict::Jump(chain()?)),
        word::GOTO => Some(Verdict::Goto(chain()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(|octets| Value::Addr(octets.into())),
            any::<u16>().prop_map(Value::Port),
            any::<u8>().prop_map(Value::Proto),
            any::<u32>().prop_map(Value::Mark),
            "[a-z0-9]{1,15}".prop_map(Value::Interface),
        ]
    }

    proptest! {
        #[test]
        fn a_key_reads_back_from_its_bytes(key in proptest::collection::vec(any_value(), 1..5)) {
            let kinds: Vec<Type> = key.iter().map(Value::kind).collect();
            let bytes = concat(&key);
            prop_assert_eq!(bytes.len(), length(&kinds));
            prop_assert_eq!(values(&kinds, &bytes), Some(key.clone()));
            prop_assert_eq!(types(concat_number(&kinds)), Some(kinds.clone()));
            prop_assert!(agree(&kinds, &key));
        }
    }

    #[test]
    fn numbers_are_those_of_nft() {
        assert_eq!(concat_number(&[Type::Addr, Type::Port]), 7 << 6 | 13);
        assert_eq!(concat_number(&[Type::Interface, Type::Addr, Type::Proto]), (41 << 6 | 7) << 6 | 12);
        assert_eq!(types(63), None);
    }

    #[test]
    fn every_verdict_reads_back() {
        let chain = || "c".to_owned();
        for verdict in [Verdict::Accept, Verdict::Drop, Verdict::Return, Verdict::Jump(chain()), Verdict::Goto(chain())] {
            let mut w = Writer::default();
            write_verdict(&mut w, &verdict);
            assert_eq!(read_verdict(Attributes(w.bytes()).inside(word::DATA_VERDICT)), Some(verdict));
        }
    }

    #[test]
    fn a_value_of_another_type_or_size_does_not_agree() {
        assert!(!agree(&[Type::Addr], &[Value::Port(1)]));
        assert!(!agree(&[Type::Addr], &[]));
        assert!(!agree(&[Type::Interface], &[Value::Interface("sixteen-bytes-ok".into())]));
    }
}
