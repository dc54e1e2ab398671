//! A service's model in memory: operations and shapes, names borrowed from the embedded text, references as numbers.

mod load;
mod route;
mod rules;

pub(crate) use route::{Route, matched};
pub(crate) use rules::{Bounds, Text};

use crate::protocol::Protocol;
use crate::timestamp::TimeFormat;

/// A service as its model describes it.
#[derive(Debug)]
pub struct Service {
    /// The name by which botocore and the CLI know it: `elbv2`.
    pub name: &'static str,
    /// The name in a signature's scope: `elasticloadbalancing`.
    pub signing_name: &'static str,
    /// The first label of its host name.
    pub endpoint_prefix: &'static str,
    /// The version of its API: `2015-12-01`.
    pub version: &'static str,
    pub(crate) protocols: Vec<Protocol>,
    pub(crate) json_10: bool,
    pub(crate) namespace: Option<&'static str>,
    pub(crate) validation_code: Option<&'static str>,
    pub(crate) request_id_header: Option<&'static str>,
    pub(crate) bare_errors: bool,
    pub(crate) host_member: Option<&'static str>,
    pub(crate) routes: Vec<Route>,
    operations: Vec<Operation>,
    shapes: Vec<Shape>,
}

impl Service {
    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operation_index(name).map(|at| &self.operations[at])
    }

    /// All operations, by name.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The name of a shape.
    pub fn shape_name(&self, id: ShapeId) -> &'static str {
        self.shape(id).name
    }

    /// The patterns that linear-time matching cannot express, and that are therefore not checked, with their shapes' names.
    pub fn uncompiled_patterns(&self) -> Vec<(&'static str, &str)> {
        let patterns = self.shapes.iter().filter_map(|shape| match &shape.kind {
            Kind::Text(Some(text)) => Some((shape.name, text.pattern.as_ref()?)),
            _ => None,
        });
        patterns.filter(|(_, p)| p.compiled().is_none()).map(|(name, p)| (name, &*p.source)).collect()
    }

    pub(crate) fn operation_index(&self, name: &str) -> Option<usize> {
        self.operations.binary_search_by_key(&name, |op| op.name).ok()
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The structure behind an id; operations' inputs, outputs and errors are nothing else.
    pub(crate) fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id).kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// The error shape that the code names, by its name or by its code on the wire.
    pub(crate) fn error(&self, code: &str) -> Option<(&Shape, &Structure)> {
        self.shapes.iter().find_map(|shape| match &shape.kind {
            Kind::Structure(s) => {
                let error = s.error.as_ref()?;
                (shape.name == code || error.code == Some(code)).then_some((shape, &**s))
            }
            _ => None,
        })
    }

    /// How a member is written when it stands in a document of this protocol.
    pub(crate) fn wire_name(&self, member: &Member) -> &'static str {
        member.wire.or(self.shape(member.shape).wire).unwrap_or(member.name)
    }

    /// Whether the list or map behind a member repeats in its parent instead of having an element of its own.
    pub(crate) fn is_flat(&self, member: &Member) -> bool {
        member.flat || self.shape(member.shape).flat
    }

    /// The timestamp format of a member, when the model names one.
    pub(crate) fn time_format(&self, member: &Member) -> Option<TimeFormat> {
        member.time.or(self.shape(member.shape).time)
    }
}

/// How a member is written when flat lists take their element's name, as they do in forms and XML.
pub(crate) fn flat_name(service: &Service, member: &Member) -> &'static str {
    match &service.shape(member.shape).kind {
        Kind::List(list) if service.is_flat(member) => list.member.wire.unwrap_or_else(|| service.wire_name(member)),
        _ => service.wire_name(member),
    }
}

/// An operation of a service.
#[derive(Debug)]
pub struct Operation {
    /// Its name: `CreateVpcEndpoint`.
    pub name: &'static str,
    /// The shape of its input; `None` when it takes nothing.
    pub input: Option<ShapeId>,
    /// The shape of its output; `None` when it answers nothing.
    pub output: Option<ShapeId>,
    /// Whether AWS accepts it without a signature.
    pub unsigned: bool,
    /// Whether its model says that it only reads.
    pub readonly: bool,
    /// How it is paged, when it is.
    pub pages: Option<Box<Pages>>,
    pub(crate) status: u16,
    pub(crate) result: Option<&'static str>,
}

/// Which members carry the paging of an operation.
#[derive(Debug)]
pub struct Pages {
    /// The input members that carry the token.
    pub input: Vec<&'static str>,
    /// The output members that carry the next one (JMESPath where a name is not enough).
    pub output: Vec<&'static str>,
    /// The input member that bounds a page.
    pub limit: Option<&'static str>,
    /// The output members that are paged.
    pub result: Vec<&'static str>,
}

/// A shape within its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeId(u32);

/// A named type.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) wire: Option<&'static str>,
    pub(crate) flat: bool,
    pub(crate) time: Option<TimeFormat>,
}

/// What a shape is, with its constraints.
#[derive(Debug)]
pub(crate) enum Kind {
    Structure(Box<Structure>),
    List(Box<List>),
    Map(Box<Map>),
    Text(Option<Box<Text>>),
    Blob(Option<Box<Bounds>>),
    Integer(Option<Box<Bounds>>),
    Float(Option<Box<Bounds>>),
    Boolean,
    Timestamp,
    /// Free JSON.
    Document,
}

