//! What hangs on a filled form of the demo besides its values: lab orders with results, samples with steps.

use super::chance::Chance;
use super::design::{Design, Part};
use super::generate::House;
use super::rows::{Value, Writer, v};
use super::subjects::Filled;

/// Prints tenths with one digit after the point: 367 is `36.7`.
pub(super) fn tenths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{}", number.abs() / 10, number.abs() % 10)
}

/// Writes the three panels of a safety lab. Planted: a few orders stay submitted for ever.
pub(super) fn orders(writer: &mut Writer<'_, '_>, chance: &mut Chance, house: &House, filled: &Filled<'_>) {
    for panel in ["Chemistry", "Hematology", "Hormones"] {
        let number = writer.next_id("lab_order");
        let is_done = chance.happens(940);
        let done_at = filled.collected.plus(5 * 3600).datetime3();
        let fields = [
            ("item_group_data_id", v(filled.group_data)),
            ("barcode", v(format!("B{number:08}-C{}", chance.between(1, 9)))),
            ("accession_number", v(format!("ACC{number:06}"))),
            ("panel_name", v(panel)),
            ("status", v(if is_done { "Complete" } else { "Submitted" })),
            ("ordered_at", v(filled.collected.datetime3())),
            ("confirmed_at", v(filled.collected.plus(1800).datetime3())),
            ("completed_at", v(is_done.then(|| done_at.clone()))),
        ];
        let order = writer.add("lab_order", fields);
        if !is_done {
            continue;
        }
        for (test_id, test) in house.lab_tests.iter().filter(|(_, test)| test.panel == panel) {
            let is_liver = matches!(test.code, "ALT" | "AST");
            // Planted: the compound raises liver values of some subjects on the second day.
            let is_signal = is_liver && filled.part == Part::DayTwo && filled.has_compound && chance.happens(150);
            let drawn = chance.normal(test.mean, test.deviation).max(1);
            let result = if is_signal { drawn * 11 / 5 } else { drawn };
            let flag = match result {
                result if is_liver && result * 2 > test.high * 3 => "HH",
                result if result > test.high => "H",
                result if result < test.low => "L",
                _ => "N",
            };
            let significance = (flag != "N").then(|| chance.one_of(&["NCS", "NCS", "CS"]));
            let fields = [
                ("lab_order_id", v(order)),
                ("lab_test_id", v(*test_id)),
                ("result_value", v(tenths(result))),
                ("unit", v(test.unit)),
                ("range_low", v(format!("{}000", tenths(test.low)))),
                ("range_high", v(format!("{}000", tenths(test.high)))),
                ("alert_flag", v(flag)),
                ("review_status", v(if chance.happens(120) { "Unreviewed" } else { "Reviewed" })),
                ("clinical_significance", v(significance)),
                ("resulted_at", v(done_at.clone())),
                ("revision", v(if chance.happens(950) { 1_i64 } else { 2 })),
            ];
            writer.add("lab_result", fields);
        }
    }
}

/// Writes a collection tube, its two steps and its two aliquots. Planted: steps that come late or never.
pub(super) fn samples(
    writer: &mut Writer<'_, '_>,
    chance: &mut Chance,
    (house, design): (&House, &Design),
    filled: &Filled<'_>,
) {
    let tube = |barcode: i64, parent: Option<i64>| {
        [
            ("sample_path_id", v(design.sample_path)),
            ("form_data_id", v(filled.form_data)),
            ("parent_sample_id", v(parent)),
            ("barcode", v(format!("P{barcode:09}"))),
        ]
    };
    let collection = [
        ("container", v("K2EDTA 4 mL")),
        ("collected_at", v(filled.collected.datetime3())),
        ("canceled", v(filled.is_canceled)),
    ];
    let number = writer.next_id("sample");
    let sample = writer.add("sample", tube(number, None).into_iter().chain(collection));
    for (name, due, latest) in [("Centrifuge", 1800_i64, 2300_i64), ("Freeze", 3600, 3900)] {
        let is_done = !chance.happens(30);
        let after = chance.between(due / 2, latest);
        let fields = [
            ("sample_id", v(sample)),
            ("step_name", v(name)),
            ("due_seconds", v(due)),
            ("performed_at", v(is_done.then(|| filled.collected.plus(after).datetime3()))),
            ("performed_by_user_id", v(chance.one_of(&house.users))),
            ("deviation_comment", Value::Null),
            ("canceled", v(false)),
        ];
        writer.add("sample_step", fields);
    }
    for is_sent in [false, true] {
        let number = writer.next_id("sample");
        let aliquot = [
            ("external_barcode", v(is_sent.then(|| format!("EXT{number:07}")))),
            ("container", v("Cryovial 2 mL")),
            ("collected_at", v(filled.collected.plus(2000).datetime3())),
            ("canceled", v(false)),
        ];
        writer.add("sample", tube(number, Some(sample)).into_iter().chain(aliquot));
    }
}
