//! Writes the lab orders of a filled safety-lab form, with their results.

use super::entities::{FilledForm, SchedulePart};
use super::generator::Generator;
use super::values::{tenths_text, v};

/// Writes the three panels of a safety lab. Planted: a few orders stay submitted for ever.
pub(super) fn write_lab_orders(generator: &mut Generator<'_, '_>, form: &FilledForm<'_>) {
    for panel in ["Chemistry", "Hematology", "Hormones"] {
        let number = generator.next_id("lab_order");
        let is_done = generator.random.happens(940);
        let done_at = form.collected.plus(5 * 3600).datetime3();
        let fields = [
            ("item_group_data_id", v(form.group_data)),
            ("barcode", v(format!("B{number:08}-C{}", generator.random.between(1, 9)))),
            ("accession_number", v(format!("ACC{number:06}"))),
            ("panel_name", v(panel)),
            ("status", v(if is_done { "Complete" } else { "Submitted" })),
            ("ordered_at", v(form.collected.datetime3())),
            ("confirmed_at", v(form.collected.plus(1800).datetime3())),
            ("completed_at", v(is_done.then(|| done_at.clone()))),
        ];
        let order = generator.add("lab_order", fields);
        if is_done {
            write_results(generator, form, order, panel, &done_at);
        }
    }
}

fn write_results(
    generator: &mut Generator<'_, '_>,
    form: &FilledForm<'_>,
    order: i64,
    panel: &'static str,
    resulted_at: &str,
) {
    for (test_id, test) in form.context.organisation.lab_tests.iter().filter(|(_, test)| test.panel == panel) {
        let random = &mut generator.random;
        let is_liver = matches!(test.code, "ALT" | "AST");
        // Planted: the compound raises liver values of some subjects on the second day.
        let is_signal = is_liver && form.part == SchedulePart::DayTwo && form.has_compound && random.happens(150);
        let drawn = random.normal(test.mean, test.deviation).max(1);
        let result = if is_signal { drawn * 11 / 5 } else { drawn };
        let flag = match result {
            result if is_liver && result * 2 > test.high * 3 => "HH",
            result if result > test.high => "H",
            result if result < test.low => "L",
            _ => "N",
        };
        let significance = (flag != "N").then(|| random.one_of(&["NCS", "NCS", "CS"]));
        let fields = [
            ("lab_order_id", v(order)),
            ("lab_test_id", v(*test_id)),
            ("result_value", v(tenths_text(result))),
            ("unit", v(test.unit)),
            ("range_low", v(format!("{}000", tenths_text(test.low)))),
            ("range_high", v(format!("{}000", tenths_text(test.high)))),
            ("alert_flag", v(flag)),
            ("review_status", v(if random.happens(120) { "Unreviewed" } else { "Reviewed" })),
            ("clinical_significance", v(significance)),
            ("resulted_at", v(resulted_at.to_owned())),
            ("revision", v(if random.happens(950) { 1_i64 } else { 2 })),
        ];
        generator.add("lab_result", fields);
    }
}
