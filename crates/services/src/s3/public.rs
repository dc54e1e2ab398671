//! Whether a bucket's policy is public: whether it lets in anybody who is not named (S3 User Guide, "The meaning of public").

use serde_json::Value;

/// Keys that, compared with fixed values, narrow a statement down to somebody.
const NARROWING: &[&str] = &[
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Whether any statement of a policy lets in the public.
pub(super) fn is_public(document: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(document) else { return false };
    each(&policy["Statement"]).any(|statement| {
        let allows = statement["Effect"] == "Allow";
        allows && names_anyone(statement) && !each(&statement["Condition"]).any(narrows)
    })
}

/// One value, or those of a list.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Value::Array(items) => (items.as_slice(), None),
        Value::Null => (&[][..], None),
        other => (&[][..], Some(other)),
    };
    many.iter().chain(one)
}

fn names_anyone(statement: &Value) -> bool {
    let principal = &statement["Principal"];
    !statement["NotPrincipal"].is_null() || principal == "*" || each(&principal["AWS"]).any(|name| name == "*")
}

/// Whether a condition holds for some only: a positive comparison of a narrowing key with values that are no patterns.
fn narrows(condition: &Value) -> bool {
    let comparisons = condition.as_object().into_iter().flatten();
    comparisons.filter(|(operator, _)| is_positive(operator)).any(|(_, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.filter(|(key, _)| NARROWING.contains(&key.to_ascii_lowercase().as_str()))
            .any(|(_, values)| each(values).all(|value| value.as_str().is_some_and(is_fixed)))
    })
}

fn is_positive(operator: &str) -> bool {
    let operator = operator.to_ascii_lowercase();
    !operator.contains("not") && !operator.ends_with("ifexists") && !operator.starts_with("forallvalues") && operator != "null"
}

/// Whether a value names somebody: no pattern but at the end of an ARN that has an account, and not the whole internet.
fn is_fixed(value: &str) -> bool {
    let wide = value.ends_with("/0") || value.split('/').nth(1).and_then(|bits| bits.parse::<u8>().ok()).is_some_and(|b| b < 8);
    let arn: Vec<&str> = value.splitn(6, ':').collect();
    let pattern = match arn.get(4).filter(|_| arn.first() == Some(&"arn")) {
        Some(account) => account.is_empty() || account.contains(['*', '?']),
        None => value.contains(['*', '?']),
    };
    !wide && !pattern && !value.contains("${")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(statement: &str) -> bool {
        is_public(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
    }

    fn anyone_if(condition: &str) -> bool {
        public(&format!(r#"{{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{condition}}}"#))
    }

    #[test]
    fn who_lets_in_anyone_is_public_and_who_denies_is_not() {
        assert!(public(r#"[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]"#));
        assert!(public(r#"{"Effect":"Allow","Principal":{"AWS":["111111111111","*"]},"Action":"s3:*","Resource":"*"}"#));
        assert!(public(r#"{"Effect":"Allow","NotPrincipal":{"AWS":"111111111111"},"Action":"s3:*","Resource":"*"}"#));
        assert!(!public(r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#));
        assert!(!public(r#"{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:*"}"#));
        assert!(!is_public("no policy"));
    }

    #[test]
    fn a_fixed_place_or_account_makes_it_private() {
        assert!(!anyone_if(r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#));
        assert!(!anyone_if(r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}"#));
        assert!(!anyone_if(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111111111111:*"}}"#));
        assert!(anyone_if(r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#));
        assert!(anyone_if(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#));
        assert!(anyone_if(r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#));
        assert!(anyone_if(r#"{"Bool":{"aws:SecureTransport":"true"}}"#));
        assert!(anyone_if(r#"{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#));
    }
}
