//! Strings with wildcards (`*`, `?`) and policy variables (`${aws:username, 'nobody'}`), and how they match.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write};

use crate::fault::Fault;
use crate::request::Context;

/// What is special in a string, which depends on where it stands and on the policy's version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    /// `*` and `?` are wildcards; otherwise they are themselves.
    pub wildcards: bool,
    /// `${…}` is a variable; otherwise it is text (version 2008-10-17).
    pub variables: bool,
}

/// A parsed string, ready to match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Char(char),
    AnyOne,
    AnyRun,
    Variable { key: String, default: Option<String> },
}

impl Pattern {
    /// Parses `text`; the only fault is a malformed variable.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, Fault> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax.variables && rest.starts_with("${") {
                let (inner, after) = rest[2..].split_once('}').ok_or_else(|| Fault::InvalidVariable(text.to_owned()))?;
                tokens.push(variable(inner).ok_or_else(|| Fault::InvalidVariable(text.to_owned()))?);
                rest = after;
                continue;
            }
            tokens.push(match c {
                '*' if syntax.wildcards => Token::AnyRun,
                '?' if syntax.wildcards => Token::AnyOne,
                c => Token::Char(c),
            });
            rest = &rest[c.len_utf8()..];
        }
        Ok(Self { tokens })
    }

    /// Does the whole of `text` match? A variable without a value matches nothing.
    pub fn matches(&self, text: &str, context: &Context) -> bool {
        self.resolve(context).is_some_and(|tokens| glob(&tokens, text, |a, b| a == b))
    }

    /// As [`Pattern::matches`], with upper and lower case the same.
    pub fn matches_any_case(&self, text: &str, context: &Context) -> bool {
        let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
        self.resolve(context).is_some_and(|tokens| glob(&tokens, text, same))
    }

    /// Matches an ARN part by part: a wildcard stays inside its colon-separated part, except in the last part of the
    /// pattern, which covers all that follows.
    pub fn matches_arn(&self, arn: &str, context: &Context) -> bool {
        let Some(tokens) = self.resolve(context) else {
            return false;
        };
        let wanted: Vec<&[Token]> = tokens.splitn(6, |token| *token == Token::Char(':')).collect();
        let found: Vec<&str> = arn.splitn(wanted.len(), ':').collect();
        wanted.len() == found.len() && wanted.iter().zip(found).all(|(tokens, text)| glob(tokens, text, |a, b| a == b))
    }

    /// Does every text that begins with `prefix` match, in whatever case?
    pub fn covers_prefix(&self, prefix: &str) -> bool {
        // What no pattern spells out is matched by wildcards alone, and more than one of it by `*` alone.
        let strange = |n: usize| format!("{prefix}{}", "\u{10FFFF}".repeat(n));
        let nothing = Context::default();
        (0..3).all(|n| self.matches_any_case(&strange(n), &nothing))
    }

    /// Does any text that begins with `prefix` match, in whatever case? A variable may have any value.
    pub fn meets_prefix(&self, prefix: &str) -> bool {
        let mut left: Vec<&[Token]> = vec![&self.tokens];
        for c in prefix.chars() {
            left = left.into_iter().flat_map(|tokens| after(tokens, c)).collect();
            left.sort_unstable_by_key(|tokens| tokens.len());
            left.dedup_by_key(|tokens| tokens.len());
        }
        !left.is_empty()
    }

    /// Do all variables have a value in this context?
    pub fn resolves(&self, context: &Context) -> bool {
        self.resolve(context).is_some()
    }

    fn resolve(&self, context: &Context) -> Option<Cow<'_, [Token]>> {
        if !self.tokens.iter().any(|token| matches!(token, Token::Variable { .. })) {
            return Some(Cow::Borrowed(&self.tokens));
        }
        let mut resolved = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            match token {
                Token::Variable { key, default } => {
                    let value = context.single(key).or(default.as_deref())?;
                    resolved.extend(value.chars().map(Token::Char));
                }
                other => resolved.push(other.clone()),
            }
        }
        Some(Cow::Owned(resolved))
    }
}

/// What may be left of a pattern once it has taken a character.
fn after(tokens: &[Token], c: char) -> Vec<&[Token]> {
    match tokens.split_first() {
        None => Vec::new(),
        Some((Token::Char(wanted), rest)) => wanted.to_lowercase().eq(c.to_lowercase()).then_some(rest).into_iter().collect(),
        Some((Token::AnyOne, rest)) => vec![rest],
        Some((Token::AnyRun | Token::Variable { .. }, rest)) => std::iter::once(tokens).chain(after(rest, c)).collect(),
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.tokens.iter().try_for_each(|token| match token {
            Token::Char(c) => f.write_char(*c),
            Token::AnyOne => f.write_char('?'),
            Token::AnyRun => f.write_char('*'),
            Token::Variable { key, .. } => write!(f, "${{{key}}}"),
        })
    }
}

/// The inside of `${…}`: a key with an optional quoted default, or one of the three escaped characters.
fn variable(inner: &str) -> Option<Token> {
    if let "*" | "?" | "$" = inner {
        return inner.chars().next().map(Token::Char);
    }
    let (key, default) = match inner.split_once(',') {
        None => (inner.trim(), None),
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (key.trim(), Some(quoted.to_owned()))
        }
    };
    (!key.is_empty()).then(|| Token::Variable { key: key.to_ascii_lowercase(), default })
}

