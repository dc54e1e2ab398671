//! From JSON to a [`Policy`]: the grammar of IAM's policy language, and where a document leaves it.

use std::collections::BTreeSet;

use crate::condition::Condition;
use crate::document::{Effect, Kind, Listed, Policy, Statement, Version};
use crate::fault::{Fault, GrammarError};
use crate::json::Node;
use crate::pattern::{Pattern, Syntax};
use crate::principals::Named;

const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Parses a document of the given kind.
pub(crate) fn parse(text: &str, kind: Kind) -> Result<Policy, GrammarError> {
    let not_json = |error: serde_json::Error| Fault::NotJson { line: error.line(), column: error.column() };
    let node: Node = serde_json::from_str(text).map_err(not_json).map_err(|fault| at(None, "", fault))?;
    let document = Element::object(None, node, DOCUMENT)?;
    let version = document.optional("Version", version)?.unwrap_or(Version::V2008);
    let id = document.optional("Id", text_of)?;
    let statements = match document.field("Statement") {
        None => return Err(at(None, "", Fault::Missing("Statement"))),
        Some(Node::List(items)) if items.is_empty() => {
            return Err(at(None, "Statement", Fault::WrongType { expected: "at least one statement" }));
        }
        Some(Node::List(items)) => items.clone(),
        Some(one) => vec![one.clone()],
    };
    let grammar = Grammar { kind, variables: version >= Version::V2012 };
    let statements: Vec<Statement> =
        statements.into_iter().enumerate().map(|(index, node)| grammar.statement(index, node)).collect::<Result<_, _>>()?;
    unique_sids(&statements)?;
    Ok(Policy { version, id, statements })
}

struct Grammar {
    kind: Kind,
    variables: bool,
}

impl Grammar {
    fn statement(&self, index: usize, node: Node) -> Result<Statement, GrammarError> {
        let element = Element::object(Some(index), node, STATEMENT)?;
        Ok(Statement {
            sid: element.optional("Sid", |node| self.sid(node))?,
            effect: element.optional("Effect", effect)?.ok_or_else(|| element.fault("", Fault::Missing("Effect")))?,
            principals: self.principals(&element)?,
            actions: element.listed("Action", "NotAction", action)?.ok_or_else(|| element.fault("", Fault::NoActions))?,
            resources: self.resources(&element)?,
            conditions: self.conditions(&element)?,
        })
    }

    fn sid(&self, node: &Node) -> Result<String, Fault> {
        let sid = text_of(node)?;
        let plain = self.kind != Kind::Identity || sid.chars().all(|c| c.is_ascii_alphanumeric());
        if plain { Ok(sid) } else { Err(Fault::InvalidSid(sid)) }
    }

    fn principals(&self, element: &Element) -> Result<Option<Listed<Named>>, GrammarError> {
        let read = |name| element.optional(name, principals);
        let listed = element.exclusive("Principal", read("Principal")?, read("NotPrincipal")?)?;
        match (self.kind, listed) {
            (Kind::Identity, None) => Ok(None),
            (Kind::Identity, Some(_)) => Err(element.fault("Principal", Fault::PrincipalProhibited)),
            (Kind::Resource | Kind::Trust, None) => Err(element.fault("", Fault::Missing("Principal"))),
            (Kind::Resource | Kind::Trust, listed) => Ok(listed),
        }
    }

    fn resources(&self, element: &Element) -> Result<Option<Listed<Pattern>>, GrammarError> {
        let listed = element.listed("Resource", "NotResource", |text| self.resource(text))?;
        match (self.kind, listed) {
            (Kind::Trust, None) => Ok(None),
            (Kind::Trust, Some(_)) => Err(element.fault("Resource", Fault::ResourceProhibited)),
            (Kind::Identity | Kind::Resource, None) => Err(element.fault("", Fault::NoResources)),
            (Kind::Identity | Kind::Resource, listed) => Ok(listed),
        }
    }

    fn resource(&self, text: &str) -> Result<Pattern, Fault> {
        if self.kind == Kind::Identity && text != "*" && !text.starts_with("arn:") {
            return Err(Fault::ResourceNotArn(text.to_owned()));
        }
        Pattern::parse(text, Syntax { wildcards: true, variables: self.variables })
    }

    /// Flattens `{operator: {key: values}}` into one condition per key.
    fn conditions(&self, element: &Element) -> Result<Vec<Condition>, GrammarError> {
        let mut conditions = Vec::new();
        for (operator, keys) in fields_of(element, "Condition", element.field("Condition"))? {
            let place = format!("Condition.{operator}");
            for (key, values) in fields_of(element, &place, Some(keys))? {
                let condition = condition_values(values)
                    .and_then(|values| Condition::parse(operator, key, values, self.variables))
                    .map_err(|fault| element.fault(&place, fault))?;
                conditions.push(condition);
            }
        }
        Ok(conditions)
    }
}

/// A JSON object with known, unique fields, and its place for faults.
struct Element {
    statement: Option<usize>,
    fields: Vec<(String, Node)>,
}

