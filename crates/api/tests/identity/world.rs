//! The keys that exist in these tests, and the requests that botocore signed (`fixtures/sign.py`).

use api::identity::{Caller, Credentials, Known, Refusal, Trust, authenticate};
use http::{HeaderName, HeaderValue};
use policy::Principal;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use wire::Request;

pub const ALICE: &str = "arn:aws:iam::111111111111:user/alice";

/// What `sign.py` wrote.
#[derive(Deserialize)]
pub struct Signed {
    now: i64,
    pub key: String,
    pub session: String,
    pub secret: String,
    pub token: String,
    pub cases: Vec<Case>,
}

/// One signed request.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    pub service: String,
}

impl Signed {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../fixtures/signed.json")).unwrap()
    }

    pub fn request(&self, name: &str) -> Request {
        self.cases.iter().find(|case| case.name == name).unwrap().request()
    }

    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.now).unwrap()
    }

    /// Authenticates some time after signing, with issued keys only.
    pub fn after(&self, later: Duration, request: &Request) -> Result<Caller, Refusal> {
        authenticate(Trust::Enforce, self, self.now() + later, request)
    }
}

impl Case {
    pub fn request(&self) -> Request {
        let mut request = Request {
            method: self.method.parse().unwrap(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone().into(),
            ..Request::default()
        };
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        request
    }
}

/// A user's key, and a session's key that lasts an hour.
impl Credentials for Signed {
    fn find(&self, access_key_id: &str) -> Option<Known> {
        let user = Known {
            secret: self.secret.clone(),
            session_token: None,
            expires: None,
            active: true,
            principal: Principal::User { arn: ALICE.into(), id: "AIDAALICE".into() },
        };
        let role = Principal::AssumedRole {
            role_arn: "arn:aws:iam::111111111111:role/deploy".into(),
            role_id: "AROADEPLOY".into(),
            session: "ci".into(),
        };
        if access_key_id == self.key {
            Some(user)
        } else if access_key_id == self.session {
            let expires = Some(self.now() + Duration::HOUR);
            Some(Known { session_token: Some(self.token.clone()), expires, principal: role, ..user })
        } else if access_key_id == "AKIASWITCHEDOFF00001" {
            Some(Known { active: false, ..user })
        } else {
            None
        }
    }
}
