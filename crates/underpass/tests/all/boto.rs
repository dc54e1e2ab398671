//! boto3 for all tests: one Python process, many calls at once. Starting one per call would cost half a second each.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(90);

/// AWS's refusal of a call.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub status: u64,
}

/// Where and as whom calls are made.
#[derive(Debug, Clone)]
pub struct Place {
    pub endpoint: String,
    pub key: String,
    pub secret: String,
}

impl Place {
    /// Runs Python that has `client(service)` and `given`; answers what it leaves in `answer`.
    #[track_caller]
    pub fn script(&self, source: &str, given: &Value) -> Value {
        ask(self, "", Ask::Script(source), given).unwrap_or_else(|refusal| panic!("{source}: {refusal:?}"))
    }
}

/// What is asked of boto3.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// A client's method, by its Python name.
    Call(&'a str),
    /// A waiter.
    Wait(&'a str),
    /// All pages of a paginator.
    Pages(&'a str),
    /// Python that has `client(service)` and `given`, and leaves its result in `answer`.
    Script(&'a str),
}

/// Asks boto3 and waits for what comes of it.
#[track_caller]
pub fn ask(place: &Place, service: &str, what: Ask<'_>, with: &Value) -> Result<Value, Refusal> {
    let (what, name) = match what {
        Ask::Call(name) => ("call", name),
        Ask::Wait(name) => ("wait", name),
        Ask::Pages(name) => ("pages", name),
        Ask::Script(name) => ("script", name),
    };
    let Place { endpoint, key, secret } = place;
    let question =
        json!({ "endpoint": endpoint, "key": key, "secret": secret, "service": service, "do": what, "name": name, "with": with });
    let answer = PYTHON.ask(question);
    if let Some(trace) = answer["broken"].as_str() {
        panic!("{service} {name} {with}: {trace}");
    }
    if answer["refused"].is_null() {
        return Ok(answer["ok"].clone());
    }
    let text = |name: &str| answer["refused"][name].as_str().unwrap_or_default().to_owned();
    Err(Refusal {
        code: text("code"),
        message: text("message"),
        status: answer["refused"]["status"].as_u64().unwrap_or_default(),
    })
}

/// A tool that the tests need: in the repository's own tools, else in the path.
pub fn tool(name: &str) -> PathBuf {
    let own = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools/bin").join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::iter::once(own).chain(std::env::split_paths(&path).map(|folder| folder.join(name))).find(|tool| tool.exists());
    found.unwrap_or_else(|| panic!("{name} is missing; install it with scripts/install"))
}

static PYTHON: LazyLock<Python> = LazyLock::new(Python::start);

/// The process. It ends with its standard input, which is when the tests end.
struct Python {
    questions: Mutex<ChildStdin>,
    waiting: Mutex<HashMap<u64, Sender<Value>>>,
    next: AtomicU64,
}

impl Python {
    fn start() -> Self {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/boto.py");
        let mut child = Command::new(tool("python3"))
            .arg(program)
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_ENDPOINT_URL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let questions = Mutex::new(child.stdin.take().unwrap());
        std::thread::spawn(move || {
            answers.lines().for_each(|line| PYTHON.answered(&line.unwrap()));
            child.wait().unwrap();
        });
        Self { questions, waiting: Mutex::default(), next: AtomicU64::default() }
    }

    #[track_caller]
    fn ask(&self, mut question: Value) -> Value {
        let (sender, answer) = channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        question["id"] = json!(id);
        self.waiting.lock().unwrap().insert(id, sender);
        writeln!(self.questions.lock().unwrap(), "{question}").expect("python3 with boto3 runs; install it with scripts/install");
        answer.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("boto3 does not answer ({error}): {question}"))
    }

    fn answered(&self, line: &str) {
        let answer: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let id = answer["id"].as_u64().unwrap();
        if let Some(sender) = self.waiting.lock().unwrap().remove(&id) {
            let _ = sender.send(answer);
        }
    }
}
