//! Instances: they boot with what they were given, know themselves, keep their files, and see nothing of the host's.

use serde_json::{Value, json};

use crate::account::{Account, text_of};
use crate::cloud::{CONSUMER, Cloud, eventually};
use crate::site::{IMAGE, Net, Peer, ZONE, web};

/// Asks for a metadata item with a token, from inside.
const ASK: &str = "t=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token); \
                   curl -sS -H \"X-aws-ec2-metadata-token: $t\" http://169.254.169.254/latest/";

fn inside(account: &Account<'_>, instance: &str, script: &str) -> String {
    account.exec(&["--instance", instance], &["sh", "-c", script]).ok()
}

fn metadata(account: &Account<'_>, instance: &str, item: &str) -> String {
    inside(account, instance, &format!("{ASK}{item}"))
}

fn ids(instance: &str) -> Value {
    json!({ "InstanceIds": [instance] })
}

#[test]
fn user_data_runs_once_and_its_output_is_the_console() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let script = "#!/bin/sh\necho \"first boot of $(hostname)\"\necho ran >> /var/boots\n";
    let instance = account.instance(&net.subnet, &[&group], script);
    let host = text_of(&account.describe_instance(&instance)["PrivateDnsName"]);
    let wanted = format!("first boot of {}", host.split('.').next().unwrap());
    eventually(&format!("the console says {wanted:?}"), || console(&account, &instance).contains(&wanted).then_some(()));

    account.ec2("reboot_instances", ids(&instance));
    eventually("it runs again", || {
        (account.exec(&["--instance", &instance], &["cat", "/proc/uptime"]).status == 0).then_some(())
    });
    account.ec2("stop_instances", ids(&instance));
    account.wait("ec2", "instance_stopped", ids(&instance));
    account.ec2("start_instances", ids(&instance));
    account.wait("ec2", "instance_running", ids(&instance));
    assert_eq!(inside(&account, &instance, "cat /var/boots"), "ran\n", "user data runs at the first boot only");
}

fn console(account: &Account<'_>, instance: &str) -> String {
    // The client has decoded it already.
    account.ec2("get_console_output", json!({ "InstanceId": instance }))["Output"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_upgrade_of_the_program_keeps_no_instance_from_starting() {
    let cloud = Cloud::up_from_a_program_that_goes();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let instance = account.instance(&net.subnet, &[&group], "");
    assert_eq!(inside(&account, &instance, "echo runs"), "runs\n");
}

#[test]
fn a_reboot_ends_what_ran_and_keeps_what_was_written() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let instance = account.instance(&net.subnet, &[&group], "");
    let address = account.private_ip(&instance);
    inside(&account, &instance, "echo kept > /var/kept; echo lost > /run/lost");
    account.ec2("reboot_instances", ids(&instance));
    eventually("it was rebooted", || {
        let ran = account.exec(&["--instance", &instance], &["sh", "-c", "test ! -e /run/lost && cat /var/kept"]);
        (ran.out == "kept\n").then_some(())
    });
    assert_eq!(account.private_ip(&instance), address);
    assert_eq!(account.describe_instance(&instance)["State"]["Name"], json!("running"));
}

#[test]
fn stopping_keeps_files_and_address_and_terminating_frees_them() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let free =
        || account.describe("describe_subnets", "SubnetIds", &net.subnet, "Subnets")["AvailableIpAddressCount"].as_i64().unwrap();
    let before = free();
    let instance = account.instance(&net.subnet, &[&group], "");
    let address = account.private_ip(&instance);
    inside(&account, &instance, "echo precious > /root/file");
    account.ec2("stop_instances", ids(&instance));
    account.wait("ec2", "instance_stopped", ids(&instance));
    assert_ne!(account.exec(&["--instance", &instance], &["true"]).status, 0, "nothing runs in a stopped instance");
    assert_eq!(free(), before - 1, "a stopped instance holds its address");
    account.ec2("start_instances", ids(&instance));
    account.wait("ec2", "instance_running", ids(&instance));
    assert_eq!(account.private_ip(&instance), address);
    assert_eq!(inside(&account, &instance, "cat /root/file"), "precious\n");
    assert!(inside(&account, &instance, "ip -4 -o addr").contains(&address));

    account.ec2("terminate_instances", ids(&instance));
    account.wait("ec2", "instance_terminated", ids(&instance));
    assert_eq!(account.describe_instance(&instance)["State"]["Name"], json!("terminated"));
    eventually("its address is free", || (free() == before).then_some(()));
    account.ec2("delete_security_group", json!({ "GroupId": group }));
}

