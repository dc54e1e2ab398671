//! Reads what nfnetlink shows: tables, sets, chains, the digests of rules, and elements. What is not whole is none.

use super::message::hook;
use super::value::{read_data, types, values};
use super::word::{self, HEADER};
use crate::netlink::Attributes;
use crate::nft::{Chain, Data, Element, Rules, Set, SetData, Table, Timeout, Type, Value};

/// A table.
pub(super) fn table(body: &[u8]) -> Option<Table> {
    Some(Table { name: Attributes::after(body, HEADER.len()).text(word::TABLE_NAME)? })
}

/// A chain, without its rules.
pub(super) fn chain(body: &[u8]) -> Option<Chain> {
    let attributes = Attributes::after(body, HEADER.len());
    let at = attributes.inside(word::CHAIN_HOOK);
    let hook = at.u32_be(word::HOOK_NUMBER).and_then(|number| {
        let priority = at.u32_be(word::HOOK_PRIORITY)?.cast_signed();
        hook(&attributes.text(word::CHAIN_TYPE)?, number, priority, attributes.u32_be(word::CHAIN_POLICY)?)
    });
    let (table, name) = (attributes.text(word::CHAIN_TABLE)?, attributes.text(word::CHAIN_NAME)?);
    Some(Chain { table, name, hook, rules: Rules::Observed(Vec::new()) })
}

/// The table and chain of a rule, and its digest if it is ours.
pub(super) fn rule(body: &[u8]) -> Option<((String, String), Option<u64>)> {
    let attributes = Attributes::after(body, HEADER.len());
    let place = (attributes.text(word::RULE_TABLE)?, attributes.text(word::RULE_CHAIN)?);
    let digest = match attributes.find(word::RULE_USERDATA) {
        Some([word::USERDATA_DIGEST, 8, digest @ ..]) => digest.try_into().ok().map(u64::from_be_bytes),
        _ => None,
    };
    Some((place, digest))
}

/// How long flows are remembered; another kind of object is none.
pub(super) fn timeout(body: &[u8]) -> Option<Timeout> {
    let attributes = Attributes::after(body, HEADER.len());
    let policy = attributes.inside(word::OBJECT_DATA).inside(word::TIMEOUT_POLICY);
    attributes.u32_be(word::OBJECT_TYPE).filter(|kind| *kind == word::CT_TIMEOUT)?;
    let (table, name) = (attributes.text(word::OBJECT_TABLE)?, attributes.text(word::OBJECT_NAME)?);
    Some(Timeout { table, name, established: policy.u32_be(word::TCP_ESTABLISHED)? })
}

/// A set that has a name of its own. One of types that we do not use is none.
pub(super) fn set(body: &[u8]) -> Option<Set> {
    let attributes = Attributes::after(body, HEADER.len());
    let flags = attributes.u32_be(word::SET_FLAGS).unwrap_or(0);
    if flags & word::SET_ANONYMOUS != 0 {
        return None;
    }
    let data = match (flags & word::SET_MAP != 0, attributes.u32_be(word::SET_DATA_TYPE)) {
        (false, _) => SetData::None,
        (true, Some(word::TYPE_VERDICT)) => SetData::Verdict,
        (true, number) => match (types(number?)?, attributes.u32_be(word::SET_DATA_LEN)) {
            (data, Some(8)) if data == [Type::Addr] => SetData::Pool,
            (data, _) => SetData::Values(data),
        },
    };
    Some(Set {
        table: attributes.text(word::SET_TABLE)?,
        name: attributes.text(word::SET_NAME)?,
        key: types(attributes.u32_be(word::SET_KEY_TYPE)?)?,
        data,
        interval: flags & word::SET_INTERVAL != 0,
    })
}

/// The elements of a set, from the messages of its inventory.
pub(super) fn elements(set: &Set, bodies: &[Vec<u8>]) -> Vec<Element> {
    let lists = bodies.iter().map(|body| Attributes::after(body, HEADER.len()).inside(word::ELEMENTS));
    let items = lists.flat_map(|list| list.filter(|(kind, _)| *kind == word::ITEM).map(|(_, item)| Attributes(item)));
    if set.interval && set.key.len() == 1 {
        return ranges(set, items.filter_map(|item| bound(set, item)).collect());
    }
    items.filter_map(|item| element(set, item)).collect()
}

fn element(set: &Set, item: Attributes<'_>) -> Option<Element> {
    let side = |kind| values(&set.key, item.inside(kind).find(word::DATA_VALUE)?);
    let key = side(word::ELEM_KEY)?;
    let key_end = side(word::ELEM_KEY_END).filter(|end| *end != key);
    let data = read_data(set, item.inside(word::ELEM_DATA))?;
    Some(Element { table: set.table.clone(), set: set.name.clone(), key, key_end, data })
}

/// One end of a range of single keys.
struct Bound {
    key: Vec<u8>,
    /// What the range leads to; none for the key after a range.
    data: Option<Data>,
}

