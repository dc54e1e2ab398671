//! What users of Route 53 do and see, refusals first.

use resource::{EndpointState, Owner, QuotaChange, Timestamp, VpcEndpoint};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;

const OTHER: &str = "222222222222";

/// A cloud with zones.
struct Names(Cloud);

impl Names {
    fn new() -> Self {
        Self(Cloud::new())
    }

    fn call(&self, operation: &str, input: Value) -> Result<Value, String> {
        self.0.call_in("route53", operation, input).map_err(|error| format!("{}: {}", error.code, error.message))
    }

    #[track_caller]
    fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    #[track_caller]
    fn code(&self, operation: &str, input: Value) -> String {
        match self.call(operation, input) {
            Ok(answer) => panic!("{operation} succeeded: {answer}"),
            Err(error) => error.split(':').next().unwrap_or_default().to_owned(),
        }
    }

    fn zone(&self, name: &str, vpc: Option<&str>) -> String {
        let made = self.ok("CreateHostedZone", request(name, vpc));
        made["HostedZone"]["Id"].as_str().expect("an id").trim_start_matches("/hostedzone/").to_owned()
    }

    fn vpc(&self) -> String {
        self.0.text("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/Vpc/VpcId")
    }

    fn change(&self, zone: &str, changes: &Value) -> Result<Value, String> {
        self.call("ChangeResourceRecordSets", json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": changes}}))
    }

    /// The message with which a batch is refused.
    #[track_caller]
    fn fault(&self, zone: &str, changes: &Value) -> String {
        let refused = self.change(zone, changes).expect_err("the batch must be refused");
        assert!(refused.starts_with("InvalidChangeBatch: ["), "{refused}");
        refused
    }

    fn listed(&self, zone: &str) -> Vec<String> {
        let answer = self.ok("ListResourceRecordSets", json!({"HostedZoneId": zone}));
        let show = |set: &Value| format!("{} {}", set["Name"].as_str().unwrap_or(""), set["Type"].as_str().unwrap_or(""));
        answer["ResourceRecordSets"].as_array().expect("a list").iter().map(show).collect()
    }
}

fn request(name: &str, vpc: Option<&str>) -> Value {
    let mut input = json!({"Name": name, "CallerReference": resource::random_id("r-")});
    if let Some(vpc) = vpc {
        input["VPC"] = named(vpc);
    }
    input
}

fn named(vpc: &str) -> Value {
    json!({"VPCRegion": "us-east-1", "VPCId": vpc})
}

fn set(name: &str, kind: &str, values: &[&str]) -> Value {
    let records: Vec<Value> = values.iter().map(|value| json!({"Value": value})).collect();
    json!({"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": records})
}

#[test]
fn a_zone_has_so_many_record_sets_and_one_may_take_the_place_of_another() {
    let names = Names::new();
    let zone = names.zone("example.com", None);
    let (service, quota) = ("route53".to_owned(), "L-E209CC9F".to_owned());
    let (owner, requester) = (Owner::new("111111111111", "us-east-1"), String::new());
    let asked =
        QuotaChange { id: "q".into(), owner, service, quota, desired: 3, granted: true, requester, created: Timestamp(0) };
    names.0.change(|txn| txn.put(asked.clone()));
    let change = |action: &str, name: &str| json!({"Action": action, "ResourceRecordSet": set(&format!("{name}.example.com"), "A", &["192.0.2.1"])});
    names.change(&zone, &json!([change("CREATE", "a")])).expect("the third after NS and SOA");
    let refused = names.fault(&zone, &json!([change("CREATE", "b")]));
    assert!(refused.contains("no more than 3 record sets"), "{refused}");
    names.change(&zone, &json!([change("DELETE", "a"), change("CREATE", "b")])).expect("there are still three");
    names.change(&zone, &json!([change("UPSERT", "b")])).expect("there are still three");
    names.fault(&zone, &json!([change("UPSERT", "c")]));
}

fn with(mut set: Value, members: &Value) -> Value {
    members.as_object().expect("members").iter().for_each(|(name, value)| set[name] = value.clone());
    set
}

fn one(action: &str, set: &Value) -> Value {
    json!([{"Action": action, "ResourceRecordSet": set}])
}

fn alias(name: &str, zone: &str, target: &str) -> Value {
    let target = json!({"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": false});
    json!({"Name": name, "Type": "A", "AliasTarget": target})
}

#[test]
fn a_zone_is_born_with_its_servers_and_a_private_one_with_its_vpc() {
    let names = Names::new();
    let vpc = names.vpc();
    let public = names.ok("CreateHostedZone", request("Example.com", None));
    assert_eq!(public["HostedZone"]["Name"], "example.com.");
    assert_eq!(public["HostedZone"]["ResourceRecordSetCount"], 2);
    assert_eq!(public["DelegationSet"]["NameServers"].as_array().map(Vec::len), Some(4));
    assert_eq!(public["ChangeInfo"]["Status"], "PENDING");
    let id = public["HostedZone"]["Id"].as_str().expect("an id");
    assert_eq!(names.listed(id), ["example.com. NS", "example.com. SOA"]);

    let private = names.ok("CreateHostedZone", request("corp.internal", Some(&vpc)));
    assert_eq!((&private["VPC"], &private["DelegationSet"]), (&named(&vpc), &Value::Null));
    let shown = names.ok("GetHostedZone", json!({"Id": private["HostedZone"]["Id"]}));
    assert_eq!((&shown["VPCs"], &shown["HostedZone"]["Config"]["PrivateZone"]), (&json!([named(&vpc)]), &json!(true)));
    assert_eq!(names.ok("GetHostedZoneCount", json!({}))["HostedZoneCount"], 2);
}

#[test]
fn zones_that_cannot_be_are_refused() {
    let names = Names::new();
    let vpc = names.vpc();
    for name in ["", "a..b", "com", "amazonaws.com", "x.us-east-1.amazonaws.com"] {
        assert_eq!(names.code("CreateHostedZone", request(name, None)), "InvalidDomainName", "{name}");
    }
    assert_eq!(names.code("CreateHostedZone", request("x.com", Some("vpc-00000000000000000"))), "InvalidVPCId");
    let again = request("x.com", None);
    names.ok("CreateHostedZone", again.clone());
    assert_eq!(names.code("CreateHostedZone", again), "HostedZoneAlreadyExists");
    names.zone("x.com", None);
    names.zone("x.com", Some(&vpc));
    assert_eq!(names.code("CreateHostedZone", request("x.com", Some(&vpc))), "ConflictingDomainExists");
    let private = with(request("y.com", None), &json!({"HostedZoneConfig": {"PrivateZone": true}}));
    assert_eq!(names.code("CreateHostedZone", private), "InvalidInput");
    let others = Names(names.0.account(OTHER));
    assert_eq!(others.code("CreateHostedZone", request("y.com", Some(&vpc))), "InvalidVPCId");
}

#[test]
fn a_zone_with_records_is_not_deleted_and_an_empty_one_takes_its_own_along() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    names.change(&zone, &one("CREATE", &set("www.x.com", "A", &["198.18.0.9"]))).expect("a record");
    assert_eq!(names.code("DeleteHostedZone", json!({"Id": zone})), "HostedZoneNotEmpty");
    names.change(&zone, &one("DELETE", &set("www.x.com.", "A", &["198.18.0.9"]))).expect("gone");
    assert_eq!(Names(names.0.account(OTHER)).code("DeleteHostedZone", json!({"Id": zone})), "NoSuchHostedZone");
    names.ok("DeleteHostedZone", json!({"Id": format!("/hostedzone/{zone}")}));
    assert_eq!(names.code("GetHostedZone", json!({"Id": zone})), "NoSuchHostedZone");
    assert_eq!(names.0.world().all::<resource::RecordSet>().count(), 0);
}

