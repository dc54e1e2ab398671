//! The daemon's own program, by a name that no upgrade takes away: to start a machine it is executed again.

use std::fs;
use std::io;
use std::path::Path;

/// Keeps the program that runs at `place`: the same file if it can be, else a copy.
///
/// # Errors
/// When it cannot be put there.
pub fn keep(place: &Path) -> io::Result<()> {
    let running = std::env::current_exe()?;
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::hard_link(&running, place).or_else(|_| fs::copy(&running, place).map(drop))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_the_program_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("program");
        for _ in 0..2 {
            keep(&place).unwrap();
            assert_eq!(fs::metadata(&place).unwrap().len(), fs::metadata(std::env::current_exe().unwrap()).unwrap().len());
        }
        assert!(keep(&folder.path().join("no/such/folder")).is_err());
    }
}
