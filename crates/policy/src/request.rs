//! The facts of one request: who does what to which resource, in which context.

use std::collections::BTreeMap;

use crate::principal::Principal;

/// One request to decide about.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// `service:Operation`, for example `ec2:CreateVpc`.
    pub action: String,
    /// ARN of the resource, or `*` for actions that have none.
    pub resource: String,
    /// Account that owns the resource; the principal's own when unknown.
    pub resource_account: Option<String>,
    /// Values of the condition keys.
    pub context: Context,
}

impl Request {
    /// A request whose context already has the keys that follow from the principal (`aws:PrincipalArn`, …).
    pub fn new(principal: Principal, action: impl Into<String>, resource: impl Into<String>) -> Self {
        let context = principal.context();
        Self { principal, action: action.into(), resource: resource.into(), resource_account: None, context }
    }

    /// Adds one value of a condition key.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context = self.context.with(key, value);
        self
    }

    /// Says who owns the resource.
    pub fn owned_by(mut self, account: impl Into<String>) -> Self {
        self.resource_account = Some(account.into());
        self
    }

    pub(crate) fn within_one_account(&self) -> bool {
        match (self.principal.account(), &self.resource_account) {
            (Some(caller), Some(owner)) => caller == owner,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// Condition keys and their values. Key names have no case; a key may have several values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Adds one value of a key.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.values.entry(key.to_ascii_lowercase()).or_default().push(value.into());
        self
    }

    /// All values of a key; empty when it is missing.
    pub fn values(&self, key: &str) -> &[String] {
        self.values.get(&key.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The value of a key that has exactly one.
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            [one] => Some(one),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_have_no_case_and_values_add_up() {
        let context = Context::default().with("aws:TagKeys", "a").with("AWS:tagkeys", "b");
        assert_eq!(context.values("aws:tagKeys"), ["a", "b"]);
        assert_eq!(context.single("aws:TagKeys"), None);
        assert!(context.values("aws:other").is_empty());
    }

    #[test]
    fn a_resource_without_a_known_owner_counts_as_the_callers() {
        let root = || Principal::Root { account: "111111111111".into() };
        assert!(Request::new(root(), "a:B", "*").within_one_account());
        assert!(Request::new(root(), "a:B", "*").owned_by("111111111111").within_one_account());
        assert!(!Request::new(root(), "a:B", "*").owned_by("222222222222").within_one_account());
        assert!(!Request::new(Principal::Anonymous, "a:B", "*").within_one_account());
    }
}
