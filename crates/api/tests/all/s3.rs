//! S3 with the clients that people use: boto3, its transfer manager, waiters and paginators, and the `aws` command line.

use crate::world::World;

#[tokio::test]
async fn boto3_makes_fills_reads_and_empties_a_bucket() {
    let world = World::trusting();
    let script = r#"
import os, io, urllib.request
from botocore.config import Config
s3 = client("s3")
refused(lambda: s3.list_objects_v2(Bucket="none-such"), "NoSuchBucket", 404)
s3.create_bucket(Bucket="first")
s3.get_waiter("bucket_exists").wait(Bucket="first", WaiterConfig={"Delay": 0})
assert s3.head_bucket(Bucket="first")["BucketRegion"] == "us-east-1"
assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["first"]

put = s3.put_object(Bucket="first", Key="a/b c+ü", Body=b"hello", ContentType="text/plain", Metadata={"m": "1"}, Tagging="t=1")
assert put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"' and put["ChecksumCRC32"], put
got = s3.get_object(Bucket="first", Key="a/b c+ü", ChecksumMode="ENABLED")
assert got["Body"].read() == b"hello" and got["ContentType"] == "text/plain" and got["Metadata"] == {"m": "1"}, got
assert got["ChecksumCRC32"] == put["ChecksumCRC32"] and got["TagCount"] == 1, got
part = s3.get_object(Bucket="first", Key="a/b c+ü", Range="bytes=1-2")
assert part["Body"].read() == b"el" and part["ResponseMetadata"]["HTTPStatusCode"] == 206 and part["ContentRange"] == "bytes 1-2/5"
head = s3.head_object(Bucket="first", Key="a/b c+ü")
assert head["ContentLength"] == 5 and head["LastModified"], head
refused(lambda: s3.head_object(Bucket="first", Key="none"), "404", 404)
refused(lambda: s3.get_object(Bucket="first", Key="none"), "NoSuchKey", 404)
refused(lambda: s3.get_object(Bucket="first", Key="a/b c+ü", IfNoneMatch=put["ETag"]), "304", 304)
refused(lambda: s3.get_object(Bucket="first", Key="a/b c+ü", Range="bytes=9-"), "InvalidRange", 416)
refused(lambda: s3.put_object(Bucket="first", Key="x", Body=b"y", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest", 400)
for name in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]:
    try:
        made = s3.put_object(Bucket="first", Key="sum", Body=b"123456789", ChecksumAlgorithm=name)
    except Exception as error:
        assert "crt" in str(error).lower(), error
        continue
    assert s3.get_object(Bucket="first", Key="sum", ChecksumMode="ENABLED")["Body"].read() == b"123456789"
refused(lambda: s3.put_object(Bucket="first", Key="x", Body=b"y", ChecksumSHA256="AAAA"), "BadDigest", 400)
sha1 = s3.put_object(Bucket="first", Key="sum", Body=b"123456789", ChecksumSHA1="98O8HYCOBHMq32eZZczDTKeuNEE=")
assert sha1["ChecksumSHA1"] == "98O8HYCOBHMq32eZZczDTKeuNEE=", sha1

big = os.urandom(17 << 20)
s3.upload_fileobj(io.BytesIO(big), "first", "big")
assert s3.head_object(Bucket="first", Key="big")["ETag"].endswith('-3"')
out = io.BytesIO()
s3.download_fileobj("first", "big", out)
assert out.getvalue() == big
s3.copy({"Bucket": "first", "Key": "big"}, "first", "big-copy")
assert s3.get_object(Bucket="first", Key="big-copy")["Body"].read() == big
attributes = s3.get_object_attributes(Bucket="first", Key="big", ObjectAttributes=["ObjectParts", "ObjectSize", "Checksum"])
assert attributes["ObjectParts"]["TotalPartsCount"] == 3 and attributes["ObjectSize"] == len(big), attributes

url = s3.generate_presigned_url("get_object", Params={"Bucket": "first", "Key": "big-copy"}, ExpiresIn=60)
assert urllib.request.urlopen(url).read() == big
upload = s3.generate_presigned_url("put_object", Params={"Bucket": "first", "Key": "presigned"}, ExpiresIn=60)
urllib.request.urlopen(urllib.request.Request(upload, data=b"by url", method="PUT", headers={"content-type": ""}))
assert s3.get_object(Bucket="first", Key="presigned")["Body"].read() == b"by url"

keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="first", PaginationConfig={"PageSize": 2}) for o in page["Contents"]]
assert keys == ["a/b c+ü", "big", "big-copy", "presigned", "sum"], keys
prefixes = s3.list_objects_v2(Bucket="first", Delimiter="/")["CommonPrefixes"]
assert prefixes == [{"Prefix": "a/"}], prefixes
assert [o["Key"] for o in s3.list_objects(Bucket="first", Prefix="big")["Contents"]] == ["big", "big-copy"]
refused(lambda: s3.delete_bucket(Bucket="first"), "BucketNotEmpty", 409)
gone = s3.delete_objects(Bucket="first", Delete={"Objects": [{"Key": key} for key in keys]})
assert len(gone["Deleted"]) == 5, gone
s3.get_waiter("object_not_exists").wait(Bucket="first", Key="big", WaiterConfig={"Delay": 0})
s3.delete_bucket(Bucket="first")
s3.get_waiter("bucket_not_exists").wait(Bucket="first", WaiterConfig={"Delay": 0})
"#;
    world.boto3(script).await;
}

