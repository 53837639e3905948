//! What a column holds, and what is drawn of it.

use proptest::prelude::*;
use rrx::domain::results::{
    Cell, Column, ColumnProfile, DistinctCount, Plot, PlotKind, ProfileBuilder, Scale, SelectionTotals, SeriesBuilder,
    TotalsBuilder, WireType,
};

use super::{blob, column, text};

fn profile<T: AsRef<[u8]>>(column: &Column, values: impl IntoIterator<Item = Option<T>>) -> ColumnProfile {
    let mut builder = ProfileBuilder::new(column);
    for value in values {
        builder.push(value.as_ref().map_or(Cell::Null, |value| Cell::Bytes(value.as_ref())));
    }
    builder.finish()
}

#[test]
fn numbers_have_a_mean_quantiles_and_a_histogram() {
    let values = (1..=100).map(|n| Some(n.to_string())).chain([None, None]);
    let found = profile(&column("n", WireType::Long), values);
    assert_eq!((found.rows, found.nulls, found.distinct), (102, 2, DistinctCount::Exact(100)));
    assert_eq!((found.least.as_deref(), found.greatest.as_deref()), (Some(&b"1"[..]), Some(&b"100"[..])));
    assert_eq!(found.mean.as_deref(), Some("50.5"));
    let quantiles: Vec<(u8, String)> = found
        .quantiles
        .iter()
        .map(|(percent, value)| (*percent, String::from_utf8_lossy(value).into_owned()))
        .collect();
    let expected = [(5, "5"), (25, "25"), (50, "50"), (75, "75"), (95, "95")];
    assert_eq!(quantiles, expected.map(|(percent, value)| (percent, value.to_owned())));
    assert!(!found.is_sampled && found.lengths.is_none());
    let bins: Vec<(&str, u64)> = found.histogram.iter().map(|bin| (bin.from.as_str(), bin.count)).collect();
    assert_eq!(bins[0], ("0", 9));
    assert_eq!(bins[1], ("10", 10));
    assert_eq!(bins.iter().map(|(_, count)| count).sum::<u64>(), 100);
}

#[test]
fn whole_numbers_and_days_have_bars_of_whole_ones() {
    let found = profile(&column("n", WireType::Long), ["36", "38"].map(Some));
    let bins: Vec<(&str, u64)> = found.histogram.iter().map(|bin| (bin.from.as_str(), bin.count)).collect();
    assert_eq!(bins, [("36", 1), ("37", 0), ("38", 1)]);
    let found = profile(&column("d", WireType::Date), ["2026-02-01", "2026-02-02"].map(Some));
    assert_eq!(found.histogram.len(), 2);
}

#[test]
fn texts_have_lengths_in_characters_and_frequent_values() {
    let found = profile(&text("s"), ["Open", "Open", "Clösed", ""].map(Some));
    assert_eq!((found.empty, found.lengths), (1, Some((0, 6))));
    assert_eq!((&*found.frequent[0].value, found.frequent[0].count), (&b"Open"[..], 2));
    assert!(found.is_frequent_exact && found.mean.is_none() && found.histogram.is_empty());
    assert_eq!(profile(&blob("b"), [Some([0_u8; 9])]).lengths, Some((9, 9)));
}

#[test]
fn dates_spread_over_days_and_those_of_zero_have_no_place() {
    let days =
        (1..=28).map(|day| Some(format!("2026-02-{day:02} 10:00:00"))).chain([Some("0000-00-00 00:00:00".into())]);
    let found = profile(&column("d", WireType::DateTime), days);
    assert_eq!(found.least.as_deref(), Some(&b"0000-00-00 00:00:00"[..]));
    assert_eq!(found.histogram.iter().map(|bin| bin.count).sum::<u64>(), 28);
    assert!(found.histogram[0].from.starts_with("2026-0"), "{:?}", found.histogram[0]);
    assert_eq!(found.mean, None);
}

#[test]
fn many_different_values_are_estimated_and_say_so() {
    let found = profile(&column("n", WireType::LongLong), (0..200_000_u64).map(|n| Some((n * 7919).to_string())));
    let DistinctCount::Estimate(about) = found.distinct else { panic!("{:?}", found.distinct) };
    assert!((190_000..210_000).contains(&about), "{about}");
    assert!(found.is_sampled && !found.is_frequent_exact);
    let values = (0..100_000_u64).map(|n| Some(if n % 3 == 0 { "often".to_owned() } else { format!("{n}") }));
    let found = profile(&text("s"), values);
    assert_eq!(&*found.frequent[0].value, b"often");
}

