//! Documents that are policies and documents that are not, with the fault and its place.
#![allow(clippy::unwrap_used)]

use policy::{Effect, Kind, Policy, Version};

fn error(kind: Kind, text: &str) -> String {
    Policy::parse(text, kind).unwrap_err().to_string()
}

#[test]
fn one_statement_or_many_one_value_or_many_are_the_same() {
    let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}"#;
    let many = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B"],"Resource":["*"]}]}"#;
    let parsed = Policy::parse(one, Kind::Identity).unwrap();
    assert_eq!(parsed, Policy::parse(many, Kind::Identity).unwrap());
    assert_eq!(parsed.version, Version::V2012);
    assert_eq!(parsed.statements[0].effect, Effect::Allow);
}

#[test]
fn without_a_version_it_is_2008() {
    let text = r#"{"Id":"x","Statement":{"Sid":"s","Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let parsed = Policy::parse(text, Kind::Identity).unwrap();
    assert_eq!((parsed.version, parsed.id.as_deref()), (Version::V2008, Some("x")));
    assert_eq!(parsed.statements[0].sid.as_deref(), Some("s"));
}

#[test]
fn condition_values_may_be_numbers_and_booleans() {
    let text = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{
        "Bool":{"aws:SecureTransport":false},"NumericLessThan":{"s3:max-keys":[10,2.5]}}}}"#;
    Policy::parse(text, Kind::Identity).unwrap();
}

#[test]
fn faults_of_identity_policies_name_their_place() {
    let cases = [
        ("", "Syntax errors in policy. (line 1, column 0)"),
        ("{", "Syntax errors in policy. (line 1, column 1)"),
        ("[]", "Syntax errors in policy. (an object expected)"),
        ("{}", "Missing required field Statement"),
        (r#"{"Statement":[]}"#, "Statement: Syntax errors in policy. (at least one statement expected)"),
        (r#"{"Statement":3}"#, "Statement[0]: Syntax errors in policy. (an object expected)"),
        (r#"{"Version":"2020-01-01","Statement":{}}"#, "Version: Syntax errors in policy. (unknown version 2020-01-01)"),
        (r#"{"Version":1,"Statement":{}}"#, "Version: Syntax errors in policy. (a string expected)"),
        (r#"{"statement":{}}"#, "Syntax errors in policy. (unknown element statement)"),
        (r#"{"Statement":{},"Statement":{}}"#, "Syntax errors in policy. (duplicate element Statement)"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(Kind::Identity, text), expected, "{text}");
    }
}

#[test]
fn faults_of_statements_name_their_place() {
    let cases = [
        (r#""Action":"a:B","Resource":"*""#, "Statement[1]: Missing required field Effect"),
        (
            r#""Effect":"allow","Action":"a:B","Resource":"*""#,
            "Statement[1].Effect: Syntax errors in policy. (Effect must be Allow or Deny, not allow)",
        ),
        (r#""Effect":"Allow","Resource":"*""#, "Statement[1]: Policy statement must contain actions."),
        (r#""Effect":"Allow","Action":[],"Resource":"*""#, "Statement[1]: Policy statement must contain actions."),
        (r#""Effect":"Allow","Action":"a:B""#, "Statement[1]: Policy statement must contain resources."),
        (
            r#""Effect":"Allow","Action":"a:B","NotAction":"a:C","Resource":"*""#,
            "Statement[1].Action: Syntax errors in policy. (exactly one of Action and NotAction expected)",
        ),
        (
            r#""Effect":"Allow","Action":"everything","Resource":"*""#,
            "Statement[1].Action: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"bucket""#,
            "Statement[1].Resource: Resource bucket must be in ARN format or \"*\".",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"*","Principal":"*""#,
            "Statement[1].Principal: Policy document should not specify a principal.",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"Like":{"a:b":"c"}}"#,
            "Statement[1].Condition.Like: Syntax errors in policy. (unknown condition operator Like)",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"Bool":{"a:b":"yes"}}"#,
            "Statement[1].Condition.Bool: Syntax errors in policy. (yes is not a value for Bool)",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"Bool":"yes"}"#,
            "Statement[1].Condition.Bool: Syntax errors in policy. (an object expected)",
        ),
        (
            r#""Effect":"Allow","Action":"a:B","Resource":"arn:${""#,
            "Statement[1].Resource: Syntax errors in policy. (malformed policy variable in arn:${)",
        ),
        (
            r#""Sid":"a b","Effect":"Allow","Action":"a:B","Resource":"*""#,
            "Statement[1].Sid: Statement IDs (SID) in a policy must be alphanumeric, not a b",
        ),
        (
            r#""Sid":"first","Effect":"Allow","Action":"a:B","Resource":"*""#,
            "Statement[1].Sid: Statement IDs (SID) in a single policy must be unique.",
        ),
    ];
    let first = r#"{"Sid":"first","Effect":"Allow","Action":"a:B","Resource":"*"}"#;
    for (statement, expected) in cases {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{first},{{{statement}}}]}}"#);
        assert_eq!(error(Kind::Identity, &text), expected, "{text}");
    }
}

#[test]
fn resource_and_trust_policies_have_their_own_required_elements() {
    let wrap = |statement: &str| format!(r#"{{"Statement":{{"Effect":"Allow","Action":"a:B",{statement}}}}}"#);
    let cases = [
        (Kind::Resource, r#""Resource":"*""#, "Statement[0]: Missing required field Principal"),
        (Kind::Resource, r#""Principal":"*""#, "Statement[0]: Policy statement must contain resources."),
        (Kind::Resource, r#""Resource":"*","Principal":"me""#, "Statement[0].Principal: Invalid principal in policy: me"),
        (Kind::Resource, r#""Resource":"*","Principal":{}"#, "Statement[0].Principal: Invalid principal in policy: nobody"),
        (Kind::Trust, r#""Principal":"*","Resource":"*""#, "Statement[0].Resource: Has prohibited field Resource"),
    ];
    for (kind, statement, expected) in cases {
        assert_eq!(error(kind, &wrap(statement)), expected, "{statement}");
    }
    let spaced = r#""Sid":"Statement with spaces","Principal":{"AWS":"*"},"Resource":"execute-api:/prod/*""#;
    Policy::parse(&wrap(spaced), Kind::Resource).unwrap();
}
