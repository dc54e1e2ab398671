//! Which paths below `/usr` a machine must not see. What the distribution put there is public; what an administrator put there may not be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Names under which programs keep credentials, wherever they lie.
const CREDENTIAL_NAMES: &[&str] = &[
    ".aws",
    ".docker",
    ".env",
    ".git-credentials",
    ".kube",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".ssh",
    "credentials.json",
];

/// The paths to hide: the host's settings, what is private below `/usr/local`, and those of `private` that lie in `/usr`.
pub(super) fn in_usr(private: &[PathBuf]) -> Vec<PathBuf> {
    let mut hidden = vec![PathBuf::from("/usr/etc"), PathBuf::from("/usr/local/etc")];
    hidden.extend(private.iter().filter(|path| path.starts_with("/usr")).cloned());
    find_private(Path::new("/usr/local"), &mut hidden);
    hidden.sort();
    hidden.dedup();
    hidden
}

/// Adds what below `folder` not everyone may read, or what is named like a credential. Links are not followed.
fn find_private(folder: &Path, hidden: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if hidden.contains(&path) {
            continue;
        }
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let named_so = entry.file_name().to_str().is_some_and(|name| CREDENTIAL_NAMES.contains(&name));
        let needed = if metadata.is_dir() { 0o005 } else { 0o004 };
        if metadata.is_symlink() {
            continue;
        }
        if named_so || metadata.permissions().mode() & needed != needed {
            hidden.push(path);
        } else if metadata.is_dir() {
            find_private(&path, hidden);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn what_only_its_owner_may_read_is_hidden_and_what_is_named_like_a_credential_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir_all(root.join("share/tool")).expect("writable");
        for (name, mode) in [("share/tool/readme", 0o644), ("share/tool/token", 0o600), ("share/.netrc", 0o644), ("tool", 0o755)]
        {
            fs::write(root.join(name), "").expect("writable");
            fs::set_permissions(root.join(name), Permissions::from_mode(mode)).expect("ours");
        }
        let mut hidden = Vec::new();
        find_private(root, &mut hidden);
        hidden.sort();
        assert_eq!(hidden, [root.join("share/.netrc"), root.join("share/tool/token")]);
    }

    #[test]
    fn our_own_folder_is_hidden_when_it_lies_in_usr() {
        let ours = PathBuf::from("/usr/var/underpass");
        assert!(in_usr(&[ours.clone(), "/var/lib/underpass".into()]).contains(&ours));
        assert!(!in_usr(&["/var/lib/underpass".into()]).iter().any(|path| path.starts_with("/var")));
    }
}
