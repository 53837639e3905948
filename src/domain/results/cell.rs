//! One value of a row: NULL or the bytes that the server printed.

/// A value of the text protocol. NULL is neither the text `NULL` nor the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell<'a> {
    Null,
    /// The bytes as the server sent them.
    Bytes(&'a [u8]),
}

impl<'a> Cell<'a> {
    /// Returns the bytes; `None` for NULL.
    #[must_use]
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Null => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

/// Returns the number in the bytes of a BIT; `None` if they are not a BIT.
#[must_use]
pub fn bit_number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