/// Iterative wildcard match: on a mismatch, the latest `*` takes one character more.
fn glob(tokens: &[Token], text: &str, same: impl Fn(char, char) -> bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut t, mut c) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while c < text.len() {
        match tokens.get(t) {
            Some(Token::AnyRun) => {
                retry = Some((t + 1, c));
                t += 1;
                continue;
            }
            Some(Token::AnyOne) => {
                t += 1;
                c += 1;
                continue;
            }
            Some(Token::Char(wanted)) if same(*wanted, text[c]) => {
                t += 1;
                c += 1;
                continue;
            }
            _ => {}
        }
        let Some((after_run, taken)) = retry else {
            return false;
        };
        retry = Some((after_run, taken + 1));
        (t, c) = (after_run, taken + 1);
    }
    tokens[t..].iter().all(|token| *token == Token::AnyRun)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: Syntax = Syntax { wildcards: true, variables: true };

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, ALL).unwrap()
    }

    #[test]
    fn wildcards_match_runs_and_single_characters() {
        let none = Context::default();
        for (p, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c*", "abcbd", true),
            ("a?c", "ac", false),
            ("a?c", "aéc", true),
            ("**b", "aab", true),
            ("ab", "abc", false),
        ] {
            assert_eq!(pattern(p).matches(text, &none), expected, "{p} against {text}");
        }
        assert!(pattern("EC2:Describe*").matches_any_case("ec2:DESCRIBEVpcs", &none));
    }

    #[test]
    fn a_wildcard_inside_an_arn_stays_in_its_part_unless_it_is_the_last() {
        let none = Context::default();
        for (p, arn, expected) in [
            ("*", "arn:aws:s3:::bucket/key", true),
            ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a:b/c", true),
            ("arn:aws:s3:*", "arn:aws:s3:::bucket", true),
            ("arn:aws:*:vpc/1", "arn:aws:ec2:us-east-1:1:vpc/1", false),
            ("arn:aws:ec2:*:*:vpc/1", "arn:aws:ec2:us-east-1:1:vpc/1", true),
            ("arn:aws:s3:::bucket", "*", false),
        ] {
            assert_eq!(pattern(p).matches_arn(arn, &none), expected, "{p} against {arn}");
        }
    }

    #[test]
    fn a_variable_is_its_value_taken_literally() {
        let context = Context::default().with("aws:username", "al*ce");
        assert!(pattern("home/${aws:UserName}/*").matches("home/al*ce/x", &context));
        assert!(!pattern("home/${aws:username}/*").matches("home/alice/x", &context));
        assert!(pattern("${*}${?}${$}").matches("*?$", &context));
    }

    #[test]
    fn a_variable_without_a_single_value_takes_its_default_or_matches_nothing() {
        let context = Context::default().with("aws:tags", "a").with("aws:tags", "b");
        assert!(pattern("${aws:none, 'x y'}").matches("x y", &context));
        assert!(!pattern("${aws:none}").matches("", &context));
        assert!(!pattern("${aws:tags}").matches("a", &context));
        assert!(!pattern("${aws:tags}").resolves(&context));
    }

    #[test]
    fn a_pattern_meets_or_covers_what_begins_with_a_prefix() {
        for (p, meets, covers) in [
            ("*", true, true),
            ("ec2:*", true, true),
            ("EC*", true, true),
            ("ec2:Describe*", true, false),
            ("ec2:?*", true, false),
            ("*:DescribeVpcs", true, false),
            ("s3:*", false, false),
            ("ec", false, false),
            ("${aws:x}", true, false),
        ] {
            assert_eq!((pattern(p).meets_prefix("ec2:"), pattern(p).covers_prefix("ec2:")), (meets, covers), "{p}");
        }
    }

    #[test]
    fn malformed_variables_are_faults_and_version_2008_has_none() {
        for text in ["${", "a${aws:x", "${}", "${ ,'a'}", "${aws:x, a}", "${aws:x, 'a}"] {
            assert!(matches!(Pattern::parse(text, ALL), Err(Fault::InvalidVariable(_))), "{text}");
        }
        let old = Pattern::parse("${aws:x}", Syntax { wildcards: true, variables: false }).unwrap();
        assert!(old.matches("${aws:x}", &Context::default()));
    }

    proptest! {
        #[test]
        fn a_string_matches_itself_and_the_pattern_with_its_middle_cut_out(text in "[a-c:?]{0,12}", at in 0usize..12, len in 0usize..12) {
            let none = Context::default();
            let literal = Pattern::parse(&text, Syntax { wildcards: false, variables: true }).unwrap();
            prop_assert!(literal.matches(&text, &none));
            let (from, to) = (at.min(text.len()), (at + len).min(text.len()));
            let holed = format!("{}*{}", &text[..from], &text[to..]);
            prop_assert!(pattern(&holed).matches(&text, &none));
        }

        #[test]
        fn parsing_and_matching_never_panic(text in "\\PC{0,20}", other in "\\PC{0,20}") {
            if let Ok(parsed) = Pattern::parse(&text, ALL) {
                parsed.matches_arn(&other, &Context::default());
                parsed.matches_any_case(&other, &Context::default());
            }
        }
    }
}
