//! The history: the access log read from its end, newest first, in bounded time. A line that cannot be read is named
//! and passed over. It writes nothing.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::access_log::{FILE_NAME, is_absent};
use crate::domain::access_log::{self, CopyRecord, Entry, ExportRecord, Line, TunnelRecord};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::HistoryEntry;

/// Bytes read in one step backwards.
const STEP: u64 = 64 << 10;
/// Bad lines that are named one by one; the rest are counted.
const NAMED: usize = 5;

/// Statements and held tunnels of the access log, newest first.
#[derive(Debug, Default, PartialEq)]
pub struct History {
    /// Begin records with their ends.
    pub past: Vec<HistoryEntry>,
    /// Records of held tunnels.
    pub tunnels: Vec<TunnelRecord>,
    /// Records of exports.
    pub exports: Vec<ExportRecord>,
    /// Records of copies.
    pub copies: Vec<CopyRecord>,
    /// Lines that could not be read, by number, and what else went wrong.
    pub problems: Vec<Problem>,
}

/// Reads at most `most` statements from the log in this state folder, and the tunnels' records behind the oldest of them. No
/// log yet is an empty history.
#[must_use]
pub fn read(state: &Path, most: usize) -> History {
    let path = state.join(FILE_NAME);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return History::default(),
        Err(error) => return unreadable(&path, &error),
    };
    match collect(file, &path, most) {
        Ok(history) => history,
        Err(error) => unreadable(&path, &error),
    }
}

/// A line that could not be read: where it starts, and why.
struct Bad {
    offset: u64,
    why: String,
}

fn collect(file: File, path: &Path, most: usize) -> std::io::Result<History> {
    let mut lines = Backwards::new(file)?;
    let mut ends: HashMap<String, Entry> = HashMap::new();
    let mut past = Vec::new();
    let mut tunnels = Vec::new();
    let (mut exports, mut copies) = (Vec::new(), Vec::new());
    let mut bad = Vec::new();
    while past.len() < most {
        let Some((offset, line)) = lines.next_back()? else { break };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        match access_log::read(&text) {
            Ok(Line::Begin(begin)) => {
                let end = ends.remove(&begin.id);
                past.push(HistoryEntry { begin, end });
            }
            Ok(Line::End(entry)) => {
                ends.insert(entry.id.clone(), entry);
            }
            Ok(Line::Tunnel(record)) => tunnels.push(record),
            Ok(Line::Export(record)) => exports.push(record),
            Ok(Line::Copy(record)) => copies.push(record),
            Err(why) => bad.push(Bad { offset, why: why.to_string() }),
        }
    }
    let problems = name_bad_lines(path, &bad)?;
    Ok(History { past, tunnels, exports, copies, problems })
}

/// Names bad lines by number, as an editor counts. Costs one pass over the file, and only when there are any.
fn name_bad_lines(path: &Path, bad: &[Bad]) -> std::io::Result<Vec<Problem>> {
    let Some(farthest) = bad.iter().take(NAMED).map(|bad| bad.offset).max() else { return Ok(Vec::new()) };
    let numbers = line_numbers(path, &bad.iter().take(NAMED).map(|bad| bad.offset).collect::<Vec<_>>(), farthest)?;
    let mut problems: Vec<Problem> = bad
        .iter()
        .zip(numbers)
        .map(|(bad, number)| {
            Problem::new(ProblemKind::Local, format!("{}: line {number} cannot be read", path.display()))
                .because(bad.why.clone())
                .hint("the other lines are still there; the log itself is never changed")
        })
        .collect();
    if bad.len() > NAMED {
        let more = bad.len() - NAMED;
        problems
            .push(Problem::new(ProblemKind::Local, format!("{}: {more} more lines cannot be read", path.display())));
    }
    Ok(problems)
}

/// The 1-based line numbers of these byte offsets.
fn line_numbers(path: &Path, offsets: &[u64], farthest: u64) -> std::io::Result<Vec<u64>> {
    let mut numbers = vec![1_u64; offsets.len()];
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?.take(farthest));
    let mut at = 0_u64;
    let mut block = vec![0_u8; 1 << 16];
    loop {
        let count = reader.read(&mut block)?;
        if count == 0 {
            return Ok(numbers);
        }
        for byte in block.iter().take(count) {
            if *byte == b'\n' {
                for (offset, number) in offsets.iter().zip(&mut numbers) {
                    *number += u64::from(at < *offset);
                }
            }
            at += 1;
        }
    }
}

/// Reads a file's lines from the last to the first, at most [`limits::HISTORY_BYTES`] of it.
struct Backwards {
    file: File,
    /// Where `rest` starts in the file.
    start: u64,
    /// Nothing before this is read.
    floor: u64,
    /// Bytes read and not yet handed out.
    rest: Vec<u8>,
    /// How much of `rest`'s end is known to hold no line break.
    searched: usize,
}

impl Backwards {
    fn new(file: File) -> std::io::Result<Self> {
        let length = file.metadata()?.len();
        let floor = length.saturating_sub(limits::HISTORY_BYTES);
        Ok(Self { file, start: length, floor, rest: Vec::new(), searched: 0 })
    }

    /// The next line towards the beginning, with the offset at which it starts. The one cut by the bound is left out.
    fn next_back(&mut self) -> std::io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let unsearched = self.rest.len() - self.searched;
            if let Some(at) = self.rest.iter().take(unsearched).rposition(|byte| *byte == b'\n') {
                let line = self.rest.split_off(at + 1);
                // The break itself ends the line before.
                self.rest.truncate(at);
                self.searched = 0;
                return Ok(Some((self.start + at as u64 + 1, line)));
            }
            self.searched = self.rest.len();
            if self.start == self.floor {
                let line = std::mem::take(&mut self.rest);
                self.searched = 0;
                let is_whole = self.floor == 0 && !line.is_empty();
                return Ok(is_whole.then_some((0, line)));
            }
            self.step()?;
        }
    }

    fn step(&mut self) -> std::io::Result<()> {
        let length = STEP.max(self.rest.len() as u64).min(self.start - self.floor);
        self.start -= length;
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut block = Vec::new();
        (&mut self.file).take(length).read_to_end(&mut block)?;
        block.append(&mut self.rest);
        self.rest = block;
        Ok(())
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> History {
    let problem = Problem::new(ProblemKind::Local, format!("The access log {} cannot be read", path.display()))
        .because(error.to_string())
        .hint("make the file readable by you");
    History { problems: vec![problem], ..History::default() }
}