#[test]
fn a_running_instance_gets_another_interface_and_gives_it_back() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let other = account.subnet(&net.vpc, "10.0.2.0/24", ZONE);
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    let instance = account.instance(&net.subnet, &[&group], &web("both"));
    let wish = json!({ "SubnetId": other, "Groups": [group], "PrivateIpAddress": "10.0.2.77" });
    let interface = text_of(&account.ec2("create_network_interface", wish)["NetworkInterface"]["NetworkInterfaceId"]);
    let wish = json!({ "NetworkInterfaceId": interface, "InstanceId": instance, "DeviceIndex": 1 });
    let attachment = text_of(&account.ec2("attach_network_interface", wish)["AttachmentId"]);
    account.wait("ec2", "instance_running", ids(&instance));
    let client = account.group(&net.vpc, "client");
    account.until_fetched(&net.subnet, &client, "http://10.0.2.77/", "both");
    assert!(inside(&account, &instance, "ip -4 -o addr show dev eth1").contains("10.0.2.77/24"));
    let shown = account.describe("describe_network_interfaces", "NetworkInterfaceIds", &interface, "NetworkInterfaces");
    assert_eq!((&shown["Status"], &shown["Attachment"]["Status"]), (&json!("in-use"), &json!("attached")));

    account.ec2("detach_network_interface", json!({ "AttachmentId": attachment }));
    account.wait("ec2", "network_interface_available", json!({ "NetworkInterfaceIds": [interface] }));
    assert!(!inside(&account, &instance, "ls /sys/class/net").contains("eth1"), "who is available is in no machine");
    account.assert_silent(&net.subnet, &client, "http://10.0.2.77/");
    let first = format!("http://{}/", account.private_ip(&instance));
    account.until_fetched(&net.subnet, &client, &first, "both");
}

#[test]
fn an_instance_knows_itself_by_its_metadata() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let instance = account.instance(&net.subnet, &[&group], "#!/bin/sh\necho user data\n");
    let described = account.describe_instance(&instance);
    let mac = text_of(&described["NetworkInterfaces"][0]["MacAddress"]);
    let of_mac = format!("meta-data/network/interfaces/macs/{mac}");
    for (item, wanted) in [
        ("meta-data/instance-id".to_owned(), instance.clone()),
        ("meta-data/local-ipv4".to_owned(), text_of(&described["PrivateIpAddress"])),
        ("meta-data/local-hostname".to_owned(), text_of(&described["PrivateDnsName"])),
        ("meta-data/placement/availability-zone".to_owned(), text_of(&described["Placement"]["AvailabilityZone"])),
        ("meta-data/placement/region".to_owned(), "us-east-1".to_owned()),
        ("meta-data/security-groups".to_owned(), "app".to_owned()),
        (format!("{of_mac}/subnet-id"), net.subnet.clone()),
        (format!("{of_mac}/vpc-id"), net.vpc.clone()),
        (format!("{of_mac}/owner-id"), CONSUMER.to_owned()),
        ("user-data".to_owned(), "#!/bin/sh\necho user data\n".to_owned()),
    ] {
        assert_eq!(metadata(&account, &instance, &item).trim_end(), wanted.trim_end(), "{item}");
    }
    let document: Value = serde_json::from_str(&metadata(&account, &instance, "dynamic/instance-identity/document")).unwrap();
    assert_eq!((&document["instanceId"], &document["accountId"]), (&json!(instance), &json!(CONSUMER)));
}

#[test]
fn required_tokens_are_required() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let instance = account.instance(&net.subnet, &[&group], "");
    let status = |options: &str| {
        inside(
            &account,
            &instance,
            &format!("curl -sS -o /dev/null -w '%{{http_code}}' {options} http://169.254.169.254/latest/meta-data/"),
        )
    };
    let tokens = |wanted: &str| {
        let options = json!({ "InstanceId": instance, "HttpTokens": wanted, "HttpEndpoint": "enabled" });
        account.ec2("modify_instance_metadata_options", options);
    };
    tokens("optional");
    eventually("without a token it answers", || (status("") == "200").then_some(()));
    tokens("required");
    eventually("without a token it refuses", || (status("") == "401").then_some(()));
    assert_eq!(status("-H 'X-aws-ec2-metadata-token: invented'"), "401");
    assert_eq!(metadata(&account, &instance, "meta-data/instance-id"), instance);
    account.ec2("modify_instance_metadata_options", json!({ "InstanceId": instance, "HttpEndpoint": "disabled" }));
    eventually("disabled, it refuses everybody", || (status("") == "403").then_some(()));
}

