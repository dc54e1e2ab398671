//! How the targets of a group are checked: what a request says, over what was there or AWS's defaults.

use resource::HealthCheck;
use serde::{Deserialize, Serialize};

use super::super::refusal::{configuration, validation};
use crate::Error;

/// The members of a request that speak of the health check.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wish {
    /// `HealthCheckProtocol`.
    pub protocol: Option<String>,
    /// `HealthCheckPort`.
    pub port: Option<String>,
    /// `HealthCheckPath`.
    pub path: Option<String>,
    /// `HealthCheckEnabled`.
    pub enabled: Option<bool>,
    /// `HealthCheckIntervalSeconds`.
    pub interval: Option<u32>,
    /// `HealthCheckTimeoutSeconds`.
    pub timeout: Option<u32>,
    /// `HealthyThresholdCount`.
    pub healthy: Option<u32>,
    /// `UnhealthyThresholdCount`.
    pub unhealthy: Option<u32>,
    /// `Matcher.HttpCode`.
    pub matcher: Option<String>,
}

/// Which codes count as success.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Matcher {
    /// Such as `200-399` or `200,202`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_code: Option<String>,
}

impl Wish {
    /// The check of a new group.
    ///
    /// # Errors
    /// `ValidationError`, `InvalidConfigurationRequest` and `UnsupportedOperation` for what cannot be.
    pub fn create(self) -> Result<HealthCheck, Error> {
        let base = match self.protocol.as_deref() {
            Some("HTTP") => default_http(),
            Some("HTTPS") => HealthCheck { timeout: default_tcp().timeout, ..default_http() },
            _ => default_tcp(),
        };
        // An interval below the default timeout shortens the timeout, unless the request names one.
        let timeout = self.timeout.or(Some(base.timeout.min(self.interval.unwrap_or(base.interval))));
        Self { timeout, ..self }.over(base)
    }

    /// The check of a group that has `current`.
    ///
    /// # Errors
    /// As [`Wish::create`].
    pub fn modify(self, current: &HealthCheck) -> Result<HealthCheck, Error> {
        let base = match self.protocol.as_deref() {
            Some("HTTP" | "HTTPS") if current.protocol == "TCP" => {
                let http = default_http();
                HealthCheck { protocol: http.protocol, path: http.path, matcher: http.matcher, ..current.clone() }
            }
            Some("TCP") => HealthCheck { path: None, matcher: None, ..current.clone() },
            _ => current.clone(),
        };
        self.over(base)
    }

    fn over(self, base: HealthCheck) -> Result<HealthCheck, Error> {
        self.check_protocol()?;
        let protocol = self.protocol.unwrap_or(base.protocol);
        if protocol == "TCP" && (self.path.is_some() || self.matcher.is_some()) {
            return Err(configuration("A health check path or matcher cannot be specified for TCP health checks"));
        }
        let check = HealthCheck {
            port: self.port.as_deref().map(parse_port).unwrap_or(Ok(base.port))?,
            path: self.path.or(base.path),
            interval: within("Health check interval", self.interval.unwrap_or(base.interval), 5, 300)?,
            timeout: within("Health check timeout", self.timeout.unwrap_or(base.timeout), 2, 120)?,
            healthy_threshold: within("Healthy threshold count", self.healthy.unwrap_or(base.healthy_threshold), 2, 10)?,
            unhealthy_threshold: within("Unhealthy threshold count", self.unhealthy.unwrap_or(base.unhealthy_threshold), 2, 10)?,
            matcher: self.matcher.map(|codes| parse_codes(&codes).map(|()| codes)).transpose()?.or(base.matcher),
            protocol,
        };
        if check.path.as_ref().is_some_and(|path| !path.starts_with('/')) {
            return Err(validation("The health check path must start with a '/'"));
        }
        match check.timeout > check.interval {
            true => Err(validation(format!(
                "Health check timeout '{}' must be smaller than the interval '{}'",
                check.timeout, check.interval
            ))),
            false => Ok(check),
        }
    }

    fn check_protocol(&self) -> Result<(), Error> {
        if self.enabled == Some(false) {
            return Err(configuration("Health checks cannot be disabled for target groups with target type instance or ip"));
        }
        match self.protocol.as_deref() {
            None | Some("TCP" | "HTTP" | "HTTPS") => Ok(()),
            Some(other) => Err(validation(format!("Health check protocol '{other}' must be one of 'HTTP, HTTPS, TCP'"))),
        }
    }
}

/// The wire's form of the port.
pub fn port_text(check: &HealthCheck) -> String {
    check.port.map_or_else(|| "traffic-port".to_owned(), |port| port.to_string())
}

