//! What a spill must offer the store: a place for blocks of bytes. Knows no file and no key.

use std::io;

/// Where a block is. It means something only to the [`Blocks`] that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockRef {
    /// The block's number, never used twice.
    pub number: u64,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// How long it is as kept, in bytes.
    pub length: u32,
}

/// Why a block could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// Nothing may leave memory.
    #[error("rows may not leave memory")]
    Forbidden,
    /// The place for blocks could not be made.
    #[error("the spill file could not be made: {0}")]
    Create(#[source] io::Error),
    /// No room is left.
    #[error("the disk is full: {0}")]
    Full(#[source] io::Error),
    /// A block could not be written.
    #[error("the spill file could not be written: {0}")]
    Write(#[source] io::Error),
    /// A block could not be read.
    #[error("the spill file could not be read: {0}")]
    Read(#[source] io::Error),
    /// A block is longer than can be kept.
    #[error("a block of {0} bytes is too long to be kept")]
    Long(usize),
    /// A block could not be sealed, or is not what was sealed.
    #[error("a block of the spill file is not what was written")]
    Seal,
    /// No such block.
    #[error("there is no block {0}")]
    Missing(u64),
}

/// Keeps blocks of bytes outside the store's own memory.
pub trait Blocks {
    /// Keeps a block.
    ///
    /// # Errors
    /// When it cannot be kept; blocks that were kept before stay readable.
    fn put(&mut self, block: &[u8]) -> Result<BlockRef, BlockError>;

    /// Reads a block back, exactly as it was put.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was put.
    fn get(&mut self, block: BlockRef) -> Result<Vec<u8>, BlockError>;
}

/// Keeps nothing: the store stops at its memory bound.
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
