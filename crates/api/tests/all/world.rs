//! A server that runs for one test, and the clients that talk to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::identity::Trust;
use api::{Answer, Config, Health, Report, Routes, Server};
use resource::TimeScale;
use serde_json::Value;
use services::Caller;
use store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A running server. It is told to stop when this is dropped.
pub struct World {
    pub address: SocketAddr,
    pub condition: Arc<Condition>,
    stop: Option<oneshot::Sender<()>>,
    _folder: tempfile::TempDir,
    served: JoinHandle<()>,
}

/// Says who called it, and panics when asked to.
struct Echo;

impl Routes for Echo {
    fn handle<'a>(&'a self, request: &'a wire::Request, caller: &'a Caller) -> Answer<'a> {
        Box::pin(async move {
            match request.path.as_str() {
                "/_underpass/echo" => Some(wire::Response { body: caller.arn.clone().into(), ..wire::Response::default() }),
                "/_underpass/panic" => panic!("a test asked for it"),
                _ => None,
            }
        })
    }
}

/// Always good; counts how often somebody waited until it is.
#[derive(Default)]
pub struct Condition {
    pub waited_for: AtomicUsize,
}

impl Health for Condition {
    fn report(&self) -> Report {
        Report { ready: true, features: BTreeMap::from([("network".to_owned(), "real".to_owned())]) }
    }

    fn settled(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.waited_for.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
}

impl World {
    /// A server that trusts every key.
    pub fn trusting() -> Self {
        Self::start(Trust::Loopback)
    }

    /// A server that knows only issued keys.
    pub fn enforcing() -> Self {
        Self::start(Trust::Enforce)
    }

    fn start(trust: Trust) -> Self {
        let condition = Arc::new(Condition::default());
        let config = Config { listen: "127.0.0.1:0".parse().unwrap(), trust, scale: TimeScale::default(), connections: 4000 };
        let folder = tempfile::tempdir().unwrap();
        let blobs = objects::Blobs::open(folder.path().join("objects")).unwrap();
        let server =
            Server::bind(config, Store::in_memory(), blobs, Arc::<Condition>::clone(&condition), Arc::new(Echo)).unwrap();
        let address = server.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        Self { address, condition, stop: Some(stop), _folder: folder, served }
    }

    /// Tells the server to stop and waits until it has.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.await.unwrap();
    }

    /// Runs the `aws` command line, which must be installed; returns its exit status, output and errors.
    pub async fn aws(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run("aws", arguments, "111111111111", "any").await
    }

    /// Runs `aws`, which must succeed, and reads its JSON.
    pub async fn aws_json(&self, arguments: &[&str]) -> Value {
        let (status, output, errors) = self.aws(arguments).await;
        assert_eq!(status, 0, "aws {arguments:?}: {errors}");
        serde_json::from_str(&output).unwrap_or_default()
    }

    /// Runs a Python script in which `client(service)` makes a boto3 client; it must succeed.
    pub async fn boto3(&self, script: &str) -> String {
        self.boto3_as("111111111111", "any", script).await
    }

    /// The same with another key.
    pub async fn boto3_as(&self, key: &str, secret: &str, script: &str) -> String {
        let whole = format!("{PRELUDE}\n{script}");
        let (status, output, errors) = self.run("python3", &["-c", &whole], key, secret).await;
        assert_eq!(status, 0, "{script}\n{errors}");
        output
    }

    async fn run(&self, program: &str, arguments: &[&str], key: &str, secret: &str) -> (i32, String, String) {
        let output = Command::new(program)
            .args(arguments)
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap_or_else(|error| panic!("these tests need {program}: {error}"));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    /// A connection of its own.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of its own and reads until the server closes it.
    pub async fn send(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a request with these further header lines, signed (by its looks) for a service.
    pub async fn request(&self, service: &str, line: &str, headers: &[&str], body: &[u8]) -> String {
        let authorization = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        );
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{authorization}\r\n");
        headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        self.send(&[head.as_bytes(), body].concat()).await
    }
}

const PRELUDE: &str = r#"
import boto3, json
from botocore.config import Config
from botocore.exceptions import ClientError
def client(service, **options):
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False), **options)
def refused(call, code, status):
    try:
        call()
    except ClientError as error:
        told = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert told == (code, status), (told, error)
        assert error.response["ResponseMetadata"]["RequestId"], error.response
        return error.response["Error"]["Message"]
    raise AssertionError("it succeeded, not refused with " + code)
"#;
