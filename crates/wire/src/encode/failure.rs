//! Failures in every protocol.

use ciborium::Value as Cbor;
use serde_json::Value;

use super::{XML, cbor, insert, is_message, json, json_type, respond, rest, with_request_id, xml};
use crate::error::Failure;
use crate::identify::Identified;
use crate::model::{Member, Place, Service, Shape, Structure};
use crate::protocol::Protocol;
use crate::request::Response;

/// The response that tells a failure, in the words and at the places where clients of the protocol look for it.
///
/// The protocol is that of the request, or [`Protocol::guess`] where nothing could be identified. When the service's
/// model knows the error, its status, its code on the wire and the spelling of its message have precedence.
pub fn encode_error(identified: Option<&Identified>, protocol: Protocol, failure: &Failure, request_id: &str) -> Response {
    let service = identified.map(|i| &*i.service);
    let known = service.and_then(|s| s.error(&failure.code).map(|(shape, structure)| Known { service: s, shape, structure }));
    let telling = Telling { failure, service, known, request_id };
    let response = match protocol {
        Protocol::Ec2 => telling.ec2(),
        Protocol::Query => telling.xml(),
        Protocol::RestXml => telling.rest_xml(),
        Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => telling.json(protocol),
        Protocol::RpcV2Cbor => telling.cbor(),
    };
    with_request_id(response, service.and_then(|s| s.request_id_header), request_id)
}

/// The error as the model has it.
struct Known<'a> {
    service: &'a Service,
    shape: &'a Shape,
    structure: &'a Structure,
}

struct Telling<'a> {
    failure: &'a Failure,
    service: Option<&'a Service>,
    known: Option<Known<'a>>,
    request_id: &'a str,
}

impl Telling<'_> {
    fn ec2(&self) -> Response {
        let text = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>",
            &xml::leaf("Code", &self.failure.code),
            &xml::leaf("Message", &self.failure.message),
            "</Error></Errors>",
            &xml::leaf("RequestID", self.request_id),
            "</Response>",
        ];
        respond(self.status(), XML, text.concat().into_bytes())
    }

    /// `<ErrorResponse><Error>…</Error><RequestId/></ErrorResponse>`
    fn xml(&self) -> Response {
        let namespace = self.service.and_then(|s| s.namespace).map(|n| format!(" xmlns=\"{n}\"")).unwrap_or_default();
        let kind = if self.status() < 500 { "Sender" } else { "Receiver" };
        let text = [
            &format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse{namespace}><Error>"),
            &xml::leaf("Type", kind),
            &self.xml_members(),
            "</Error>",
            &xml::leaf("RequestId", self.request_id),
            "</ErrorResponse>",
        ];
        respond(self.status(), XML, text.concat().into_bytes())
    }

    fn rest_xml(&self) -> Response {
        let bare = self.service.is_some_and(|s| s.bare_errors);
        let mut response = if bare {
            let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";
            let text = [head, &self.xml_members(), &xml::leaf("RequestId", self.request_id), "</Error>"];
            respond(self.status(), "application/xml", text.concat().into_bytes())
        } else {
            self.xml()
        };
        self.outside_of_the_body(&mut response);
        response
    }

    fn json(&self, protocol: Protocol) -> Response {
        let mut out = vec![b'{'];
        if protocol != Protocol::RestJson {
            json::key(&mut out, "__type");
            json::raw(&mut out, self.name());
        }
        json::key(&mut out, self.message_name());
        json::raw(&mut out, &self.failure.message);
        match &self.known {
            Some(known) => json::fields(&mut out, known.service, self.body_members(known), &self.fields()),
            None => self.failure.fields.iter().for_each(|(name, value)| {
                json::key(&mut out, name);
                json::raw(&mut out, value);
            }),
        }
        out.push(b'}');
        let mut response = respond(self.status(), json_type(protocol), out);
        if protocol == Protocol::RestJson {
            insert(&mut response.headers, "x-amzn-errortype", self.name());
            self.outside_of_the_body(&mut response);
        }
        response
    }

    fn cbor(&self) -> Response {
        let text = |text: &str| Cbor::Text(text.to_owned());
        let mut entries = vec![(text("__type"), text(self.name())), (text(self.message_name()), text(&self.failure.message))];
        if let Some(known) = &self.known {
            entries.extend(cbor::members(known.service, known.structure, &self.fields()));
        }
        let mut response = respond(self.status(), "application/cbor", cbor::bytes(&Cbor::Map(entries)));
        insert(&mut response.headers, "smithy-protocol", "rpc-v2-cbor");
        response
    }

    fn xml_members(&self) -> String {
        let own = self.known.as_ref().and_then(|k| k.structure.error.as_ref()?.code);
        let mut text = xml::leaf("Code", own.unwrap_or(&self.failure.code));
        text.push_str(&xml::leaf("Message", &self.failure.message));
        if let Some(known) = &self.known {
            let mut writer = xml::Writer::fragment(known.service);
            writer.members(self.body_members(known), &self.fields());
            text.push_str(&writer.into_text());
        }
        text
    }

    /// The members of the error's shape that are neither its text nor outside of the body.
    fn body_members<'k>(&self, known: &'k Known) -> impl Iterator<Item = &'k Member> {
        known.structure.body().filter(|m| !is_message(known.service, m))
    }

    fn outside_of_the_body(&self, response: &mut Response) {
        let Some(known) = &self.known else { return };
        for member in known.structure.members.iter().filter(|m| m.place != Place::Body) {
            if let Some(value) = self.failure.fields.get(member.name) {
                rest::place(known.service, member, value, response);
            }
        }
    }

    /// The further members, as a value.
    fn fields(&self) -> Value {
        Value::Object(self.failure.fields.clone())
    }

    /// The name of the error's shape, which JSON clients decide by.
    fn name(&self) -> &str {
        self.known.as_ref().map_or(&self.failure.code, |k| k.shape.name)
    }

    fn message_name(&self) -> &'static str {
        let member = self
            .known
            .as_ref()
            .and_then(|k| k.structure.members.iter().find(|m| is_message(k.service, m)).map(|m| k.service.wire_name(m)));
        member.unwrap_or("message")
    }

    fn status(&self) -> u16 {
        let own = self.known.as_ref().and_then(|k| k.structure.error.as_ref()?.status);
        own.unwrap_or(self.failure.status)
    }
}
