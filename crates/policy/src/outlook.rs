//! What a policy says of requests of which not everything is known: that it lets them all pass, or none, or on what it depends.

use crate::condition::Condition;
use crate::document::{Effect, Listed, Policy, Statement};
use crate::pattern::Pattern;
use crate::principal::Principal;
use crate::principals::Named;
use crate::request::Context;

/// What is known of the requests.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Who asks; none when it may be anybody.
    pub principal: Option<&'a Principal>,
    /// The prefix of the actions: `ec2`.
    pub service: &'a str,
    /// The one action, `ec2:DescribeVpcs`; none when it may be any of the service.
    pub action: Option<&'a str>,
    /// The condition keys whose values are known; all others may have any.
    pub context: &'a Context,
}

/// What a policy says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// All of them pass, as far as this policy goes.
    Always,
    /// None of them passes: this statement denies them, by index and name, or no statement allows them.
    Never(Option<(usize, Option<String>)>),
    /// Some pass and some do not: what it depends on, in words.
    Depends(Vec<String>),
}

/// Whether a statement matches: for certain, or if this and that is so. Not at all is an error.
type Match = Result<Vec<String>, Unmatched>;

/// A statement is about other requests.
struct Unmatched;

impl Policy {
    /// What the policy says of the requests of which this is known.
    pub fn outlook(&self, known: &Known<'_>) -> Outlook {
        let of = |effect| {
            let statements = self.statements.iter().enumerate().filter(move |(_, statement)| statement.effect == effect);
            statements.filter_map(|(n, statement)| Some((n, statement, statement.matches(known).ok()?)))
        };
        if let Some((n, statement, _)) = of(Effect::Deny).find(|(_, _, depends)| depends.is_empty()) {
            return Outlook::Never(Some((n, statement.sid.clone())));
        }
        let allows: Vec<Vec<String>> = of(Effect::Allow).map(|(_, _, depends)| depends).collect();
        if allows.is_empty() {
            return Outlook::Never(None);
        }
        let mut depends: Vec<String> =
            of(Effect::Deny).map(|(_, _, depends)| format!("not ({})", depends.join(" and "))).collect();
        if !allows.iter().any(Vec::is_empty) {
            depends.insert(0, allows.iter().map(|depends| depends.join(" and ")).collect::<Vec<_>>().join(" or "));
        }
        if depends.is_empty() { Outlook::Always } else { Outlook::Depends(depends) }
    }
}

impl Statement {
    fn matches(&self, known: &Known<'_>) -> Match {
        let mut depends = self.principals.as_ref().map_or(Ok(Vec::new()), |listed| of_principals(listed, known.principal))?;
        depends.extend(of_actions(&self.actions, known)?);
        depends.extend(self.resources.as_ref().and_then(|listed| of_resources(listed, known.context)));
        for condition in &self.conditions {
            depends.extend(of_condition(condition, known)?);
        }
        Ok(depends)
    }
}

fn of_principals(listed: &Listed<Named>, principal: Option<&Principal>) -> Match {
    let sure = |matched: bool| if matched { Ok(Vec::new()) } else { Err(Unmatched) };
    match (listed, principal) {
        (Listed::Only(named), _) if named.contains(&Named::Anyone) => sure(true),
        (Listed::AllBut(named), _) if named.contains(&Named::Anyone) => sure(false),
        (Listed::Only(named), Some(principal)) => sure(named.iter().any(|named| named.reaches(principal).is_some())),
        (Listed::AllBut(named), Some(principal)) => sure(named.iter().all(|named| named.reaches(principal).is_none())),
        (Listed::Only(named), None) => Ok(vec![format!("the principal is {}", all(named))]),
        (Listed::AllBut(named), None) => Ok(vec![format!("the principal is not {}", all(named))]),
    }
}

