//! Dates and times as MySQL reads, prints and computes with them. Independent of SQL and of the clock.

mod date_format;
mod date_time;
mod intervals;
mod time_text;
mod time_value;
mod units;

pub(super) use date_time::DateTime;
pub(super) use intervals::{difference, parse_interval};
pub(super) use time_text::{time_text, zone_seconds};
pub(super) use time_value::parse_time;
pub(super) use units::{DAY, SECOND};
