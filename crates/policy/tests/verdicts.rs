//! Every case of `verdicts.txt` is parsed, decided and compared with the verdict that it states.
#![allow(clippy::unwrap_used)]

use policy::{Attached, Kind, Layers, Policy, Principal, Request, ResourcePolicy, evaluate};

#[test]
fn every_case_of_the_table_gets_the_verdict_that_it_states() {
    let mut wrong = Vec::new();
    let table = include_str!("verdicts.txt");
    let mut count = 0;
    for block in table.split("\n\n").filter(|block| !block.starts_with('#')) {
        let case = Case::parse(block);
        let verdict = case.decide();
        if verdict != case.expected {
            wrong.push(format!("{}\n  stated {}\n  got    {verdict}", case.title, case.expected));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count >= 40, "only {count} cases were read");
}

/// A case as written: names of layers with their policies, in order.
struct Case {
    title: String,
    request: Request,
    policies: Vec<(String, String, Policy)>,
    expected: String,
}

impl Case {
    fn parse(block: &str) -> Self {
        let mut lines = block.lines().filter(|line| !line.is_empty());
        let title = lines.next().unwrap().to_owned();
        let (mut who, mut request, mut expected) = (None, None, String::new());
        let mut policies: Vec<(String, String, Policy)> = Vec::new();
        for line in lines {
            let (word, rest) = line.split_once(' ').unwrap();
            match word {
                "who" => who = Some(principal(rest)),
                "do" => request = Some(action(who.clone().unwrap(), rest)),
                "with" => {
                    let (key, value) = rest.split_once('=').unwrap();
                    request = request.map(|request: Request| request.with(key, value));
                }
                "=>" => rest.clone_into(&mut expected),
                layer => {
                    let index = policies.iter().filter(|(known, ..)| known == layer).count();
                    let name = match layer {
                        "identity" | "session" => format!("{layer}{index}"),
                        _ => layer.to_owned(),
                    };
                    policies.push((layer.to_owned(), name, document(layer, rest)));
                }
            }
        }
        Self { title, request: request.unwrap(), policies, expected }
    }

    fn decide(&self) -> String {
        let mut layers = Layers::default();
        for (layer, name, policy) in &self.policies {
            let attached = Attached { name, policy };
            match layer.as_str() {
                "identity" => layers.identity.push(attached),
                "boundary" => layers.boundary = Some(attached),
                "session" => layers.session.get_or_insert_default().push(attached),
                "resource" => layers.resource = Some(ResourcePolicy { attached, required: false }),
                "trust" => layers.resource = Some(ResourcePolicy { attached, required: true }),
                "endpoint" => layers.endpoint = Some(attached),
                other => panic!("{}: unknown word {other}", self.title),
            }
        }
        evaluate(&layers, &self.request).to_string()
    }
}

fn document(layer: &str, text: &str) -> Policy {
    let kind = match layer {
        "resource" | "endpoint" => Kind::Resource,
        "trust" => Kind::Trust,
        _ => Kind::Identity,
    };
    let bare = !text.contains("\"Statement\"");
    let text = if bare { format!(r#"{{"Version":"2012-10-17","Statement":{text}}}"#) } else { text.to_owned() };
    Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn action(who: Principal, text: &str) -> Request {
    let (action, rest) = text.split_once(" on ").unwrap();
    match rest.split_once(" of ") {
        Some((resource, owner)) => Request::new(who, action, resource).owned_by(owner),
        None => Request::new(who, action, rest),
    }
}

fn principal(text: &str) -> Principal {
    match text.split(' ').collect::<Vec<_>>()[..] {
        ["root", account] => Principal::Root { account: account.into() },
        ["user", account, name] => {
            Principal::User { arn: format!("arn:aws:iam::{account}:user/{name}"), id: format!("AIDA{name}") }
        }
        ["session", account, role, session] => Principal::AssumedRole {
            role_arn: format!("arn:aws:iam::{account}:role/{role}"),
            role_id: format!("AROA{role}"),
            session: session.into(),
        },
        ["service", name] => Principal::Service { name: name.into() },
        ["federated", provider] => Principal::Federated { provider: provider.into() },
        ["anonymous"] => Principal::Anonymous,
        _ => panic!("unknown principal {text}"),
    }
}