impl Element {
    fn object(statement: Option<usize>, node: Node, known: &[&str]) -> Result<Self, GrammarError> {
        let Node::Object(fields) = node else {
            return Err(at(statement, "", Fault::WrongType { expected: "an object" }));
        };
        unique(&fields).map_err(|fault| at(statement, "", fault))?;
        match fields.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(at(statement, "", Fault::UnknownElement(name.clone()))),
            None => Ok(Self { statement, fields }),
        }
    }

    fn field(&self, name: &str) -> Option<&Node> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node)
    }

    fn fault(&self, element: &str, fault: Fault) -> GrammarError {
        at(self.statement, element, fault)
    }

    fn optional<T>(&self, name: &str, read: impl Fn(&Node) -> Result<T, Fault>) -> Result<Option<T>, GrammarError> {
        self.field(name).map(read).transpose().map_err(|fault| self.fault(name, fault))
    }

    /// A list of strings under `only` or under its `Not…` form; an empty list counts as absent.
    fn listed<T>(
        &self,
        only: &'static str,
        all_but: &str,
        read: impl Fn(&str) -> Result<T, Fault>,
    ) -> Result<Option<Listed<T>>, GrammarError> {
        let items = |node: &Node| texts(node)?.iter().map(|text| read(text)).collect::<Result<Vec<T>, Fault>>();
        let filled = |name| Ok(self.optional(name, items)?.filter(|items| !items.is_empty()));
        self.exclusive(only, filled(only)?, filled(all_but)?)
    }

    fn exclusive<T>(
        &self,
        name: &'static str,
        only: Option<Vec<T>>,
        all_but: Option<Vec<T>>,
    ) -> Result<Option<Listed<T>>, GrammarError> {
        match (only, all_but) {
            (Some(_), Some(_)) => Err(self.fault(name, Fault::NotExactlyOne(name))),
            (Some(items), None) => Ok(Some(Listed::Only(items))),
            (None, Some(items)) => Ok(Some(Listed::AllBut(items))),
            (None, None) => Ok(None),
        }
    }
}

fn at(statement: Option<usize>, element: &str, fault: Fault) -> GrammarError {
    GrammarError { statement, element: element.to_owned(), fault }
}

fn unique(fields: &[(String, Node)]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    match fields.iter().find(|(name, _)| !seen.insert(name)) {
        Some((name, _)) => Err(Fault::DuplicateElement(name.clone())),
        None => Ok(()),
    }
}

fn unique_sids(statements: &[Statement]) -> Result<(), GrammarError> {
    let mut seen = BTreeSet::new();
    for (index, statement) in statements.iter().enumerate() {
        if let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty())
            && !seen.insert(sid)
        {
            return Err(at(Some(index), "Sid", Fault::DuplicateSid));
        }
    }
    Ok(())
}

/// Fields of an optional object inside a statement.
fn fields_of<'a>(element: &Element, place: &str, node: Option<&'a Node>) -> Result<&'a [(String, Node)], GrammarError> {
    match node {
        None => Ok(&[]),
        Some(Node::Object(fields)) => {
            unique(fields).map_err(|fault| element.fault(place, fault))?;
            Ok(fields)
        }
        Some(_) => Err(element.fault(place, Fault::WrongType { expected: "an object" })),
    }
}

fn version(node: &Node) -> Result<Version, Fault> {
    match text_of(node)?.as_str() {
        "2008-10-17" => Ok(Version::V2008),
        "2012-10-17" => Ok(Version::V2012),
        other => Err(Fault::UnknownVersion(other.to_owned())),
    }
}

fn effect(node: &Node) -> Result<Effect, Fault> {
    match text_of(node)?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(Fault::UnknownEffect(other.to_owned())),
    }
}

/// An action is `*` or `vendor:name`, with wildcards and never with variables.
fn action(text: &str) -> Result<Pattern, Fault> {
    let vendor = text.split_once(':').is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty());
    if text != "*" && !vendor {
        return Err(Fault::NoVendor(text.to_owned()));
    }
    Pattern::parse(text, Syntax { wildcards: true, variables: false })
}

/// `"*"`, or an object of types with one name or many.
fn principals(node: &Node) -> Result<Vec<Named>, Fault> {
    let fields = match node {
        Node::Text(text) if text == "*" => return Ok(vec![Named::Anyone]),
        Node::Text(text) => return Err(Fault::InvalidPrincipal(text.clone())),
        Node::Object(fields) => fields,
        _ => {
            return Err(Fault::WrongType { expected: "\"*\" or an object" });
        }
    };
    unique(fields)?;
    let mut named = Vec::new();
    for (kind, names) in fields {
        for name in texts(names)? {
            named.push(Named::parse(kind, &name)?);
        }
    }
    if named.is_empty() { Err(Fault::InvalidPrincipal("nobody".to_owned())) } else { Ok(named) }
}

fn text_of(node: &Node) -> Result<String, Fault> {
    match node {
        Node::Text(text) => Ok(text.clone()),
        _ => Err(Fault::WrongType { expected: "a string" }),
    }
}

fn texts(node: &Node) -> Result<Vec<String>, Fault> {
    match node {
        Node::List(items) => items.iter().map(text_of).collect(),
        one => Ok(vec![text_of(one)?]),
    }
}

/// Condition values may also be numbers and booleans.
fn condition_values(node: &Node) -> Result<Vec<String>, Fault> {
    let scalar = |node: &Node| match node {
        Node::Text(text) | Node::Number(text) => Ok(text.clone()),
        Node::Bool(value) => Ok(value.to_string()),
        Node::Null | Node::List(_) | Node::Object(_) => Err(Fault::WrongType { expected: "a string, number or boolean" }),
    };
    match node {
        Node::List(items) => items.iter().map(scalar).collect(),
        one => Ok(vec![scalar(one)?]),
    }
}
