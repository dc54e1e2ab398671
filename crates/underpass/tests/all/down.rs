//! Coming and going: nothing stays behind, everything comes back, and clouds beside each other do not meet.

use std::process::Command;

use serde_json::{Value, json};

use crate::account::{Account, ran, text_of};
use crate::boto::tool;
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually, text};
use crate::site::{Peer, web};

/// What could be left in the host's own namespace.
fn host() -> [String; 2] {
    let printed = |program: &[&str]| text(&Command::new(program[0]).args(&program[1..]).output().unwrap().stdout);
    [printed(&["ip", "-o", "link"]), printed(&["nft", "list", "tables"])]
}

#[test]
fn down_leaves_nothing_and_up_brings_everything_back() {
    let before = host();
    let mut cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    let instance = account.instance(&net.subnet, &[&group], &format!("{}echo never", web("first boot")));
    let place = ["--instance", instance.as_str()];
    account.exec(&place, &["sh", "-c", "echo precious > /var/file"]).ok();
    let address = account.private_ip(&instance);
    let mut running = account.spawn(&["--subnet", &net.subnet], &["sleep", "1000"]);
    eventually("the program runs", || (cloud.namespaces().len() == 3).then_some(()));

    let inhabitants = cloud.inhabitants();
    assert!(inhabitants.len() >= 2, "{inhabitants:?}");
    cloud.down();
    assert!(!running.0.wait().unwrap().success(), "the program was ended");
    assert_eq!(cloud.remains(&inhabitants), Vec::<String>::new());
    assert_eq!(host(), before, "the host's own namespace is as it was");

    cloud.start(&[]);
    let account = cloud.account(CONSUMER);
    account.wait("ec2", "instance_running", json!({ "InstanceIds": [instance] }));
    eventually("its files are back", || (account.exec(&place, &["cat", "/var/file"]).out == "precious\n").then_some(()));
    assert_eq!(account.private_ip(&instance), address);
    let has_address = || account.exec(&place, &["ip", "-4", "-o", "addr"]).ok().contains(&address);
    eventually("its address is back", || has_address().then_some(()));
}

#[test]
fn an_ephemeral_cloud_takes_everything_with_it() {
    let mut cloud = Cloud::up_with(&["--ephemeral"]);
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.instance(&net.subnet, &[&group], "");
    let inhabitants = cloud.inhabitants();
    cloud.terminate();
    assert_eq!(cloud.remains(&inhabitants), Vec::<String>::new());
    cloud.start(&["--ephemeral"]);
    let account = cloud.account(CONSUMER);
    let filters = json!({ "Filters": [{ "Name": "vpc-id", "Values": [net.vpc] }] });
    assert_eq!(account.ec2("describe_vpcs", filters)["Vpcs"], json!([]));
    let net = account.net();
    account.instance(&net.subnet, &[&account.group(&net.vpc, "app")], "");
    let said = cloud.down();
    assert!(said.contains("1 machines stopped") && !said.contains("0 namespaces"), "what the daemon took away counts: {said}");
}

/// It neither shows nor touches what is kept, and who ends it is not told that its own resources stay.
#[test]
fn an_ephemeral_cloud_over_a_kept_one_leaves_it_alone_and_says_what_is_true() {
    let mut cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let instance = account.instance(&net.subnet, &[&account.group(&net.vpc, "app")], "");
    let place = ["--instance", instance.as_str()];
    account.exec(&place, &["sh", "-c", "echo precious > /var/file"]).ok();
    cloud.down();

    let said = cloud.cli(&["up", "--detach", "--ephemeral", "--listen", "127.0.0.1:0"]);
    let kept = format!("The resources kept in {} are not in this cloud", cloud.state_dir().display());
    assert!(said.contains(&kept), "{said}");
    let again = ran(cloud.run(&["up", "--detach", "--listen", "127.0.0.1:0"]));
    assert!(again.status != 0 && again.err.contains("another underpass runs on"), "{}", again.err);
    let said = cloud.cli(&["down"]);
    assert!(said.contains("It was ephemeral") && said.contains("The resources stay in"), "{said}");

    cloud.start(&[]);
    let account = cloud.account(CONSUMER);
    account.wait("ec2", "instance_running", json!({ "InstanceIds": [instance] }));
    eventually("its files are back", || (account.exec(&place, &["cat", "/var/file"]).out == "precious\n").then_some(()));
    let folder = tempfile::tempdir().unwrap();
    let alone = |arguments: &[&str]| {
        let mut command = cloud.command();
        ran(command.args(arguments).env("UNDERPASS_STATE_DIR", folder.path()).output().unwrap()).ok()
    };
    let said = alone(&["up", "--detach", "--ephemeral", "--listen", "127.0.0.1:0"]);
    assert!(!said.contains("kept"), "{said}");
    let said = alone(&["down"]);
    assert!(said.contains("It was ephemeral") && !said.contains("stay"), "{said}");
}

#[test]
fn two_clouds_run_side_by_side_and_do_not_meet() {
    let (first, second) = (Cloud::up(), Cloud::up());
    assert_ne!(first.endpoint(), second.endpoint());
    let served = |cloud: &Cloud, body: &str| {
        let account = cloud.account(CONSUMER);
        let net = account.net();
        let group = account.group(&net.vpc, "app");
        account.allow(&group, "tcp", Some(80), Peer::Group(&group));
        let instance = account.instance(&net.subnet, &[&group], &web(body));
        let url = format!("http://{}/", account.private_ip(&instance));
        account.until_fetched(&net.subnet, &group, &url, body);
        (net, group, url)
    };
    let (_, there) = (served(&first, "first"), served(&second, "second"));
    let ids = |cloud: &Cloud| vpcs(&cloud.account(CONSUMER));
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)), "each has VPCs of its own");
    drop(first);
    let (net, group, url) = there;
    assert_eq!(second.account(CONSUMER).curl(&net.subnet, &group, &url).ok(), "second");
}

