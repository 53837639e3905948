//! Aggregate functions in SQLite.

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::super::warnings::Warnings;

/// Separates the parts of the only argument of `my_group_concat`: the maximum length, the separator, and the value.
pub(in crate::demo::translate) const SEPARATOR: char = '\u{1f}';

/// Registers the aggregate functions.
pub(super) fn install(connection: &Connection, warnings: &Warnings) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function("my_group_concat", 1, flags, GroupConcat(warnings.clone()))?;
    connection.create_aggregate_function("my_real_sum", 1, flags, PlainSum { is_mean: false })?;
    connection.create_aggregate_function("my_real_avg", 1, flags, PlainSum { is_mean: true })?;
    connection.create_aggregate_function("my_spread", 2, flags, Variance)
}

/// `GROUP_CONCAT`. The maximum length and the separator are packed before each value.
struct GroupConcat(Warnings);

/// The text of a group so far, and whether it was truncated.
type ConcatState = (Option<String>, bool);

impl Aggregate<ConcatState, Option<String>> for GroupConcat {
    fn init(&self, _: &mut Context<'_>) -> Result<ConcatState> {
        Ok((None, false))
    }

    fn step(&self, context: &mut Context<'_>, (joined, is_truncated): &mut ConcatState) -> Result<()> {
        let ValueRef::Text(bytes) = context.get_raw(0) else { return Ok(()) };
        if *is_truncated {
            return Ok(());
        }
        let packed = String::from_utf8_lossy(bytes);
        let mut parts = packed.splitn(3, SEPARATOR);
        let (Some(max_bytes), Some(separator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(());
        };
        match joined {
            None => *joined = Some(value.to_owned()),
            Some(joined) => {
                joined.push_str(separator);
                joined.push_str(value);
            }
        }
        let row = self.0.next_concat_row();
        let max_bytes = max_bytes.parse().unwrap_or(usize::MAX);
        if let Some(joined) = joined.as_mut().filter(|joined| joined.len() > max_bytes) {
            joined.truncate(joined.floor_char_boundary(max_bytes));
            *is_truncated = true;
            self.0.group_concat_cut(row);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, text: Option<ConcatState>) -> Result<Option<String>> {
        Ok(text.and_then(|(joined, _)| joined))
    }
}

/// Sum or mean of floating-point numbers, added in order without compensation of rounding errors.
struct PlainSum {
    is_mean: bool,
}

impl Aggregate<(f64, f64), Option<f64>> for PlainSum {
    fn init(&self, _: &mut Context<'_>) -> Result<(f64, f64)> {
        Ok((0.0, 0.0))
    }

    fn step(&self, context: &mut Context<'_>, (sum, count): &mut (f64, f64)) -> Result<()> {
        if let Some(value) = context.get::<Option<f64>>(0)? {
            *sum += value;
            *count += 1.0;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, added: Option<(f64, f64)>) -> Result<Option<f64>> {
        let (sum, count) = added.unwrap_or_default();
        Ok((count > 0.0).then(|| if self.is_mean { sum / count } else { sum }))
    }
}

/// Standard deviation and variance with Welford's algorithm.
struct Variance;

/// The state of Welford's algorithm.
#[derive(Default)]
struct VarianceState {
    count: f64,
    mean: f64,
    squares: f64,
    is_sample: bool,
    /// Whether the result is the standard deviation.
    is_deviation: bool,
}

impl Aggregate<VarianceState, Option<f64>> for Variance {
    fn init(&self, _: &mut Context<'_>) -> Result<VarianceState> {
        Ok(VarianceState::default())
    }

    fn step(&self, context: &mut Context<'_>, state: &mut VarianceState) -> Result<()> {
        let Some(value) = context.get::<Option<f64>>(0)? else { return Ok(()) };
        let name = context.get::<String>(1)?;
        state.count += 1.0;
        let difference = value - state.mean;
        state.mean += difference / state.count;
        state.squares += difference * (value - state.mean);
        (state.is_sample, state.is_deviation) = (name.ends_with("_SAMP"), name.starts_with("STD"));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<VarianceState>) -> Result<Option<f64>> {
        let Some(state) = state else { return Ok(None) };
        let divisor = if state.is_sample { state.count - 1.0 } else { state.count };
        if divisor <= 0.0 {
            return Ok(None);
        }
        let variance = state.squares / divisor;
        Ok(Some(if state.is_deviation { variance.sqrt() } else { variance }))
    }
}
