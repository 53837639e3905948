//! The spill file of one result: created when first needed, unlinked at once, each block encrypted.
//!
//! The file has no name, so no other program can open it, and a crash leaves at most an empty file. Blocks are
//! encrypted with AES-256-GCM under a key that was made for this file and exists in memory only. The nonce is the
//! block's number, which is never used twice. The file is closed, and its disk space freed, when the result is dropped.

use std::fs::{DirBuilder, File, OpenOptions, remove_file};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::fstatvfs;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::domain::limits::{CHUNK_BYTES, SPILL_RESERVE};
use crate::domain::quantity::byte_size;
use crate::domain::results::{BlockError, BlockRef, Blocks};

/// Stores blocks in one spill file; without a directory it stores nothing.
#[derive(Debug)]
pub(super) struct Spill {
    directory: Option<PathBuf>,
    file: Option<SpillFile>,
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct SpillFile {
    file: File,
    key: LessSafeKey,
    number: u64,
    end: u64,
}

impl Spill {
    /// Returns a spill that creates its file in this directory; with `None` it stores nothing.
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, file: None, scratch: Vec::new() }
    }
}

impl Blocks for Spill {
    fn put(&mut self, block: &[u8]) -> Result<BlockRef, BlockError> {
        let file = match &mut self.file {
            Some(file) => file,
            missing => missing.insert(SpillFile::new(self.directory.as_deref().ok_or(BlockError::Forbidden)?)?),
        };
        self.scratch.clear();
        self.scratch.extend_from_slice(block);
        let stored = file.write(&mut self.scratch);
        self.scratch.shrink_to(2 * CHUNK_BYTES);
        stored
    }

    fn get(&mut self, block: BlockRef) -> Result<Vec<u8>, BlockError> {
        self.file.as_ref().ok_or(BlockError::Missing(block.number))?.read(block)
    }
}

impl SpillFile {
    fn new(directory: &Path) -> Result<Self, BlockError> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(BlockError::Create)?;
        let random = SystemRandom::new();
        let mut bytes = Zeroizing::new([0_u8; 32]);
        random.fill(bytes.as_mut_slice()).map_err(|_| no_random())?;
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_slice()).map_err(|_| BlockError::Encryption)?;
        let mut name = [0_u8; 8];
        random.fill(&mut name).map_err(|_| no_random())?;
        let path = directory.join(format!("spill-{:016x}", u64::from_le_bytes(name)));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(BlockError::Create)?;
        remove_file(&path).map_err(BlockError::Create)?;
        tracing::debug!(directory = %directory.display(), "spill file created");
        Ok(Self { file, key: LessSafeKey::new(key), number: 0, end: 0 })
    }

    fn write(&mut self, block: &mut Vec<u8>) -> Result<BlockRef, BlockError> {
        let number = self.number;
        // Incremented after a failure too: a nonce must never be used for two texts.
        self.number += 1;
        self.key.seal_in_place_append_tag(nonce(number), Aad::empty(), block).map_err(|_| BlockError::Encryption)?;
        let length = u32::try_from(block.len()).map_err(|_| BlockError::TooLong(block.len()))?;
        self.check_free_space(u64::from(length))?;
        let offset = self.end;
        self.file.write_all_at(block, offset).map_err(|error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => BlockError::Full(error),
            _ => BlockError::Write(error),
        })?;
        self.end += u64::from(length);
        Ok(BlockRef { number, offset, length })
    }

    /// Refuses a block that would use the space reserved for other files. If the system does not report the free space, the
    /// write itself decides.
    #[allow(clippy::useless_conversion, reason = "blocks are counted in 32 bits on macOS")]
    fn check_free_space(&self, length: u64) -> Result<(), BlockError> {
        let Ok(disk) = fstatvfs(&self.file) else { return Ok(()) };
        let free = u64::from(disk.blocks_available()).saturating_mul(u64::from(disk.fragment_size()));
        if free >= SPILL_RESERVE.saturating_add(length) {
            return Ok(());
        }
        let (free, reserve) = (byte_size(free, 1024), byte_size(SPILL_RESERVE, 1024));
        let why = format!("{free} are free, and {reserve} are reserved for worksheets and the access log");
        Err(BlockError::Full(Error::new(ErrorKind::StorageFull, why)))
    }

    fn read(&self, block: BlockRef) -> Result<Vec<u8>, BlockError> {
        let mut bytes = vec![0; block.length as usize];
        self.file.read_exact_at(&mut bytes, block.offset).map_err(BlockError::Read)?;
        let opened = self.key.open_in_place(nonce(block.number), Aad::empty(), &mut bytes);
        let length = opened.map_err(|_| BlockError::Encryption)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    for (to, from) in bytes.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    Nonce::assume_unique_for_key(bytes)
}

fn no_random() -> BlockError {
    BlockError::Create(Error::other("the system provides no random numbers for a key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<Vec<u8>> {
        (0..20_u8).map(|number| vec![number; 1000 * usize::from(number)]).collect()
    }

    #[test]
    fn blocks_come_back_in_any_order() {
        let directory = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(Some(directory.path().to_owned()));
        let kept: Vec<_> = blocks().iter().map(|block| spill.put(block).unwrap()).collect();
        for (block, kept) in blocks().iter().zip(&kept).rev() {
            assert_eq!(&spill.get(*kept).unwrap(), block);
        }
    }

    #[test]
    fn the_file_has_no_name_and_contains_no_readable_text() {
        let directory = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(Some(directory.path().join("inner")));
        let kept = spill.put(&b"SECRET ".repeat(100)).unwrap();
        assert_eq!(std::fs::read_dir(directory.path().join("inner")).unwrap().count(), 0);
        let file = spill.file.as_ref().unwrap();
        let mut bytes = vec![0; kept.length as usize];
        file.file.read_exact_at(&mut bytes, 0).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"SECRET"));
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&file.file.metadata().unwrap()) & 0o777, 0o600);
        assert_eq!(std::os::unix::fs::MetadataExt::nlink(&file.file.metadata().unwrap()), 0);
    }

    #[test]
    fn a_changed_block_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(Some(directory.path().to_owned()));
        let first = spill.put(&[7; 100]).unwrap();
        let second = spill.put(&[7; 100]).unwrap();
        spill.file.as_ref().unwrap().file.write_all_at(b"x", 50).unwrap();
        assert!(matches!(spill.get(first), Err(BlockError::Encryption)));
        let swapped = BlockRef { number: first.number, ..second };
        assert!(matches!(spill.get(swapped), Err(BlockError::Encryption)), "a block can be read only under its number");
        assert_eq!(spill.get(second).unwrap(), vec![7; 100]);
    }

    #[test]
    fn without_a_directory_nothing_leaves_memory() {
        assert!(matches!(Spill::new(None).put(b"x"), Err(BlockError::Forbidden)));
    }
}