#[test]
fn a_launch_template_gives_what_the_call_leaves_out_in_its_latest_version() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    let interface = json!([{ "DeviceIndex": 0, "SubnetId": net.subnet, "Groups": [group] }]);
    let data = json!({ "ImageId": IMAGE, "InstanceType": "t3.micro", "NetworkInterfaces": interface });
    let made = account.ec2("create_launch_template", json!({ "LaunchTemplateName": "app", "LaunchTemplateData": data }));
    assert_eq!(made["LaunchTemplate"]["LatestVersionNumber"], json!(1));
    let script = json!({ "UserData": "IyEvYmluL3NoCmVjaG8gZnJvbSB0aGUgdGVtcGxhdGUK" });
    let more = json!({ "LaunchTemplateName": "app", "SourceVersion": "1", "LaunchTemplateData": script });
    account.ec2("create_launch_template_version", more);
    let wish = json!({ "MinCount": 1, "MaxCount": 1, "LaunchTemplate": { "LaunchTemplateName": "app", "Version": "$Latest" } });
    let instance = text_of(&account.ec2("run_instances", wish)["Instances"][0]["InstanceId"]);
    account.wait("ec2", "instance_running", ids(&instance));
    let described = account.describe_instance(&instance);
    assert_eq!(described["InstanceType"], json!("t3.micro"));
    assert_eq!(described["SubnetId"], json!(net.subnet));
    eventually("the template's user data ran", || console(&account, &instance).contains("from the template").then_some(()));
}

#[test]
fn nothing_of_the_host_that_is_secret_is_inside() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "-1", None, Peer::Cidr("0.0.0.0/0"));
    let instance = account.instance(&net.subnet, &[&group], "");
    let secret = std::fs::read_to_string("/etc/shadow").unwrap();
    assert_ne!(inside(&account, &instance, "cat /etc/shadow 2>/dev/null || true"), secret);
    let marker = tempfile::Builder::new().prefix("underpass-secret-").tempdir().unwrap();
    let places =
        [marker.path().to_owned(), cloud.state_dir(), std::env::current_dir().unwrap(), "/root/.ssh".into(), "/root/.aws".into()];
    for place in places {
        let seen = inside(&account, &instance, &format!("ls -A {} 2>/dev/null || true", place.display()));
        assert_eq!(seen, "", "{} is seen from inside", place.display());
    }
    let processes = inside(&account, &instance, "ls /proc | grep -c '^[0-9]*$'").trim().parse::<usize>().unwrap();
    assert!(processes < 10, "{processes} processes are seen from inside");
    let own = format!("/proc/{}", std::process::id());
    assert_ne!(
        inside(&account, &instance, &format!("readlink {own}/exe 2>/dev/null || true")).trim(),
        std::env::current_exe().unwrap().display().to_string()
    );
    assert_ne!(inside(&account, &instance, "hostname"), std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap());
    reads_no_environment_of_the_host(&account, &instance, &net);
}

fn reads_no_environment_of_the_host(account: &Account<'_>, instance: &str, net: &Net) {
    let environment = inside(account, instance, "env; cat /proc/1/environ | tr '\\0' '\\n'");
    for name in ["CARGO", "AWS_SECRET_ACCESS_KEY", "UNDERPASS_STATE_DIR", "HOME=/root/"] {
        assert!(!environment.contains(name), "{name} in {environment} of {instance} in {}", net.vpc);
    }
}

#[test]
fn twenty_instances_of_one_call_run_and_reach_each_other() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let group = account.group(&net.vpc, "app");
    account.allow(&group, "icmp", None, Peer::Group(&group));
    let wish = json!({ "ImageId": IMAGE, "MinCount": 20, "MaxCount": 20, "SubnetId": net.subnet, "SecurityGroupIds": [group] });
    let made = account.ec2("run_instances", wish)["Instances"].as_array().unwrap().clone();
    let all: Vec<String> = made.iter().map(|instance| text_of(&instance["InstanceId"])).collect();
    account.wait("ec2", "instance_running", json!({ "InstanceIds": all }));
    let mut addresses: Vec<String> = made.iter().map(|instance| text_of(&instance["PrivateIpAddress"])).collect();
    let pings = format!("for a in {}; do ping -c 1 -W 2 $a > /dev/null || echo $a; done", addresses.join(" "));
    for instance in [&all[0], &all[19]] {
        assert_eq!(inside(&account, instance, &pings), "", "these do not answer {instance}");
    }
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 20);
    account.ec2("terminate_instances", json!({ "InstanceIds": all }));
    account.wait("ec2", "instance_terminated", json!({ "InstanceIds": all }));
    eventually("their namespaces are gone", || (cloud.namespaces().len() == 1).then_some(()));
}
