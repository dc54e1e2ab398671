//! Images. There is one: the host's programs under a fresh root. The public aliases of Amazon Linux mean it too.

use resource::BUILT_IN_IMAGE;

use crate::Error;

/// How a launch names an SSM parameter that holds an image's id.
const PARAMETER: &str = "resolve:ssm:";
/// AWS's public parameters for Amazon Linux; here all of them hold the built-in image.
const AMAZON_LINUX: &str = "/aws/service/ami-amazon-linux-latest/";

/// The image that a launch names.
///
/// # Errors
/// `InvalidAMIID.Malformed`, `InvalidAMIID.NotFound`, `InvalidParameterValue` for a parameter that we do not have.
pub fn resolve(text: &str) -> Result<&'static str, Error> {
    if let Some(parameter) = text.strip_prefix(PARAMETER) {
        return match parameter.starts_with(AMAZON_LINUX) {
            true => Ok(BUILT_IN_IMAGE),
            false => Err(Error::invalid_value(format!(
                "The SSM parameter {parameter} holds no image here; those under {AMAZON_LINUX} do."
            ))),
        };
    }
    match text.strip_prefix("ami-") {
        _ if text == BUILT_IN_IMAGE => Ok(BUILT_IN_IMAGE),
        Some(rest) if (rest.len() == 8 || rest.len() == 17) && rest.bytes().all(|b| b.is_ascii_hexdigit()) => Err(missing(text)),
        _ => Err(Error::new("InvalidAMIID.Malformed", format!("Invalid id: \"{text}\" (expecting \"ami-...\")"))),
    }
}

fn missing(id: &str) -> Error {
    let message = format!(
        "The image id '[{id}]' does not exist. underpass has {BUILT_IN_IMAGE}, also as {PARAMETER}{AMAZON_LINUX}al2023-ami-kernel-default-x86_64."
    );
    Error::new("InvalidAMIID.NotFound", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazon_linux_aliases_mean_the_built_in_image() {
        let alias = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64";
        assert_eq!(resolve(alias).ok(), Some(BUILT_IN_IMAGE));
        assert_eq!(resolve(BUILT_IN_IMAGE).ok(), Some(BUILT_IN_IMAGE));
    }

    #[test]
    fn other_images_are_refused_with_awss_codes() {
        let cases = [
            ("ami-0123456789abcdef0", "InvalidAMIID.NotFound"),
            ("debian", "InvalidAMIID.Malformed"),
            ("resolve:ssm:/mine", "InvalidParameterValue"),
        ];
        for (text, code) in cases {
            assert_eq!(resolve(text).err().map(|e| e.code).as_deref(), Some(code), "{text}");
        }
    }
}
