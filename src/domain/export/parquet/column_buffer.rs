//! Buffers the values of one column until they make a row group.

use ::parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type,
};
use ::parquet::errors::Result;
use ::parquet::file::writer::SerializedColumnWriter;

use super::types::ParquetType;
use super::value::{DECIMAL_BYTES, ParquetValue};
use crate::domain::export::unsupported::UnsupportedValue;
use crate::domain::results::Cell;

/// Number of slices that are passed to the library at once.
const BATCH: usize = 1024;
/// Memory of a value in addition to its bytes: its level and its end offset.
const OVERHEAD: usize = size_of::<i16>() + size_of::<usize>();

/// Buffered values of a column.
#[derive(Debug)]
pub(super) struct ColumnBuffer {
    kind: ParquetType,
    /// For each row 1 if it has a value, 0 if it is NULL.
    levels: Vec<i16>,
    int32: Vec<i32>,
    int64: Vec<i64>,
    float: Vec<f32>,
    double: Vec<f64>,
    heap: Vec<u8>,
    ends: Vec<usize>,
}

impl ColumnBuffer {
    pub(super) fn new(kind: ParquetType) -> Self {
        Self {
            kind,
            levels: Vec::new(),
            int32: Vec::new(),
            int64: Vec::new(),
            float: Vec::new(),
            double: Vec::new(),
            heap: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Adds a cell. Returns the memory that it needs.
    pub(super) fn push(&mut self, cell: Cell<'_>) -> std::result::Result<usize, UnsupportedValue> {
        let Cell::Bytes(printed) = cell else {
            self.levels.push(0);
            return Ok(OVERHEAD);
        };
        let bytes = match self.kind.value(printed)? {
            ParquetValue::Int32(value) => {
                self.int32.push(value);
                size_of::<i32>()
            }
            ParquetValue::Int64(value) => {
                self.int64.push(value);
                size_of::<i64>()
            }
            ParquetValue::Float(value) => {
                self.float.push(value);
                size_of::<f32>()
            }
            ParquetValue::Double(value) => {
                self.double.push(value);
                size_of::<f64>()
            }
            ParquetValue::Bytes(bytes) => self.heap(bytes),
            ParquetValue::Fixed(bytes) => {
                let width = match self.kind {
                    ParquetType::Decimal(decimal) => usize::from(decimal.bytes()),
                    _ => DECIMAL_BYTES,
                };
                self.heap(bytes.get(DECIMAL_BYTES - width..).unwrap_or(&bytes))
            }
        };
        self.levels.push(1);
        Ok(bytes + OVERHEAD)
    }

    fn heap(&mut self, bytes: &[u8]) -> usize {
        self.heap.extend_from_slice(bytes);
        self.ends.push(self.heap.len());
        bytes.len()
    }

    /// Writes all values and empties the buffer.
    pub(super) fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        use ::parquet::basic::Type as Physical;
        let levels = &self.levels;
        match self.kind.physical() {
            Physical::INT32 => write_batch::<Int32Type>(column, &self.int32, levels)?,
            Physical::INT64 => write_batch::<Int64Type>(column, &self.int64, levels)?,
            Physical::FLOAT => write_batch::<FloatType>(column, &self.float, levels)?,
            Physical::DOUBLE => write_batch::<DoubleType>(column, &self.double, levels)?,
            Physical::FIXED_LEN_BYTE_ARRAY => {
                let heap = std::mem::take(&mut self.heap);
                // Copied, because the file keeps the smallest and largest value until its end, and a slice would keep the whole
                // heap.
                let make = |bytes: ByteArray| FixedLenByteArray::from(bytes.data().to_vec());
                write_in_batches::<FixedLenByteArrayType>(column, heap, &self.ends, levels, make)?;
            }
            Physical::BYTE_ARRAY | Physical::BOOLEAN | Physical::INT96 => {
                let heap = std::mem::take(&mut self.heap);
                write_in_batches::<ByteArrayType>(column, heap, &self.ends, levels, |bytes| bytes)?;
            }
        }
        *self = Self::new(self.kind);
        Ok(())
    }
}

fn write_batch<T: DataType>(column: &mut SerializedColumnWriter<'_>, values: &[T::T], levels: &[i16]) -> Result<()> {
    column.typed::<T>().write_batch(values, Some(levels), None).map(drop)
}

/// Writes slices of one heap in batches, because a slice object needs several times the memory of a short value.
fn write_in_batches<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    heap: Vec<u8>,
    ends: &[usize],
    levels: &[i16],
    make: impl Fn(ByteArray) -> T::T,
) -> Result<()> {
    let heap = ByteArray::from(heap);
    let (mut start, mut ends) = (0, ends.iter());
    for levels in levels.chunks(BATCH) {
        let count = levels.iter().filter(|level| **level > 0).count();
        let values: Vec<T::T> = ends
            .by_ref()
            .take(count)
            .map(|end| {
                let value = heap.slice(start, end - start);
                start = *end;
                make(value)
            })
            .collect();
        write_batch::<T>(column, &values, levels)?;
    }
    Ok(())
}
