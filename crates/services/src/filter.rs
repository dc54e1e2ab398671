//! EC2's filters: values are alternatives, filters must all hold, `*` and `?` are wildcards.

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

/// Keeps the items that all filters accept. `values` says what an item has under a filter's name; none means
/// that there is no such filter.
///
/// # Errors
/// `InvalidParameterValue` for an unknown filter, `FilterLimitExceeded` for more than 200 values.
pub fn select<T>(
    filters: &[Filter],
    items: impl Iterator<Item = T>,
    values: impl Fn(&T, &str) -> Option<Vec<String>>,
) -> Result<Vec<T>, Error> {
    if filters.iter().map(|f| f.values.len()).sum::<usize>() > MAX_VALUES {
        return Err(Error::new("FilterLimitExceeded", format!("A request may carry at most {MAX_VALUES} filter values.")));
    }
    let mut kept = Vec::new();
    for item in items {
        if accepts(filters, &item, &values)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

fn accepts<T>(filters: &[Filter], item: &T, values: &impl Fn(&T, &str) -> Option<Vec<String>>) -> Result<bool, Error> {
    for filter in filters {
        let Some(have) = values(item, &filter.name) else {
            return Err(Error::invalid_value(format!("The filter '{}' is invalid", filter.name)));
        };
        if !filter.values.iter().any(|wanted| have.iter().any(|value| matches(wanted, value))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What `tags` have under the filter `tag:{key}`, `tag-key` or `tag-value`; none for other filters.
pub fn tag_values(tags: &resource::Tags, filter: &str) -> Option<Vec<String>> {
    match filter {
        "tag-key" => Some(tags.iter().map(|(key, _)| key.to_owned()).collect()),
        "tag-value" => Some(tags.iter().map(|(_, value)| value.to_owned()).collect()),
        _ => filter.strip_prefix("tag:").map(|key| tags.value(key).map(str::to_owned).into_iter().collect()),
    }
}

/// Whether `pattern`, in which `*` is any text and `?` any character, is all of `text`.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    (p, t) = (at + 1, from + 1);
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_on_aws() {
        for (pattern, text, expected) in
            [("a*c", "abbc", true), ("a?c", "abc", true), ("a?c", "ac", false), ("*", "", true), ("A", "a", false), ("*b*", "abc", true)]
        {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn an_unknown_filter_is_refused() {
        let filter = Filter { name: "colour".into(), values: vec!["red".into()] };
        let result = select(&[filter], std::iter::once(1), |_, _| None);
        assert_eq!(result.err().map(|e| e.code).as_deref(), Some("InvalidParameterValue"));
    }
}