fn vpcs(account: &Account<'_>) -> Vec<String> {
    account.ec2("describe_vpcs", json!({}))["Vpcs"].as_array().unwrap().iter().map(|vpc| text_of(&vpc["VpcId"])).collect()
}

#[test]
fn a_second_daemon_on_the_same_state_is_refused_with_the_reason() {
    let cloud = Cloud::up();
    let second = ran(cloud.run(&["up", "--listen", "127.0.0.1:0"]));
    assert_ne!(second.status, 0);
    assert!(second.err.contains("another underpass runs on") && second.err.contains("underpass down"), "{}", second.err);
    cloud.account(CONSUMER).vpc("10.0.0.0/16");
}

#[test]
fn beyond_loopback_nobody_is_believed_without_a_key() {
    let cloud = Cloud::up_with(&["--auth", "enforce", "--account", CONSUMER, "--account", PROVIDER]);
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let open = ran(cloud.run(&["up", "--listen", listen]));
        assert_ne!(open.status, 0);
        assert!(open.err.contains("--auth enforce"), "{}", open.err);
    }
    let describe = ("ec2", "describe_vpcs", json!({}));
    let unknown = cloud.account(CONSUMER).refused(describe.0, describe.1, describe.2.clone());
    assert_eq!((unknown.code.as_str(), unknown.status), ("AuthFailure", 401), "{unknown:?}");
    let (key, secret) = cloud.root_key(CONSUMER);
    let root = Account::with_key(&cloud, &key, &secret);
    let identity = root.call("sts", "get_caller_identity", json!({}));
    assert_eq!(identity["Account"], json!(CONSUMER));
    root.ec2(describe.1, describe.2.clone());
    let forged = Account::with_key(&cloud, &key, "another secret").refused(describe.0, describe.1, describe.2);
    assert_eq!((forged.code.as_str(), forged.status), ("SignatureDoesNotMatch", 403), "{forged:?}");
    let counted = |key: &str, secret: &str| {
        let mut status = cloud.command();
        status.args(["status", "--output", "json"]).env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
        let status: Value = serde_json::from_str(&ran(status.output().unwrap()).ok()).unwrap();
        status["resources"]["subnet"].clone()
    };
    let before = counted(&key, &secret);
    let net = root.net();
    assert_eq!(counted(&key, &secret), json!(before.as_u64().unwrap() + 1));
    let (other, its_secret) = cloud.root_key(PROVIDER);
    assert_eq!(counted(&other, &its_secret), json!(0), "nobody learns of other accounts");
    root.exec(&["--subnet", &net.subnet], &["true"]).ok();
    assert_ne!(cloud.account(CONSUMER).exec(&["--subnet", &net.subnet], &["true"]).status, 0);
}

#[test]
fn a_shell_that_evaluates_env_uses_this_cloud() {
    let cloud = Cloud::up();
    let vpc = cloud.account(CONSUMER).vpc("10.0.0.0/16");
    let describe = format!("{} ec2 describe-vpcs --vpc-ids {vpc} --output json", tool("aws").display());
    let out = cloud.shell(CONSUMER, &format!("{describe} && \"$0\" status --output json"));
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&out).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(answers[0]["Vpcs"][0]["VpcId"], json!(vpc));
    assert_eq!(answers[1]["stateDir"], json!(cloud.state_dir()));
    assert_eq!(answers[1]["resources"]["subnet"], json!(0));
}

#[test]
fn a_detached_daemon_goes_on_and_down_ends_it() {
    let mut cloud = Cloud::up();
    cloud.down();
    let said = cloud.cli(&["up", "--detach", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("Ready."), "{said}");
    assert!(cloud.cli(&["status"]).contains("underpass runs as process"));
    assert!(cloud.cli(&["down"]).contains("Underpass is down"));
    let after = ran(cloud.run(&["status"]));
    assert_ne!(after.status, 0);
    assert!(after.err.contains("no underpass runs on"), "{}", after.err);
}

#[test]
fn without_the_right_to_change_networks_it_does_not_start_and_says_what_is_missing() {
    let cloud = Cloud::up();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-net_admin", "--inh-caps=-net_admin"]).arg(cloud.command().get_program());
    command.args(["up", "--listen", "127.0.0.1:0"]).env("UNDERPASS_STATE_DIR", folder.path());
    let refused = ran(command.output().unwrap());
    assert_ne!(refused.status, 0);
    assert!(!refused.out.contains("Ready."), "{}", refused.out);
    let reason = "missing  CAP_NET_ADMIN: this process does not have it. Mend it with: sudo underpass up";
    assert!(refused.err.contains(reason), "{}", refused.err);
}

#[test]
fn health_says_ready_once_every_part_has_looked_at_the_world() {
    let cloud = Cloud::up();
    let health = || {
        let answer = Command::new("curl").args(["-sS", &format!("{}/_underpass/health", cloud.endpoint())]).output().unwrap();
        serde_json::from_slice::<Value>(&answer.stdout).unwrap()
    };
    eventually("it is ready", || (health()["ready"] == json!(true)).then_some(()));
}
