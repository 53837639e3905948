//! A zip file that is written sequentially: the sizes and checksum of an entry follow its data (APPNOTE 4.3.9, "data
//! descriptor"). It supports what a workbook needs: no directories, and no 64-bit sizes, which some spreadsheets refuse.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::too_large::too_large;
use crate::domain::export::WriteError;

/// Sizes follow the data; names are UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// Version 2.0 of the format, the first with deflate.
const VERSION: u16 = 20;
const DEFLATE: u16 = 8;
/// 1 January 1980. Every file has this date, so that the same rows make the same file.
const DATE: u16 = 1 << 5 | 1;
/// Compressed bytes that are moved to the output at once.
const BATCH: usize = 64 << 10;

/// The entries written so far, and the one that is open.
#[derive(Debug, Default)]
pub(super) struct Zip {
    written: u64,
    entries: Vec<ZipEntry>,
    open: Option<OpenEntry>,
}

#[derive(Debug)]
struct ZipEntry {
    name: String,
    at: u32,
    sum: u32,
    packed: u32,
    size: u32,
}

#[derive(Debug)]
struct OpenEntry {
    name: String,
    at: u64,
    data: u64,
    sum: Crc,
    size: u64,
    packer: DeflateEncoder<Vec<u8>>,
}

impl Zip {
    pub(super) fn begin(&mut self, name: &str, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let at = self.written;
        let mut head = Vec::new();
        put32(&[0x0403_4b50], &mut head);
        common(&mut head);
        // Checksum, compressed size and size follow the data.
        put32(&[0, 0, 0], &mut head);
        put16(&[length(name)?], &mut head);
        put16(&[0], &mut head);
        head.extend_from_slice(name.as_bytes());
        self.put(&head, out);
        let packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        self.open = Some(OpenEntry { name: name.to_owned(), at, data: self.written, sum: Crc::new(), size: 0, packer });
        Ok(())
    }

    /// Adds bytes to the open entry.
    pub(super) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.sum.update(bytes);
        open.size += bytes.len() as u64;
        open.packer.write_all(bytes)?;
        if open.packer.get_ref().len() >= BATCH {
            self.written += open.packer.get_ref().len() as u64;
            out.append(open.packer.get_mut());
        }
        Ok(())
    }

    /// Ends the open entry.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let rest = open.packer.finish()?;
        self.put(&rest, out);
        let entry = ZipEntry {
            name: open.name,
            at: four(open.at)?,
            sum: open.sum.sum(),
            packed: four(self.written - open.data)?,
            size: four(open.size)?,
        };
        let mut descriptor = Vec::new();
        put32(&[0x0807_4b50, entry.sum, entry.packed, entry.size], &mut descriptor);
        self.put(&descriptor, out);
        self.entries.push(entry);
        Ok(())
    }

    pub(super) fn whole(&mut self, name: &str, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.begin(name, out)?;
        self.write(bytes, out)?;
        self.end(out)
    }

    /// Writes the central directory.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let at = self.written;
        let mut list = Vec::new();
        for entry in &self.entries {
            put32(&[0x0201_4b50], &mut list);
            put16(&[VERSION], &mut list);
            common(&mut list);
            put32(&[entry.sum, entry.packed, entry.size], &mut list);
            put16(&[length(&entry.name)?], &mut list);
            // No extra field, no comment, first disk, no attributes.
            put16(&[0, 0, 0, 0], &mut list);
            put32(&[0], &mut list);
            put32(&[entry.at], &mut list);
            list.extend_from_slice(entry.name.as_bytes());
        }
        let (size, count) = (list.len() as u64, two(self.entries.len())?);
        put32(&[0x0605_4b50], &mut list);
        put16(&[0, 0, count, count], &mut list);
        put32(&[four(size)?, four(at)?], &mut list);
        put16(&[0], &mut list);
        self.put(&list, out);
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.written += bytes.len() as u64;
        out.extend_from_slice(bytes);
    }
}

/// Writes the fields that an entry and the central directory share.
fn common(out: &mut Vec<u8>) {
    put16(&[VERSION, FLAGS, DEFLATE, 0, DATE], out);
}

fn put16(numbers: &[u16], out: &mut Vec<u8>) {
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put32(numbers: &[u32], out: &mut Vec<u8>) {
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn length(name: &str) -> Result<u16, WriteError> {
    two(name.len())
}

fn two(number: usize) -> Result<u16, WriteError> {
    u16::try_from(number).ok().filter(|number| *number < u16::MAX).ok_or_else(over_4_gib)
}

/// Converts a size. The largest 32-bit number is reserved: it refers to a 64-bit size elsewhere.
fn four(number: u64) -> Result<u32, WriteError> {
    u32::try_from(number).ok().filter(|number| *number < u32::MAX).ok_or_else(over_4_gib)
}

fn over_4_gib() -> WriteError {
    too_large("The result is too large", "the file would exceed 4 GiB".into())
}
