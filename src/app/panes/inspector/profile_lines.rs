//! The lines about a column's profile, and the lines of a chart.

use crate::app::ui::draw::clip;
use crate::domain::quantity::{counted, grouped, grouped_text};
use crate::domain::results::{BarValue, Column, ColumnProfile, DistinctCount, Series, TypeClass, WireType};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::line_builder::{Continuation, InspectorLine, LineBuilder, LineStyle};
use super::value::shown_bytes;

/// The width of the names of facts.
const NAME_CELLS: usize = "standard deviation ".len();

/// Adds the profile of a column.
pub(super) fn profile(out: &mut LineBuilder, column: &Column, profile: &ColumnProfile, scope: &str) {
    let is_number = matches!(column.class(), TypeClass::Integer | TypeClass::Decimal | TypeClass::Float)
        && column.wire != WireType::Year;
    let value = |bytes: &[u8]| {
        let text = shown_bytes(bytes, column);
        if is_number { grouped_text(&text) } else { text }
    };
    out.line(&format!("Over {scope}"), LineStyle::Dim);
    out.empty_line();
    let mut fact = |name: &str, text: String| {
        let lead = [(format!("{name:<NAME_CELLS$}"), LineStyle::Name)];
        out.hang(&lead, &text, LineStyle::Plain, NAME_CELLS);
    };
    let share = |count: u64| {
        let percent = if profile.rows == 0 { 0.0 } else { count as f64 * 100.0 / profile.rows as f64 };
        format!("{} ({percent:.1} %)", grouped(count))
    };
    fact("rows", grouped(profile.rows));
    fact("nulls", share(profile.nulls));
    if profile.empty > 0 {
        fact("empty", share(profile.empty));
    }
    fact(
        "distinct",
        match profile.distinct {
            DistinctCount::Exact(count) => grouped(count),
            DistinctCount::Estimate(count) => format!("about {}", grouped(count)),
        },
    );
    if let Some(least) = &profile.least {
        fact("minimum", value(least));
    }
    if let Some(greatest) = &profile.greatest {
        fact("maximum", value(greatest));
    }
    if let Some(median) = &profile.median {
        let about = if profile.is_sampled { "about " } else { "" };
        let sample = if profile.is_sampled { " (of a sample of 10,000)" } else { "" };
        fact("median", format!("{about}{}{sample}", value(median)));
    }
    let about = if profile.is_rounded { "about " } else { "" };
    for (name, number) in [("sum", &profile.sum), ("mean", &profile.mean)] {
        if let Some(number) = number {
            fact(name, format!("{about}{}", grouped_text(number)));
        }
    }
    if let Some(deviation) = &profile.deviation {
        fact("standard deviation", grouped_text(deviation));
    }
    if let Some((least, most)) = profile.lengths {
        fact("length", format!("{} to {}", grouped(least), grouped(most)));
    }
    if !profile.quantiles.is_empty() {
        out.empty_line();
        out.line(
            if profile.is_sampled { "Quantiles (of a sample of 10,000)" } else { "Quantiles" },
            LineStyle::Heading,
        );
        for (percent, at) in &profile.quantiles {
            out.hang(&[(format!("{percent:>3} %     "), LineStyle::Name)], &value(at), LineStyle::Plain, 10);
        }
    }
    if !profile.histogram.is_empty() {
        out.empty_line();
        out.line("Histogram", LineStyle::Heading);
        let most = profile.histogram.iter().map(|bin| bin.count).max().unwrap_or(1);
        let widest = profile.histogram.iter().map(|bin| bin.from.cells()).max().unwrap_or(0);
        for bin in &profile.histogram {
            bar(out, &format!("{:>widest$}", bin.from), (bin.count as f64, most as f64), &grouped(bin.count));
        }
        if let Some(last) = profile.histogram.last() {
            out.line(&format!("{:>widest$}  end", last.to), LineStyle::Dim);
        }
    }
    if !profile.frequent.is_empty() {
        out.empty_line();
        out.line(if profile.is_frequent_exact { "Most frequent" } else { "Most frequent (about)" }, LineStyle::Heading);
        for frequent in &profile.frequent {
            out.hang(
                &[(format!("{:>9}  ", grouped(frequent.count)), LineStyle::Name)],
                &value(&frequent.value),
                LineStyle::Plain,
                11,
            );
        }
    }
}

/// Adds a line with a label, a bar and a number.
fn bar(out: &mut LineBuilder, label: &str, (value, most): (f64, f64), number: &str) {
    /// Eighths of a cell, from none to seven.
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let room = out.width().saturating_sub(label.cells() + number.cells() + 4).min(60);
    let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a screen's width")]
    let eighths = (share * room as f64 * 8.0).round() as usize;
    let drawn = format!("{}{}", "█".repeat(eighths / 8), EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    out.push(InspectorLine(
        vec![(format!("{label}  "), LineStyle::Name), (drawn, LineStyle::Code), (format!(" {number}"), LineStyle::Dim)],
        Continuation::None,
    ));
}

/// Adds the lines of a chart: its rows, and the bars. A line chart has no lines for its points.
pub(super) fn chart(out: &mut LineBuilder, series: &Series, scope: &str) {
    let left_out = match (series.left_out, series.x_scale) {
        (0, _) => String::new(),
        (count, None) if series.bar_value == BarValue::Count => {
            format!("; {} left out: NULL", counted(count, "row"))
        }
        (count, None) => format!("; {} left out: not a number", counted(count, "row")),
        (count, Some(_)) => format!("; {} left out: a value is missing", counted(count, "row")),
    };
    out.line(&format!("Over {scope}{left_out}"), LineStyle::Dim);
    if series.is_thinned {
        let text = match series.x_scale {
            None => format!("Only the first {} labels are drawn.", series.bars.len()),
            Some(_) => "Not all rows are drawn.".to_owned(),
        };
        out.line(&text, LineStyle::Warning);
    }
    out.empty_line();
    let most = series.bars.iter().map(|bar| bar.value.abs()).fold(0.0, f64::max);
    let widest = series.bars.iter().map(|bar| visible(&bar.label).cells()).max().unwrap_or(0).min(out.width() / 3);
    for shown in &series.bars {
        let label = clip(&visible(&shown.label), widest);
        let pad = " ".repeat(widest.saturating_sub(label.cells()));
        bar(out, &format!("{label}{pad}"), (shown.value.abs(), most), &shown.text);
    }
}
