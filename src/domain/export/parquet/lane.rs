//! The values of one column that are held back until they make a row group.

use ::parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type,
};
use ::parquet::errors::Result;
use ::parquet::file::writer::SerializedColumnWriter;

use super::decimal;
use super::kind::{Kind, Value};
use crate::domain::export::misfit::Misfit;
use crate::domain::results::Cell;

/// Values that are handed to the library at once where each of them takes an object of its own.
const STEP: usize = 1024;
/// What a value takes besides its bytes, at least: whether it is there, and where it ends.
const UPKEEP: usize = size_of::<i16>() + size_of::<usize>();

#[derive(Debug)]
pub(super) struct Lane {
    kind: Kind,
    /// For each row 1, or 0 for NULL; only the former have a value.
    levels: Vec<i16>,
    int32: Vec<i32>,
    int64: Vec<i64>,
    float: Vec<f32>,
    double: Vec<f64>,
    heap: Vec<u8>,
    ends: Vec<usize>,
}

impl Lane {
    pub(super) fn new(kind: Kind) -> Self {
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

    /// Adds a cell; answers with the memory that it takes.
    pub(super) fn push(&mut self, cell: Cell<'_>) -> std::result::Result<usize, Misfit> {
        let Cell::Bytes(printed) = cell else {
            self.levels.push(0);
            return Ok(UPKEEP);
        };
        let bytes = match self.kind.value(printed)? {
            Value::Int32(value) => {
                self.int32.push(value);
                size_of::<i32>()
            }
            Value::Int64(value) => {
                self.int64.push(value);
                size_of::<i64>()
            }
            Value::Float(value) => {
                self.float.push(value);
                size_of::<f32>()
            }
            Value::Double(value) => {
                self.double.push(value);
                size_of::<f64>()
            }
            Value::Bytes(bytes) => self.heap(bytes),
            Value::Fixed(bytes) => {
                let width = match self.kind {
                    Kind::Decimal(decimal) => usize::from(decimal.bytes()),
                    _ => decimal::BYTES,
                };
                self.heap(bytes.get(decimal::BYTES - width..).unwrap_or(&bytes))
            }
        };
        self.levels.push(1);
        Ok(bytes + UPKEEP)
    }

    fn heap(&mut self, bytes: &[u8]) -> usize {
        self.heap.extend_from_slice(bytes);
        self.ends.push(self.heap.len());
        bytes.len()
    }

    /// Writes all of it, and is empty again.
    pub(super) fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        use ::parquet::basic::Type as Physical;
        let levels = &self.levels;
        match self.kind.physical() {
            Physical::INT32 => whole::<Int32Type>(column, &self.int32, levels)?,
            Physical::INT64 => whole::<Int64Type>(column, &self.int64, levels)?,
            Physical::FLOAT => whole::<FloatType>(column, &self.float, levels)?,
            Physical::DOUBLE => whole::<DoubleType>(column, &self.double, levels)?,
            Physical::FIXED_LEN_BYTE_ARRAY => {
                let heap = std::mem::take(&mut self.heap);
                // Bytes of their own: the file keeps the least and the greatest until its end, and a slice would keep the heap.
                let make = |bytes: ByteArray| FixedLenByteArray::from(bytes.data().to_vec());
                in_steps::<FixedLenByteArrayType>(column, heap, &self.ends, levels, make)?;
            }
            Physical::BYTE_ARRAY | Physical::BOOLEAN | Physical::INT96 => {
                let heap = std::mem::take(&mut self.heap);
                in_steps::<ByteArrayType>(column, heap, &self.ends, levels, |bytes| bytes)?;
            }
        }
        *self = Self::new(self.kind);
        Ok(())
    }
}

fn whole<T: DataType>(column: &mut SerializedColumnWriter<'_>, values: &[T::T], levels: &[i16]) -> Result<()> {
    column.typed::<T>().write_batch(values, Some(levels), None).map(drop)
}

/// Slices of one heap, some at a time: each is an object several times as large as a short value.
fn in_steps<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    heap: Vec<u8>,
    ends: &[usize],
    levels: &[i16],
    make: impl Fn(ByteArray) -> T::T,
) -> Result<()> {
    let heap = ByteArray::from(heap);
    let (mut start, mut ends) = (0, ends.iter());
    for levels in levels.chunks(STEP) {
        let there = levels.iter().filter(|level| **level > 0).count();
        let values: Vec<T::T> = ends
            .by_ref()
            .take(there)
            .map(|end| {
                let value = heap.slice(start, end - start);
                start = *end;
                make(value)
            })
            .collect();
        whole::<T>(column, &values, levels)?;
    }
    Ok(())
}
