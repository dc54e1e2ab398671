//! Inputs written as forms: `Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-123` (ec2), `Tags.member.1.Key=a` (query).

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{DEEPEST, nothing, scalar};
use crate::error::WireError;
use crate::identify::Identified;
use crate::model::{Kind, List, Member, Service, Structure};
use crate::protocol::Protocol;
use crate::request::Request;
use crate::validate::{Path, cut, step};

/// More parameters than this are refused.
const MOST: usize = 20_000;

/// What belongs to the protocol or the signature, not to the input.
const ENVELOPE: [&str; 10] = [
    "Action",
    "Version",
    "AWSAccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "Expires",
    "SecurityToken",
    "Operation",
];

struct Pair<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, str>,
}

pub(super) fn decode(identified: &Identified, request: &Request) -> Result<Value, WireError> {
    let service = &*identified.service;
    let input = identified.operation().input.and_then(|id| service.structure(id));
    let pairs = pairs(request, input)?;
    match (input, pairs.first()) {
        (_, None) => Ok(nothing()),
        (None, Some(pair)) => Err(unknown(pair)),
        (Some(input), _) => {
            let form = Form { service, ec2: identified.protocol == Protocol::Ec2 };
            form.structure(&Path::Root, input, &pairs, 0)
        }
    }
}

/// The parameters of query and body, sorted so that what shares a prefix stands together.
fn pairs<'r>(request: &'r Request, input: Option<&Structure>) -> Result<Vec<Pair<'r>>, WireError> {
    let body = if request.is_form() { &request.body[..] } else { &[] };
    let mut pairs = Vec::new();
    for (key, value) in form_urlencoded::parse(request.query.as_bytes()).chain(form_urlencoded::parse(body)) {
        let known = || input.is_some_and(|s| s.members.iter().any(|m| m.name == key));
        if (ENVELOPE.contains(&&*key) && !known()) || key.starts_with("X-Amz-") || (key.is_empty() && value.is_empty()) {
            continue;
        }
        if pairs.len() == MOST || key.split('.').count() > DEEPEST {
            return Err(WireError::Malformed(format!("more than {MOST} parameters, or one nested deeper than {DEEPEST}")));
        }
        pairs.push(Pair { key, value });
    }
    pairs.sort_by(|a, b| by_segments(&a.key, &b.key));
    Ok(pairs)
}

/// The order of bytes, with the dot before all others, so that `A.1` stands before `A-`.
fn by_segments(a: &str, b: &str) -> Ordering {
    let rank = |byte: u8| if byte == b'.' { 0 } else { byte };
    a.bytes().map(rank).cmp(b.bytes().map(rank))
}

struct Form<'s> {
    service: &'s Service,
    ec2: bool,
}