#[test]
fn a_batch_with_a_fault_says_so_and_changes_nothing() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    names.change(&zone, &one("CREATE", &set("a.x.com", "A", &["198.18.0.1", "198.18.0.2"]))).expect("a record");
    names.change(&zone, &one("CREATE", &set("c.x.com", "CNAME", &["a.x.com"]))).expect("a record");
    let before = names.listed(&zone);
    for (action, set, message) in [
        ("CREATE", set("a.x.com", "A", &["198.18.0.3"]), "but it already exists"),
        ("DELETE", set("b.x.com", "A", &["198.18.0.3"]), "but it was not found"),
        ("DELETE", set("a.x.com", "A", &["198.18.0.1"]), "do not match the current values"),
        ("CREATE", set("a.y.com", "A", &["198.18.0.3"]), "is not permitted in zone x.com."),
        ("CREATE", set("x.com", "CNAME", &["a.y.com"]), "not permitted at apex"),
        ("CREATE", set("c.x.com", "TXT", &["\"t\""]), "conflicts with other records"),
        ("CREATE", set("d.x.com", "CNAME", &["a.y.com", "b.y.com"]), "must have one value"),
        ("CREATE", set("d.x.com", "A", &["nowhere"]), "not a valid IPv4 address"),
        ("CREATE", set("d.x.com", "TXT", &["bare"]), "enclosed in quotation marks"),
        ("CREATE", set("d.x.com", "SVCB", &["1 ."]), "underpass does not support records of type SVCB yet"),
        (
            "CREATE",
            json!({"Name": "d.x.com", "Type": "A", "ResourceRecords": [{"Value": "198.18.0.3"}]}),
            "Expected exactly one of",
        ),
        ("CREATE", with(set("d.x.com", "A", &["198.18.0.3"]), &json!({"Weight": 1})), "SetIdentifier"),
        (
            "CREATE",
            with(set("a.x.com", "A", &["198.18.0.3"]), &json!({"Weight": 1, "SetIdentifier": "s"})),
            "another routing policy",
        ),
        ("CREATE", alias("d.x.com", &zone, "lost.x.com"), "that target was not found"),
        ("CREATE", alias("d.x.com", "Z26RNL4JYFTOTI", "lost.elb.us-east-1.amazonaws.com"), "that target was not found"),
    ] {
        let fault = names.fault(&zone, &one(action, &set));
        assert!(fault.contains(message), "{fault}");
        assert_eq!(names.listed(&zone), before);
    }
    let own = names.ok("ListResourceRecordSets", json!({"HostedZoneId": zone, "MaxItems": "2"}))["ResourceRecordSets"].clone();
    assert!(names.fault(&zone, &one("DELETE", &own[0])).contains("at least one NS record"));
    assert!(names.fault(&zone, &one("DELETE", &own[1])).contains("exactly one SOA record"));
}

