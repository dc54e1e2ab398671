//! `underpass explain`: what it says is in the way is in the way, and what it says mends it does.

use serde_json::{Value, json};

use crate::account::{Account, ran, text_of};
use crate::cloud::{CONSUMER, Cloud, PROVIDER, eventually};
use crate::offer::{Access, Offer};
use crate::site::{Peer, ZONE, permission, web};

const BODY: &str = "explained";

#[test]
fn the_printed_command_opens_the_endpoint_that_was_explained() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), true);
    let access = Access::to(&offer, &provider, &consumer);
    let (source, destination) = (format!("{}+{}", access.net.subnet, access.group), format!("{}:80", access.endpoint));
    let told = consumer.explain(&[&source, &destination, "--expect", "deny", "--output", "json"]);
    assert_eq!(told.status, 0, "{told:?}");
    let explanation: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(explanation["blockers"][0]["code"], "ENDPOINT_NOT_ACCEPTED", "{explanation:#}");
    let fix = &explanation["blockers"][0]["fixes"][0];
    assert_eq!(fix["account"], PROVIDER);
    let command: Vec<&str> = fix["command"].as_str().unwrap().split(' ').skip(1).collect();
    assert_eq!(provider.aws(&command).status, 0);
    consumer.until_endpoint(&access.endpoint, "available");
    let told = consumer.explain(&[&source, &destination, "--expect", "allow"]);
    assert_eq!(told.status, 0, "{told:?}");
    assert!(told.out.contains("allowed"), "{told:?}");
    assert_eq!(access.fetched(&consumer), BODY);
    let strange = provider.explain(&[&source, &destination]);
    assert!(strange.status == 2 && strange.err.contains("there is no"), "others' networks are not explained: {strange:?}");
    let strange = provider.explain(&[&source, &destination, "--expect", "deny", "--output", "json"]);
    let told: Value = serde_json::from_str(&strange.out).unwrap();
    assert!(strange.status == 2 && told["error"].as_str().unwrap().contains("there is no"), "{strange:?}");
}

/// Everything that is printed below the ways, in one shell of the account that asked.
#[track_caller]
fn pasted(asker: &Account<'_>, told: &str) {
    let commands: Vec<&str> =
        told.lines().skip_while(|line| !line.starts_with("1. ")).filter_map(|line| line.strip_prefix("   ")).collect();
    let mended = ran(asker.pasting(&commands.join("\n")).output().unwrap());
    assert_eq!(mended.status, 0, "{told}: {mended:?}");
}

#[test]
fn what_is_printed_for_two_accounts_works_pasted_from_top_to_bottom_into_one_shell() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), true);
    let net = consumer.net();
    let group = consumer.group(&net.vpc, "clients");
    let told = consumer.explain(&[&format!("{}+{group}", net.subnet), &format!("{}:80", offer.name), "--expect", "deny"]);
    let (becomes, again) = [PROVIDER, CONSUMER].map(|account| format!("env --account {account} --state-dir")).into();
    for (account, times) in [(becomes, 2), (again, 2)] {
        assert_eq!(told.out.matches(&account).count(), times, "{}", told.out);
    }
    pasted(&consumer, &told.out);
    let name = consumer.newest_endpoint(&net.vpc);
    assert_eq!(consumer.curl(&net.subnet, &group, &format!("http://{name}/")).out, BODY);
}

impl Account<'_> {
    /// An ACL without entries around subnets.
    fn close(&self, vpc: &str, subnets: &[&str]) {
        let acl = text_of(&self.ec2("create_network_acl", json!({ "VpcId": vpc }))["NetworkAcl"]["NetworkAclId"]);
        let filters = json!({ "Filters": [{ "Name": "association.subnet-id", "Values": subnets }] });
        let old = self.ec2("describe_network_acls", filters)["NetworkAcls"][0]["Associations"].as_array().unwrap().clone();
        for association in old.iter().filter(|association| subnets.contains(&association["SubnetId"].as_str().unwrap())) {
            let wish = json!({ "AssociationId": association["NetworkAclAssociationId"], "NetworkAclId": acl });
            self.ec2("replace_network_acl_association", wish);
        }
    }
}

