//! A machine's console: two files that are filled in turn, so that at least the last 64 KiB are kept and no more than twice that.
//!
//! Each file begins with its turn as eight little-endian bytes. The writer holds only open files, never a folder, because
//! it lives inside the machine. The reader takes no lock: it looks at the turns before and after, and again if they moved.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use crate::layout::Layout;

/// How much of the past is always kept, in bytes.
pub(crate) const KEPT: u64 = 64 * 1024;
const HEADER: u64 = 8;

/// The writing end. One per machine.
#[derive(Debug)]
pub(crate) struct ConsoleWriter {
    files: [File; 2],
    turns: [u64; 2],
    active: usize,
    length: u64,
}

impl ConsoleWriter {
    /// Opens the console to go on after what earlier boots printed.
    pub(crate) fn open(layout: &Layout) -> io::Result<Self> {
        let open = |path| OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
        let [first, second] = layout.console();
        let files = [open(first)?, open(second)?];
        let mut turns = [turn(&files[0])?, turn(&files[1])?];
        let active = usize::from(turns[1] > turns[0]);
        if turns[active] == 0 {
            turns[active] = 1;
            files[active].write_all_at(&1_u64.to_le_bytes(), 0)?;
        }
        let length = files[active].metadata()?.len().saturating_sub(HEADER);
        Ok(Self { files, turns, active, length })
    }

    /// Appends what was printed.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.length >= KEPT {
                self.turn_over()?;
            }
            let room = usize::try_from(KEPT - self.length).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.files[self.active].write_all_at(now, HEADER + self.length)?;
            self.length += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    fn turn_over(&mut self) -> io::Result<()> {
        let next = 1 - self.active;
        self.turns[next] = self.turns[self.active] + 1;
        self.files[next].set_len(0)?;
        self.files[next].write_all_at(&self.turns[next].to_le_bytes(), 0)?;
        self.active = next;
        self.length = 0;
        Ok(())
    }
}

/// The last `max_bytes` that the machine printed, over all its boots.
pub(crate) fn read(layout: &Layout, max_bytes: usize) -> io::Result<Vec<u8>> {
    const ATTEMPTS: usize = 8;
    let mut printed = Vec::new();
    for _ in 0..ATTEMPTS {
        let Some(files) = open_for_reading(layout)? else { return Ok(Vec::new()) };
        let before = [turn(&files[0])?, turn(&files[1])?];
        let newer = usize::from(before[1] > before[0]);
        printed = tail(&files[1 - newer])?;
        printed.extend(tail(&files[newer])?);
        if [turn(&files[0])?, turn(&files[1])?] == before {
            break;
        }
    }
    let surplus = printed.len().saturating_sub(max_bytes);
    Ok(printed.split_off(surplus))
}

fn open_for_reading(layout: &Layout) -> io::Result<Option<[File; 2]>> {
    let [first, second] = layout.console();
    match (File::open(first), File::open(second)) {
        (Ok(first), Ok(second)) => Ok(Some([first, second])),
        (Err(error), _) | (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The turn of a file; 0 for one that was never used.
fn turn(file: &File) -> io::Result<u64> {
    let mut header = [0; HEADER as usize];
    match file.read_exact_at(&mut header, 0) {
        Ok(()) => Ok(u64::from_le_bytes(header)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        Err(error) => Err(error),
    }
}

/// The content of one file, at most [`KEPT`] even if someone in the machine made it longer.
fn tail(file: &File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len().saturating_sub(HEADER).min(KEPT);
    let mut content = vec![0; usize::try_from(length).unwrap_or(0)];
    let mut filled = 0;
    while filled < content.len() {
        match file.read_at(&mut content[filled..], HEADER + filled as u64)? {
            0 => break,
            n => filled += n,
        }
    }
    content.truncate(filled);
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::at(folder.path());
        (folder, layout)
    }

    #[test]
    fn a_machine_that_never_ran_has_printed_nothing() {
        let (_folder, layout) = console();
        assert_eq!(read(&layout, 100).expect("readable"), b"");
    }

    #[test]
    fn the_end_is_what_counts() {
        let (_folder, layout) = console();
        ConsoleWriter::open(&layout).expect("writable").write(b"one\ntwo\n").expect("writable");
        assert_eq!(read(&layout, 4).expect("readable"), b"two\n");
    }

    #[test]
    fn a_second_boot_goes_on_where_the_first_ended() {
        let (_folder, layout) = console();
        for line in ["first\n", "second\n", "third\n"] {
            ConsoleWriter::open(&layout).expect("writable").write(line.as_bytes()).expect("writable");
        }
        assert_eq!(read(&layout, 1000).expect("readable"), b"first\nsecond\nthird\n");
    }

    #[test]
    fn a_flood_keeps_the_last_64_kib_and_never_more_than_twice_that() {
        let (_folder, layout) = console();
        let mut writer = ConsoleWriter::open(&layout).expect("writable");
        let mut all = Vec::new();
        for number in 0..40_000 {
            let line = format!("line {number}\n");
            writer.write(line.as_bytes()).expect("writable");
            all.extend_from_slice(line.as_bytes());
        }
        let kept = read(&layout, usize::MAX).expect("readable");
        assert!(kept.len() as u64 >= KEPT && kept.len() as u64 <= 2 * KEPT, "{}", kept.len());
        assert!(all.ends_with(&kept));
        for file in layout.console() {
            assert!(std::fs::metadata(file).expect("exists").len() <= KEPT + HEADER);
        }
    }

    #[test]
    fn one_write_larger_than_the_console_is_cut_like_many_small_ones() {
        let (_folder, layout) = console();
        let flood: Vec<u8> = (0..500_000_u32).map(|n| (n % 251) as u8).collect();
        ConsoleWriter::open(&layout).expect("writable").write(&flood).expect("writable");
        assert!(flood.ends_with(&read(&layout, usize::MAX).expect("readable")));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
        #[test]
        fn whatever_is_printed_in_whatever_pieces_the_end_of_it_is_kept(
            pieces in proptest::collection::vec((0..40_000_usize, proptest::bool::ANY), 0..12),
            wanted in 0..200_000_usize,
        ) {
            let (_folder, layout) = console();
            let mut writer = ConsoleWriter::open(&layout).expect("writable");
            let mut all = Vec::new();
            for (length, reboot) in pieces {
                let piece: Vec<u8> = (all.len()..all.len() + length).map(|n| (n % 253) as u8).collect();
                writer.write(&piece).expect("writable");
                all.extend(piece);
                if reboot {
                    writer = ConsoleWriter::open(&layout).expect("writable");
                }
            }
            let kept = read(&layout, wanted).expect("readable");
            assert!(all.ends_with(&kept));
            assert!(kept.len() >= wanted.min(all.len()).min(KEPT as usize));
        }
    }
}
