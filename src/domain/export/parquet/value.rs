//! A value as a Parquet file stores it.

/// Bytes of the widest decimal: 65 digits and a sign.
pub(super) const DECIMAL_BYTES: usize = 28;

/// A value as the file stores it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ParquetValue<'a> {
    Int32(i32),
    Int64(i64),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
    Fixed([u8; DECIMAL_BYTES]),
}
