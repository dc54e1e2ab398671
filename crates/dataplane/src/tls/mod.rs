//! TLS: the authority that signs, certificates by the name that a client asks for, what a server offers, and a client that
//! trusts anybody.

mod authority;
mod certificate;
mod client;
mod offer;
mod server;

pub use authority::{Authority, AuthorityError, Issued, KeyKind, Request};
pub use certificate::{Certificate, CertificateError, Certificates};
pub use client::client;
pub use offer::Offer;
pub(crate) use offer::openssl_name;
pub use rustls::ServerConfig;
pub use server::server;