#[test]
fn bars_keep_the_order_and_lines_run_from_left_to_right() {
    let columns = [text("name"), column("n", WireType::LongLong), column("day", WireType::Date)];
    let mut bars = SeriesBuilder::new(Plot { kind: PlotKind::Bars, x: 0, y: 1 }, &columns).unwrap();
    bars.push(Cell::Bytes(b"b"), Cell::Bytes(b"2"));
    bars.push(Cell::Null, Cell::Bytes(b"-1.5"));
    bars.push(Cell::Bytes(b"a"), Cell::Null);
    let bars = bars.finish();
    let shown: Vec<(&str, &str)> = bars.bars.iter().map(|bar| (bar.label.as_str(), bar.text.as_str())).collect();
    assert_eq!(shown, [("b", "2"), ("NULL", "-1.5")]);
    assert_eq!(bars.title("name", "n"), "n by name");
    assert_eq!((bars.rows, bars.left_out, bars.x_scale), (3, 1, None));
    let mut line = SeriesBuilder::new(Plot { kind: PlotKind::Line, x: 2, y: 1 }, &columns).unwrap();
    for (day, n) in [("2026-01-03", "3"), ("2026-01-01", "1"), ("0000-00-00", "9"), ("2026-01-02", "2")] {
        line.push(Cell::Bytes(day.as_bytes()), Cell::Bytes(n.as_bytes()));
    }
    let line = line.finish();
    assert_eq!(line.points.iter().map(|point| point.1).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    assert_eq!((line.left_out, line.x_scale), (1, Some(Scale::DateTime)));
    for (plot, word) in [
        (Plot { kind: PlotKind::Line, x: 1, y: 0 }, "`name` has no numbers"),
        (Plot { kind: PlotKind::Line, x: 0, y: 1 }, "`name` has neither numbers nor dates"),
        (Plot { kind: PlotKind::Line, x: 0, y: 9 }, "no longer exists"),
    ] {
        let fault = SeriesBuilder::new(plot, &columns).unwrap_err();
        assert!(fault.what.contains(word) && !fault.hint.is_empty(), "{fault:?}");
    }
}

#[test]
fn rows_of_one_label_are_one_bar_with_their_exact_sum_or_count() {
    let decimal = Column { decimals: 2, ..column("amount", WireType::NewDecimal) };
    let columns = [text("status"), decimal];
    let plot = Plot { kind: PlotKind::Bars, x: 0, y: 1 };
    let shown = |builder: SeriesBuilder| {
        let series = builder.finish();
        let bars: Vec<(String, String)> = series.bars.iter().map(|bar| (bar.label.clone(), bar.text.clone())).collect();
        (bars, series.title("status", "amount"), series.is_thinned)
    };
    let long = |end: char| format!("{}{end}", "x".repeat(70));
    let rows = [("open", "0.10"), ("closed", "5.00"), ("open", "0.20"), ("Open", "1.00")];
    let mut sums = SeriesBuilder::new(plot, &columns).unwrap();
    for (x, y) in rows {
        sums.push(Cell::Bytes(x.as_bytes()), Cell::Bytes(y.as_bytes()));
    }
    let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
    let expected = vec![pair("open", "0.30"), pair("closed", "5.00"), pair("Open", "1.00")];
    assert_eq!(shown(sums), (expected, "sum of amount by status".to_owned(), false));
    // Texts are counted, and labels of which only the ends differ are two bars.
    let mut counts = SeriesBuilder::new(Plot { y: 0, ..plot }, &columns).unwrap();
    for label in [long('a'), long('b'), long('a')] {
        counts.push(Cell::Bytes(label.as_bytes()), Cell::Bytes(label.as_bytes()));
    }
    let (bars, title, _) = shown(counts);
    assert_eq!(bars.iter().map(|bar| bar.1.as_str()).collect::<Vec<_>>(), ["2", "1"]);
    assert_eq!(title, "count of amount by status");
    let mut many = SeriesBuilder::new(plot, &columns).unwrap();
    for n in 0..600 {
        many.push(Cell::Bytes((n % 300).to_string().as_bytes()), Cell::Bytes(b"1"));
    }
    let (bars, _, is_thinned) = shown(many);
    assert!(is_thinned && bars.len() == 200 && bars.iter().all(|bar| bar.1 == "2"), "{bars:?}");
}

#[test]
fn sums_means_medians_and_deviations_are_exact_where_they_can_be() {
    let texts = |values: &[&str]| values.iter().map(|value| Some((*value).to_owned())).collect::<Vec<_>>();
    let facts = |column: &Column, values: &[&str]| {
        let found = profile(column, texts(values));
        let median = found.median.map(|median| String::from_utf8_lossy(&median).into_owned());
        [found.sum, found.mean, median, found.deviation].map(Option::unwrap_or_default)
    };
    let decimal = Column { decimals: 2, ..column("d", WireType::NewDecimal) };
    assert_eq!(facts(&decimal, &["0.10", "0.20", "0.30", "9.99"]), ["10.59", "2.6475", "0.25", "4.239784045"]);
    let big = column("n", WireType::LongLong);
    let values = ["9223372036854775807", "9223372036854775805", "9223372036854775806"];
    assert_eq!(
        facts(&big, &values),
        ["27670116110564327418", "9223372036854775806", "9223372036854775806", "0.8164965809"]
    );
    let float = column("f", WireType::Double);
    assert_eq!(facts(&float, &["0.1", "0.2", "1e300"])[..2], ["1e300", "3.333333333e299"]);
    assert!(profile(&float, texts(&["1.5"])).is_rounded);
    // Of an even count of days it is the earlier one of the two in the middle.
    let day = column("day", WireType::Date);
    assert_eq!(facts(&day, &["2026-01-04", "2026-01-01", "2026-01-02", "2026-01-09"]), ["", "", "2026-01-02", ""]);
    assert_eq!(facts(&text("s"), &["a", "b"]), ["", "", "", ""]);
    // Of many rows with few distinct values the median is exact.
    let found = profile(&big, (0..100_001_u64).map(|n| Some((n % 1_000).to_string())));
    assert_eq!((found.median.as_deref(), found.is_sampled), (Some(&b"499"[..]), false));
    let found = profile(&column("bits", WireType::Bit), [[1_u8, 0], [0, 3]].map(Some));
    assert_eq!((found.sum.as_deref(), found.mean.as_deref()), (Some("259"), Some("129.5")));
}

#[test]
fn totals_of_a_selection_are_exact_and_have_only_what_the_columns_have_in_common() {
    let totals = |columns: &[Column], rows: &[&[Option<&str>]]| {
        let mut builder = TotalsBuilder::new(columns);
        for row in rows {
            for (at, cell) in row.iter().enumerate() {
                builder.push(at, cell.map_or(Cell::Null, |cell| Cell::Bytes(cell.as_bytes())));
            }
        }
        builder.finish()
    };
    let decimal = Column { decimals: 2, ..column("d", WireType::NewDecimal) };
    let numbers = [column("n", WireType::LongLong), decimal];
    let found = totals(&numbers, &[&[Some("9223372036854775807"), Some("0.10")], &[Some("9223372036854775807"), None]]);
    let sums = found.numbers.clone().unwrap();
    assert_eq!((sums.sum.as_str(), sums.is_rounded), ("18446744073709551614.10", false));
    assert_eq!((found.values, found.nulls, found.unreadable), (3, 1, 0));
    assert_eq!((found.least.as_deref(), found.greatest.as_deref()), (Some("0.10"), Some("9223372036854775807")));
    let days = [column("from", WireType::Date), column("to", WireType::DateTime)];
    let found = totals(&days, &[&[Some("2026-02-01"), Some("2026-01-31 10:00:00")]]);
    assert_eq!((found.least.as_deref(), found.numbers), (Some("2026-01-31 10:00:00"), None));
    let mixed = [column("n", WireType::Long), text("s")];
    let found = totals(&mixed, &[&[Some("1"), Some("a")], &[None, Some("b")]]);
    assert_eq!(found, SelectionTotals { values: 3, nulls: 1, ..SelectionTotals::default() });
    let floats = totals(&[column("f", WireType::Double)], &[&[Some("0.1")], &[Some("0.2")], &[Some("x")]]);
    assert_eq!(floats.numbers.map(|numbers| (numbers.sum, numbers.is_rounded)), Some(("0.3".to_owned(), true)));
    assert_eq!(floats.unreadable, 1);
}

#[test]
fn a_line_of_many_points_keeps_its_peaks() {
    let columns = [column("x", WireType::Long), column("y", WireType::Long)];
    let mut line = SeriesBuilder::new(Plot { kind: PlotKind::Line, x: 0, y: 1 }, &columns).unwrap();
    for x in 0..100_000 {
        let y = if x == 54_321 { 1_000_000 } else { x % 10 };
        line.push(Cell::Bytes(x.to_string().as_bytes()), Cell::Bytes(y.to_string().as_bytes()));
    }
    let line = line.finish();
    assert!(line.is_thinned && line.points.len() < 10_000, "{}", line.points.len());
    assert!(line.points.contains(&(54_321.0, 1_000_000.0)));
    assert!(line.points.is_sorted_by(|a, b| a.0 <= b.0));
}

proptest! {
    #[test]
    fn any_values_add_up(values in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..12)), 0..80)) {
        let nulls = values.iter().filter(|value| value.is_none()).count() as u64;
        for column in [text("s"), blob("b"), column("n", WireType::Double), column("d", WireType::Date), column("t", WireType::Time)] {
            let found = profile(&column, values.clone());
            prop_assert_eq!((found.rows, found.nulls), (values.len() as u64, nulls));
            let different: std::collections::HashSet<_> = values.iter().flatten().collect();
            prop_assert_eq!(found.distinct, DistinctCount::Exact(different.len() as u64));
            prop_assert_eq!(found.least.is_some(), !different.is_empty());
        }
    }

    #[test]
    fn a_histogram_counts_every_number_between_its_edges(values in prop::collection::vec(-1_000_000_i32..1_000_000, 2..200)) {
        let found = profile(&column("n", WireType::Long), values.iter().map(|n| Some(n.to_string())));
        let counted: u64 = found.histogram.iter().map(|bin| bin.count).sum();
        let is_one_value = values.iter().all(|value| *value == values[0]);
        prop_assert_eq!(counted, if is_one_value { 0 } else { values.len() as u64 });
        for bin in &found.histogram {
            let (from, to): (f64, f64) = (bin.from.parse().unwrap(), bin.to.parse().unwrap());
            let inside = values.iter().filter(|n| f64::from(**n) >= from && f64::from(**n) < to).count() as u64;
            prop_assert_eq!(bin.count, inside, "{:?}", bin);
        }
    }
}