/// A shape with named members.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) members: Box<[Member]>,
    pub(crate) payload: Option<&'static str>,
    pub(crate) union: bool,
    pub(crate) unwrapped: bool,
    pub(crate) namespace: Option<&'static str>,
    pub(crate) error: Option<ErrorTrait>,
}

impl Structure {
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.name == name)
    }

    /// The members that travel in the body, when there is no payload member.
    pub(crate) fn body(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|m| m.place == Place::Body)
    }

    /// The member that is the whole body.
    pub(crate) fn payload(&self) -> Option<&Member> {
        self.payload.and_then(|name| self.member(name))
    }
}

/// What makes a structure an error.
#[derive(Debug)]
pub(crate) struct ErrorTrait {
    pub(crate) code: Option<&'static str>,
    pub(crate) status: Option<u16>,
}

/// A sequence.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) member: Member,
    pub(crate) bounds: Bounds,
}

/// A mapping from text.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) key: Member,
    pub(crate) value: Member,
    pub(crate) bounds: Bounds,
}

/// A use of a shape.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: ShapeId,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) flat: bool,
    pub(crate) attribute: bool,
    pub(crate) time: Option<TimeFormat>,
    pub(crate) wire: Option<&'static str>,
    pub(crate) query: Option<&'static str>,
    pub(crate) namespace: Option<&'static str>,
}

/// Where in a request or response a member travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) enum Place {
    #[default]
    Body,
    #[serde(rename = "header")]
    Header,
    #[serde(rename = "headers")]
    Headers,
    #[serde(rename = "querystring")]
    Query,
    #[serde(rename = "uri")]
    Label,
    #[serde(rename = "statusCode")]
    Status,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::registry::Models;

    fn member<'s>(service: &'s Service, shape: &str, name: &str) -> &'s Member {
        let found = service.shapes.iter().find(|s| s.name == shape).unwrap();
        let Kind::Structure(structure) = &found.kind else { panic!("{shape} is no structure") };
        structure.member(name).unwrap()
    }

    #[test]
    fn names_on_the_wire_come_from_the_use_then_the_shape_then_the_model() {
        let ec2 = Models::new().service("ec2").unwrap();
        assert_eq!(ec2.wire_name(member(&ec2, "Vpc", "VpcId")), "vpcId");
        assert_eq!(ec2.wire_name(member(&ec2, "CreateVpcRequest", "CidrBlock")), "CidrBlock");
        let s3 = Models::new().service("s3").unwrap();
        let objects = member(&s3, "Delete", "Objects");
        assert!(s3.is_flat(objects));
        assert_eq!((s3.wire_name(objects), flat_name(&s3, objects)), ("Object", "Object"));
    }

    #[test]
    fn operations_are_found_by_name_and_know_their_shapes() {
        let models = Models::new();
        let ec2 = models.service("ec2").unwrap();
        let describe = ec2.operation("DescribeVpcs").unwrap();
        assert_eq!(describe.input.map(|id| ec2.shape_name(id)), Some("DescribeVpcsRequest"));
        assert_eq!(describe.output.map(|id| ec2.shape_name(id)), Some("DescribeVpcsResult"));
        assert!(ec2.operation("DescribeVpc").is_none());
        assert!(ec2.operations().len() > 700);
        assert!(ec2.operations().windows(2).all(|two| two[0].name < two[1].name));
    }

    #[test]
    fn pages_say_which_members_carry_them() {
        let models = Models::new();
        let ec2 = models.service("ec2").unwrap();
        let pages = ec2.operation("DescribeVpcs").unwrap().pages.as_ref().unwrap();
        assert_eq!((&pages.input[..], &pages.output[..]), (&["NextToken"][..], &["NextToken"][..]));
        assert_eq!((pages.limit, &pages.result[..]), (Some("MaxResults"), &["Vpcs"][..]));
        assert!(ec2.operation("CreateVpc").unwrap().pages.is_none());
    }

    #[test]
    fn operations_that_need_no_signature_are_marked() {
        let models = Models::new();
        let unsigned = |service: &str, name: &str| models.service(service).unwrap().operation(name).unwrap().unsigned;
        assert!(unsigned("sts", "AssumeRoleWithWebIdentity"));
        assert!(unsigned("cognito-idp", "InitiateAuth"));
        assert!(!unsigned("sts", "AssumeRole"));
    }

    #[test]
    fn errors_are_found_by_shape_and_by_code() {
        let elb = Models::new().service("elbv2").unwrap();
        let (by_shape, _) = elb.error("DuplicateLoadBalancerNameException").unwrap();
        let (by_code, structure) = elb.error("DuplicateLoadBalancerName").unwrap();
        assert_eq!(by_shape.name, by_code.name);
        assert_eq!(structure.error.as_ref().unwrap().status, Some(400));
        assert!(elb.error("Unheard").is_none());
        assert!(elb.error("LoadBalancer").is_none());
    }

    #[test]
    fn what_the_patches_correct_is_correct() {
        let models = Models::new();
        let namespace = |name: &str| models.service(name).unwrap().namespace;
        assert_eq!(namespace("ec2"), Some("http://ec2.amazonaws.com/doc/2016-11-15/"));
        assert_eq!(namespace("route53"), Some("https://route53.amazonaws.com/doc/2013-04-01/"));
        let s3 = models.service("s3").unwrap();
        assert!(s3.bare_errors);
        assert_eq!((s3.host_member, s3.request_id_header), (Some("Bucket"), Some("x-amz-request-id")));
        assert!(s3.operation("PutBucketLifecycle").is_none());
    }
}