#[test]
fn faults_of_a_batch_are_told_together_and_one_undoes_all() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    let good = set("a.x.com", "A", &["198.18.0.1"]);
    let changes = json!([
        {"Action": "CREATE", "ResourceRecordSet": good},
        {"Action": "CREATE", "ResourceRecordSet": set("b.x.com", "A", &["x"])},
        {"Action": "DELETE", "ResourceRecordSet": set("c.x.com", "A", &["198.18.0.1"])},
    ]);
    let fault = names.fault(&zone, &changes);
    assert!(fault.contains("IPv4") && fault.contains("was not found"), "{fault}");
    let twice = json!([{"Action": "CREATE", "ResourceRecordSet": good}, {"Action": "CREATE", "ResourceRecordSet": good}]);
    assert!(names.fault(&zone, &twice).contains("invalid set of changes"));
    assert_eq!(names.listed(&zone).len(), 2);
}

#[test]
fn a_batch_may_replace_a_name_by_another_type() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    names.change(&zone, &one("UPSERT", &set("a.x.com", "A", &["198.18.0.1"]))).expect("made");
    names.change(&zone, &one("UPSERT", &set("a.x.com", "A", &["198.18.0.2"]))).expect("replaced");
    let turn = json!([
        {"Action": "DELETE", "ResourceRecordSet": set("a.x.com", "A", &["198.18.0.2"])},
        {"Action": "CREATE", "ResourceRecordSet": set("a.x.com", "CNAME", &["b.x.com"])},
    ]);
    let done = names.change(&zone, &turn).expect("turned");
    assert_eq!(names.listed(&zone)[2..], ["a.x.com. CNAME"]);
    let change = done["ChangeInfo"]["Id"].clone();
    assert_eq!(names.ok("GetChange", json!({"Id": change}))["ChangeInfo"]["Status"], "PENDING");
    assert_eq!(names.code("GetChange", json!({"Id": "C0"})), "NoSuchChange");
}

