//! Pages of Route 53: `MaxItems` is a text, and the next page begins with what its start names.

use super::find::invalid;
use crate::Error;

/// How many items a page has when the request does not say, and at the most.
pub(super) fn limit(asked: Option<&str>, most: usize) -> Result<usize, Error> {
    match asked.map(str::parse::<usize>) {
        None => Ok(most),
        Some(Ok(number)) if number > 0 => Ok(number.min(most)),
        Some(_) => Err(invalid("MaxItems must be a number above zero")),
    }
}

/// Cuts `items` to a page; the item with which the next one begins.
pub(super) fn cut<T>(items: &mut Vec<T>, limit: usize) -> Option<T> {
    let next = if items.len() > limit { Some(items.swap_remove(limit)) } else { None };
    items.truncate(limit);
    next
}

/// A name in the order of lists: by its labels from the last to the first.
pub(super) fn reversed(name: &str) -> Vec<&str> {
    name.trim_end_matches('.').rsplit('.').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_before_what_the_next_begins_with() {
        let mut items = vec![1, 2, 3, 4, 5];
        assert_eq!((cut(&mut items, 2), items.as_slice()), (Some(3), &[1, 2][..]));
        assert_eq!(cut(&mut items, 2), None);
    }

    #[test]
    fn limits_are_texts_and_capped() {
        assert_eq!(
            (limit(None, 100).ok(), limit(Some("7"), 100).ok(), limit(Some("999"), 100).ok()),
            (Some(100), Some(7), Some(100))
        );
        assert!(limit(Some("0"), 100).is_err() && limit(Some("many"), 100).is_err());
    }

    #[test]
    fn names_are_ordered_from_their_end() {
        let mut names = ["b.a.x.", "x.", "a.b.x.", "a.x."];
        names.sort_by_key(|name| reversed(name).into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(names, ["x.", "a.x.", "b.a.x.", "a.b.x."]);
    }
}
