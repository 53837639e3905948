//! Functions over groups of rows.

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::super::Warnings;

/// Parts what is packed into the one argument of `my_group_concat`: the most bytes, the separator, the value.
pub(in crate::demo::translate) const SEPARATOR: char = '\u{1f}';

/// Teaches a connection.
pub(super) fn install(connection: &Connection, warnings: &Warnings) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function("my_group_concat", 1, flags, Joined(warnings.clone()))?;
    connection.create_aggregate_function("my_real_sum", 1, flags, Added { is_mean: false })?;
    connection.create_aggregate_function("my_real_avg", 1, flags, Added { is_mean: true })?;
    connection.create_aggregate_function("my_spread", 2, flags, Spread)
}

/// `GROUP_CONCAT`: each value comes with the most bytes of the whole and with its separator before it.
struct Joined(Warnings);

/// A group's text so far, and whether it was cut.
type Text = (Option<String>, bool);

impl Aggregate<Text, Option<String>> for Joined {
    fn init(&self, _: &mut Context<'_>) -> Result<Text> {
        Ok((None, false))
    }

    fn step(&self, context: &mut Context<'_>, (joined, is_cut): &mut Text) -> Result<()> {
        let ValueRef::Text(bytes) = context.get_raw(0) else { return Ok(()) };
        if *is_cut {
            return Ok(());
        }
        let packed = String::from_utf8_lossy(bytes);
        let mut parts = packed.splitn(3, SEPARATOR);
        let (Some(most), Some(separator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(());
        };
        match joined {
            None => *joined = Some(value.to_owned()),
            Some(joined) => {
                joined.push_str(separator);
                joined.push_str(value);
            }
        }
        let row = self.0.joined_row();
        let most = most.parse().unwrap_or(usize::MAX);
        if let Some(joined) = joined.as_mut().filter(|joined| joined.len() > most) {
            joined.truncate(joined.floor_char_boundary(most));
            *is_cut = true;
            self.0.cut_group(row);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, text: Option<Text>) -> Result<Option<String>> {
        Ok(text.and_then(|(joined, _)| joined))
    }
}

/// Sum or mean of floating numbers, added in their order without a correction.
struct Added {
    is_mean: bool,
}

impl Aggregate<(f64, f64), Option<f64>> for Added {
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

/// Standard deviation and variance, by Welford's way.
struct Spread;

/// Count, mean, sum of squares, whether of a sample, whether its root.
type Moments = (f64, f64, f64, bool, bool);

impl Aggregate<Moments, Option<f64>> for Spread {
    fn init(&self, _: &mut Context<'_>) -> Result<Moments> {
        Ok((0.0, 0.0, 0.0, false, false))
    }

    fn step(&self, context: &mut Context<'_>, moments: &mut Moments) -> Result<()> {
        let Some(value) = context.get::<Option<f64>>(0)? else { return Ok(()) };
        let name = context.get::<String>(1)?;
        let (count, mean, squares, is_sample, is_root) = moments;
        *count += 1.0;
        let away = value - *mean;
        *mean += away / *count;
        *squares += away * (value - *mean);
        (*is_sample, *is_root) = (name.ends_with("_SAMP"), name.starts_with("STD"));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, moments: Option<Moments>) -> Result<Option<f64>> {
        let Some((count, _, squares, is_sample, is_root)) = moments else { return Ok(None) };
        let divisor = if is_sample { count - 1.0 } else { count };
        if divisor <= 0.0 {
            return Ok(None);
        }
        let variance = squares / divisor;
        Ok(Some(if is_root { variance.sqrt() } else { variance }))
    }
}