#[test]
fn what_is_not_answered_truly_is_refused_by_name() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    for member in [
        json!({"SetIdentifier": "s", "Region": "us-east-1"}),
        json!({"SetIdentifier": "s", "GeoLocation": {"CountryCode": "*"}}),
        json!({"HealthCheckId": "h"}),
    ] {
        let refused = names.change(&zone, &one("CREATE", &with(set("a.x.com", "A", &["198.18.0.1"]), &member)));
        assert!(refused.is_err_and(|why| why.contains("underpass does not support ChangeResourceRecordSets")), "{member}");
    }
}

#[test]
fn two_sets_stand_in_for_each_other_by_their_roles() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    let own = |name: &str, role: &str, address: &str| {
        with(set("a.x.com", "A", &[address]), &json!({"SetIdentifier": name, "Failover": role}))
    };
    let primary = own("one", "PRIMARY", "198.18.0.1");
    names.change(&zone, &one("CREATE", &primary)).expect("the primary one");
    let second = own("two", "PRIMARY", "198.18.0.2");
    assert!(names.fault(&zone, &one("CREATE", &second)).contains("the same failover role"));
    let weighted = with(set("a.x.com", "A", &["198.18.0.3"]), &json!({"SetIdentifier": "three", "Weight": 1}));
    assert!(names.fault(&zone, &one("CREATE", &weighted)).contains("another routing policy"));
    let both = with(primary.clone(), &json!({"Weight": 1}));
    assert!(names.fault(&zone, &one("UPSERT", &both)).contains("more than one routing policy"));
    names.change(&zone, &one("CREATE", &own("two", "SECONDARY", "198.18.0.2"))).expect("the secondary one");
    let listed = names.ok("ListResourceRecordSets", json!({"HostedZoneId": zone}))["ResourceRecordSets"].clone();
    let shown: Vec<&Value> = listed.as_array().into_iter().flatten().filter(|set| set["Name"] == "a.x.com.").collect();
    assert_eq!(shown.iter().map(|set| set["Failover"].as_str()).collect::<Vec<_>>(), [Some("PRIMARY"), Some("SECONDARY")]);
    names.change(&zone, &one("DELETE", &primary)).expect("as it was made");
}

#[test]
fn records_are_listed_from_the_last_label_to_the_first_in_pages() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    for (name, kind, value) in [
        ("b.a.x.com", "A", "198.18.0.1"),
        ("a.b.x.com", "A", "198.18.0.1"),
        ("*.x.com", "A", "198.18.0.1"),
        ("a.x.com", "TXT", "\"t\""),
        ("a.x.com", "A", "198.18.0.1"),
    ] {
        names.change(&zone, &one("CREATE", &set(name, kind, &[value]))).expect("a record");
    }
    let all = ["x.com. NS", "x.com. SOA", "\\052.x.com. A", "a.x.com. A", "a.x.com. TXT", "b.a.x.com. A", "a.b.x.com. A"];
    assert_eq!(names.listed(&zone), all);
    let first = names.ok("ListResourceRecordSets", json!({"HostedZoneId": zone, "MaxItems": "4"}));
    assert_eq!(
        (&first["IsTruncated"], &first["NextRecordName"], &first["NextRecordType"]),
        (&json!(true), &json!("a.x.com."), &json!("TXT"))
    );
    let next = json!({"HostedZoneId": zone, "StartRecordName": "a.x.com.", "StartRecordType": "TXT"});
    let rest = names.ok("ListResourceRecordSets", next);
    assert_eq!(rest["ResourceRecordSets"].as_array().map(Vec::len), Some(3));
    assert_eq!(names.code("ListResourceRecordSets", json!({"HostedZoneId": zone, "StartRecordType": "A"})), "InvalidInput");
}

