//! EC2's filters: values are alternatives, filters must all hold, `*` and `?` are wildcards unless a backslash escapes them.

use std::marker::PhantomData;

use resource::Tags;
use serde::Deserialize;

use crate::Error;

const MAX_VALUES: usize = 200;

/// One filter of a Describe request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// What it looks at.
    pub name: String,
    /// What it accepts.
    pub values: Vec<String>,
}

/// What the things that an operation lists have under the name of a filter.
pub struct Field<'a, T>(Box<dyn Fn(&T) -> Vec<String> + 'a>);

/// Makes the fields of things of one type.
pub struct Fields<T>(PhantomData<fn(&T)>);

/// The maker of fields of `T`s.
pub fn of<T>() -> Fields<T> {
    Fields(PhantomData)
}

impl<T> Fields<T> {
    /// A field in which everything has one value.
    pub fn one<'a, V: ToString>(&self, value: impl Fn(&T) -> V + 'a) -> Option<Field<'a, T>> {
        self.many(move |item| vec![value(item).to_string()])
    }

    /// A field in which something may have any number of values.
    pub fn many<'a>(&self, values: impl Fn(&T) -> Vec<String> + 'a) -> Option<Field<'a, T>> {
        Some(Field(Box::new(values)))
    }

    /// A field that AWS knows and in which nothing here has a value.
    pub fn empty<'a>(&self) -> Option<Field<'a, T>> {
        self.many(|_| Vec::new())
    }

    /// The field of the filters `tag:{key}`, `tag-key` and `tag-value`; none for other filters.
    pub fn tag<'a>(&self, filter: &'a str, tags: impl Fn(&T) -> &Tags + 'a) -> Option<Field<'a, T>> {
        match filter {
            "tag-key" => self.many(move |item| tags(item).iter().map(|(key, _)| key.to_owned()).collect()),
            "tag-value" => self.many(move |item| tags(item).iter().map(|(_, value)| value.to_owned()).collect()),
            _ => {
                let key = filter.strip_prefix("tag:")?;
                self.many(move |item| tags(item).value(key).map(str::to_owned).into_iter().collect())
            }
        }
    }
}

/// Keeps the items that all filters accept. `field` reads the name of a filter; none means that there is no such filter,
/// which is refused whether there are items or not.
///
/// # Errors
/// `InvalidParameterValue` for an unknown filter, `FilterLimitExceeded` for more than 200 values.
pub fn select<'a, T>(
    filters: &'a [Filter],
    items: impl Iterator<Item = T>,
    field: impl Fn(&'a str) -> Option<Field<'a, T>>,
) -> Result<Vec<T>, Error> {
    if filters.iter().map(|f| f.values.len()).sum::<usize>() > MAX_VALUES {
        return Err(Error::new("FilterLimitExceeded", format!("A request may carry at most {MAX_VALUES} filter values.")));
    }
    let known = |filter: &'a Filter| match field(&filter.name) {
        Some(field) => Ok((field, filter.values.iter().map(|value| Pattern::read(value)).collect::<Vec<_>>())),
        None => Err(Error::invalid_value(format!("The filter '{}' is invalid", filter.name))),
    };
    let wanted: Vec<_> = filters.iter().map(known).collect::<Result<_, _>>()?;
    Ok(items.filter(|item| wanted.iter().all(|(field, patterns)| field.accepts(item, patterns))).collect())
}

/// The values of a filter when they are plain: the keys by which what it accepts can be looked up instead of searched for.
pub fn keys<'a>(filters: &'a [Filter], name: &str) -> Option<&'a [String]> {
    let plain = |filter: &&Filter| filter.name == name && !filter.values.iter().any(|value| value.contains(['*', '?', '\\']));
    filters.iter().find(plain).map(|filter| filter.values.as_slice())
}

impl<T> Field<'_, T> {
    /// What `item` has in it.
    pub fn values(&self, item: &T) -> Vec<String> {
        (self.0)(item)
    }

    fn accepts(&self, item: &T, wanted: &[Pattern]) -> bool {
        let have = self.values(item);
        wanted.iter().any(|pattern| have.iter().any(|value| pattern.matches(value)))
    }
}

/// A value of a filter, read: `*` is any text, `?` any character, and a backslash takes their meaning from them.
enum Pattern {
    Text(String),
    Wild(Vec<Glyph>),
}

#[derive(Clone, Copy, PartialEq)]
enum Glyph {
    This(char),
    One,
    Any,
}

impl Pattern {
    fn read(text: &str) -> Self {
        if !text.contains(['*', '?', '\\']) {
            return Self::Text(text.to_owned());
        }
        let (mut glyphs, mut rest) = (Vec::new(), text.chars());
        while let Some(c) = rest.next() {
            glyphs.push(match c {
                '*' => Glyph::Any,
                '?' => Glyph::One,
                '\\' => Glyph::This(rest.next().unwrap_or('\\')),
                other => Glyph::This(other),
            });
        }
        Self::Wild(glyphs)
    }

    /// Whether it is all of `text`.
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => own == text,
            Self::Wild(glyphs) => matches(glyphs, &text.chars().collect::<Vec<_>>()),
        }
    }
}

