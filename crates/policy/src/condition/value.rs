//! Values of a policy's conditions, typed by their operator, and how a request's text compares with them.

use std::net::IpAddr;

use ipnet::IpNet;

use super::moment;
use super::operator::Test;
use crate::fault::Fault;
use crate::pattern::{Pattern, Syntax};
use crate::request::Context;

/// One value on the policy's side.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(Pattern),
    Number(f64),
    Moment(i128),
    Flag(bool),
    Net(IpNet),
    Binary(String),
}

impl Value {
    /// Reads `text` as the operator's type: `None` when it is not of that type, a fault when a variable is malformed.
    pub fn parse(test: Test, text: &str, syntax: Syntax) -> Result<Option<Self>, Fault> {
        Ok(match test {
            Test::Equals | Test::EqualsIgnoreCase | Test::Like | Test::Arn => Some(Self::Text(Pattern::parse(text, syntax)?)),
            Test::Numeric(_) => number(text).map(Self::Number),
            Test::Date(_) => moment::parse(text).map(Self::Moment),
            Test::Bool | Test::Null => flag(text).map(Self::Flag),
            Test::Ip => network(text).map(Self::Net),
            Test::Binary => Some(Self::Binary(text.to_owned())),
        })
    }

    /// Does the request's value pass the test against this one? Text of another type does not.
    pub fn matches(&self, test: Test, found: &str, context: &Context) -> bool {
        match (test, self) {
            (Test::Equals | Test::Like, Self::Text(pattern)) => pattern.matches(found, context),
            (Test::EqualsIgnoreCase, Self::Text(pattern)) => pattern.matches_any_case(found, context),
            (Test::Arn, Self::Text(pattern)) => pattern.matches_arn(found, context),
            (Test::Numeric(order), Self::Number(wanted)) => number(found).is_some_and(|n| order.holds(&n, wanted)),
            (Test::Date(order), Self::Moment(wanted)) => moment::parse(found).is_some_and(|m| order.holds(&m, wanted)),
            (Test::Bool, Self::Flag(wanted)) => flag(found) == Some(*wanted),
            (Test::Ip, Self::Net(net)) => found.parse::<IpAddr>().is_ok_and(|address| net.contains(&address)),
            (Test::Binary, Self::Binary(wanted)) => found == wanted,
            _ => false,
        }
    }

    /// Do all variables in the value have one in this context?
    pub fn resolves(&self, context: &Context) -> bool {
        match self {
            Self::Text(pattern) => pattern.resolves(context),
            _ => true,
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
