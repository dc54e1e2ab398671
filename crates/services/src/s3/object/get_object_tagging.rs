//! `GetObjectTagging`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::s3::find;
use crate::{Error, Read, tags};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Input {
    bucket: String,
    key: String,
    version_id: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays is not a question here.
    #[serde(rename = "RequestPayer")]
    _payer: Option<String>,
}

/// Tells the tags of an object; it may have none.
pub fn get_object_tagging(cx: &Read<'_>, input: Input) -> Result<Value, Error> {
    let bucket = find::bucket(cx.world, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let found = find::version(cx.world, cx.caller, &bucket, &input.key, input.version_id.as_deref())?;
    let mut answer = Map::from_iter([("TagSet".to_owned(), json!(tags::view(&found.content()?.tags)))]);
    answer.extend(input.version_id.map(|id| ("VersionId".to_owned(), json!(id))));
    Ok(Value::Object(answer))
}
