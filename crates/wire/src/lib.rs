//! Turns AWS service models and HTTP bytes into values and back, for any service, knowing none.
//!
//! A request is [identified](Models::identify), [decoded](decode()) into a value, answered by somebody else, and the
//! answer [encoded](encode()) in the protocol in which the request came; a [`Failure`] likewise.
//!
//! # The value
//!
//! Inputs and outputs are [`serde_json::Value`] with one convention for every protocol:
//!
//! - a structure is an object whose keys are the **model's member names** (`VpcId`, never `vpcId` or a query name);
//! - a timestamp is an **integer of milliseconds** since the Unix epoch;
//! - a blob is a **base64** string (standard alphabet, padded);
//! - integers, longs, floats and doubles are numbers, booleans are booleans;
//! - what is absent on the wire is absent in the value; there are no nulls.
//!
//! ```
//! use wire::{Models, Request};
//!
//! let models = Models::new();
//! let mut request = Request { method: http::Method::POST, path: "/".into(), ..Request::default() };
//! request.headers.insert("x-amz-target", "AmazonSSM.GetParameter".parse()?);
//! request.body = r#"{"Name":"/a/b"}"#.into();
//!
//! let call = models.identify(&request)?;
//! assert_eq!((call.service.name, call.operation().name), ("ssm", "GetParameter"));
//! let input = wire::decode(&call, &request)?;
//! assert_eq!(input["Name"], "/a/b");
//!
//! let output = serde_json::json!({"Parameter": {"Name": "/a/b", "LastModifiedDate": 1_700_000_000_000_i64}});
//! assert!(wire::check_output(&call, &output).is_empty());
//! let response = wire::encode(&call, &output, "request-id");
//! assert_eq!(&response.body[..], br#"{"Parameter":{"Name":"/a/b","LastModifiedDate":1700000000}}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is deliberately absent: event streams (operations that use them cannot be answered), compressed documents (they
//! are refused), signatures, and every trace of what a service means.

mod check;
pub mod chunked;
mod decode;
mod encode;
mod error;
mod identify;
mod model;
mod protocol;
mod registry;
mod request;
mod timestamp;
mod validate;

pub use check::check_output;
pub use decode::decode;
pub use encode::{encode, encode_error};
pub use error::{Failure, WireError};
pub use identify::Identified;
pub use model::{Operation, Pages, Service, ShapeId};
pub use protocol::Protocol;
pub use registry::Models;
pub use request::{Request, Response};
pub use timestamp::{TimeFormat, format_timestamp, parse_timestamp};
pub use validate::{Rule, Segment, Violation};
