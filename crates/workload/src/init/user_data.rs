//! What to do with user data: the form it has, and where its script lies in the machine.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Where cloud-init keeps the scripts of user data.
const FOLDER: &str = "/var/lib/cloud/instance/scripts";

/// The form of user data (the forms are those of cloud-init).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum UserData<'a> {
    Nothing,
    /// Begins with `#!` and is run by the interpreter named there.
    Script(&'a [u8]),
    /// A form that we know and do not run, or none that anyone knows.
    Unsupported(&'static str),
}

impl<'a> UserData<'a> {
    pub(super) fn classify(bytes: &'a [u8]) -> Self {
        const KNOWN: [(&[u8], &str); 8] = [
            (b"#cloud-config", "a cloud-config document"),
            (b"#cloud-boothook", "a cloud boothook"),
            (b"#include", "an include list"),
            (b"## template:", "a template"),
            (b"#upstart-job", "an upstart job"),
            (b"Content-Type:", "a MIME archive"),
            (b"MIME-Version:", "a MIME archive"),
            (&[0x1f, 0x8b], "gzip-compressed"),
        ];
        if bytes.iter().all(u8::is_ascii_whitespace) {
            Self::Nothing
        } else if bytes.starts_with(b"#!") {
            Self::Script(bytes)
        } else {
            let known = KNOWN.iter().find(|(start, _)| bytes.starts_with(start));
            Self::Unsupported(known.map_or("in a form that is not known", |(_, name)| name))
        }
    }
}

/// Writes the script where cloud-init would, for root only, ready to be executed.
pub(super) fn write_script(script: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o755).create(FOLDER)?;
    let path = Path::new(FOLDER).join("part-001");
    let draft = Path::new(FOLDER).join(".part-001");
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o700).open(&draft)?;
    file.write_all(script)?;
    drop(file);
    fs::rename(draft, &path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_begins_with_its_interpreter() {
        assert_eq!(UserData::classify(b"#!/bin/sh\necho"), UserData::Script(b"#!/bin/sh\necho"));
    }

    #[test]
    fn blank_user_data_is_nothing() {
        assert_eq!(UserData::classify(b""), UserData::Nothing);
        assert_eq!(UserData::classify(b" \n"), UserData::Nothing);
    }

    #[test]
    fn what_is_not_run_is_named() {
        assert_eq!(UserData::classify(b"#cloud-config\npackages: []"), UserData::Unsupported("a cloud-config document"));
        assert_eq!(UserData::classify(&[0x1f, 0x8b, 8]), UserData::Unsupported("gzip-compressed"));
        assert_eq!(UserData::classify(b"echo hi"), UserData::Unsupported("in a form that is not known"));
    }
}
