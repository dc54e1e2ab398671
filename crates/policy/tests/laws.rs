//! Laws that hold for all policies and requests, checked on random ones.
#![allow(clippy::unwrap_used)]

use policy::{Attached, Effect, Kind, Layers, Mismatch, Policy, Principal, Reason, Request, evaluate, explain};
use proptest::prelude::*;

fn statement() -> impl Strategy<Value = String> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let action = prop_oneof![
        Just(r#""Action":"*""#),
        Just(r#""Action":"ec2:*""#),
        Just(r#""Action":["s3:Get*","ec2:CreateVpc"]"#),
        Just(r#""NotAction":"ec2:Create*""#),
    ];
    let resource = prop_oneof![
        Just(r#""Resource":"*""#),
        Just(r#""Resource":"arn:aws:s3:::b/${aws:username}/*""#),
        Just(r#""NotResource":"arn:aws:s3:::b/*""#),
    ];
    let condition = prop_oneof![
        2 => Just(""),
        1 => Just(r#","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#),
        1 => Just(r#","Condition":{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#),
    ];
    (effect, action, resource, condition)
        .prop_map(|(effect, action, resource, condition)| format!(r#"{{"Effect":"{effect}",{action},{resource}{condition}}}"#))
}

fn policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(statement(), 1..4).prop_map(|statements| parse(&statements.join(",")))
}

fn parse(statements: &str) -> Policy {
    Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#), Kind::Identity).unwrap()
}

fn request() -> impl Strategy<Value = Request> {
    let action = prop_oneof![Just("ec2:CreateVpc"), Just("s3:GetObject"), Just("iam:ListUsers")];
    let resource = prop_oneof![Just("*"), Just("arn:aws:s3:::b/alice/x"), Just("arn:aws:s3:::b/bob/x")];
    let alice = Principal::User { arn: "arn:aws:iam::111111111111:user/alice".into(), id: "AIDAALICE".into() };
    (action, resource, any::<bool>()).prop_map(move |(action, resource, endpoint)| {
        let request = Request::new(alice.clone(), action, resource);
        if endpoint { request.with("aws:SourceVpce", "vpce-1") } else { request }
    })
}

fn named(policies: &[Policy]) -> Layers<'_> {
    let identity = policies.iter().map(|policy| Attached { name: "p", policy }).collect();
    Layers { identity, ..Layers::default() }
}

proptest! {
    #[test]
    fn a_deny_for_everything_wins(mut policies in prop::collection::vec(policy(), 0..4), request in request()) {
        policies.push(parse(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#));
        let verdict = evaluate(&named(&policies), &request);
        prop_assert!(matches!(verdict.reason, Reason::ExplicitDeny(_)));
    }

    #[test]
    fn one_more_allow_never_turns_allowed_to_denied(
        mut policies in prop::collection::vec(policy(), 1..4),
        more in statement().prop_map(|text| text.replace("Deny", "Allow")),
        request in request(),
    ) {
        let before = evaluate(&named(&policies), &request).allowed();
        policies.push(parse(&more));
        prop_assert!(!before || evaluate(&named(&policies), &request).allowed());
    }

    #[test]
    fn a_boundary_never_grants(policies in prop::collection::vec(policy(), 0..4), boundary in policy(), request in request()) {
        let free = evaluate(&named(&policies), &request);
        let mut layers = named(&policies);
        layers.boundary = Some(Attached { name: "b", policy: &boundary });
        prop_assert!(free.allowed() || !evaluate(&layers, &request).allowed());
    }

    #[test]
    fn the_explanation_agrees_with_the_verdict(policies in prop::collection::vec(policy(), 0..4), request in request()) {
        let layers = named(&policies);
        let findings = explain(&layers, &request);
        prop_assert_eq!(findings.len(), policies.iter().map(|policy| policy.statements.len()).sum::<usize>());
        let matched = |effect| findings.iter().any(|finding| finding.effect == effect && finding.mismatch.is_none());
        let verdict = evaluate(&layers, &request);
        prop_assert_eq!(verdict.allowed(), matched(Effect::Allow) && !matched(Effect::Deny));
        prop_assert_eq!(verdict.allowed(), verdict.refusal(&request).is_none());
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,200}") {
        for kind in [Kind::Identity, Kind::Resource, Kind::Trust] {
            let _ = Policy::parse(&text, kind);
        }
    }

    #[test]
    fn parsing_a_damaged_policy_never_panics(statement in statement(), at in 0usize..200, byte in 0u8..128) {
        let mut text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#).into_bytes();
        let at = at % text.len();
        text[at] = byte;
        if let Ok(text) = String::from_utf8(text) {
            let _ = Policy::parse(&text, Kind::Identity).map_err(|error| error.to_string());
        }
    }
}

#[test]
fn a_failed_condition_says_what_was_wanted_and_what_was_found() {
    let policies =
        [parse(r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}"#)];
    let root = Principal::Service { name: "ec2.amazonaws.com".into() };
    let request = Request::new(root, "s3:GetObject", "*").with("aws:sourcevpce", "vpce-2");
    let findings = explain(&named(&policies), &request);
    let mismatch = findings[0].mismatch.as_ref().unwrap();
    assert!(matches!(mismatch, Mismatch::Condition { .. }));
    assert_eq!(mismatch.to_string(), r#"StringEquals aws:SourceVpce wants ["vpce-1"], the request has ["vpce-2"]"#);
}

#[test]
fn a_refusal_reads_as_aws_words_it() {
    let alice = Principal::User { arn: "arn:aws:iam::111111111111:user/alice".into(), id: "AIDAALICE".into() };
    let request = Request::new(alice, "ec2:CreateVpc", "*");
    let refusal = evaluate(&Layers::default(), &request).refusal(&request).unwrap();
    assert_eq!(
        refusal,
        "User: arn:aws:iam::111111111111:user/alice is not authorized to perform: ec2:CreateVpc on resource: * \
         because no identity-based policy allows the ec2:CreateVpc action"
    );
    let denying = [parse(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#)];
    let refusal = evaluate(&named(&denying), &request).refusal(&request).unwrap();
    assert!(refusal.ends_with("with an explicit deny in an identity-based policy"), "{refusal}");
}