impl Form<'_> {
    /// A structure from pairs whose keys agree up to the offset.
    fn structure(&self, path: &Path, structure: &Structure, pairs: &[Pair], at: usize) -> Result<Value, WireError> {
        let mut object = Map::new();
        for (segment, group) in groups(pairs, at) {
            let member = structure.members.iter().find(|m| self.is_called(m, segment));
            let member = member.ok_or_else(|| unknown(&group[0]))?;
            let value = self.value(&step(self.service, path, member), member, group, at + segment.len())?;
            if object.insert(member.name.to_owned(), value).is_some() {
                return Err(duplicate(&group[0]));
            }
        }
        Ok(Value::Object(object))
    }

    /// The value of a member from its pairs; `end` is where the member's own name ends in their keys.
    fn value(&self, path: &Path, member: &Member, pairs: &[Pair], end: usize) -> Result<Value, WireError> {
        let whole = (pairs[0].key.len() == end).then_some(&pairs[0]);
        match (&self.service.shape(member.shape).kind, whole) {
            (_, Some(pair)) if pairs.len() > 1 => Err(duplicate(pair)),
            (Kind::Structure(_) | Kind::Map(_), Some(pair)) if pair.value.is_empty() => Ok(nothing()),
            (Kind::List(_), Some(pair)) if pair.value.is_empty() => Ok(Value::Array(Vec::new())),
            (Kind::Structure(_) | Kind::Map(_) | Kind::List(_), Some(pair)) => Err(unknown(pair)),
            (Kind::Structure(inner), None) => self.structure(path, inner, pairs, end + 1),
            (Kind::List(list), None) => self.list(path, member, list, pairs, end + 1),
            (Kind::Map(map), None) => self.map(path, member, (&map.key, &map.value), pairs, end + 1),
            (_, Some(pair)) => scalar::read(self.service, member.shape, &pair.value)
                .ok_or_else(|| super::mismatch(path, scalar::described(self.service, member.shape), &pair.value)),
            (_, None) => Err(unknown(&pairs[0])),
        }
    }

    fn list(&self, path: &Path, own: &Member, list: &List, pairs: &[Pair], at: usize) -> Result<Value, WireError> {
        let names = [list.member.wire.unwrap_or("member"), "member"];
        let (pairs, at) = if self.is_flat(own) { (pairs, at) } else { unwrapped(pairs, at, &names)? };
        let items = indexed(pairs, at)?
            .into_iter()
            .enumerate()
            .map(|(place, (group, end))| self.value(&Path::Index(path, place), &list.member, group, end));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    fn map(
        &self,
        path: &Path,
        own: &Member,
        (key, value): (&Member, &Member),
        pairs: &[Pair],
        at: usize,
    ) -> Result<Value, WireError> {
        let (pairs, at) = if self.is_flat(own) { (pairs, at) } else { unwrapped(pairs, at, &["entry"])? };
        let mut object = Map::new();
        for (group, end) in indexed(pairs, at)? {
            let (name, inner) = self.entry(path, (key, value), group, end)?;
            if object.insert(name, inner).is_some() {
                return Err(duplicate(&group[0]));
            }
        }
        Ok(Value::Object(object))
    }

    /// One entry of a map: `….1.key` and `….1.value`.
    fn entry(
        &self,
        path: &Path,
        (key, value): (&Member, &Member),
        pairs: &[Pair],
        end: usize,
    ) -> Result<(String, Value), WireError> {
        if pairs[0].key.len() == end {
            return Err(unknown(&pairs[0]));
        }
        let (mut name, mut inner) = (None, None);
        for (segment, part) in groups(pairs, end + 1) {
            let after = end + 1 + segment.len();
            if segment == key.wire.unwrap_or("key") {
                name = Some(self.value(path, key, part, after)?);
            } else if segment == value.wire.unwrap_or("value") {
                inner = Some(self.value(path, value, part, after)?);
            } else {
                return Err(unknown(&part[0]));
            }
        }
        match (name, inner) {
            (Some(Value::String(name)), Some(inner)) => Ok((name, inner)),
            _ => Err(WireError::Malformed(format!("{} needs both a key and a value", cut(&pairs[0].key)))),
        }
    }

    fn is_flat(&self, member: &Member) -> bool {
        self.ec2 || self.service.is_flat(member)
    }

    fn is_called(&self, member: &Member, segment: &str) -> bool {
        if !self.ec2 {
            return segment == crate::model::flat_name(self.service, member);
        }
        match (member.query, member.wire.or(self.service.shape(member.shape).wire)) {
            (Some(query), _) => segment == query,
            (None, Some(wire)) => same_but_capitalised(wire, segment),
            (None, None) => segment == member.name,
        }
    }
}

fn same_but_capitalised(wire: &str, segment: &str) -> bool {
    let (mut a, mut b) = (wire.chars(), segment.chars());
    a.next().map(|c| c.to_ascii_uppercase()) == b.next() && a.as_str() == b.as_str()
}

/// The pairs by their next segment.
fn groups<'p, 'a>(pairs: &'p [Pair<'a>], at: usize) -> impl Iterator<Item = (&'p str, &'p [Pair<'a>])> {
    let mut rest = pairs;
    std::iter::from_fn(move || {
        let segment = segment(rest.first()?, at);
        let length = rest.iter().take_while(|p| self::segment(p, at) == segment).count();
        let (group, tail) = rest.split_at(length);
        rest = tail;
        Some((segment, group))
    })
}

fn segment<'p>(pair: &'p Pair, at: usize) -> &'p str {
    let rest = pair.key.get(at..).unwrap_or_default();
    rest.split_once('.').map_or(rest, |(segment, _)| segment)
}

