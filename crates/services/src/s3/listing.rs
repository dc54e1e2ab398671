//! Listing keys in order: below a prefix, from a marker on, with what lies behind a delimiter rolled up into one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::refusal::invalid_argument;
use crate::Error;

/// What a page may hold.
const MOST: usize = 1000;
/// `encoding-type=url` leaves these alone.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ask<'a> {
    /// Keys that begin so.
    pub prefix: &'a str,
    /// What ends the rolled-up part of a key; empty for none.
    pub delimiter: &'a str,
    /// Keys, and rolled-up parts, that come after this.
    pub after: &'a str,
    /// At most so many entries.
    pub most: usize,
}

/// An entry of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<T> {
    /// One item.
    Item(T),
    /// All that begins so.
    Prefix(String),
}

/// A page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing<T> {
    /// Its entries, in order.
    pub entries: Vec<Entry<T>>,
    /// The last key or prefix, when there are more.
    pub next: Option<String>,
}

/// How many entries a page has.
///
/// # Errors
/// `InvalidArgument` for fewer than none.
pub(super) fn most(asked: Option<i64>) -> Result<usize, Error> {
    let wrong = || invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647");
    asked.map_or(Ok(MOST), |asked| usize::try_from(asked).map(|asked| asked.min(MOST)).map_err(|_| wrong()))
}

/// Where in the order of keys a listing begins.
pub(super) fn begin<'a>(ask: &Ask<'a>) -> &'a str {
    if ask.after > ask.prefix { ask.after } else { ask.prefix }
}

/// A page of `items`, which come in the order of their keys, from [`begin`] on.
pub(super) fn page<T>(ask: &Ask<'_>, items: impl Iterator<Item = T>, key: impl Fn(&T) -> &str) -> Listing<T> {
    let mut entries: Vec<Entry<T>> = Vec::new();
    let mut last: Option<String> = None;
    if ask.most == 0 {
        return Listing { entries, next: None };
    }
    for item in items {
        let name = key(&item);
        let Some(rest) = name.strip_prefix(ask.prefix) else { break };
        let rolled = (!ask.delimiter.is_empty()).then(|| rest.find(ask.delimiter)).flatten();
        let rolled = rolled.map(|at| name[..ask.prefix.len() + at + ask.delimiter.len()].to_owned());
        let shown = rolled.as_deref().unwrap_or(name);
        if shown <= ask.after && !ask.after.is_empty() || rolled.is_some() && rolled == last {
            continue;
        }
        if entries.len() == ask.most {
            return Listing { entries, next: last };
        }
        last = Some(shown.to_owned());
        entries.push(rolled.map_or(Entry::Item(item), Entry::Prefix));
    }
    Listing { entries, next: None }
}

/// A key as an answer shows it: encoded when the client asked for that.
pub(super) fn shown(key: &str, encoding: Option<&str>) -> String {
    match encoding {
        Some("url") => utf8_percent_encode(key, PLAIN).to_string(),
        _ => key.to_owned(),
    }
}

/// `CommonPrefixes`.
pub(super) fn common_prefixes<T>(listing: &Listing<T>, encoding: Option<&str>) -> Vec<Value> {
    let prefixes = listing.entries.iter().filter_map(|entry| match entry {
        Entry::Prefix(prefix) => Some(json!({"Prefix": shown(prefix, encoding)})),
        Entry::Item(_) => None,
    });
    prefixes.collect()
}

/// The items among the entries.
pub(super) fn items<T>(listing: &Listing<T>) -> impl Iterator<Item = &T> {
    listing.entries.iter().filter_map(|entry| match entry {
        Entry::Item(item) => Some(item),
        Entry::Prefix(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEYS: [&str; 6] = ["a", "a/1", "a/2", "b/x/1", "b/y", "c"];

    fn told(prefix: &str, delimiter: &str, after: &str, most: usize) -> (Vec<String>, Option<String>) {
        let ask = Ask { prefix, delimiter, after, most };
        let from = begin(&ask);
        let page = page(&ask, KEYS.into_iter().filter(|key| *key >= from), |key| key);
        let entries = page.entries.into_iter().map(|entry| match entry {
            Entry::Item(key) => key.to_owned(),
            Entry::Prefix(prefix) => format!("{prefix}*"),
        });
        (entries.collect(), page.next)
    }

    #[test]
    fn a_delimiter_rolls_up_what_lies_behind_it() {
        assert_eq!(told("", "", "", 10).0, KEYS);
        assert_eq!(told("", "/", "", 10).0, ["a", "a/*", "b/*", "c"]);
        assert_eq!(told("b/", "/", "", 10).0, ["b/x/*", "b/y"]);
        assert_eq!(told("x", "/", "", 10).0, [""; 0]);
    }

    #[test]
    fn a_page_says_where_the_next_begins_and_that_one_repeats_nothing() {
        assert_eq!(told("", "/", "", 2), (vec!["a".into(), "a/*".into()], Some("a/".into())));
        assert_eq!(told("", "/", "a/", 2), (vec!["b/*".into(), "c".into()], None));
        assert_eq!(told("", "", "a/1", 2), (vec!["a/2".into(), "b/x/1".into()], Some("b/x/1".into())));
        assert_eq!(told("", "", "", 0), (vec![], None));
    }

    #[test]
    fn keys_are_encoded_when_the_client_wants_them_so() {
        assert_eq!(shown("a b/ü+", Some("url")), "a%20b/%C3%BC%2B");
        assert_eq!(shown("a b", None), "a b");
    }

    proptest! {
        #[test]
        fn pages_of_any_size_make_the_whole(most in 1usize..5, delimiter in "(/|)") {
            let whole = told("", &delimiter, "", 100).0;
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let (entries, next) = told("", &delimiter, &after, most);
                seen.extend(entries);
                match next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            prop_assert_eq!(seen, whole);
        }
    }
}
