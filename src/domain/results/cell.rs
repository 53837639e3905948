//! One value of a row: NULL, or the bytes that the server printed.

/// A value as the text protocol gives it. NULL is not the text `NULL`, and not the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// The value's bytes, never changed.
    Bytes(&'a [u8]),
}

impl<'a> Cell<'a> {
    /// The bytes, or `None` for NULL.
    #[must_use]
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Null => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}
