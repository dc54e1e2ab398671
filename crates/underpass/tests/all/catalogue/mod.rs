//! The catalogue of failures as tests, a file per letter. A row is five steps: set up what goes wrong, see the symptom in packets,
//! let `underpass explain` name the cause, run the commands that it prints, and see that it works.
//!
//! ```ignore
//! let row = Row::new(&consumer, Client::In(&subnet, &group), &endpoint, 80);   // who asks, from where, for what
//! row.fails(SILENT);
//! row.explained("ENI_SG_RULES_MISMATCH", &group).mended();
//! row.answers(BODY);
//! ```

mod balancer;
mod complete;
mod endpoint;
pub mod names;
mod public_access;
mod route;
mod s3;
mod service;
mod target;
mod zones;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::account::{Account, Ran, ran, text_of};
use crate::boto::tool;
use crate::cloud::{Cloud, eventually};
use crate::offer::{Access, Offer};
use crate::site::web;

/// What `curl` exits with when nothing answers, not even with a refusal.
pub const SILENT: i32 = 28;
/// What `curl` exits with when the name does not exist.
pub const NO_SUCH_NAME: i32 = 6;
/// What the servers of the rows answer.
pub const BODY: &str = "it works";

/// Where a row's client is.
#[derive(Clone, Copy)]
pub enum Client<'a> {
    /// A program in a subnet with a group.
    In(&'a str, &'a str),
    /// A host on the simulated internet.
    Internet,
    /// A program in an instance.
    Instance(&'a str),
}

/// A client, and what it cannot do until the cause is mended.
pub struct Row<'a> {
    /// Who asks for the explanation and runs the client.
    asker: &'a Account<'a>,
    client: Client<'a>,
    /// What the explanation is asked for.
    to: String,
    /// What the client runs.
    program: Vec<String>,
}

/// What an explanation gives as cause, with the commands that mend it.
pub struct Cause<'a> {
    cloud: &'a Cloud,
    /// The account that must run each command, and the command.
    fixes: Vec<(String, String)>,
}

impl<'a> Row<'a> {
    /// A client that fetches `http://HOST:PORT/` of an address or a name.
    pub fn new(asker: &'a Account<'a>, client: Client<'a>, host: &str, port: u16) -> Self {
        let url = format!("http://{host}:{port}/");
        let program = ["curl", "-sS", "--connect-timeout", "1", "--max-time", "5", &url].map(str::to_owned).into();
        Self { asker, client, to: format!("{host}:{port}"), program }
    }

    /// The same, but the explanation is asked for another name of the destination: an endpoint, an instance, a balancer.
    pub fn asked_for(self, to: &str) -> Self {
        Self { to: to.to_owned(), ..self }
    }

    /// The same, but the client runs another program, which exits with 0 and prints the body when it works.
    pub fn running(self, program: &[&str]) -> Self {
        Self { program: program.iter().map(|&word| word.to_owned()).collect(), ..self }
    }

    /// Runs the client.
    pub fn run(&self) -> Ran {
        let program: Vec<&str> = self.program.iter().map(String::as_str).collect();
        self.asker.exec(&self.client.place(), &program)
    }

    /// The symptom: the client's program ends with this.
    #[track_caller]
    pub fn fails(&self, symptom: i32) {
        eventually(&format!("{:?} ends with {symptom}", self.program), || (self.run().status == symptom).then_some(()));
    }

    /// The explanation names this cause and no other: its code, and the component (or a part of its name).
    #[track_caller]
    pub fn explained(&self, code: &str, component: &str) -> Cause<'a> {
        self.explained_all(&[(code, component)])
    }

    /// The explanation names these causes and no others, in the order in which packets meet them.
    #[track_caller]
    pub fn explained_all(&self, causes: &[(&str, &str)]) -> Cause<'a> {
        let explanation = self.explanation("deny");
        let blockers = explanation["blockers"].as_array().unwrap();
        let named = |blocker: &Value, (code, component): &(&str, &str)| {
            blocker["code"] == *code && blocker["component"].as_str().unwrap().contains(component)
        };
        let all = blockers.len() == causes.len() && blockers.iter().zip(causes).all(|(blocker, cause)| named(blocker, cause));
        assert!(all, "not {causes:?}, but {explanation:#}");
        let fixes = blockers.iter().flat_map(|blocker| blocker["fixes"].as_array().unwrap());
        self.cause(fixes)
    }

    fn cause<'v>(&self, fixes: impl Iterator<Item = &'v Value>) -> Cause<'a> {
        let command = |fix: &Value| (text_of(&fix["account"]), text_of(&fix["command"]));
        Cause { cloud: self.asker.cloud, fixes: fixes.map(command).collect() }
    }

    /// The explanation says of this component (or a part of its name) that it does this, and nothing is in the way. What it
    /// prints to make that otherwise is the cause's.
    #[track_caller]
    pub fn met(&self, component: &str, does: &str) -> Cause<'a> {
        let explanation = self.explanation("allow");
        let hops = explanation["ways"].as_array().unwrap().iter().flat_map(|way| way["hops"].as_array().unwrap());
        let told = |hop: &Value, member: &str, text: &str| hop[member].as_str().unwrap().contains(text);
        let mut found = hops.filter(|hop| told(hop, "component", component) && told(hop, "does", does));
        let hop = found.next().unwrap_or_else(|| panic!("{component} does not {does:?}: {explanation:#}"));
        self.cause(hop["otherwise"].as_array().into_iter().flatten())
    }

    /// It works: the client gets the body, and the explanation says so too.
    #[track_caller]
    pub fn answers(&self, body: &str) {
        eventually(&format!("{:?} prints {body:?}", self.program), || (self.run().out == body).then_some(()));
        self.explanation("allow");
    }

    /// What is said when the verdict is as expected.
    #[track_caller]
    fn explanation(&self, expected: &str) -> Value {
        let asked = [&self.client.source(), &self.to, "--expect", expected, "--output", "json"];
        let told = self.asker.explain(&asked);
        assert_eq!(told.status, 0, "expected {expected} of {asked:?}: {told:?}");
        serde_json::from_str(&told.out).unwrap()
    }
}

