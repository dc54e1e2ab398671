//! The bytes of objects: durable before the answer, gone with the last that needs them, and none left by an ephemeral daemon.

use std::path::Path;

use serde_json::json;

use crate::cloud::{CONSUMER, Cloud, eventually};

/// Every file below a folder.
fn files(folder: &Path) -> usize {
    let shards = std::fs::read_dir(folder).into_iter().flatten().flatten();
    shards.map(|shard| std::fs::read_dir(shard.path()).map_or(0, Iterator::count)).sum()
}

#[test]
fn a_killed_daemon_has_every_answered_object_and_sweeps_what_was_never_answered() {
    let mut cloud = Cloud::up();
    let write = "
import threading, time
s3 = client('s3')
s3.create_bucket(Bucket='kept')
for n in range(8):
    s3.put_object(Bucket='kept', Key=str(n), Body=bytes([n]) * (n * 100_000))
upload = s3.create_multipart_upload(Bucket='kept', Key='parts')['UploadId']
part = s3.upload_part(Bucket='kept', Key='parts', UploadId=upload, PartNumber=1, Body=b'p' * 70_000)
answer = {'upload': upload, 'part': part['ETag']}";
    let begun = cloud.account(CONSUMER).script(write, json!({}));
    let folder = cloud.state_dir().join("objects");
    assert_eq!(files(&folder), 9);
    std::fs::write(folder.join("incoming/0123456789abcdef"), "half of an object").unwrap();
    cloud.crash();
    let read = "
s3 = client('s3')
answer = all(s3.get_object(Bucket='kept', Key=str(n))['Body'].read() == bytes([n]) * (n * 100_000) for n in range(8))
s3.complete_multipart_upload(Bucket='kept', Key='parts', UploadId=given['upload'],
                             MultipartUpload={'Parts': [{'PartNumber': 1, 'ETag': given['part']}]})
answer = answer and s3.get_object(Bucket='kept', Key='parts')['Body'].read() == b'p' * 70_000";
    assert_eq!(cloud.account(CONSUMER).script(read, begun), json!(true));
    eventually("what was never answered is swept", || (files(&folder) == 9).then_some(()));
    cloud.account(CONSUMER).aws(&["s3", "rm", "--recursive", "s3://kept"]).ok();
    eventually("the bytes go with the objects", || (files(&folder) == 0).then_some(()));
}

#[test]
fn an_ephemeral_daemon_takes_its_objects_with_it() {
    let mut cloud = Cloud::up_with(&["--ephemeral"]);
    let write = "
s3 = client('s3')
s3.create_bucket(Bucket='gone')
answer = s3.put_object(Bucket='gone', Key='k', Body=b'x')['ETag']";
    cloud.account(CONSUMER).script(write, json!({}));
    let folder = cloud.state_dir().join("objects.ephemeral");
    assert_eq!(files(&folder), 1);
    cloud.terminate();
    assert!(!folder.exists() && files(&cloud.state_dir().join("objects")) == 0);
}
