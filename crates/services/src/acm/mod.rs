//! ACM: certificates that are asked for, verified by public DNS and issued here, or imported.

mod delete_certificate;
mod describe_certificate;
mod encrypted_key;
mod export_certificate;
mod find;
mod get_certificate;
mod import_certificate;
mod list_certificates;
mod request_certificate;
mod tag;
#[cfg(test)]
mod tests;
mod update_certificate_options;
mod wish;

use crate::operation::operation;
use crate::{Operation, Service};

/// ACM.
pub const SERVICE: Service = Service { name: "acm", action_prefix: "acm", operations: &[OPERATIONS, tag::OPERATIONS] };

/// The operations.
const OPERATIONS: &[Operation] = &[
    operation!(write "RequestCertificate" request_certificate::request_certificate),
    operation!(write "ImportCertificate" import_certificate::import_certificate),
    operation!(read "DescribeCertificate" describe_certificate::describe_certificate),
    operation!(read "ListCertificates" list_certificates::list_certificates),
    operation!(read "GetCertificate" get_certificate::get_certificate),
    operation!(write "ExportCertificate" export_certificate::export_certificate),
    operation!(write "UpdateCertificateOptions" update_certificate_options::update_certificate_options),
    operation!(write "DeleteCertificate" delete_certificate::delete_certificate),
];