fn all(named: &[Named]) -> String {
    named.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

fn of_actions(listed: &Listed<Pattern>, known: &Known<'_>) -> Match {
    let (patterns, negated) = match listed {
        Listed::Only(patterns) => (patterns, false),
        Listed::AllBut(patterns) => (patterns, true),
    };
    let prefix = format!("{}:", known.service);
    let (whole, touched) = match known.action {
        Some(action) => {
            let hit = patterns.iter().any(|pattern| pattern.matches_any_case(action, known.context));
            (hit, hit)
        }
        None => (
            patterns.iter().any(|pattern| pattern.covers_prefix(&prefix)),
            patterns.iter().any(|pattern| pattern.meets_prefix(&prefix)),
        ),
    };
    let written = patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match (negated, whole, touched) {
        (false, true, _) | (true, _, false) => Ok(Vec::new()),
        (false, _, false) | (true, true, _) => Err(Unmatched),
        (false, false, true) => Ok(vec![format!("the action is {written}")]),
        (true, false, true) => Ok(vec![format!("the action is not {written}")]),
    }
}

/// Which resources a request is about is not known; `*` speaks of all.
fn of_resources(listed: &Listed<Pattern>, context: &Context) -> Option<String> {
    let written = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    match listed {
        Listed::Only(patterns) if patterns.iter().any(|pattern| pattern.matches_arn("", context)) => None,
        Listed::Only(patterns) => Some(format!("the resource is {}", written(patterns))),
        Listed::AllBut(patterns) => Some(format!("the resource is not {}", written(patterns))),
    }
}

fn of_condition(condition: &Condition, known: &Known<'_>) -> Match {
    if known.context.values(condition.key()).is_empty() || !condition.resolves(known.context) {
        return Ok(vec![condition.to_string()]);
    }
    condition.check(known.context).map(|()| Vec::new()).map_err(|_| Unmatched)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::document::Kind;

    fn outlook(statements: &str, action: Option<&str>) -> Outlook {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
        let context = Context::default().with("aws:SourceVpce", "vpce-1");
        let known = Known { principal: None, service: "ec2", action, context: &context };
        Policy::parse(&document, Kind::Resource).unwrap().outlook(&known)
    }

    fn depends(on: &[&str]) -> Outlook {
        Outlook::Depends(on.iter().map(|text| (*text).to_owned()).collect())
    }

    const ALL: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;

    #[test]
    fn what_allows_everything_always_lets_pass_and_what_denies_it_never() {
        assert_eq!(outlook(ALL, None), Outlook::Always);
        let deny = r#"{"Sid":"No","Effect":"Deny","Principal":"*","Action":"ec2:*","Resource":"*"}"#;
        assert_eq!(outlook(&format!("[{ALL},{deny}]"), None), Outlook::Never(Some((1, Some("No".to_owned())))));
        let other = r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#;
        assert_eq!(outlook(other, None), Outlook::Never(None));
    }

    #[test]
    fn one_action_is_judged_for_certain() {
        let look = r#"{"Effect":"Allow","Principal":"*","Action":["ec2:Describe*","sts:*"],"Resource":"*"}"#;
        assert_eq!(outlook(look, Some("ec2:DescribeVpcs")), Outlook::Always);
        assert_eq!(outlook(look, Some("ec2:CreateVpc")), Outlook::Never(None));
        assert_eq!(outlook(look, None), depends(&["the action is ec2:Describe* or sts:*"]));
        let but = r#"{"Effect":"Allow","Principal":"*","NotAction":"ec2:*","Resource":"*"}"#;
        assert_eq!(outlook(but, None), Outlook::Never(None));
        let but = r#"{"Effect":"Allow","Principal":"*","NotAction":"s3:*","Resource":"*"}"#;
        assert_eq!(outlook(but, None), Outlook::Always);
    }

    #[test]
    fn known_keys_are_judged_and_unknown_ones_are_named() {
        let with = |effect: &str, condition: &str| {
            format!(r#"{{"Effect":"{effect}","Principal":"*","Action":"*","Resource":"*","Condition":{condition}}}"#)
        };
        let own = |wanted: &str| with("Allow", &format!(r#"{{"StringEquals":{{"aws:SourceVpce":"{wanted}"}}}}"#));
        assert_eq!(outlook(&own("vpce-1"), None), Outlook::Always);
        assert_eq!(outlook(&own("vpce-2"), None), Outlook::Never(None));
        let account = r#"{"StringNotEquals":{"aws:PrincipalAccount":["1","2"]}}"#;
        let said = r#"StringNotEquals aws:PrincipalAccount ["1", "2"]"#;
        assert_eq!(outlook(&with("Allow", account), None), depends(&[said]));
        assert_eq!(outlook(&format!("[{ALL},{}]", with("Deny", account)), None), depends(&[&format!("not ({said})")]));
    }

    #[test]
    fn principals_and_resources_that_are_named_are_conditions_too() {
        let one = r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"*","Resource":"arn:aws:s3:::b/*"}"#;
        let said = "the principal is 111111111111 and the resource is arn:aws:s3:::b/*";
        assert_eq!(outlook(one, None), depends(&[said]));
    }
}