/// boto3 waits to be told to go on with nothing too, and remembers on its connection that it was not.
#[tokio::test]
async fn boto3_writes_something_after_nothing_and_after_a_refusal_on_one_connection() {
    let world = World::trusting();
    let script = r#"
s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}, read_timeout=10, max_pool_connections=1))
s3.create_bucket(Bucket="first")
for body in [b"", b"x", b"", b"", b"y" * 100_000]:
    s3.put_object(Bucket="first", Key="k", Body=body)
    assert s3.get_object(Bucket="first", Key="k")["Body"].read() == body
    s3.put_object(Bucket="first", Key="k", Body=b"")
    s3.put_object(Bucket="first", Key="k", Body=body)
for body in [b"", b"x", b"y" * 100_000]:
    refused(lambda: s3.put_object(Bucket="first", Key="k" * 1025, Body=body), "KeyTooLongError", 400)
    s3.put_object(Bucket="first", Key="k", Body=b"z")
    refused(lambda: s3.put_object(Bucket="none-such", Key="k", Body=body), "NoSuchBucket", 404)
    s3.put_object(Bucket="first", Key="k", Body=b"z")
"#;
    world.boto3(script).await;
}

/// What the AWS provider of Terraform reads on every refresh, and the code that it takes for "not set".
#[tokio::test]
async fn what_was_never_set_on_a_bucket_has_the_code_that_terraform_knows() {
    let world = World::trusting();
    let script = r#"
s3 = client("s3")
s3.create_bucket(Bucket="fresh")
b = {"Bucket": "fresh"}
for method, code in [
    ("get_bucket_policy", "NoSuchBucketPolicy"), ("get_bucket_tagging", "NoSuchTagSet"), ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_website", "NoSuchWebsiteConfiguration"), ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
]:
    refused(lambda: getattr(s3, method)(**b), code, 404)
assert s3.get_bucket_versioning(**b).get("Status") is None
assert s3.get_bucket_acl(**b)["Grants"][0]["Permission"] == "FULL_CONTROL"
assert s3.get_bucket_request_payment(**b)["Payer"] == "BucketOwner"
assert s3.get_bucket_accelerate_configuration(**b).get("Status") is None
assert "LoggingEnabled" not in s3.get_bucket_logging(**b)
assert "TopicConfigurations" not in s3.get_bucket_notification_configuration(**b)
assert s3.get_bucket_location(**b)["LocationConstraint"] is None
rules = s3.get_bucket_encryption(**b)["ServerSideEncryptionConfiguration"]["Rules"]
assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}, rules
assert s3.get_bucket_ownership_controls(**b)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
assert all(s3.get_public_access_block(**b)["PublicAccessBlockConfiguration"].values())
s3.put_bucket_tagging(Tagging={"TagSet": [{"Key": "a", "Value": "1"}]}, **b)
assert s3.get_bucket_tagging(**b)["TagSet"] == [{"Key": "a", "Value": "1"}]
s3.put_bucket_versioning(VersioningConfiguration={"Status": "Enabled"}, **b)
first = s3.put_object(Key="k", Body=b"1", **b)["VersionId"]
s3.put_object(Key="k", Body=b"2", **b)
marker = s3.delete_object(Key="k", **b)
assert marker["DeleteMarker"] and s3.get_object(Key="k", VersionId=first, **b)["Body"].read() == b"1"
pages = list(s3.get_paginator("list_object_versions").paginate(PaginationConfig={"PageSize": 1}, **b))
assert sum(len(p.get("Versions", [])) for p in pages) == 2 and len(pages) == 3, pages
for page in pages:
    for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
        s3.delete_object(Key="k", VersionId=version["VersionId"], **b)
