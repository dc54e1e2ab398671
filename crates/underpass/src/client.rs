//! Talks to the running daemon with the credentials and Region of the environment, as `aws` does.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::state::Announcement;

/// How long the daemon may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client of one daemon.
pub struct Client {
    daemon: Announcement,
    runtime: tokio::runtime::Runtime,
}

impl Client {
    /// A client of `daemon`.
    ///
    /// # Errors
    /// When there is no runtime to be had.
    pub fn new(daemon: Announcement) -> Result<Self, Box<dyn Error>> {
        Ok(Self { daemon, runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()? })
    }

    /// Sends a request to one of our own paths and reads the JSON that comes back.
    ///
    /// # Errors
    /// When the daemon cannot be reached, or refuses: its code and message then.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let sent = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, self.send(method, path, body)).await });
        sent.map_err(|_| "underpass does not answer")?
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let stream = tokio::net::TcpStream::connect(self.daemon.listen).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let response = sender.send_request(self.request(method, path, body.to_string())?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        let answer: Value = serde_json::from_slice(&bytes)?;
        if status.is_success() {
            return Ok(answer);
        }
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Err(format!("{}: {}", text("code"), text("message")).into())
    }

    fn request(&self, method: &str, path: &str, body: String) -> Result<http::Request<Full<Bytes>>, Box<dyn Error>> {
        let uri = format!("http://{}{path}", self.daemon.listen);
        let host = self.daemon.listen.to_string();
        let identity = credentials().into();
        let region = variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]).unwrap_or_else(|| "us-east-1".to_owned());
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&region)
            .name("underpass")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = [("host", host.as_str())].into_iter();
        let signable = SignableRequest::new(method, &uri, headers, SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        let mut request =
            http::Request::builder().method(method).uri(path).header("host", &host).body(Full::new(Bytes::from(body.clone())))?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

/// The keys of the environment; without any, those of the default account.
fn credentials() -> Credentials {
    let key = variable(&["AWS_ACCESS_KEY_ID"]).unwrap_or_else(|| resource::DEFAULT_ACCOUNT.to_owned());
    let secret = variable(&["AWS_SECRET_ACCESS_KEY"]).unwrap_or_else(|| "any".to_owned());
    Credentials::new(key, secret, variable(&["AWS_SESSION_TOKEN"]), None, "environment")
}

fn variable(names: &[&str]) -> Option<String> {
    names.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())
}