#[test]
fn zones_are_listed_by_id_by_name_and_by_vpc() {
    let names = Names::new();
    let vpc = names.vpc();
    for name in ["b.com", "a.org", "a.com"] {
        names.zone(name, None);
    }
    let private = names.zone("c.com", Some(&vpc));
    let by_name = names.ok("ListHostedZonesByName", json!({"DNSName": "b.com", "MaxItems": "2"}));
    let shown: Vec<&Value> = by_name["HostedZones"].as_array().expect("a list").iter().map(|zone| &zone["Name"]).collect();
    assert_eq!((shown, &by_name["NextDNSName"]), (vec![&json!("b.com."), &json!("c.com.")], &json!("a.org.")));
    let first = names.ok("ListHostedZones", json!({"MaxItems": "3"}));
    let rest = names.ok("ListHostedZones", json!({"MaxItems": "3", "Marker": first["NextMarker"]}));
    assert_eq!((first["HostedZones"].as_array().map(Vec::len), rest["HostedZones"].as_array().map(Vec::len)), (Some(3), Some(1)));

    let endpoint = hold(&names, &vpc, "api.example.com");
    let of_vpc = names.ok("ListHostedZonesByVPC", json!({"VPCId": vpc, "VPCRegion": "us-east-1"}));
    let summaries = of_vpc["HostedZoneSummaries"].as_array().expect("a list");
    assert!(summaries.iter().any(|zone| zone["HostedZoneId"] == *private && zone["Owner"]["OwningAccount"] == "111111111111"));
    let hidden = summaries.iter().find(|zone| zone["Name"] == "api.example.com.").expect("the endpoint's zone");
    assert_eq!(hidden["Owner"]["OwningService"], "vpce.amazonaws.com", "{endpoint}");
    assert_eq!(names.code("CreateHostedZone", request("api.example.com", Some(&vpc))), "ConflictingDomainExists");
    names.zone("more.api.example.com", Some(&vpc));
}

/// Puts an endpoint with a private name into a VPC.
fn hold(names: &Names, vpc: &str, name: &str) -> String {
    let endpoint = VpcEndpoint {
        id: resource::EndpointId::random(),
        owner: resource::Owner::new("111111111111", "us-east-1"),
        vpc: resource::VpcId::parse(vpc).expect("an id"),
        kind: resource::EndpointKind::Interface,
        service_name: "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001".into(),
        service: None,
        state: EndpointState::Available,
        served: false,
        subnets: Vec::new(),
        groups: Vec::new(),
        interfaces: Vec::new(),
        route_tables: Vec::new(),
        private_dns: true,
        private_names: vec![name.into()],
        service_defined_records: false,
        policy: None,
        dns_label: "abcd1234".into(),
        created: resource::Timestamp(0),
        tags: resource::Tags::default(),
    };
    names.0.change(|txn| txn.put(endpoint.clone()));
    endpoint.regional_name()
}

#[test]
fn an_alias_leads_to_an_endpoint_in_the_zone_that_its_entry_names() {
    let names = Names::new();
    let target = hold(&names, &names.vpc(), "api.example.com");
    let zone = names.zone("x.com", None);
    assert!(names.fault(&zone, &one("CREATE", &alias("x.com", "ZWRONG", &target))).contains("does not lie within"));
    names.change(&zone, &one("CREATE", &alias("x.com", "Z7HUB22UULQXV", &target))).expect("an alias at the apex");
    names.change(&zone, &one("CREATE", &alias("www.x.com", &zone, "x.com"))).expect("an alias to it");
    assert!(names.fault(&zone, &one("CREATE", &alias("self.x.com", &zone, "self.x.com"))).contains("the alias itself"));
    let shown = names.ok("ListResourceRecordSets", json!({"HostedZoneId": zone}));
    assert_eq!(shown["ResourceRecordSets"][0]["AliasTarget"]["HostedZoneId"], "Z7HUB22UULQXV");
}

