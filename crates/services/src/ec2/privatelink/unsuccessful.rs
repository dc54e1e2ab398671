//! What operations on several things answer about those that they could not do: the rest is done.

use serde::Serialize;

use crate::Error;

/// A thing that an operation could not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unsuccessful {
    resource_id: String,
    error: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reason {
    code: String,
    message: String,
}

/// The answer of such an operation.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    unsuccessful: Vec<Unsuccessful>,
}

/// Does `each` for all `ids`, and gathers the refusals.
///
/// # Errors
/// A failure of ours ends it.
pub fn each(ids: &[String], mut each: impl FnMut(&str) -> Result<(), Error>) -> Result<Output, Error> {
    let mut unsuccessful = Vec::new();
    for id in ids {
        match each(id) {
            Ok(()) => {}
            Err(error) if error.status >= 500 => return Err(error),
            Err(Error { code, message, .. }) => {
                unsuccessful.push(Unsuccessful { resource_id: id.clone(), error: Reason { code, message } })
            }
        }
    }
    Ok(Output { unsuccessful })
}