fn bound(set: &Set, item: Attributes<'_>) -> Option<Bound> {
    let key = item.inside(word::ELEM_KEY).find(word::DATA_VALUE)?.to_vec();
    let is_end = item.u32_be(word::ELEM_FLAGS).unwrap_or(0) & word::INTERVAL_END != 0;
    let data = if is_end { None } else { Some(read_data(set, item.inside(word::ELEM_DATA))?) };
    Some(Bound { key, data })
}

/// Joins the bounds to ranges. A range without an end reaches to the next one, or to the highest key.
fn ranges(set: &Set, mut bounds: Vec<Bound>) -> Vec<Element> {
    bounds.sort_by(|a, b| a.key.cmp(&b.key).then(a.data.is_some().cmp(&b.data.is_some())));
    let mut elements = Vec::new();
    for (index, bound) in bounds.iter().enumerate() {
        let Some(data) = &bound.data else { continue };
        let last = match bounds.get(index + 1) {
            Some(next) => predecessor(next.key.clone()),
            None => vec![0xff; bound.key.len()],
        };
        let side = |bytes: &[u8]| -> Option<Vec<Value>> { values(&set.key, bytes) };
        if let (Some(key), Some(end)) = (side(&bound.key), side(&last)) {
            let key_end = Some(end).filter(|end| *end != key);
            let (table, set) = (set.table.clone(), set.name.clone());
            elements.push(Element { table, set, key, key_end, data: data.clone() });
        }
    }
    elements
}

fn predecessor(mut bytes: Vec<u8>) -> Vec<u8> {
    for byte in bytes.iter_mut().rev() {
        let (before, borrow) = byte.overflowing_sub(1);
        *byte = before;
        if !borrow {
            break;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::message::batch;
    use super::super::step::Step;
    use super::*;
    use crate::netlink::Writer;

    fn set_of(key: Vec<Type>, interval: bool) -> Set {
        Set { table: "t".into(), name: "s".into(), key, data: SetData::None, interval }
    }

    fn single(first: [u8; 4], last: [u8; 4]) -> Element {
        let key_end = (first != last).then(|| vec![Value::Addr(last.into())]);
        Element { table: "t".into(), set: "s".into(), key: vec![Value::Addr(first.into())], key_end, data: Data::None }
    }

    /// What the kernel would show of elements that we wrote: the same list in a message of its own.
    fn echoed(set: &Set, elements: &[Element]) -> Vec<Element> {
        let written = batch(&[Step::NewElements(set, elements.iter().collect())]);
        let bytes = written.bytes();
        let message = crate::netlink::Messages(bytes).nth(1).map(|message| message.body.to_vec());
        super::elements(set, &message.into_iter().collect::<Vec<_>>())
    }

    #[test]
    fn ranges_read_back_whether_they_touch_or_reach_the_highest_key() {
        let wanted = [
            single([0, 0, 0, 0], [9, 255, 255, 255]),
            single([10, 0, 0, 0], [10, 0, 255, 255]),
            single([10, 1, 0, 0], [10, 1, 0, 0]),
            single([224, 0, 0, 0], [255, 255, 255, 255]),
        ];
        assert_eq!(echoed(&set_of(vec![Type::Addr], true), &wanted), wanted);
    }

    #[test]
    fn a_range_that_a_stranger_left_open_ends_before_the_next() {
        let set = set_of(vec![Type::Addr], true);
        let bound = |last: u8| Bound { key: vec![10, 0, 0, last], data: Some(Data::None) };
        let found = ranges(&set, vec![bound(8), bound(0)]);
        assert_eq!(found, [single([10, 0, 0, 0], [10, 0, 0, 7]), single([10, 0, 0, 8], [255, 255, 255, 255])]);
    }

    #[test]
    fn concatenated_ranges_read_back_with_both_ends() {
        let set = set_of(vec![Type::Addr, Type::Port], true);
        let side = |last: u8, port| vec![Value::Addr([10, 0, 0, last].into()), Value::Port(port)];
        let range = |key, key_end| Element { table: "t".into(), set: "s".into(), key, key_end, data: Data::None };
        let wanted = [range(side(0, 80), Some(side(255, 90))), range(side(7, 443), None)];
        assert_eq!(echoed(&set, &wanted), wanted);
    }

    #[test]
    fn a_rule_without_our_digest_is_somebody_elses() {
        let mut w = Writer::default();
        w.raw(&HEADER);
        w.text(word::RULE_TABLE, "t");
        w.text(word::RULE_CHAIN, "c");
        assert_eq!(rule(w.bytes()), Some((("t".into(), "c".into()), None)));
        w.attr(word::RULE_USERDATA, b"\0\x04ours");
        assert_eq!(rule(w.bytes()), Some((("t".into(), "c".into()), None)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), interval: bool) {
            let _ = (table(&bytes), chain(&bytes), rule(&bytes), set(&bytes), timeout(&bytes));
            let mut list = Writer::default();
            list.raw(&HEADER);
            list.nest(word::ELEMENTS, |w| w.nest(word::ITEM, |w| w.raw(&bytes)));
            for key in [vec![Type::Addr], vec![Type::Interface, Type::Port]] {
                let _ = elements(&set_of(key, interval), &[list.bytes().to_vec(), bytes.clone()]);
            }
        }
    }
}
