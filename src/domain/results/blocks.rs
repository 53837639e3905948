//! The interface between a row store and its spill file: blocks of bytes.

use std::io;

/// A reference to a block. Only the [`Blocks`] that returned it can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockRef {
    /// Never used twice.
    pub number: u64,
    /// In bytes.
    pub offset: u64,
    /// Stored length in bytes.
    pub length: u32,
}

/// Why a block could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// There is no spill file.
    #[error("rows may be kept in memory only")]
    Forbidden,
    #[error("the spill file could not be created: {0}")]
    Create(#[source] io::Error),
    #[error("the disk is full: {0}")]
    Full(#[source] io::Error),
    #[error("the spill file could not be written: {0}")]
    Write(#[source] io::Error),
    #[error("the spill file could not be read: {0}")]
    Read(#[source] io::Error),
    #[error("a block of {0} bytes is too long for the spill file")]
    TooLong(usize),
    /// A block could not be encrypted, or did not decrypt to what was encrypted.
    #[error("a block of the spill file is damaged")]
    Encryption,
    #[error("there is no block {0}")]
    Missing(u64),
}

/// Storage for blocks of bytes outside of the store's memory.
pub trait Blocks {
    /// Stores a block.
    ///
    /// # Errors
    /// When it cannot be stored. Earlier blocks stay readable.
    fn put(&mut self, block: &[u8]) -> Result<BlockRef, BlockError>;

    /// Reads a block exactly as it was stored.
    ///
    /// # Errors
    /// When it cannot be read, or was changed.
    fn get(&mut self, block: BlockRef) -> Result<Vec<u8>, BlockError>;
}

/// Stores nothing: a result ends at its memory limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBlocks;

impl Blocks for NoBlocks {
    fn put(&mut self, _block: &[u8]) -> Result<BlockRef, BlockError> {
        Err(BlockError::Forbidden)
    }

    fn get(&mut self, block: BlockRef) -> Result<Vec<u8>, BlockError> {
        Err(BlockError::Missing(block.number))
    }
}