/// What is pasted makes a connection, routes both ways, a rule in a group that is full, and entries of the one ACL that client and server share.
#[test]
fn vpcs_that_nothing_connects_and_subnets_that_share_an_acl_work_after_the_paste() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let vpcs = ["10.1.0.0/16", "10.2.0.0/16"].map(|block| account.vpc(block));
    let subnet = |n: usize, block: &str| account.subnet(&vpcs[n], block, ZONE);
    let subnets = [subnet(0, "10.1.1.0/24"), subnet(1, "10.2.1.0/24"), subnet(1, "10.2.2.0/24")];
    let [clients, servers] = [0, 1].map(|n| account.group(&vpcs[n], "g"));
    let full: Vec<Value> = (1000..1060).map(|port| permission("tcp", Some(port), Peer::Cidr("10.9.0.0/16"))[0].clone()).collect();
    account.ec2("authorize_security_group_ingress", json!({ "GroupId": servers, "IpPermissions": full }));
    let server = account.instance(&subnets[1], &[&servers], &web(BODY));
    let works = |subnet: &str, group: &str| {
        let to = format!("{}:80", account.private_ip(&server));
        pasted(&account, &account.explain(&[&format!("{subnet}+{group}"), &to, "--expect", "deny"]).out);
        account.explain(&[&format!("{subnet}+{group}"), &to, "--probe", "--expect", "allow"])
    };
    let peered = works(&subnets[0], &clients);
    assert!(peered.status == 0 && peered.out.contains("answers"), "{peered:?}");
    account.close(&vpcs[1], &[&subnets[1], &subnets[2]]);
    let beside = works(&subnets[2], &servers);
    assert!(beside.status == 0 && beside.out.contains("answers"), "{beside:?}");
}

/// One listener takes TCP and gets UDP beside it; another balancer has none, and the only target group is the first one's.
#[test]
fn balancers_listen_for_what_was_asked_after_the_paste() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let (clients, servers) = (account.group(&net.vpc, "clients"), account.group(&net.vpc, "servers"));
    account.allow(&servers, "-1", None, Peer::Cidr("10.0.0.0/16"));
    let server = account.instance(&net.subnet, &[&servers], &web(BODY));
    let [first, second] = ["first", "second"].map(|name| account.balancer(name, &[&net.subnet]));
    let targets = account.target_group("web", &net.vpc, 80, &json!({}));
    account.listener(&first, 80, &targets);
    account.register(&targets, &server);
    let source = format!("{}+{clients}", net.subnet);
    for (balancer, protocol) in [(&first, "udp"), (&second, "tcp")] {
        let ask =
            |expected: &str| account.explain(&[&source, &format!("{balancer}:80"), "--protocol", protocol, "--expect", expected]);
        pasted(&account, &ask("deny").out);
        eventually("the balancer leads to the server", || (ask("allow").status == 0).then_some(()));
    }
    let tcp = account.explain(&[&source, &format!("{first}:80"), "--expect", "allow"]);
    assert_eq!(tcp.status, 0, "{tcp:?}");
}

#[test]
fn a_shell_that_cannot_become_another_account_goes_no_further() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let shell = ran(account.pasting("eval \"$(underpass env --state-dir /nowhere)\"\necho went on").output().unwrap());
    assert!(shell.status != 0 && shell.out.is_empty() && shell.err.contains("no underpass runs on /nowhere"), "{shell:?}");
}

