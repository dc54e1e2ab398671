//! The order in which changes work: dependents go before what they depend on, and come after it; filters are in force
//! before links appear.

use crate::diff::device_of_sysctl;
use crate::object::{Change, Key, Object};

/// The changes in an order that works. Changes of one rank keep the order given.
pub(crate) fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut ordered: Vec<&Change> = changes.iter().collect();
    ordered.sort_by_key(|change| rank(change));
    ordered
}

fn rank(change: &Change) -> u8 {
    match change {
        Change::Remove(key) => match key {
            Key::Rule(_) => 0,
            Key::Route(..) => 1,
            Key::Neighbour(..) | Key::Address(..) => 2,
            Key::Link(_) => 3,
            Key::Sysctl(_) => 4,
            Key::Element(..) => 5,
            Key::Set(..) => 6,
            Key::Chain(..) => 7,
            Key::Table(_) => 8,
        },
        Change::Add(object) | Change::Replace(object) => match object {
            Object::Table(_) => 10,
            Object::Set(_) => 11,
            // Chains are listed callees first by nobody: the encoder makes them all before it fills any.
            Object::Chain(chain) if chain.hook.is_none() => 12,
            Object::Chain(_) => 13,
            Object::Element(_) => 14,
            Object::Sysctl(sysctl) if device_of_sysctl(&sysctl.path).is_none() => 20,
            Object::Link(_) => 21,
            Object::Sysctl(_) => 22,
            Object::Address(_) => 23,
            Object::Neighbour(_) => 24,
            Object::Route(_) => 25,
            Object::Rule(_) => 26,
        },
    }
}