fn default_tcp() -> HealthCheck {
    HealthCheck {
        protocol: "TCP".into(),
        port: None,
        path: None,
        interval: 30,
        timeout: 10,
        healthy_threshold: 5,
        unhealthy_threshold: 2,
        matcher: None,
    }
}

fn default_http() -> HealthCheck {
    HealthCheck { protocol: "HTTP".into(), path: Some("/".into()), timeout: 6, matcher: Some("200-399".into()), ..default_tcp() }
}

fn parse_port(text: &str) -> Result<Option<u16>, Error> {
    match (text, text.parse::<u16>()) {
        ("traffic-port", _) => Ok(None),
        (_, Ok(port)) if port > 0 => Ok(Some(port)),
        _ => Err(validation(format!("Health check port '{text}' must be 'traffic-port' or in the range 1-65535"))),
    }
}

fn within(what: &str, value: u32, least: u32, most: u32) -> Result<u32, Error> {
    match (least..=most).contains(&value) {
        true => Ok(value),
        false => Err(validation(format!("{what} '{value}' must be between {least} and {most}"))),
    }
}

/// `200`, `200,202` or `200-299`, of 200 to 599.
fn parse_codes(codes: &str) -> Result<(), Error> {
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| (200..600).contains(code));
    let part = |text: &str| match text.split_once('-') {
        Some((first, last)) => code(first).zip(code(last)).is_some_and(|(first, last)| first <= last),
        None => code(text).is_some(),
    };
    match codes.split(',').all(part) {
        true => Ok(()),
        false => Err(validation(format!("Health check matcher HTTP code '{codes}' must be within '200-599' inclusive"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http() -> Wish {
        Wish { protocol: Some("HTTP".into()), ..Wish::default() }
    }

    fn code(result: Result<HealthCheck, Error>) -> String {
        result.map_or_else(|e| e.code, |_| "none".into())
    }

    #[test]
    fn the_defaults_are_those_of_aws_for_the_protocol() {
        let tcp = Wish::default().create().expect("all defaults");
        assert_eq!(
            (tcp.protocol.as_str(), tcp.interval, tcp.timeout, tcp.healthy_threshold, tcp.unhealthy_threshold),
            ("TCP", 30, 10, 5, 2)
        );
        let http = http().create().expect("all defaults");
        assert_eq!((http.path.as_deref(), http.matcher.as_deref(), http.timeout), (Some("/"), Some("200-399"), 6));
        let https = Wish { protocol: Some("HTTPS".into()), ..Wish::default() }.create().expect("all defaults");
        assert_eq!((https.path.as_deref(), https.matcher.as_deref(), https.timeout), (Some("/"), Some("200-399"), 10));
        let quick = Wish { interval: Some(5), ..Wish::default() }.create().expect("the timeout gives way");
        assert_eq!((quick.interval, quick.timeout), (5, 5));
    }

    #[test]
    fn changing_to_http_brings_its_defaults_and_back_to_tcp_drops_them() {
        let tcp = Wish { interval: Some(20), ..Wish::default() }.create().expect("valid");
        let changed = http().modify(&tcp).expect("valid");
        assert_eq!((changed.protocol.as_str(), changed.path.as_deref(), changed.interval), ("HTTP", Some("/"), 20));
        let back = Wish { protocol: Some("TCP".into()), ..Wish::default() }.modify(&changed).expect("valid");
        assert_eq!((back.protocol.as_str(), back.path, back.matcher), ("TCP", None, None));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for wish in [
            Wish { interval: Some(4), ..http() },
            Wish { timeout: Some(1), ..http() },
            Wish { timeout: Some(31), ..http() },
            Wish { healthy: Some(11), ..http() },
            Wish { port: Some("0".into()), ..http() },
            Wish { port: Some("http".into()), ..http() },
            Wish { path: Some("health".into()), ..http() },
            Wish { matcher: Some("200-".into()), ..http() },
            Wish { matcher: Some("100".into()), ..http() },
            Wish { protocol: Some("UDP".into()), ..http() },
        ] {
            assert_eq!(code(wish.create()), "ValidationError");
        }
        assert_eq!(code(Wish { matcher: Some("200".into()), ..Wish::default() }.create()), "InvalidConfigurationRequest");
        assert_eq!(code(Wish { enabled: Some(false), ..Wish::default() }.create()), "InvalidConfigurationRequest");
        assert_eq!(code(Wish { matcher: Some("200,202,300-399".into()), ..http() }.create()), "none");
    }
}