#[test]
fn a_probe_sends_what_is_explained_and_says_loudly_when_packets_disagree() {
    let cloud = Cloud::up();
    let account = cloud.account(CONSUMER);
    let net = account.net();
    let (asking, asked) = (account.group(&net.vpc, "asking"), account.group(&net.vpc, "asked"));
    let (from, to) = (account.instance(&net.subnet, &[&asking], ""), account.instance(&net.subnet, &[&asked], ""));
    let (program, destination) = (format!("{}+{asking}", net.subnet), format!("{to}:80"));
    let probe = |source: &str, more: &[&str]| {
        let ran = account.explain(&[&[source, &destination, "--probe"], more].concat());
        (ran.status, ran.out)
    };
    for source in [&from, &program] {
        let (status, said) = probe(source, &["--expect", "deny"]);
        assert!(status == 0 && said.contains("is silent"), "{said}");
    }
    account.allow(&asked, "-1", None, Peer::Group(&asking));
    for source in [&from, &program] {
        let (status, said) = probe(source, &["--expect", "allow"]);
        assert!(status == 0 && said.contains("is reached, and nobody listens there"), "{said}");
    }
    let (status, said) = probe(&from, &["--protocol", "icmp"]);
    assert!(status == 0 && said.contains("answers"), "{said}");
    let interfaces = account.ec2("describe_network_interfaces", json!({}))["NetworkInterfaces"].clone();
    assert_eq!(interfaces.as_array().map(Vec::len), Some(2), "the program's interface is gone: {interfaces}");

    cloud.inside(&from, &["ip", "route", "add", "blackhole", &account.private_ip(&to)]);
    let (status, said) = probe(&from, &["--expect", "allow"]);
    assert!(status == 3 && said.contains("PACKETS DISAGREE"), "{said}");
    let (status, said) = probe(&from, &["--output", "json"]);
    let told: Value = serde_json::from_str(&said).unwrap();
    assert!(status == 3 && told["probe"]["agrees"] == false && told["verdict"] == "allowed", "{said}");
}

/// Starts an analysis of a path, through the networks of further accounts too, and waits for its end.
fn analysed(account: &Account<'_>, path: &str, accounts: &[&str]) -> Value {
    let wish = json!({ "NetworkInsightsPathId": path, "AdditionalAccounts": accounts });
    let started = account.ec2("start_network_insights_analysis", wish)["NetworkInsightsAnalysis"].clone();
    assert_eq!(started["Status"], "running");
    let id = text_of(&started["NetworkInsightsAnalysisId"]);
    eventually("the analysis is done", || {
        let found =
            account.describe("describe_network_insights_analyses", "NetworkInsightsAnalysisIds", &id, "NetworkInsightsAnalyses");
        (found["Status"] == "succeeded").then_some(found)
    })
}

/// A range of ports leads to the one that is listened on, and the filter at the destination sees what arrives there.
fn filters_at_the_ends_are_judged(consumer: &Account<'_>, interface: &str, access: &Access, offer: &Offer) {
    let path = |arriving: Value| {
        let near = json!({ "SourceAddress": consumer_address(consumer, interface),
                           "DestinationPortRange": { "FromPort": 70, "ToPort": 90 } });
        let wish = json!({ "Source": interface, "Destination": access.endpoint, "Protocol": "tcp",
                           "FilterAtSource": near, "FilterAtDestination": arriving });
        let made = consumer.ec2("create_network_insights_path", wish)["NetworkInsightsPath"].clone();
        let id = text_of(&made["NetworkInsightsPathId"]);
        let found = analysed(consumer, &id, &[PROVIDER]);
        let analysis = json!({ "NetworkInsightsAnalysisId": found["NetworkInsightsAnalysisId"] });
        consumer.ec2("delete_network_insights_analysis", analysis);
        consumer.ec2("delete_network_insights_path", json!({ "NetworkInsightsPathId": id }));
        found
    };
    let target = consumer.cloud.account(PROVIDER).private_ip(&offer.instance);
    let found = path(json!({ "DestinationAddress": target, "DestinationPortRange": { "FromPort": 80, "ToPort": 80 } }));
    assert_eq!(found["NetworkPathFound"], json!(true), "{found:#}");
    let steps = found["ForwardPathComponents"].as_array().unwrap();
    assert_eq!(steps[0]["OutboundHeader"]["DestinationPortRanges"][0]["From"], 80, "{found:#}");
    assert_eq!(steps.last().unwrap()["InboundHeader"]["DestinationAddresses"][0], json!(target), "{found:#}");
    let lost = path(json!({ "SourceAddress": "10.0.1.250" }));
    assert_eq!(lost["NetworkPathFound"], json!(false), "targets see the node: {lost:#}");
    assert!(lost["Explanations"].as_array().unwrap().iter().any(|why| why["ExplanationCode"] == "NO_PATH"), "{lost:#}");
}

