//! One keep-alive HTTP connection to a daemon: small enough that what it costs is the daemon's cost.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// A status and a body.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Connection {
    /// Connects.
    pub fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the answer. A key of twelve digits is that account, with any signature.
    pub fn post(
        &mut self,
        account: &str,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Box<dyn Error>> {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n\r\n{body}",
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Answer, Box<dyn Error>> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status line")?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn many_answers_are_read_from_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            for body in ["first", "", "third"] {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap();
                assert!(String::from_utf8_lossy(&request[..length]).contains("\r\nx: y\r\n"));
                assert!(String::from_utf8_lossy(&request[..length]).contains("Credential=111111111111/"));
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nx: y\r\n\r\n{body}", body.len()).unwrap();
            }
        });
        let mut connection = Connection::open(to).unwrap();
        let bodies: Vec<String> =
            (0..3).map(|_| connection.post("111111111111", "ec2", "/", &[("x", "y")], "x").unwrap().body).collect();
        assert_eq!(bodies, ["first", "", "third"]);
        server.join().unwrap();
        assert!(connection.post("111111111111", "ec2", "/", &[], "x").is_err(), "the server is gone");
    }
}