#[test]
fn another_accounts_vpc_is_associated_with_leave_and_by_its_owner() {
    let names = Names::new();
    let (vpc, others) = (names.vpc(), Names(names.0.account(OTHER)));
    let (theirs, public) = (others.vpc(), names.zone("x.com", None));
    let zone = names.zone("corp.internal", Some(&vpc));
    let pair = |zone: &str, vpc: &str| json!({"HostedZoneId": zone, "VPC": named(vpc)});
    assert_eq!(names.code("AssociateVPCWithHostedZone", pair(&public, &vpc)), "PublicZoneVPCAssociation");
    assert_eq!(names.code("AssociateVPCWithHostedZone", pair(&zone, &vpc)), "ConflictingDomainExists");
    assert_eq!(others.code("AssociateVPCWithHostedZone", pair(&zone, &theirs)), "NotAuthorizedException");
    names.ok("CreateVPCAssociationAuthorization", pair(&zone, &theirs));
    assert_eq!(names.ok("ListVPCAssociationAuthorizations", json!({"HostedZoneId": zone}))["VPCs"], json!([named(&theirs)]));
    assert_eq!(names.code("AssociateVPCWithHostedZone", pair(&zone, &theirs)), "NotAuthorizedException", "only its owner may");
    others.ok("AssociateVPCWithHostedZone", pair(&zone, &theirs));
    names.ok("DeleteVPCAssociationAuthorization", pair(&zone, &theirs));
    assert_eq!(names.code("DeleteVPCAssociationAuthorization", pair(&zone, &theirs)), "VPCAssociationAuthorizationNotFound");
    assert_eq!(others.code("CreateHostedZone", request("corp.internal", Some(&theirs))), "ConflictingDomainExists");

    names.ok("DisassociateVPCFromHostedZone", pair(&zone, &theirs));
    assert_eq!(names.code("DisassociateVPCFromHostedZone", pair(&zone, &theirs)), "VPCAssociationNotFound");
    assert_eq!(names.code("DisassociateVPCFromHostedZone", pair(&zone, &vpc)), "LastVPCAssociation");
}

#[test]
fn zones_have_comments_tags_and_limits() {
    let names = Names::new();
    let zone = names.zone("x.com", None);
    let commented = names.ok("UpdateHostedZoneComment", json!({"Id": zone, "Comment": "ours"}));
    assert_eq!(commented["HostedZone"]["Config"]["Comment"], "ours");
    let of_zone = json!({"ResourceType": "hostedzone", "ResourceId": zone});
    names.ok(
        "ChangeTagsForResource",
        with(of_zone.clone(), &json!({"AddTags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]})),
    );
    names.ok("ChangeTagsForResource", with(of_zone.clone(), &json!({"RemoveTagKeys": ["a"]})));
    let tags = json!([{"Key": "b", "Value": "2"}]);
    assert_eq!(names.ok("ListTagsForResource", of_zone)["ResourceTagSet"]["Tags"], tags);
    let many = names.ok("ListTagsForResources", json!({"ResourceType": "hostedzone", "ResourceIds": [zone]}));
    assert_eq!(many["ResourceTagSets"][0]["Tags"], tags);
    let limit = names.ok("GetHostedZoneLimit", json!({"Type": "MAX_RRSETS_BY_ZONE", "HostedZoneId": zone}));
    assert_eq!((&limit["Limit"]["Value"], &limit["Count"]), (&json!(10_000), &json!(2)));
    assert_eq!(names.ok("GetDNSSEC", json!({"HostedZoneId": zone}))["Status"]["ServeSignature"], "NOT_SIGNING");
    let private = names.zone("corp.internal", Some(&names.vpc()));
    let refused = names.call("GetDNSSEC", json!({"HostedZoneId": private})).expect_err("private zones are never signed");
    assert!(refused.starts_with("InvalidArgument: Operation is unsupported for private"), "Terraform looks for it: {refused}");
    let limit = names.ok("GetAccountLimit", json!({"Type": "MAX_HOSTED_ZONES_BY_OWNER"}));
    assert_eq!((&limit["Limit"]["Value"], &limit["Count"]), (&json!(500), &json!(2)));
    let limit = names.ok("GetAccountLimit", json!({"Type": "MAX_HEALTH_CHECKS_BY_OWNER"}));
    assert_eq!((&limit["Limit"]["Value"], &limit["Count"]), (&json!(200), &json!(0)));
    assert_eq!(names.ok("ListQueryLoggingConfigs", json!({}))["QueryLoggingConfigs"], json!([]));
    assert_eq!(names.ok("ListHealthChecks", json!({}))["HealthChecks"], json!([]));
    assert_eq!(names.ok("ListReusableDelegationSets", json!({"MaxItems": "7"}))["MaxItems"], "7");
}
