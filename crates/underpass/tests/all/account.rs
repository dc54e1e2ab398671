//! What an account does: calls through boto3 and the `aws` CLI, and programs run in its network.

use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::boto::{self, Ask, Place, Refusal, tool};
use crate::cloud::{Cloud, text};

#[derive(Clone)]
pub struct Account<'a> {
    pub cloud: &'a Cloud,
    place: Place,
}

/// What a program came to.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl<'a> Account<'a> {
    pub fn new(cloud: &'a Cloud, id: &str) -> Self {
        Self::with_key(cloud, id, "any")
    }

    /// With a key that is not an account's root.
    pub fn with_key(cloud: &'a Cloud, key: &str, secret: &str) -> Self {
        let place = Place { endpoint: cloud.endpoint().to_owned(), key: key.to_owned(), secret: secret.to_owned() };
        Self { cloud, place }
    }

    /// Calls an operation, whatever comes of it.
    #[track_caller]
    pub fn ask(&self, service: &str, operation: &str, with: &Value) -> Result<Value, Refusal> {
        boto::ask(&self.place, service, Ask::Call(operation), with)
    }

    /// Calls an operation of EC2 that must succeed.
    #[track_caller]
    pub fn ec2(&self, operation: &str, with: Value) -> Value {
        self.call("ec2", operation, with)
    }

    /// Calls an operation of Elastic Load Balancing that must succeed.
    #[track_caller]
    pub fn elb(&self, operation: &str, with: Value) -> Value {
        self.call("elbv2", operation, with)
    }

    #[track_caller]
    pub fn call(&self, service: &str, operation: &str, with: Value) -> Value {
        self.ask(service, operation, &with).unwrap_or_else(|refusal| panic!("{operation} {with}: {refusal:?}"))
    }

    /// Calls an operation that must be refused; answers why.
    #[track_caller]
    pub fn refused(&self, service: &str, operation: &str, with: Value) -> Refusal {
        match self.ask(service, operation, &with) {
            Ok(answer) => panic!("{operation} {with} was not refused: {answer}"),
            Err(refusal) => refusal,
        }
    }

    /// Waits with one of boto3's waiters.
    #[track_caller]
    pub fn wait(&self, service: &str, waiter: &str, with: Value) {
        boto::ask(&self.place, service, Ask::Wait(waiter), &with)
            .unwrap_or_else(|refusal| panic!("{waiter} {with}: {refusal:?}"));
    }

    /// All pages of a paginator.
    #[track_caller]
    pub fn pages(&self, service: &str, operation: &str, with: Value) -> Vec<Value> {
        let pages = boto::ask(&self.place, service, Ask::Pages(operation), &with);
        pages.unwrap_or_else(|refusal| panic!("{operation} {with}: {refusal:?}")).as_array().cloned().unwrap_or_default()
    }

    /// Where it calls and as whom, for calls that outlive the daemon.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Runs Python that has `client(service)` and `given`; answers what it leaves in `answer`.
    #[track_caller]
    pub fn script(&self, source: &str, given: Value) -> Value {
        self.place.script(source, &given)
    }

    /// Runs the `aws` CLI.
    pub fn aws(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(tool("aws"));
        self.in_environment(&mut command)
            .env("AWS_ENDPOINT_URL", &self.place.endpoint)
            .args(arguments)
            .args(["--output", "json"]);
        ran(command.output().unwrap())
    }

    /// Runs a program on the host with the network of a place: `["--subnet", …]`, `["--instance", …]` or `["--internet"]`.
    pub fn exec(&self, place: &[&str], program: &[&str]) -> Ran {
        ran(self.exec_command(place, program).stdin(Stdio::null()).output().unwrap())
    }

    /// Starts a program in a place; it is killed when the test ends.
    pub fn spawn(&self, place: &[&str], program: &[&str]) -> Program {
        let mut command = self.exec_command(place, program);
        Program(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    pub fn exec_command(&self, place: &[&str], program: &[&str]) -> Command {
        let mut command = self.cloud.command();
        self.in_environment(&mut command).arg("exec").args(place).arg("--").args(program);
        command
    }

    fn in_environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("AWS_ACCESS_KEY_ID", &self.place.key)
            .env("AWS_SECRET_ACCESS_KEY", &self.place.secret)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE")
    }

    /// Describes one thing: the first of `list` in the answer.
    #[track_caller]
    pub fn describe(&self, operation: &str, ids: &str, id: &str, list: &str) -> Value {
        self.ec2(operation, json!({ ids: [id] }))[list][0].clone()
    }
}

impl Ran {
    /// What it printed, when it succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out
    }
}

/// A program that runs until the test ends it.
pub struct Program(pub Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn ran(output: Output) -> Ran {
    Ran { status: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A text member that must be there.
#[track_caller]
pub fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
