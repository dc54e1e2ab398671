//! Stories of certificates.

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};
use resource::{Certificate, CertificateStatus, IssuedCertificate, Timestamp};
use serde_json::{Value, json};

use crate::ec2::testing::Cloud;
use crate::elbv2::tests::site::{Site, listener, text};

fn ok(cloud: &Cloud, operation: &str, input: Value) -> Value {
    cloud.call_in("acm", operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn refusal(cloud: &Cloud, operation: &str, input: Value) -> String {
    match cloud.call_in("acm", operation, input) {
        Ok(answer) => panic!("{operation} succeeded: {answer}"),
        Err(error) => error.code,
    }
}

fn request(cloud: &Cloud, name: &str) -> String {
    text(&ok(cloud, "RequestCertificate", json!({"DomainName": name, "ValidationMethod": "DNS"})), "/CertificateArn")
}

/// A certificate that signed itself, and its key, in PEM.
fn own_certificate(names: &[&str]) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().expect("keys can be made");
    let params = CertificateParams::new(names).expect("the names are good");
    (params.self_signed(&key).expect("it can sign itself").pem(), key.serialize_pem())
}

fn import(certificate: &str, key: &str) -> Value {
    json!({"Certificate": STANDARD.encode(certificate), "PrivateKey": STANDARD.encode(key)})
}

/// Issues a certificate, as its reconciler does.
fn issue(cloud: &Cloud, arn: &str) {
    let (certificate, key) = own_certificate(&["www.example.com"]);
    let read = IssuedCertificate::read(&certificate, "", &key, Timestamp::now()).expect("it is a certificate");
    cloud.change(|txn| {
        txn.update::<Certificate>(arn, |certificate| {
            certificate.status = CertificateStatus::Issued;
            certificate.issued = Some(read.issued.clone());
        });
    });
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let cloud = Cloud::new();
    let with = |more: Value| {
        let mut input = json!({"DomainName": "www.example.com", "ValidationMethod": "DNS"});
        input.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        refusal(&cloud, "RequestCertificate", input)
    };
    assert_eq!(with(json!({"ValidationMethod": "EMAIL"})), "UnsupportedOperation");
    assert_eq!(with(json!({"ValidationMethod": "HTTP"})), "UnsupportedOperation");
    for (name, parent) in [("www.example.com", "other.com"), ("www.example.com", "ample.com"), ("other.com", "other.com")] {
        let options = json!([{"DomainName": name, "ValidationDomain": parent}]);
        assert_eq!(with(json!({"DomainValidationOptions": options})), "InvalidDomainValidationOptionsException");
    }
    assert_eq!(refusal(&cloud, "RequestCertificate", json!({"DomainName": "a.example"})), "UnsupportedOperation");
    assert_eq!(with(json!({"KeyAlgorithm": "RSA_4096"})), "ValidationException");
    assert_eq!(with(json!({"CertificateAuthorityArn": "arn:aws:acm-pca:x"})), "UnsupportedOperation");
    assert_eq!(with(json!({"DomainName": "x.elb.us-east-1.amazonaws.com"})), "InvalidDomainValidationOptionsException");
    let many: Vec<String> = (0..10).map(|n| format!("n{n}.example.com")).collect();
    assert_eq!(with(json!({"SubjectAlternativeNames": many})), "LimitExceededException");
    let unknown = json!({"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/0"});
    assert_eq!(refusal(&cloud, "DescribeCertificate", unknown), "ResourceNotFoundException");
}

#[test]
fn a_request_says_at_once_which_records_prove_its_names() {
    let cloud = Cloud::new();
    let wish = json!({"DomainName": "Example.com", "SubjectAlternativeNames": ["*.example.com"], "ValidationMethod": "DNS",
                      "IdempotencyToken": "once", "Tags": [{"Key": "a", "Value": "1"}]});
    let arn = text(&ok(&cloud, "RequestCertificate", wish.clone()), "/CertificateArn");
    assert_eq!(text(&ok(&cloud, "RequestCertificate", wish), "/CertificateArn"), arn, "the token stands for one request");
    let described = ok(&cloud, "DescribeCertificate", json!({"CertificateArn": arn}))["Certificate"].clone();
    assert_eq!((&described["Status"], &described["Type"]), (&json!("PENDING_VALIDATION"), &json!("AMAZON_ISSUED")));
    let options = &described["DomainValidationOptions"];
    assert_eq!(options[0]["ResourceRecord"], options[1]["ResourceRecord"], "a name and its wildcard have one proof");
    let (name, value) = (text(&options[0], "/ResourceRecord/Name"), text(&options[0], "/ResourceRecord/Value"));
    assert!(name.starts_with('_') && name.ends_with(".example.com.") && name.len() == 33 + 13, "{name}");
    assert!(value.ends_with(".acm-validations.aws.") && value.len() == 33 + 1 + 10 + 21, "{value}");
    let again = request(&cloud, "example.com");
    let proof = ok(&cloud, "DescribeCertificate", json!({"CertificateArn": again}));
    assert_eq!(proof["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"], options[0]["ResourceRecord"]);
    assert_eq!(refusal(&cloud, "GetCertificate", json!({"CertificateArn": arn})), "RequestInProgressException");
    let listed = ok(&cloud, "ListCertificates", json!({"CertificateStatuses": ["ISSUED"]}));
    assert_eq!(listed["CertificateSummaryList"], json!([]));
    assert_eq!(ok(&cloud, "ListCertificates", json!({"MaxItems": 1}))["CertificateSummaryList"][0]["CertificateArn"], json!(arn));
    assert_eq!(
        refusal(&cloud.account("222222222222"), "GetCertificate", json!({"CertificateArn": arn})),
        "ResourceNotFoundException"
    );
}

#[test]
fn an_imported_certificate_has_its_own_key_and_is_replaced_by_one_of_its_kind() {
    let cloud = Cloud::new();
    let ((one, key), (other, other_key)) = (own_certificate(&["a.example"]), own_certificate(&["b.example"]));
    assert_eq!(refusal(&cloud, "ImportCertificate", import(&one, &other_key)), "ValidationException");
    assert_eq!(refusal(&cloud, "ImportCertificate", import("hello", &key)), "ValidationException");
    let mut stranger = import(&one, &key);
    stranger["CertificateChain"] = json!(STANDARD.encode(&other));
    assert_eq!(refusal(&cloud, "ImportCertificate", stranger), "ValidationException");
    let arn = text(&ok(&cloud, "ImportCertificate", import(&one, &key)), "/CertificateArn");
    let described = ok(&cloud, "DescribeCertificate", json!({"CertificateArn": arn}))["Certificate"].clone();
    assert_eq!((&described["Status"], &described["Type"]), (&json!("ISSUED"), &json!("IMPORTED")));
    assert_eq!(described["KeyAlgorithm"], json!("EC_prime256v1"));
    let mut again = import(&other, &other_key);
    again["CertificateArn"] = json!(arn);
    again["Tags"] = json!([{"Key": "a", "Value": "1"}]);
    assert_eq!(refusal(&cloud, "ImportCertificate", again.clone()), "ValidationException");
    again.as_object_mut().expect("an object").remove("Tags");
    ok(&cloud, "ImportCertificate", again);
    let shown = ok(&cloud, "GetCertificate", json!({"CertificateArn": arn}));
    assert_eq!(shown, json!({"Certificate": other, "CertificateChain": other}), "without a chain it is its own");
    let exported = json!({"CertificateArn": arn, "Passphrase": STANDARD.encode("secret")});
    assert_eq!(refusal(&cloud, "ExportCertificate", exported), "ValidationException");
}

#[test]
fn only_a_certificate_that_allows_it_is_exported_with_its_key_encrypted() {
    let cloud = Cloud::new();
    let wish = json!({"DomainName": "www.example.com", "ValidationMethod": "DNS", "Options": {"Export": "ENABLED"}});
    let arn = text(&ok(&cloud, "RequestCertificate", wish), "/CertificateArn");
    let export = |passphrase: &str| json!({"CertificateArn": arn, "Passphrase": STANDARD.encode(passphrase)});
    assert_eq!(refusal(&cloud, "ExportCertificate", export("secret")), "RequestInProgressException");
    issue(&cloud, &arn);
    assert_eq!(refusal(&cloud, "ExportCertificate", export("abc")), "ValidationException");
    let exported = ok(&cloud, "ExportCertificate", export("secret"));
    assert!(text(&exported, "/PrivateKey").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    let options = json!({"CertificateArn": arn, "Options": {"Export": "DISABLED"}});
    assert_eq!(refusal(&cloud, "UpdateCertificateOptions", options), "ValidationException");
}

#[test]
fn tags_are_added_listed_and_removed() {
    let cloud = Cloud::new();
    let arn = request(&cloud, "www.example.com");
    let tags = |tags: Value| json!({"CertificateArn": arn, "Tags": tags});
    ok(&cloud, "AddTagsToCertificate", tags(json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])));
    ok(&cloud, "RemoveTagsFromCertificate", tags(json!([{"Key": "a", "Value": "other"}, {"Key": "b"}])));
    let listed = ok(&cloud, "ListTagsForCertificate", json!({"CertificateArn": arn}));
    assert_eq!(listed["Tags"], json!([{"Key": "a", "Value": "1"}]));
}

#[test]
fn a_certificate_that_a_listener_shows_cannot_be_deleted() {
    let site = Site::new();
    let cloud = &site.cloud;
    let (balancer, group) = (site.balancer("web"), site.target_group("web", "ip"));
    let arn = request(cloud, "www.example.com");
    let mut wish = listener(&balancer, 443, &group);
    wish["Protocol"] = json!("TLS");
    wish["Certificates"] = json!([{"CertificateArn": arn}]);
    assert_eq!(site.refusal("CreateListener", wish.clone()), "UnsupportedCertificate");
    issue(cloud, &arn);
    let made = text(&site.ok("CreateListener", wish), "/Listeners/0/ListenerArn");
    let described = ok(cloud, "DescribeCertificate", json!({"CertificateArn": arn}));
    assert_eq!(described["Certificate"]["InUseBy"], json!([balancer]));
    assert_eq!(refusal(cloud, "DeleteCertificate", json!({"CertificateArn": arn})), "ResourceInUseException");
    site.ok("DeleteListener", json!({"ListenerArn": made}));
    ok(cloud, "DeleteCertificate", json!({"CertificateArn": arn}));
}