fn matches(pattern: &[Glyph], text: &[char]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(Glyph::Any) => {
                star = Some((p, t));
                p += 1;
            }
            Some(glyph) if *glyph == Glyph::One || *glyph == Glyph::This(text[t]) => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    (p, t) = (at + 1, from + 1);
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|glyph| *glyph == Glyph::Any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards_match_as_on_aws() {
        for (pattern, text, expected) in [
            ("a*c", "abbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("?", "", false),
            ("A", "a", false),
            ("*b*", "abc", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("?", "ä", true),
            (r"\*amazon\?\\", r"*amazon?\", true),
            (r"\*", "x", false),
            (r"a\b", "ab", true),
            (r"a\", r"a\", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::read(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn an_escaped_text_matches_itself_only(text in "[a*?\\\\é]{0,8}", other in "[a*?\\\\é]{0,8}") {
            let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
            prop_assert!(Pattern::read(&escaped).matches(&text));
            prop_assert_eq!(Pattern::read(&escaped).matches(&other), text == other);
        }

        #[test]
        fn a_star_stands_for_any_text(before in "[ab?]{0,4}", between in "[abc]{0,6}", after in "[ab]{0,4}") {
            let start = before.replace('?', "a");
            let matched = Pattern::read(&format!("{before}*{after}")).matches(&format!("{start}{between}{after}"));
            prop_assert!(matched);
        }
    }

    fn filter(name: &str, values: &[&str]) -> Filter {
        Filter { name: name.into(), values: values.iter().map(ToString::to_string).collect() }
    }

    /// Numbers with their parity and their divisors as fields.
    fn numbers(filters: &[Filter]) -> Result<Vec<u32>, String> {
        let field = |name| match name {
            "parity" => of().one(|n: &u32| if n.is_multiple_of(2) { "even" } else { "odd" }),
            "divisor" => of().many(|n: &u32| (1..=*n).filter(|d| n.is_multiple_of(*d)).map(|d| d.to_string()).collect()),
            "colour" => of().empty(),
            _ => None,
        };
        select(filters, 1..=12, field).map_err(|error| error.code)
    }

    #[test]
    fn values_are_alternatives_and_filters_must_all_hold() {
        assert_eq!(numbers(&[]), Ok((1..=12).collect()));
        assert_eq!(numbers(&[filter("divisor", &["5", "4"])]), Ok(vec![4, 5, 8, 10, 12]));
        assert_eq!(numbers(&[filter("divisor", &["5", "4"]), filter("parity", &["ev*"])]), Ok(vec![4, 8, 10, 12]));
        assert_eq!(numbers(&[filter("divisor", &["3"]), filter("divisor", &["4"])]), Ok(vec![12]));
        assert_eq!(numbers(&[filter("parity", &[])]), Ok(vec![]));
        assert_eq!(numbers(&[filter("colour", &["*"])]), Ok(vec![]));
    }

    #[test]
    fn an_unknown_filter_is_refused_whether_there_are_items_or_not() {
        assert_eq!(numbers(&[filter("parity", &["none"]), filter("taste", &["sweet"])]), Err("InvalidParameterValue".to_owned()));
        let refused = select(&[filter("colour", &["red"])], std::iter::empty::<u32>(), |_| None);
        assert_eq!(refused.map_err(|error| error.code), Err("InvalidParameterValue".to_owned()));
    }

    #[test]
    fn two_hundred_values_are_enough() {
        let all: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let mut filters = [Filter { name: "divisor".into(), values: all }, filter("parity", &[])];
        assert!(numbers(&filters).is_ok());
        filters[1].values.push("odd".into());
        assert_eq!(numbers(&filters), Err("FilterLimitExceeded".to_owned()));
    }

    #[test]
    fn tags_are_found_by_key_by_value_and_by_both() {
        let tags = Tags([("Name", "web"), ("team", "blue")].map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect());
        let found = |name: &str, value: &str| {
            select(&[filter(name, &[value])], std::iter::once(&tags), |name| of::<&Tags>().tag(name, |tags| tags))
                .map(|found| found.len())
        };
        for (name, value, count) in [
            ("tag:Name", "web", 1),
            ("tag:Name", "*", 1),
            ("tag:name", "web", 0),
            ("tag:team", "web", 0),
            ("tag:", "web", 0),
            ("tag-key", "team", 1),
            ("tag-key", "blue", 0),
            ("tag-value", "bl*", 1),
        ] {
            assert_eq!(found(name, value), Ok(count), "{name} {value}");
        }
        assert!(found("tag", "web").is_err());
    }

    #[test]
    fn only_plain_values_are_keys() {
        let filters = [filter("vpc-id", &["vpc-*"]), filter("subnet-id", &["a", "b"]), filter("state", &["a?", r"\*"])];
        assert_eq!(keys(&filters, "subnet-id"), Some(["a".to_owned(), "b".to_owned()].as_slice()));
        assert_eq!([keys(&filters, "vpc-id"), keys(&filters, "state"), keys(&filters, "owner")], [None; 3]);
    }
}
