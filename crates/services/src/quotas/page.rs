//! Pages, in this service's words.

use crate::Error;
use crate::page::{self, Ask, Page};

/// One page of `items`, in the order of their keys.
///
/// # Errors
/// `InvalidPaginationTokenException`.
pub fn cut<T>(max: Option<usize>, token: Option<&str>, items: Vec<T>, key: impl Fn(&T) -> String) -> Result<Page<T>, Error> {
    let page = page::cut(Ask { max_results: max, token }, items, key);
    page.map_err(|refused| Error::new("InvalidPaginationTokenException", refused.message))
}
