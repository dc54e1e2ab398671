//! Tags in requests and answers, with AWS's limits, in one shared way.

use std::collections::BTreeSet;

use resource::Tags;
use serde::{Deserialize, Serialize};

use crate::Error;

const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// A tag on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// EC2's `TagSpecification`: tags for what a request creates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagSpecification {
    /// What kind of resource they are for.
    pub resource_type: String,
    /// The tags.
    pub tags: Vec<Tag>,
}

/// The tags that `specifications` give to a resource of type `kind`.
///
/// # Errors
/// When one names another type than the request creates (`kinds`), or a tag breaks a limit.
pub fn specified(specifications: &[TagSpecification], kind: &str, kinds: &[&str]) -> Result<Tags, Error> {
    if let Some(other) = specifications.iter().find(|s| !kinds.contains(&s.resource_type.as_str())) {
        let message = format!("'{}' is not a valid taggable resource type for this operation.", other.resource_type);
        return Err(Error::invalid_value(message));
    }
    let mut tags = Tags::default();
    add(&mut tags, specifications.iter().filter(|s| s.resource_type == kind).flat_map(|s| &s.tags))?;
    Ok(tags)
}

/// Adds tags to what is there, replacing values.
///
/// # Errors
/// `InvalidParameterValue` for a bad key or value and for a key that comes twice, `TagLimitExceeded` for more than 50.
pub fn add<'a>(tags: &mut Tags, more: impl IntoIterator<Item = &'a Tag>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for Tag { key, value } in more {
        check(key, value)?;
        if !seen.insert(key) {
            return Err(Error::invalid_value(format!("Duplicate tag key '{key}' specified.")));
        }
        tags.0.insert(key.clone(), value.clone());
    }
    match tags.0.keys().filter(|key| !is_reserved(key)).count() > MAX_TAGS {
        true => Err(Error::new("TagLimitExceeded", format!("A resource may have at most {MAX_TAGS} tags."))),
        false => Ok(()),
    }
}

fn check(key: &str, value: &str) -> Result<(), Error> {
    if key.is_empty() || key.chars().count() > MAX_KEY {
        return Err(Error::invalid_value(format!("Tag key must be 1 to {MAX_KEY} characters long: '{key}'")));
    }
    if is_reserved(key) {
        return Err(reserved());
    }
    match value.chars().count() > MAX_VALUE {
        true => Err(Error::invalid_value(format!("Tag value must be at most {MAX_VALUE} characters long: key '{key}'"))),
        false => Ok(()),
    }
}

/// Whether a key is one that only AWS's services write.
pub fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// What users are told who want to write or remove such a key.
pub fn reserved() -> Error {
    Error::invalid_value("Tag keys starting with 'aws:' are reserved for internal use")
}

/// Tags as answers show them.
pub fn view(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.into(), value: value.into() }
    }

    fn added(tags: &[Tag]) -> Result<Vec<Tag>, String> {
        let mut all = Tags::default();
        add(&mut all, tags).map(|()| view(&all)).map_err(|error| error.code)
    }

    fn refused() -> Result<Vec<Tag>, String> {
        Err("InvalidParameterValue".into())
    }

    #[test]
    fn keys_and_values_have_awss_limits_in_characters() {
        let (longest_key, longest_value) = ("ä".repeat(128), "ü".repeat(256));
        assert_eq!(added(&[tag(&longest_key, &longest_value)]), Ok(vec![tag(&longest_key, &longest_value)]));
        assert_eq!(added(&[tag("empty", "")]), Ok(vec![tag("empty", "")]));
        for bad in [tag("", "x"), tag(&"k".repeat(129), "x"), tag("k", &"v".repeat(257)), tag("aws:x", "x"), tag("AWS:x", "x")] {
            assert_eq!(added(std::slice::from_ref(&bad)), refused(), "{bad:?}");
        }
        assert!(added(&[tag("awsome", "x")]).is_ok());
    }

    #[test]
    fn a_key_comes_once_in_a_request_and_replaces_what_was_there() {
        let mut tags = Tags::default();
        add(&mut tags, &[tag("a", "1"), tag("b", "1")]).expect("good tags");
        add(&mut tags, &[tag("b", "2")]).expect("a good tag");
        assert_eq!(view(&tags), [tag("a", "1"), tag("b", "2")]);
        assert_eq!(added(&[tag("a", "1"), tag("a", "1")]), refused());
        assert!(added(&[tag("a", "1"), tag("A", "1")]).is_ok());
    }

    #[test]
    fn fifty_tags_are_enough() {
        let many: Vec<Tag> = (0..51).map(|n| tag(&n.to_string(), "")).collect();
        assert_eq!(added(&many[..50]).map(|tags| tags.len()), Ok(50));
        assert_eq!(added(&many), Err("TagLimitExceeded".into()));
    }

    #[test]
    fn a_specification_is_for_what_the_request_makes() {
        let of = |kind: &str, tags: &[Tag]| TagSpecification { resource_type: kind.into(), tags: tags.to_vec() };
        let both = [of("instance", &[tag("a", "1")]), of("volume", &[tag("b", "2")]), of("instance", &[tag("c", "3")])];
        let kinds = ["instance", "volume"];
        assert_eq!(specified(&both, "instance", &kinds).map(|tags| view(&tags)), Ok(vec![tag("a", "1"), tag("c", "3")]));
        assert_eq!(specified(&both, "volume", &kinds).map(|tags| view(&tags)), Ok(vec![tag("b", "2")]));
        assert_eq!(specified(&both, "instance", &["instance"]).map_err(|e| e.code), Err("InvalidParameterValue".into()));
    }
}
