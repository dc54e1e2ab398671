//! The `Condition` element: operators over condition keys, and when they hold.

mod moment;
mod operator;
mod value;

use std::fmt::{self, Display, Formatter};

use crate::fault::Fault;
use crate::pattern::Syntax;
use crate::request::Context;
use crate::verdict::Mismatch;

use operator::{Operator, Quantity, Test};
use value::Value;

/// One key under one operator. A statement's conditions must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    operator: Operator,
    key: String,
    values: Vec<Value>,
    written: Vec<String>,
}

impl Condition {
    /// Parses `operator: { key: values }`.
    pub fn parse(operator: &str, key: &str, values: Vec<String>, variables: bool) -> Result<Self, Fault> {
        let parsed = Operator::parse(operator).ok_or_else(|| Fault::UnknownOperator(operator.to_owned()))?;
        let syntax = Syntax { wildcards: parsed.test.takes_wildcards(), variables };
        let read = |text: &String| {
            let invalid = || Fault::InvalidConditionValue { operator: operator.to_owned(), value: text.to_owned() };
            Value::parse(parsed.test, text, syntax)?.ok_or_else(invalid)
        };
        let typed = values.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { operator: parsed, key: key.to_owned(), values: typed, written: values })
    }

    /// Holds in this context, or says what was wanted and what was found.
    pub fn check(&self, context: &Context) -> Result<(), Mismatch> {
        if self.holds(context) {
            return Ok(());
        }
        Err(Mismatch::Condition {
            operator: self.operator.name.clone(),
            key: self.key.clone(),
            wanted: self.written.clone(),
            found: context.values(&self.key).to_vec(),
        })
    }

    /// The key as written.
    pub fn key(&self) -> &str {
        &self.key
    }

    fn holds(&self, context: &Context) -> bool {
        let found = context.values(&self.key);
        if self.operator.test == Test::Null {
            return self.values.contains(&Value::Flag(found.is_empty()));
        }
        if found.is_empty() && self.operator.if_exists {
            return true;
        }
        let mut admitted = found.iter().map(|found| self.admits(found, context));
        match self.operator.quantity {
            Quantity::All => admitted.all(|yes| yes),
            Quantity::Any => admitted.any(|yes| yes),
            Quantity::One if self.operator.negated => admitted.all(|yes| yes) && self.resolves(context),
            Quantity::One => admitted.any(|yes| yes),
        }
    }

    /// Does one value of the request satisfy the operator against the policy's values?
    fn admits(&self, found: &str, context: &Context) -> bool {
        let matched = self.values.iter().any(|value| value.matches(self.operator.test, found, context));
        if self.operator.negated { !matched && self.resolves(context) } else { matched }
    }

    /// A variable without a value makes a condition fail, negated or not.
    pub fn resolves(&self, context: &Context) -> bool {
        self.values.iter().all(|value| value.resolves(context))
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.operator.name, self.key, self.written)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// `operator`, values of the policy, values of the request for the same key.
    fn holds(operator: &str, wanted: &[&str], found: &[&str]) -> bool {
        let wanted = wanted.iter().map(|text| (*text).to_owned()).collect();
        let condition = Condition::parse(operator, "k:Key", wanted, true).unwrap();
        let context = found.iter().fold(Context::default(), |context, value| context.with("K:key", *value));
        condition.check(&context).is_ok()
    }

    #[test]
    fn every_operator_compares_as_documented() {
        for (operator, wanted, found, expected) in [
            ("StringEquals", "a*", "a*", true),
            ("StringEquals", "a*", "ab", false),
            ("stringequals", "a", "A", false),
            ("StringEqualsIgnoreCase", "Ab", "aB", true),
            ("StringNotEqualsIgnoreCase", "Ab", "aB", false),
            ("StringNotEquals", "a", "b", true),
            ("StringLike", "a?c*", "abcd", true),
            ("StringNotLike", "a*", "abc", false),
            ("NumericEquals", "10", "10.0", true),
            ("NumericNotEquals", "10", "11", true),
            ("NumericLessThan", "10", "9.5", true),
            ("NumericLessThanEquals", "10", "10", true),
            ("NumericGreaterThan", "10", "10", false),
            ("NumericGreaterThanEquals", "10", "x", false),
            ("DateEquals", "2024-01-01T00:00:00Z", "1704067200", true),
            ("DateNotEquals", "2024-01-01", "2024-01-02T00:00:00Z", true),
            ("DateLessThan", "2024-01-01", "2023-12-31T23:59:59Z", true),
            ("DateLessThanEquals", "2024-01-01", "2024-01-01T01:00:00+01:00", true),
            ("DateGreaterThan", "2024-01-01", "2024-01-01T00:00:00.5Z", true),
            ("DateGreaterThanEquals", "2024-01-01", "soon", false),
            ("Bool", "true", "TRUE", true),
            ("Bool", "false", "true", false),
            ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", true),
            ("BinaryEquals", "QmluYXJ5", "Qmlu", false),
            ("IpAddress", "10.0.0.0/8", "10.1.2.3", true),
            ("IpAddress", "10.1.2.3", "10.1.2.4", false),
            ("IpAddress", "fd00::/8", "fd12::1", true),
            ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", true),
            ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab", true),
            ("ArnLike", "arn:aws:*:role/a", "arn:aws:iam::1:role/a", false),
            ("ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", true),
            ("ArnNotLike", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/b", false),
            ("Null", "true", "x", false),
            ("Null", "false", "x", true),
        ] {
            assert_eq!(holds(operator, &[wanted], &[found]), expected, "{operator} {wanted} {found}");
        }
    }

    #[test]
    fn a_missing_key_fails_unless_the_operator_says_otherwise() {
        for (operator, wanted, expected) in [
            ("StringEquals", "a", false),
            ("StringNotEquals", "a", true),
            ("NotIpAddress", "10.0.0.0/8", true),
            ("StringEqualsIfExists", "a", true),
            ("IpAddressIfExists", "10.0.0.0/8", true),
            ("Null", "true", true),
            ("Null", "false", false),
            ("ForAllValues:StringEquals", "a", true),
            ("ForAnyValue:StringEquals", "a", false),
            ("ForAnyValue:StringNotEquals", "a", false),
            ("ForAnyValue:StringEqualsIfExists", "a", true),
        ] {
            assert_eq!(holds(operator, &[wanted], &[]), expected, "{operator}");
        }
    }

    #[test]
    fn set_operators_quantify_over_the_values_of_the_request() {
        for (operator, wanted, found, expected) in [
            ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true),
            ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false),
            ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true),
            ("ForAnyValue:StringLike", ["a*", "b"], ["c", "d"], false),
            ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], true),
            ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], false),
            ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], true),
            ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], false),
            ("StringNotEquals", ["a", "b"], ["a", "c"], false),
        ] {
            assert_eq!(holds(operator, &wanted, &found), expected, "{operator} {wanted:?} {found:?}");
        }
    }

    #[test]
    fn a_variable_without_a_value_makes_even_a_negated_condition_fail() {
        assert!(!holds("StringEquals", &["${k:none}"], &["a"]));
        assert!(!holds("StringNotEquals", &["${k:none}"], &["a"]));
        assert!(!holds("StringNotEquals", &["${k:none}"], &[]));
        assert!(holds("StringNotEquals", &["${k:none, 'b'}"], &["a"]));
    }

    #[test]
    fn no_value_in_the_policy_matches_nothing() {
        assert!(!holds("StringEquals", &[], &["a"]));
        assert!(holds("StringNotEquals", &[], &["a"]));
    }

    #[test]
    fn operators_and_values_that_cannot_be_read_are_faults() {
        let parse = |operator: &str, value: &str| Condition::parse(operator, "k:K", vec![value.into()], true);
        for operator in ["StringEqual", "NumericLike", "ForSomeValues:StringEquals", "NullIfExists", "ForAnyValue:Null"] {
            assert_eq!(parse(operator, "true"), Err(Fault::UnknownOperator(operator.into())));
        }
        for (operator, value) in [
            ("NumericEquals", "ten"),
            ("NumericEquals", "NaN"),
            ("DateLessThan", "2024-13-01"),
            ("Bool", "yes"),
            ("Null", "1"),
            ("IpAddress", "10.0.0.0/33"),
        ] {
            assert!(matches!(parse(operator, value), Err(Fault::InvalidConditionValue { .. })), "{operator} {value}");
        }
    }
}
