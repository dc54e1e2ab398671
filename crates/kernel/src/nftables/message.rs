//! Writes the steps of a transaction as one batch of nfnetlink messages.

use super::expression;
use super::step::Step;
use super::value::{concat, concat_number, length, write_data};
use super::word::{self, HEADER};
use crate::netlink::{Writer, flag};
use crate::nft::{Chain, ChainKind, Data, Hook, HookPoint, Policy, Rule, Set, SetData, Timeout, Type, Value};

/// The batch. The message of a step has the number of the step plus one; the last is acknowledged.
pub(super) fn batch(steps: &[Step<'_>]) -> Writer {
    let mut w = Writer::default();
    w.message(word::BATCH_BEGIN, 0, 0, &word::BATCH_HEADER, |_| {});
    for (sequence, step) in (1..).zip(steps) {
        let last = usize::try_from(sequence).is_ok_and(|number| number == steps.len());
        write(&mut w, sequence, if last { flag::ACK } else { 0 }, step);
    }
    w.message(word::BATCH_END, 0, 0, &word::BATCH_HEADER, |_| {});
    w
}

fn write(w: &mut Writer, sequence: u32, flags: u16, step: &Step<'_>) {
    let create = flags | flag::CREATE;
    match step {
        Step::DeleteTable(name) => w.message(word::DELTABLE, flags, sequence, &HEADER, |w| w.text(word::TABLE_NAME, name)),
        Step::NewTable(table) => w.message(word::NEWTABLE, create, sequence, &HEADER, |w| w.text(word::TABLE_NAME, &table.name)),
        Step::NewChain(chain) => w.message(word::NEWCHAIN, create, sequence, &HEADER, |w| new_chain(w, chain)),
        Step::Flush(table, name) => w.message(word::DELRULE, flags, sequence, &HEADER, |w| {
            w.text(word::RULE_TABLE, table);
            w.text(word::RULE_CHAIN, name);
        }),
        Step::DeleteElements(set, keys) => w.message(word::DELELEM, flags, sequence, &HEADER, |w| {
            elements(w, set, keys.iter().map(|key| (*key, &Data::None)));
        }),
        Step::DeleteSet(table, name) => w.message(word::DELSET, flags, sequence, &HEADER, |w| {
            w.text(word::SET_TABLE, table);
            w.text(word::SET_NAME, name);
        }),
        Step::DeleteChain(table, name) => w.message(word::DELCHAIN, flags, sequence, &HEADER, |w| {
            w.text(word::CHAIN_TABLE, table);
            w.text(word::CHAIN_NAME, name);
        }),
        Step::NewTimeout(timeout) => w.message(word::NEWOBJ, create, sequence, &HEADER, |w| new_timeout(w, timeout)),
        Step::DeleteTimeout(table, name) => w.message(word::DELOBJ, flags, sequence, &HEADER, |w| {
            w.text(word::OBJECT_TABLE, table);
            w.text(word::OBJECT_NAME, name);
            w.u32_be(word::OBJECT_TYPE, word::CT_TIMEOUT);
        }),
        Step::NewSet(set) => w.message(word::NEWSET, create, sequence, &HEADER, |w| new_set(w, set, sequence)),
        Step::NewElements(set, some) => w.message(word::NEWELEM, create, sequence, &HEADER, |w| {
            elements(w, set, some.iter().map(|element| (element.key.as_slice(), &element.data)));
        }),
        Step::NewRule(chain, rule) => {
            w.message(word::NEWRULE, create | flag::APPEND, sequence, &HEADER, |w| new_rule(w, chain, rule));
        }
    }
}

fn new_chain(w: &mut Writer, chain: &Chain) {
    w.text(word::CHAIN_TABLE, &chain.table);
    w.text(word::CHAIN_NAME, &chain.name);
    if let Some(hook) = &chain.hook {
        w.nest(word::CHAIN_HOOK, |w| {
            w.u32_be(word::HOOK_NUMBER, hook_number(hook.point));
            w.u32_be(word::HOOK_PRIORITY, hook.priority.cast_unsigned());
        });
        w.u32_be(word::CHAIN_POLICY, policy_number(hook.policy));
        w.text(word::CHAIN_TYPE, hook.kind.word());
    }
}

/// For TCP over IPv4, in network byte order; what is not said stays as the namespace has it.
fn new_timeout(w: &mut Writer, timeout: &Timeout) {
    w.text(word::OBJECT_TABLE, &timeout.table);
    w.text(word::OBJECT_NAME, &timeout.name);
    w.u32_be(word::OBJECT_TYPE, word::CT_TIMEOUT);
    w.nest(word::OBJECT_DATA, |w| {
        w.attr(word::TIMEOUT_FAMILY, &u16::from(HEADER[0]).to_be_bytes());
        w.attr(word::TIMEOUT_PROTOCOL, &[expression::TRANSPORT_TCP]);
        w.nest(word::TIMEOUT_POLICY, |w| w.u32_be(word::TCP_ESTABLISHED, timeout.established));
    });
}

fn new_rule(w: &mut Writer, chain: &Chain, rule: &Rule) {
    w.text(word::RULE_TABLE, &chain.table);
    w.text(word::RULE_CHAIN, &chain.name);
    w.nest(word::RULE_EXPRESSIONS, |w| expression::write(w, rule));
    let mut note = vec![word::USERDATA_DIGEST, 8];
    note.extend(rule.digest().to_be_bytes());
    w.attr(word::RULE_USERDATA, &note);
}

fn new_set(w: &mut Writer, set: &Set, id: u32) {
    w.text(word::SET_TABLE, &set.table);
    w.text(word::SET_NAME, &set.name);
    w.u32_be(word::SET_FLAGS, if set.data == SetData::None { 0 } else { word::SET_MAP });
    w.u32_be(word::SET_KEY_TYPE, concat_number(&set.key));
    w.u32_be(word::SET_KEY_LEN, u32::try_from(length(&set.key)).unwrap_or(u32::MAX));
    match &set.data {
        SetData::None => {}
        SetData::Values(types) => {
            w.u32_be(word::SET_DATA_TYPE, concat_number(types));
            w.u32_be(word::SET_DATA_LEN, u32::try_from(length(types)).unwrap_or(u32::MAX));
        }
        SetData::Pool => {
            w.u32_be(word::SET_DATA_TYPE, concat_number(&[Type::Addr]));
            w.u32_be(word::SET_DATA_LEN, 8);
        }
        SetData::Verdict => w.u32_be(word::SET_DATA_TYPE, word::TYPE_VERDICT),
    }
    w.u32_be(word::SET_ID, id);
    w.attr(word::SET_USERDATA, &notes(set));
}

/// What `nft` must know to print the elements as they are.
fn notes(set: &Set) -> Vec<u8> {
    let mut notes = Vec::new();
    if set.key == [Type::Mark] {
        notes.extend(word::USERDATA_KEY_NATIVE);
    }
    match &set.data {
        SetData::Values(types) if types[..] == [Type::Mark] => notes.extend(word::USERDATA_DATA_NATIVE),
        SetData::Pool => notes.extend(word::USERDATA_DATA_RANGE),
        _ => {}
    }
    notes
}

fn elements<'e>(w: &mut Writer, set: &Set, some: impl Iterator<Item = (&'e [Value], &'e Data)>) {
    w.text(word::ELEMENTS_TABLE, &set.table);
    w.text(word::ELEMENTS_SET, &set.name);
    w.nest(word::ELEMENTS, |w| some.for_each(|(key, data)| element(w, key, data)));
}