fn consumer_address(consumer: &Account<'_>, interface: &str) -> String {
    let found = consumer.describe("describe_network_interfaces", "NetworkInterfaceIds", interface, "NetworkInterfaces");
    text_of(&found["PrivateIpAddress"])
}

/// The scenario N21 of the specification.
#[test]
fn the_reachability_analyzer_finds_the_path_to_an_endpoint_and_what_cuts_it() {
    let cloud = Cloud::up();
    let (provider, consumer) = (cloud.account(PROVIDER), cloud.account(CONSUMER));
    let offer = Offer::of(&provider, &web(BODY), false);
    let access = Access::to(&offer, &provider, &consumer);
    consumer.until_endpoint(&access.endpoint, "available");
    let client = consumer.instance(&access.net.subnet, &[&access.group], "");
    let interface = text_of(&consumer.describe_instance(&client)["NetworkInterfaces"][0]["NetworkInterfaceId"]);
    let wish = json!({ "Source": interface, "Destination": access.endpoint, "Protocol": "tcp", "DestinationPort": 80, "ClientToken": "n21" });
    let path = consumer.ec2("create_network_insights_path", wish)["NetworkInsightsPath"].clone();
    let id = text_of(&path["NetworkInsightsPathId"]);

    let found = analysed(&consumer, &id, &[]);
    assert_eq!(found["NetworkPathFound"], json!(true), "{found:#}");
    let steps = found["ForwardPathComponents"].as_array().unwrap();
    let met = |found: &Value| -> Vec<String> {
        let steps = found["ForwardPathComponents"].as_array().unwrap();
        steps.iter().map(|step| text_of(&step["Component"]["Id"])).collect()
    };
    let ids = met(&found);
    assert_eq!(ids[..3], [&client, &interface, &access.group].map(Clone::clone), "{found:#}");
    assert_eq!(ids.last(), Some(&access.endpoint), "the provider's network is not the consumer's to see: {found:#}");
    assert_eq!(steps[2]["SecurityGroupRule"]["Direction"], "egress", "{found:#}");
    assert!(found["ReturnPathComponents"].as_array().is_some_and(|back| !back.is_empty()));
    assert_eq!(found["SuggestedAccounts"], json!([PROVIDER]), "the path leads through the provider's");
    let whole = met(&analysed(&consumer, &id, &[PROVIDER]));
    assert_eq!(whole.last(), Some(&offer.instance), "it ends at the provider's target: {whole:?}");
    filters_at_the_ends_are_judged(&consumer, &interface, &access, &offer);

    consumer.revoke(&access.group, "tcp", Some(80), Peer::Cidr("10.0.0.0/16"));
    let lost = analysed(&consumer, &id, &[]);
    assert_eq!(lost["NetworkPathFound"], json!(false));
    let why = &lost["Explanations"][0];
    assert_eq!((&why["ExplanationCode"], &why["Direction"]), (&json!("SG_HAS_NO_RULES"), &json!("ingress")), "{lost:#}");
    assert_eq!(why["SecurityGroups"][0]["Id"], json!(access.group));

    consumer.allow(&access.group, "tcp", Some(443), Peer::Cidr("10.0.0.0/16"));
    let lost = analysed(&consumer, &id, &[]);
    assert_eq!(lost["Explanations"][0]["ExplanationCode"], "ENI_SG_RULES_MISMATCH");
    assert!(text_of(&lost["Explanations"][0]["NetworkInterface"]["Arn"]).contains(":network-interface/eni-"), "{lost:#}");
    let refusal = consumer.refused("ec2", "delete_network_insights_path", json!({ "NetworkInsightsPathId": id }));
    assert_eq!(refusal.code, "AnalysisExistsForNetworkInsightsPath");
    for analysis in consumer.pages("ec2", "describe_network_insights_analyses", json!({})) {
        for one in analysis["NetworkInsightsAnalyses"].as_array().unwrap() {
            consumer.ec2(
                "delete_network_insights_analysis",
                json!({ "NetworkInsightsAnalysisId": one["NetworkInsightsAnalysisId"] }),
            );
        }
    }
    consumer.ec2("delete_network_insights_path", json!({ "NetworkInsightsPathId": id }));
}
