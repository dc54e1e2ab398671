//! Pages, with this service's limits: `MaxRecords` is 50 when it is not said.

use super::refusal;
use crate::Error;
use crate::page::{self, Ask, Page};

const DEFAULT_RECORDS: usize = 50;
const MOST_RECORDS: usize = 100;

/// Cuts the page that a request asks for out of `items`, in the order of their keys.
///
/// # Errors
/// `ValidationError` for more than this service shows at once, `InvalidNextToken` for a token that we did not make.
pub fn cut<T>(records: Option<usize>, token: Option<&str>, items: Vec<T>, key: impl Fn(&T) -> String) -> Result<Page<T>, Error> {
    if records.is_some_and(|records| records > MOST_RECORDS) {
        return Err(refusal::validation(format!("MaxRecords is at most {MOST_RECORDS}.")));
    }
    page::cut(Ask { max_results: Some(records.unwrap_or(DEFAULT_RECORDS).max(1)), token }, items, key)
}
