//! `underpass exec`: a program of the host in a subnet, with its own streams and status, and an interface that goes with it.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::account::{Account, ran};
use crate::cloud::{CONSUMER, Cloud, eventually};

fn interfaces(account: &Account<'_>, subnet: &str) -> Vec<Value> {
    let filters = json!({ "Filters": [{ "Name": "subnet-id", "Values": [subnet] }] });
    account.ec2("describe_network_interfaces", filters)["NetworkInterfaces"].as_array().unwrap().clone()
}

#[test]
fn status_and_streams_are_the_programs_own() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let instance = account.instance(&net.subnet, &[&group], "");
    for place in [["--subnet", net.subnet.as_str()], ["--instance", instance.as_str()]] {
        let mut command = account.exec_command(&place, &["sh", "-c", "tr a-z A-Z; echo aside >&2; exit 7"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"through and through\n").unwrap();
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (7, "THROUGH AND THROUGH\n", "aside\n"));
        let killed = account.exec(&place, &["sh", "-c", "kill -TERM $$"]);
        assert_eq!(killed.status, 128 + 15, "{killed:?}");
        let missing = account.exec(&place, &["/no/such/program"]);
        assert!(missing.status != 0 && missing.err.contains("/no/such/program"), "{missing:?}");
    }
}

#[test]
fn a_programs_interface_is_described_while_it_runs_and_gone_when_it_ends() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let resolver = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let place = ["--subnet", net.subnet.as_str()];
    let mut program = account.spawn(&place, &["sh", "-c", "ip -4 -o addr; cat /etc/resolv.conf; read line; exit 3"]);
    let interface = eventually("the interface is described", || interfaces(&account, &net.subnet).pop());
    assert_eq!(interface["Status"], json!("in-use"), "{interface}");
    writeln!(program.0.stdin.take().unwrap(), "go").unwrap();
    assert_eq!(program.0.wait().unwrap().code(), Some(3));
    let said = crate::cloud::all_of(program.0.stdout.take());
    assert!(said.contains(interface["PrivateIpAddress"].as_str().unwrap()), "{said}");
    assert!(said.contains("nameserver 10.0.0.2"), "{said}");
    assert_eq!(interfaces(&account, &net.subnet), Vec::<Value>::new());
    assert_eq!(std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default(), resolver, "the host's own is untouched");
    eventually("its namespace is gone", || (cloud.namespaces().len() == 1).then_some(()));
}

#[test]
fn a_killed_exec_takes_its_program_and_its_interface_with_it() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let mut program = account.spawn(&["--subnet", &net.subnet], &["sleep", "1000"]);
    let inhabitant = eventually("the program runs", || cloud.inhabitants().pop());
    program.0.kill().unwrap();
    program.0.wait().unwrap();
    eventually("the program is gone", || (!crate::cloud::lives(&inhabitant)).then_some(()));
    eventually("the interface is gone", || interfaces(&account, &net.subnet).is_empty().then_some(()));
    eventually("its namespace is gone", || (cloud.namespaces().len() == 1).then_some(()));
    account.ec2("delete_subnet", json!({ "SubnetId": net.subnet }));
}

#[test]
fn a_place_that_is_not_there_is_refused_by_name() {
    let cloud = Cloud::up();
    let (account, other) = (cloud.account(CONSUMER), cloud.account("333333333333"));
    let net = account.net();
    for (account, place, reason) in [
        (&account, vec!["--subnet", "subnet-0123456789abcdef0"], "subnet-0123456789abcdef0"),
        (&account, vec!["--instance", "i-0123456789abcdef0"], "i-0123456789abcdef0"),
        (&account, vec!["--subnet", &net.subnet, "--security-group", "sg-0123456789abcdef0"], "sg-0123456789abcdef0"),
        (&account, vec!["--internet"], "internet gateway"),
        (&other, vec!["--subnet", &net.subnet], net.subnet.as_str()),
    ] {
        let ran = account.exec(&place, &["true"]);
        assert!(ran.status != 0 && ran.err.contains(reason), "{place:?}: {ran:?}");
    }
    assert_eq!(interfaces(&account, &net.subnet), Vec::<Value>::new());
}
