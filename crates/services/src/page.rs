//! Pagination: one opaque token for all operations. It names the last key shown, so it survives changes in between.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Error;

/// What a caller asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// At most this many.
    pub max_results: Option<usize>,
    /// Where the page before ended.
    pub token: Option<&'a str>,
}

/// One page, and the token of the next if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What it shows.
    pub items: Vec<T>,
    /// How to go on.
    pub next: Option<String>,
}

/// Cuts a page out of `items`, which it puts in the order of their keys.
///
/// # Errors
/// `InvalidNextToken` for a token that we did not make.
pub fn cut<T>(ask: Ask<'_>, mut items: Vec<T>, key: impl Fn(&T) -> String) -> Result<Page<T>, Error> {
    if ask.max_results.is_none() && ask.token.is_none() {
        return Ok(Page { items, next: None });
    }
    items.sort_by_cached_key(&key);
    if let Some(token) = ask.token {
        let after = read_token(token)?;
        items.retain(|item| key(item) > after);
    }
    let limit = ask.max_results.unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|item| URL_SAFE_NO_PAD.encode(key(item)));
    Ok(Page { items, next })
}

fn read_token(token: &str) -> Result<String, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes.ok_or_else(|| Error::new("InvalidNextToken", "The NextToken is not one that this API returned."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let all: Vec<u32> = (100..117).collect();
        let (mut seen, mut token) = (Vec::new(), None::<String>);
        loop {
            let page =
                cut(Ask { max_results: Some(5), token: token.as_deref() }, all.clone(), u32::to_string).expect("our own token");
            seen.extend(page.items);
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        let result = cut(Ask { max_results: None, token: Some("%%%") }, vec![1], u32::to_string);
        assert_eq!(result.err().map(|e| e.code).as_deref(), Some("InvalidNextToken"));
    }

    #[test]
    fn what_comes_and_goes_between_two_pages_neither_repeats_nor_hides_the_rest() {
        let cut_at =
            |items: &[u32], token: Option<&str>| cut(Ask { max_results: Some(3), token }, items.to_vec(), |n| format!("{n:03}"));
        let first = cut_at(&[7, 1, 5, 3, 9], None).expect("no token");
        assert_eq!(first.items, [1, 3, 5]);
        let second = cut_at(&[9, 2, 7, 8, 1, 3], first.next.as_deref()).expect("our own token");
        assert_eq!((second.items, second.next), (vec![7, 8, 9], None));
        let nothing = cut_at(&[], first.next.as_deref()).expect("our own token");
        assert_eq!((nothing.items, nothing.next), (vec![], None));
    }

    #[test]
    fn a_page_that_holds_exactly_the_rest_is_the_last() {
        let page = cut(Ask { max_results: Some(3), token: None }, vec![1, 2, 3], u32::to_string).expect("no token");
        assert_eq!((page.items.len(), page.next), (3, None));
        let all = cut(Ask::default(), vec![3, 1, 2], u32::to_string).expect("no token");
        assert_eq!((all.items, all.next), (vec![3, 1, 2], None), "who asks for no pages gets all as they are");
    }
}
