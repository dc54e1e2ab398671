//! Names of condition operators: a test, perhaps negated, perhaps over a set, perhaps only if the key exists.

/// A parsed operator name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operator {
    /// As written.
    pub name: String,
    /// How the values of the request are quantified.
    pub quantity: Quantity,
    /// The comparison, without its negation.
    pub test: Test,
    /// `…Not…`.
    pub negated: bool,
    /// `…IfExists`.
    pub if_exists: bool,
}

/// `ForAllValues:`, `ForAnyValue:` or neither.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Quantity {
    One,
    All,
    Any,
}

/// What is compared, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Test {
    Equals,
    EqualsIgnoreCase,
    Like,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// How the request's value stands to the policy's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Parses a name; operators have no case.
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (quantity, base) = match lower.split_once(':') {
            None => (Quantity::One, lower.as_str()),
            Some(("forallvalues", base)) => (Quantity::All, base),
            Some(("foranyvalue", base)) => (Quantity::Any, base),
            Some(_) => return None,
        };
        let (base, if_exists) = match base.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        let (test, negated) = test(base)?;
        let bare = quantity == Quantity::One && !if_exists;
        (bare || test != Test::Null).then(|| Self { name: name.to_owned(), quantity, test, negated, if_exists })
    }
}

impl Test {
    /// Do `*` and `?` have a meaning in the policy's values?
    pub fn takes_wildcards(self) -> bool {
        matches!(self, Self::Like | Self::Arn)
    }
}

impl Order {
    /// Does `found` stand so to `wanted`?
    pub fn holds<T: PartialOrd>(self, found: &T, wanted: &T) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
        }
    }
}

fn test(base: &str) -> Option<(Test, bool)> {
    Some(match base {
        "stringequals" => (Test::Equals, false),
        "stringnotequals" => (Test::Equals, true),
        "stringequalsignorecase" => (Test::EqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::EqualsIgnoreCase, true),
        "stringlike" => (Test::Like, false),
        "stringnotlike" => (Test::Like, true),
        "bool" => (Test::Bool, false),
        "binaryequals" => (Test::Binary, false),
        "ipaddress" => (Test::Ip, false),
        "notipaddress" => (Test::Ip, true),
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "null" => (Test::Null, false),
        other => return ordered(other),
    })
}

fn ordered(base: &str) -> Option<(Test, bool)> {
    let (kind, relation): (fn(Order) -> Test, &str) = match base.strip_prefix("numeric") {
        Some(relation) => (Test::Numeric, relation),
        None => (Test::Date, base.strip_prefix("date")?),
    };
    let (order, negated) = match relation {
        "equals" => (Order::Equal, false),
        "notequals" => (Order::Equal, true),
        "lessthan" => (Order::Less, false),
        "lessthanequals" => (Order::LessOrEqual, false),
        "greaterthan" => (Order::Greater, false),
        "greaterthanequals" => (Order::GreaterOrEqual, false),
        _ => return None,
    };
    Some((kind(order), negated))
}