impl Client<'_> {
    /// Where `underpass exec` runs it.
    fn place(&self) -> Vec<&str> {
        match self {
            Self::In(subnet, group) => vec!["--subnet", subnet, "--security-group", group],
            Self::Internet => vec!["--internet"],
            Self::Instance(id) => vec!["--instance", id],
        }
    }

    /// What `underpass explain` calls it.
    fn source(&self) -> String {
        match self {
            Self::In(subnet, group) => format!("{subnet}+{group}"),
            Self::Internet => "internet".to_owned(),
            Self::Instance(id) => (*id).to_owned(),
        }
    }
}

impl Cause<'_> {
    /// Runs all commands that were printed, exactly as they were, each as the account that it names.
    #[track_caller]
    pub fn mended(self) {
        assert!(!self.fixes.is_empty(), "no command mends it");
        let script: Vec<String> = self
            .fixes
            .iter()
            .map(|(account, command)| format!("export AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=any\n{command}"))
            .collect();
        let script = script.join("\n");
        let mended = ran(self.cloud.pasting(&script).output().unwrap());
        assert_eq!(mended.status, 0, "{script}: {mended:?}");
    }

    /// The commands that were printed, for another shell than the operator's.
    pub fn printed(self) -> String {
        self.fixes.into_iter().map(|(_, command)| command).collect::<Vec<_>>().join("\n")
    }

    /// Runs only the first of the commands.
    #[track_caller]
    pub fn mended_with_first(self, count: usize) {
        let fixes = self.fixes.into_iter().take(count).collect();
        Cause { fixes, ..self }.mended();
    }

    /// Runs only the `n`-th of commands that mend it each alone.
    #[track_caller]
    pub fn mended_by(self, n: usize) {
        let fixes = self.fixes.into_iter().skip(n).take(1).collect();
        Cause { fixes, ..self }.mended();
    }
}

impl Cloud {
    /// A shell that runs `script` until something fails.
    fn pasting(&self, script: &str) -> Command {
        let (aws, own) = (tool("aws"), self.command());
        let tools = [aws.parent(), Path::new(own.get_program()).parent()];
        let tools: Vec<String> = tools.into_iter().flatten().map(|tools| tools.display().to_string()).collect();
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", script]).env("AWS_ENDPOINT_URL", self.endpoint()).env("AWS_DEFAULT_REGION", "us-east-1");
        shell.env("PATH", format!("{}:{}", tools.join(":"), std::env::var("PATH").unwrap_or_default())).env("AWS_PAGER", "");
        shell.env_remove("AWS_SESSION_TOKEN").env_remove("AWS_PROFILE").env_remove("UNDERPASS_STATE_DIR").stdin(Stdio::null());
        shell
    }
}

impl Account<'_> {
    /// A shell of this account's that runs `script` until something fails.
    pub fn pasting(&self, script: &str) -> Command {
        let place = self.place();
        let mut shell = self.cloud.pasting(script);
        shell.env("AWS_ACCESS_KEY_ID", &place.key).env("AWS_SECRET_ACCESS_KEY", &place.secret);
        shell
    }

    /// The name of the endpoint of a VPC that was made last, once it is open.
    pub fn newest_endpoint(&self, vpc: &str) -> String {
        let filters = json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }] });
        let all = self.ec2("describe_vpc_endpoints", filters)["VpcEndpoints"].as_array().unwrap().clone();
        let newest = all.iter().max_by_key(|endpoint| text_of(&endpoint["CreationTimestamp"])).unwrap();
        self.until_endpoint(&text_of(&newest["VpcEndpointId"]), "available");
        text_of(&newest["DnsEntries"][0]["DnsName"])
    }

    /// Asks why something reaches something or does not.
    pub fn explain(&self, arguments: &[&str]) -> Ran {
        let place = self.place();
        let mut command = self.cloud.command();
        command.env("AWS_ACCESS_KEY_ID", &place.key).env("AWS_SECRET_ACCESS_KEY", &place.secret).env_remove("AWS_SESSION_TOKEN");
        ran(command.arg("explain").args(arguments).stdin(Stdio::null()).output().unwrap())
    }
}

/// What most rows begin with: a service of the provider, and an endpoint to it in the consumer's network.
pub struct Link {
    pub offer: Offer,
    pub access: Access,
}

impl Link {
    /// An endpoint that is open, or that waits to be accepted.
    pub fn between(provider: &Account<'_>, consumer: &Account<'_>, acceptance: bool) -> Self {
        let offer = Offer::of(provider, &web(BODY), acceptance);
        let access = Access::to(&offer, provider, consumer);
        consumer.until_endpoint(&access.endpoint, if acceptance { "pendingAcceptance" } else { "available" });
        Self { offer, access }
    }
}
