//! Attributes: text by key, with defaults. What we cannot enforce is refused when it is changed, never stored in vain.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::refusal::{configuration, unsupported, validation};
use crate::Error;

/// An attribute that a resource has.
pub struct Attribute {
    /// Its key.
    pub key: &'static str,
    /// Its value until it is set.
    pub default: &'static str,
    /// Which values it takes.
    pub rule: Rule,
}

/// Which values an attribute takes.
pub enum Rule {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(RangeInclusive<u32>),
    /// A whole number, or `off`.
    NumberOrOff(RangeInclusive<u32>),
    /// Any text.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Its default only: AWS lets nobody change it.
    Immutable,
    /// Its default only, until underpass can enforce more.
    Fixed,
}

/// An attribute on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// Puts `settings` into `set` if `attributes` take all of them.
///
/// # Errors
/// `InvalidConfigurationRequest` for a key that the resource does not have, `ValidationError` for a value that it does not take,
/// `UnsupportedOperation` for one that underpass cannot enforce.
pub fn change(attributes: &[Attribute], set: &mut BTreeMap<String, String>, settings: &[Setting]) -> Result<(), Error> {
    for Setting { key, value } in settings {
        let Some(attribute) = attributes.iter().find(|a| a.key == key) else {
            return Err(configuration(format!("The attribute key '{key}' is not recognized")));
        };
        attribute.check(value)?;
        set.insert(key.clone(), value.clone());
    }
    Ok(())
}

/// All `attributes` with the values that were `set`.
pub fn view(attributes: &[Attribute], set: &BTreeMap<String, String>) -> Vec<Setting> {
    let value = |a: &Attribute| set.get(a.key).map_or(a.default, String::as_str).to_owned();
    attributes.iter().map(|a| Setting { key: a.key.to_owned(), value: value(a) }).collect()
}

impl Attribute {
    fn check(&self, value: &str) -> Result<(), Error> {
        let fits = match &self.rule {
            Rule::Flag => matches!(value, "true" | "false"),
            Rule::Number(range) => value.parse().is_ok_and(|n: u32| range.contains(&n)),
            Rule::NumberOrOff(_) if value == "off" => true,
            Rule::NumberOrOff(range) => value.parse().is_ok_and(|n: u32| range.contains(&n)),
            Rule::Text => true,
            Rule::Choice(values) => values.contains(&value),
            Rule::Fixed | Rule::Immutable if value == self.default => true,
            Rule::Immutable => return Err(configuration(format!("The attribute '{}' cannot be changed here", self.key))),
            Rule::Fixed => {
                let what = format!("the attribute {}={value}", self.key);
                return Err(unsupported(&what, &format!("leave it at '{}'", self.default)));
            }
        };
        match fits {
            true => Ok(()),
            false => Err(validation(format!("'{value}' is not a valid value for the attribute key '{}'", self.key))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTRIBUTES: &[Attribute] = &[
        Attribute { key: "flag", default: "false", rule: Rule::Flag },
        Attribute { key: "delay", default: "300", rule: Rule::Number(0..=3600) },
        Attribute { key: "mode", default: "slow", rule: Rule::Fixed },
        Attribute { key: "type", default: "source_ip", rule: Rule::Choice(&["source_ip"]) },
    ];

    fn set(key: &str, value: &str) -> Result<BTreeMap<String, String>, String> {
        let mut set = BTreeMap::new();
        let setting = Setting { key: key.into(), value: value.into() };
        change(ATTRIBUTES, &mut set, &[setting]).map(|()| set).map_err(|e| e.code)
    }

    #[test]
    fn a_value_is_taken_only_if_it_can_be_enforced() {
        assert!(set("flag", "true").is_ok());
        assert!(set("delay", "3600").is_ok());
        assert!(set("mode", "slow").is_ok());
        assert!(set("type", "source_ip").is_ok());
        assert_eq!(set("flag", "yes"), Err("ValidationError".into()));
        assert_eq!(set("delay", "3601"), Err("ValidationError".into()));
        assert_eq!(set("delay", "-1"), Err("ValidationError".into()));
        assert_eq!(set("type", "cookie"), Err("ValidationError".into()));
        assert_eq!(set("mode", "fast"), Err("UnsupportedOperation".into()));
        assert_eq!(set("colour", "red"), Err("InvalidConfigurationRequest".into()));
    }

    #[test]
    fn what_was_never_set_shows_its_default() {
        let shown = view(ATTRIBUTES, &BTreeMap::from([("delay".to_owned(), "5".to_owned())]));
        let shown: Vec<_> = shown.iter().map(|s| (s.key.as_str(), s.value.as_str())).collect();
        assert_eq!(shown, [("flag", "false"), ("delay", "5"), ("mode", "slow"), ("type", "source_ip")]);
    }
}