/// Steps over the name that stands between a list and its indexes.
fn unwrapped<'p, 'a>(pairs: &'p [Pair<'a>], at: usize, names: &[&str]) -> Result<(&'p [Pair<'a>], usize), WireError> {
    let name = segment(&pairs[0], at);
    match pairs.iter().find(|p| segment(p, at) != name || p.key.len() == at + name.len()) {
        Some(other) => Err(unknown(other)),
        None if names.contains(&name) => Ok((pairs, at + name.len() + 1)),
        None => Err(unknown(&pairs[0])),
    }
}

/// The pairs by their index, in its order, with the end of the index in their keys.
fn indexed<'p, 'a>(pairs: &'p [Pair<'a>], at: usize) -> Result<Vec<(&'p [Pair<'a>], usize)>, WireError> {
    let mut found = Vec::new();
    for (segment, group) in groups(pairs, at) {
        let digits = segment.bytes().all(|b| b.is_ascii_digit());
        let index = segment.parse::<u32>().ok().filter(|_| digits).ok_or_else(|| unknown(&group[0]))?;
        found.push((index, (group, at + segment.len())));
    }
    found.sort_by_key(|(index, _)| *index);
    match found.windows(2).find(|two| two[0].0 == two[1].0) {
        Some(two) => Err(duplicate(&two[1].1.0[0])),
        None => Ok(found.into_iter().map(|(_, group)| group).collect()),
    }
}

fn unknown(pair: &Pair) -> WireError {
    WireError::UnknownParameter { name: cut(&pair.key) }
}

fn duplicate(pair: &Pair) -> WireError {
    WireError::Malformed(format!("The parameter {} is given more than once", cut(&pair.key)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sorted(keys: &[&'static str]) -> Vec<Pair<'static>> {
        let pair = |key: &&'static str| Pair { key: Cow::Borrowed(*key), value: Cow::Borrowed("") };
        let mut pairs: Vec<_> = keys.iter().map(pair).collect();
        pairs.sort_by(|a, b| by_segments(&a.key, &b.key));
        pairs
    }

    #[test]
    fn what_shares_a_segment_stands_together_whatever_else_sorts_between() {
        let pairs = sorted(&["A.1", "A-b", "A.2.x", "A", "A.10", "B", "A-b.1"]);
        let found: Vec<_> = groups(&pairs, 0).map(|(segment, group)| (segment.to_owned(), group.len())).collect();
        assert_eq!(found, [("A".into(), 4), ("A-b".into(), 2), ("B".into(), 1)]);
    }

    #[test]
    fn indexes_are_taken_in_their_numeric_order() {
        let pairs = sorted(&["A.10", "A.9", "A.1.x", "A.1.y"]);
        let ends: Vec<_> = indexed(&pairs, 2).unwrap().iter().map(|(group, _)| group[0].key.to_string()).collect();
        assert_eq!(ends, ["A.1.x", "A.9", "A.10"]);
    }

    #[test]
    fn an_index_is_made_of_digits_and_given_once() {
        for odd in ["A.x", "A.-1", "A.+1", "A. 1", "A.", "A.4294967296"] {
            assert!(indexed(&sorted(&[odd]), 2).is_err(), "{odd}");
        }
        assert!(indexed(&sorted(&["A.1", "A.01"]), 2).is_err());
    }

    #[test]
    fn names_of_ec2_differ_by_the_case_of_their_first_letter() {
        assert!(same_but_capitalised("vpcId", "VpcId"));
        assert!(same_but_capitalised("VpcId", "VpcId"));
        for wrong in ["vpcId", "VPCId", "VpcIdx", "Vpc", ""] {
            assert!(!same_but_capitalised("vpcId", wrong), "{wrong}");
        }
    }
}
