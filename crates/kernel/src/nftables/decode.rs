//! Reads what nfnetlink shows: tables, sets, chains, the digests of rules, and elements. What is not whole is none.

use super::message::hook;
use super::value::{read_data, types, values};
use super::word::{self, HEADER};
use crate::netlink::Attributes;
use crate::nft::{Chain, Element, Rules, Set, SetData, Table, Timeout, Type};

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

/// A set that has a name of its own. One of types that we do not use is none; one of ranges, which we do not use either, is
/// like none of ours.
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
        key: if flags & word::SET_INTERVAL == 0 { types(attributes.u32_be(word::SET_KEY_TYPE)?)? } else { Vec::new() },
        data,
    })
}

/// The elements of a set, from the messages of its inventory.
pub(super) fn elements(set: &Set, bodies: &[Vec<u8>]) -> Vec<Element> {
    let lists = bodies.iter().map(|body| Attributes::after(body, HEADER.len()).inside(word::ELEMENTS));
    let items = lists.flat_map(|list| list.filter(|(kind, _)| *kind == word::ITEM).map(|(_, item)| Attributes(item)));
    items.filter_map(|item| element(set, item)).collect()
}

fn element(set: &Set, item: Attributes<'_>) -> Option<Element> {
    let key = values(&set.key, item.inside(word::ELEM_KEY).find(word::DATA_VALUE)?)?;
    let data = read_data(set, item.inside(word::ELEM_DATA))?;
    Some(Element { table: set.table.clone(), set: set.name.clone(), key, data })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::message::batch;
    use super::super::step::Step;
    use super::*;
    use crate::netlink::Writer;
    use crate::nft::{Data, Value};

    fn set_of(key: Vec<Type>) -> Set {
        Set { table: "t".into(), name: "s".into(), key, data: SetData::None }
    }

    /// What the kernel shows of a set, in its first message.
    fn shown(step: &Step<'_>) -> Vec<u8> {
        let written = batch(std::slice::from_ref(step));
        crate::netlink::Messages(written.bytes()).nth(1).map(|message| message.body.to_vec()).unwrap_or_default()
    }

    #[test]
    fn elements_read_back() {
        let set = set_of(vec![Type::Addr, Type::Port]);
        let one = |last: u8, port| {
            let key = vec![Value::Addr([10, 0, 0, last].into()), Value::Port(port)];
            Element { table: "t".into(), set: "s".into(), key, data: Data::None }
        };
        let wanted = [one(0, 80), one(7, 443)];
        assert_eq!(super::elements(&set, &[shown(&Step::NewElements(&set, wanted.iter().collect()))]), wanted);
    }

    #[test]
    fn a_set_that_somebody_made_one_of_ranges_is_not_ours_any_more() {
        let ours = set_of(vec![Type::Addr]);
        assert_eq!(set(&shown(&Step::NewSet(&ours))).as_ref(), Some(&ours));
        let mut w = Writer::default();
        w.raw(&HEADER);
        w.text(word::SET_TABLE, "t");
        w.text(word::SET_NAME, "s");
        w.u32_be(word::SET_FLAGS, word::SET_INTERVAL);
        w.u32_be(word::SET_KEY_TYPE, 7);
        assert_eq!(set(w.bytes()), Some(set_of(Vec::new())));
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
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = (table(&bytes), chain(&bytes), rule(&bytes), set(&bytes), timeout(&bytes));
            let mut list = Writer::default();
            list.raw(&HEADER);
            list.nest(word::ELEMENTS, |w| w.nest(word::ITEM, |w| w.raw(&bytes)));
            for key in [vec![Type::Addr], vec![Type::Interface, Type::Port]] {
                let _ = elements(&set_of(key), &[list.bytes().to_vec(), bytes.clone()]);
            }
        }
    }
}