refused(lambda: s3.put_bucket_lifecycle_configuration(LifecycleConfiguration={"Rules": [
    {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}, **b), "NotImplemented", 501)
s3.delete_bucket(**b)
"#;
    world.boto3(script).await;
}

/// Two accounts, the public, a user with an issued key whose signatures are verified, and pieces signed one by one.
#[tokio::test]
async fn both_sides_must_allow_and_signatures_are_verified_over_every_piece() {
    let world = World::trusting();
    let script = r#"
import json, os, hashlib, hmac, urllib.request, urllib.error, http.client
from botocore import UNSIGNED
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
as_ = lambda key, secret="any": client("s3", aws_access_key_id=key, aws_secret_access_key=secret)
owner, other = as_("111111111111"), as_("222222222222")
owner.create_bucket(Bucket="shared")
owner.put_object(Bucket="shared", Key="k", Body=b"x")
refused(lambda: other.create_bucket(Bucket="shared"), "BucketAlreadyExists", 409)
refused(lambda: other.get_object(Bucket="shared", Key="k"), "AccessDenied", 403)
allow = lambda who, action: {"Effect": "Allow", "Principal": who, "Action": action, "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]}
policy = lambda *statements: json.dumps({"Version": "2012-10-17", "Statement": statements})
refused(lambda: owner.put_bucket_policy(Bucket="shared", Policy=policy(allow("*", "s3:GetObject"))), "AccessDenied", 403)
owner.put_bucket_policy(Bucket="shared", Policy=policy(allow({"AWS": "222222222222"}, "s3:GetObject")))
assert other.get_object(Bucket="shared", Key="k")["Body"].read() == b"x"
refused(lambda: other.put_object(Bucket="shared", Key="k", Body=b"y"), "AccessDenied", 403)
owner.delete_public_access_block(Bucket="shared")
owner.put_bucket_policy(Bucket="shared", Policy=policy(allow("*", "s3:GetObject")))
address = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
def anonymous(key):
    connection = http.client.HTTPConnection(address)
    connection.request("GET", "/" + key, headers={"Host": "shared.s3.us-east-1.amazonaws.com"})
    answer = connection.getresponse()
    return answer.status, answer.read()
assert anonymous("k") == (200, b"x")
assert anonymous("none")[0] == 403

iam = client("iam")
iam.create_user(UserName="writer")
iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::shared/mine/*"}]}))
key = iam.create_access_key(UserName="writer")["AccessKey"]
writer = as_(key["AccessKeyId"], key["SecretAccessKey"])
writer.put_object(Bucket="shared", Key="mine/1", Body=b"z" * 300000)
assert len(writer.get_object(Bucket="shared", Key="mine/1")["Body"].read()) == 300000
refused(lambda: writer.put_object(Bucket="shared", Key="k", Body=b"z"), "AccessDenied", 403)
refused(lambda: as_(key["AccessKeyId"], "wrong").put_object(Bucket="shared", Key="mine/1", Body=b"z"), "SignatureDoesNotMatch", 403)
refused(lambda: writer.list_objects_v2(Bucket="shared"), "AccessDenied", 403)

def pieces(tamper, trailer):
    """A PUT whose body comes in two signed pieces and perhaps a signed trailer."""
    mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    class Auth(S3SigV4Auth):
        def payload(self, request): return mode
        def _should_sha256_sign_payload(self, request): return True
    headers = {"x-amz-decoded-content-length": "70000", "content-encoding": "aws-chunked"}
    if trailer: headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    request = AWSRequest("PUT", f"http://{address}/shared/mine/pieces", headers=headers, data=b"")
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    Auth(credentials, "s3", "us-east-1").add_auth(request)
    stamp, seed = request.headers["X-Amz-Date"], request.headers["Authorization"].split("Signature=")[1]
    scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
    secret = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in scope.split("/"): secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    sign = lambda text: hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    nothing, body, previous = hashlib.sha256(b"").hexdigest(), b"", seed
    for data in [b"a" * 65536, b"b" * 4464, b""]:
        previous = sign("\n".join(["AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, nothing, hashlib.sha256(data).hexdigest()]))
        body += f"{len(data):x};chunk-signature={previous}\r\n".encode() + (data.replace(b"b", b"c") if tamper else data)
        body += b"\r\n" if data else b""
    if trailer:
        import zlib, base64
        crc = base64.b64encode(zlib.crc32(b"a" * 65536 + b"b" * 4464).to_bytes(4, "big")).decode()
        line = f"x-amz-checksum-crc32:{crc}"
        signature = sign("\n".join(["AWS4-HMAC-SHA256-TRAILER", stamp, scope, previous, hashlib.sha256((line + "\n").encode()).hexdigest()]))
        body += f"{line}\r\nx-amz-trailer-signature:{signature}\r\n".encode()
    body += b"\r\n"
    connection = http.client.HTTPConnection(address)
    connection.request("PUT", "/shared/mine/pieces", body=body, headers=dict(request.headers))
    answer = connection.getresponse()
    return answer.status, answer.read()
for trailer in [False, True]:
    status, text = pieces(False, trailer)
    assert status == 200, text
    assert writer.get_object(Bucket="shared", Key="mine/pieces")["Body"].read() == b"a" * 65536 + b"b" * 4464
    status, text = pieces(True, trailer)
    assert status == 403 and b"SignatureDoesNotMatch" in text, text
"#;
    world.boto3(script).await;
}

#[tokio::test]
async fn the_command_line_copies_syncs_and_presigns() {
    let world = World::trusting();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(folder.path().join("tree")).unwrap();
    let big: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 253) as u8).collect();
    std::fs::write(folder.path().join("tree/big"), &big).unwrap();
    std::fs::write(folder.path().join("tree/small"), "small").unwrap();
    let aws = async |arguments: &[&str]| {
        let (status, output, errors) = world.aws(arguments).await;
        assert_eq!(status, 0, "aws {arguments:?}: {errors}");
        output
    };
    aws(&["s3", "mb", "s3://site"]).await;
    aws(&["s3", "sync", &path("tree"), "s3://site/tree"]).await;
    let listed = aws(&["s3", "ls", "--recursive", "s3://site"]).await;
    assert!(listed.contains("9000000 tree/big") && listed.contains("5 tree/small"), "{listed}");
    assert_eq!(aws(&["s3", "sync", &path("tree"), "s3://site/tree"]).await, "");
    aws(&["s3", "cp", "s3://site/tree/big", "s3://site/copy"]).await;
    aws(&["s3", "cp", "s3://site/copy", &path("back")]).await;
    assert_eq!(std::fs::read(folder.path().join("back")).unwrap(), big);
    let url = aws(&["s3", "presign", "s3://site/tree/small"]).await;
    let path_and_query = url.trim().split_once(&world.address.to_string()).map(|(_, rest)| rest.to_owned()).unwrap();
    let request = format!("GET {path_and_query} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", world.address);
    let answer = world.send(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nsmall"), "{answer}");
    let (status, _, errors) = world.aws(&["s3", "rb", "s3://site"]).await;
    assert!(status != 0 && errors.contains("BucketNotEmpty"), "{errors}");
    aws(&["s3", "rb", "--force", "s3://site"]).await;
    assert_eq!(aws(&["s3", "ls"]).await, "");
}