fn element(w: &mut Writer, key: &[Value], data: &Data) {
    w.nest(word::ITEM, |w| {
        w.nest(word::ELEM_KEY, |w| w.attr(word::DATA_VALUE, &concat(key)));
        write_data(w, data);
    });
}

fn policy_number(policy: Policy) -> u32 {
    match policy {
        Policy::Drop => 0,
        Policy::Accept => 1,
    }
}

fn hook_number(point: HookPoint) -> u32 {
    match point {
        HookPoint::Prerouting => 0,
        HookPoint::Input => 1,
        HookPoint::Forward => 2,
        HookPoint::Output => 3,
        HookPoint::Postrouting => 4,
    }
}

/// The hook that these words and numbers of the kernel describe.
pub(super) fn hook(kind: &str, number: u32, priority: i32, policy: u32) -> Option<Hook> {
    let kinds = [ChainKind::Filter, ChainKind::Nat, ChainKind::Route];
    let points = [HookPoint::Prerouting, HookPoint::Input, HookPoint::Forward, HookPoint::Output, HookPoint::Postrouting];
    Some(Hook {
        kind: kinds.into_iter().find(|known| known.word() == kind)?,
        point: points.into_iter().find(|point| hook_number(*point) == number)?,
        priority,
        policy: if policy == 0 { Policy::Drop } else { Policy::Accept },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Messages;
    use crate::nft::{Rules, Table};

    #[test]
    fn a_batch_is_framed_and_numbered_and_its_last_step_acknowledged() {
        let table = Table { name: "t".into() };
        let chain = Chain { table: "t".into(), name: "c".into(), hook: None, rules: Rules::Listed(Vec::new()) };
        let written = batch(&[Step::NewTable(&table), Step::NewChain(&chain)]);
        let messages: Vec<(u16, u32, bool)> =
            Messages(written.bytes()).map(|m| (m.kind, m.sequence, m.flags & flag::ACK != 0)).collect();
        let expected =
            [(word::BATCH_BEGIN, 0, false), (word::NEWTABLE, 1, false), (word::NEWCHAIN, 2, true), (word::BATCH_END, 0, false)];
        assert_eq!(messages, expected);
    }

    #[test]
    fn every_hook_reads_back() {
        for kind in [ChainKind::Filter, ChainKind::Nat, ChainKind::Route] {
            for number in 0..5 {
                let found = hook(kind.word(), number, -100, 0).expect("a hook");
                assert_eq!((found.kind, hook_number(found.point), found.priority), (kind, number, -100));
                assert_eq!(found.policy, Policy::Drop);
            }
        }
        assert_eq!(hook("filter", 5, 0, 1), None);
        assert_eq!(hook("bridge", 0, 0, 1), None);
    }
}
