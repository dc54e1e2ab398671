//! All models that the binary carries, each read when somebody first asks for it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::error::WireError;
use crate::identify::{self, Identified};
use crate::model::Service;
use crate::protocol::Protocol;
use crate::request::Request;

/// Name and text of every embedded model.
static EMBEDDED: &[(&str, &str)] = include!("../models/embedded.rs");

/// What AWS offers, by name only: the services that we have no model for are known here too.
static INDEX: &str = include_str!("../models/index.json");

/// The registry of service models. Cheap to make; a model is read on first use and kept.
#[derive(Debug)]
pub struct Models {
    pub(crate) listings: Vec<Listing>,
    slots: HashMap<&'static str, Slot>,
}

#[derive(Debug)]
struct Slot {
    text: &'static str,
    service: OnceLock<Arc<Service>>,
}

/// One line of the index: enough to say which service a request means.
#[derive(Debug, Deserialize)]
pub(crate) struct Listing {
    pub(crate) name: &'static str,
    pub(crate) signing: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) version: &'static str,
    pub(crate) protocols: Vec<String>,
    pub(crate) target: Option<&'static str>,
    #[serde(default)]
    pub(crate) modelled: bool,
}

impl Listing {
    pub(crate) fn speaks(&self, wanted: impl Fn(Protocol) -> bool) -> bool {
        let known = |name: &str| Protocol::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name));
        self.protocols.iter().filter_map(|p| known(p).ok()).any(wanted)
    }
}

impl Models {
    /// The registry of the embedded models.
    pub fn new() -> Self {
        let listings = serde_json::from_str(INDEX).expect("the embedded index is checked by tests");
        let slots = EMBEDDED.iter().map(|(name, text)| (*name, Slot { text, service: OnceLock::new() })).collect();
        Models { listings, slots }
    }

    /// The service of that name (`ec2`, `elbv2`, `cognito-idp`); `None` when there is no model for it.
    pub fn service(&self, name: &str) -> Option<Arc<Service>> {
        let slot = self.slots.get(name)?;
        let load = || Arc::new(Service::parse(slot.text).expect("the embedded models are checked by tests"));
        Some(slot.service.get_or_init(load).clone())
    }

    /// The names of all services that there are models for, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Which operation of which service a request asks for, and in which protocol, found as AWS finds it: signature
    /// scope, then `X-Amz-Target`, `Action` or method and path, then the host.
    ///
    /// # Errors
    /// [`WireError::UnknownService`], [`WireError::UnknownOperation`], [`WireError::Unidentified`].
    pub fn identify(&self, request: &Request) -> Result<Identified, WireError> {
        identify::identify(self, request)
    }
}

impl Default for Models {
    fn default() -> Self {
        Models::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_model_can_be_read() {
        let models = Models::new();
        for name in models.names() {
            let service = models.service(name).unwrap();
            assert_eq!(service.name, name);
            assert!(!service.operations().is_empty(), "{name}");
        }
        assert!(models.service("dynamodb").is_none());
    }

    #[test]
    fn the_index_lists_what_is_embedded_and_more() {
        let models = Models::new();
        let modelled: Vec<_> = models.listings.iter().filter(|l| l.modelled).map(|l| l.name).collect();
        assert_eq!(modelled, models.names().collect::<Vec<_>>());
        assert!(models.listings.len() > 400);
    }

    #[test]
    fn many_threads_get_the_same_model() {
        let models = Models::new();
        let found: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| models.service("iam").unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(found.windows(2).all(|two| Arc::ptr_eq(&two[0], &two[1])));
    }

    #[test]
    fn a_listing_of_an_unheard_protocol_speaks_nothing() {
        let text = r#"{"name":"x","signing":"x","endpoint":"x","version":"1","protocols":["telepathy"],"target":null}"#;
        let listing: Listing = serde_json::from_str(text).unwrap();
        assert!(!listing.speaks(|_| true));
    }

    #[test]
    fn a_model_is_read_once() {
        let models = Models::new();
        assert!(Arc::ptr_eq(&models.service("sts").unwrap(), &models.service("sts").unwrap()));
    }
}
