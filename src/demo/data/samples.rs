//! Writes the samples of a filled PK form: a collection tube with its processing steps and aliquots.

use super::entities::FilledForm;
use super::generator::Generator;
use super::values::{DemoValue, v};

/// Writes a collection tube, its two steps and its two aliquots. Planted: steps that are late or missing.
pub(super) fn write_samples(generator: &mut Generator<'_, '_>, form: &FilledForm<'_>) {
    let container = |barcode: i64, parent: Option<i64>| {
        [
            ("sample_path_id", v(form.context.design.sample_path)),
            ("form_data_id", v(form.form_data)),
            ("parent_sample_id", v(parent)),
            ("barcode", v(format!("P{barcode:09}"))),
        ]
    };
    let collection = [
        ("container", v("K2EDTA 4 mL")),
        ("collected_at", v(form.collected.datetime3())),
        ("canceled", v(form.is_canceled)),
    ];
    let number = generator.next_id("sample");
    let sample = generator.add("sample", container(number, None).into_iter().chain(collection));
    for (name, due, latest) in [("Centrifuge", 1800_i64, 2300_i64), ("Freeze", 3600, 3900)] {
        let is_done = !generator.random.happens(30);
        let after = generator.random.between(due / 2, latest);
        let fields = [
            ("sample_id", v(sample)),
            ("step_name", v(name)),
            ("due_seconds", v(due)),
            ("performed_at", v(is_done.then(|| form.collected.plus(after).datetime3()))),
            ("performed_by_user_id", v(generator.random.one_of(&form.context.organisation.users))),
            ("deviation_comment", DemoValue::Null),
            ("canceled", v(false)),
        ];
        generator.add("sample_step", fields);
    }
    for is_sent in [false, true] {
        let number = generator.next_id("sample");
        let aliquot = [
            ("external_barcode", v(is_sent.then(|| format!("EXT{number:07}")))),
            ("container", v("Cryovial 2 mL")),
            ("collected_at", v(form.collected.plus(2000).datetime3())),
            ("canceled", v(false)),
        ];
        generator.add("sample", container(number, Some(sample)).into_iter().chain(aliquot));
    }
}
