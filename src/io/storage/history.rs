//! The history: reads the access log from its end, newest first, in bounded time. A line that cannot be read is reported and
//! skipped.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::access_log::{FILE_NAME, is_not_found};
use crate::domain::access_log::{self, CopyRecord, EndRecord, ExportRecord, LogRecord, TunnelRecord};
use crate::domain::calendar::{LocalMinute, days_of};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::HistoryEntry;

/// Bytes read at a time.
const BLOCK_BYTES: u64 = 64 << 10;
/// How many bad lines are reported one by one; the others are counted.
const REPORTED: usize = 5;

/// The records of the access log, newest first.
#[derive(Debug, Default, PartialEq)]
pub struct History {
    /// Statements: begin records with their ends.
    pub statements: Vec<HistoryEntry>,
    pub tunnels: Vec<TunnelRecord>,
    pub exports: Vec<ExportRecord>,
    pub copies: Vec<CopyRecord>,
    /// Lines that cannot be read, and other problems.
    pub problems: Vec<Problem>,
}

/// Reads at most `max` statements from the log in this state directory, and the other records that are newer than the oldest of
/// them. Without a log, the history is empty.
#[must_use]
pub fn read(state: &Path, max: usize) -> History {
    let path = state.join(FILE_NAME);
    let file = match open(&path) {
        Ok(file) => file,
        Err(error) if is_not_found(&error) => return History::default(),
        Err(error) => return unreadable(&path, &error),
    };
    match collect(file, &path, max) {
        Ok(history) => history,
        Err(error) => unreadable(&path, &error),
    }
}

/// Opens the log. What is no regular file is refused, because reading a pipe could wait without end.
fn open(path: &Path) -> std::io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

/// A line that cannot be read: its byte offset, and the reason.
struct BadLine {
    offset: u64,
    why: String,
}

fn collect(file: File, path: &Path, max: usize) -> std::io::Result<History> {
    let mut lines = BackwardLines::new(file)?;
    let mut ends: HashMap<String, EndRecord> = HashMap::new();
    let mut statements = Vec::new();
    let mut tunnels = Vec::new();
    let (mut exports, mut copies) = (Vec::new(), Vec::new());
    let mut bad = Vec::new();
    while statements.len() < max {
        let Some((offset, line)) = lines.next_back()? else { break };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        match access_log::read(&text) {
            Ok(LogRecord::Begin(begin)) => {
                let end = ends.remove(&begin.id);
                let (local_time, began) = (local_time(&begin.time), local_minute(&begin.time));
                statements.push(HistoryEntry { begin, local_time, began, end });
            }
            Ok(LogRecord::End(entry)) => {
                ends.insert(entry.id.clone(), entry);
            }
            Ok(LogRecord::Tunnel(record)) => tunnels.push(record),
            Ok(LogRecord::Export(record)) => exports.push(record),
            Ok(LogRecord::Copy(record)) => copies.push(record),
            Err(why) => bad.push(BadLine { offset, why: why.to_string() }),
        }
    }
    let problems = report_bad_lines(path, &bad)?;
    Ok(History { statements, tunnels, exports, copies, problems })
}

/// Reports bad lines by line number. Reads the file once, and only if there are bad lines.
fn report_bad_lines(path: &Path, bad: &[BadLine]) -> std::io::Result<Vec<Problem>> {
    let Some(farthest) = bad.iter().take(REPORTED).map(|bad| bad.offset).max() else { return Ok(Vec::new()) };
    let numbers = line_numbers(path, &bad.iter().take(REPORTED).map(|bad| bad.offset).collect::<Vec<_>>(), farthest)?;
    let mut problems: Vec<Problem> = bad
        .iter()
        .zip(numbers)
        .map(|(bad, number)| {
            Problem::new(ProblemKind::Local, format!("{}: line {number} cannot be read", path.display()))
                .because(bad.why.clone())
                .hint("the other lines are readable; rrx never changes the log")
        })
        .collect();
    if bad.len() > REPORTED {
        let more = bad.len() - REPORTED;
        problems
            .push(Problem::new(ProblemKind::Local, format!("{}: {more} more lines cannot be read", path.display())));
    }
    Ok(problems)
}

/// Returns the line numbers of these byte offsets, from 1.
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
struct BackwardLines {
    file: File,
    /// Where `rest` starts in the file.
    start: u64,
    /// Nothing before this offset is read.
    limit: u64,
    /// Bytes that were read and not yet returned.
    rest: Vec<u8>,
    /// How many bytes at the end of `rest` are known to contain no line break.
    searched: usize,
}

impl BackwardLines {
    fn new(file: File) -> std::io::Result<Self> {
        let length = file.metadata()?.len();
        let limit = length.saturating_sub(limits::HISTORY_BYTES);
        Ok(Self { file, start: length, limit, rest: Vec::new(), searched: 0 })
    }

    /// Returns the previous line and its offset. The line that the limit cuts is skipped.
    fn next_back(&mut self) -> std::io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let unsearched = self.rest.len() - self.searched;
            if let Some(at) = self.rest.iter().take(unsearched).rposition(|byte| *byte == b'\n') {
                let line = self.rest.split_off(at + 1);
                // The line break belongs to the line before.
                self.rest.truncate(at);
                self.searched = 0;
                return Ok(Some((self.start + at as u64 + 1, line)));
            }
            self.searched = self.rest.len();
            if self.start == self.limit {
                let line = std::mem::take(&mut self.rest);
                self.searched = 0;
                let is_complete = self.limit == 0 && !line.is_empty();
                return Ok(is_complete.then_some((0, line)));
            }
            self.read_block()?;
        }
    }

    fn read_block(&mut self) -> std::io::Result<()> {
        let length = BLOCK_BYTES.max(self.rest.len() as u64).min(self.start - self.limit);
        self.start -= length;
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut block = Vec::new();
        (&mut self.file).take(length).read_to_end(&mut block)?;
        block.append(&mut self.rest);
        self.rest = block;
        Ok(())
    }
}

/// Formats a time of the log in the time zone of this machine. A time that is not one is returned unchanged.
fn local_time(utc: &str) -> String {
    match utc.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(TimeZone::system()).strftime("%m-%d %H:%M %Z").to_string(),
        Err(_) => utc.to_owned(),
    }
}

/// Returns a time of the log as a minute in the time zone of this machine; `None` if it is not a time.
fn local_minute(utc: &str) -> Option<LocalMinute> {
    let local = utc.parse::<Timestamp>().ok()?.to_zoned(TimeZone::system());
    let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    Some(LocalMinute { day: day_number(&local), minute })
}

/// Returns the day of this time in the time zone of this machine, as days since 1970-01-01.
#[must_use]
pub(super) fn today(now: Timestamp) -> i64 {
    day_number(&now.to_zoned(TimeZone::system()))
}

fn day_number(local: &Zoned) -> i64 {
    days_of(local.year().into(), local.month().into(), local.day().into())
}

fn unreadable(path: &Path, error: &std::io::Error) -> History {
    let problem = Problem::new(ProblemKind::Local, format!("The access log {} cannot be read", path.display()))
        .because(error.to_string())
        .hint("make the file readable for you");
    History { problems: vec![problem], ..History::default() }
}
