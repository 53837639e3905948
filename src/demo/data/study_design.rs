//! Writes the design of a study: its forms, items, code lists, visits, cohorts and schedule.

use std::collections::HashMap;

use super::entities::{Activity, Organisation, STUDY_START, SchedulePart, Study, StudyDesign};
use super::generator::Generator;
use super::study_forms::{CODE_LISTS, FORMS, FormDefinition, RANGE_CHECKS, UNITS, VISITS};
use super::values::v;

/// An unscheduled adverse event, `offset` seconds after the dose.
pub(super) const fn adverse_event(offset: i64) -> Activity {
    Activity { part: SchedulePart::Dose, visit: "SE.AE", form: "F.AE", timepoint: None, offset, window: None }
}

/// Timepoints of the dosing day, with their offset from the dose in seconds.
const TIMEPOINTS: [(&str, i64); 6] =
    [("PREDOSE", -1800), ("0.5H", 1800), ("1H", 3600), ("2H", 7200), ("4H", 14_400), ("8H", 28_800)];

/// A form at screening, which has no timepoint.
const fn at_screening(form: &'static str) -> Activity {
    Activity { part: SchedulePart::Screening, visit: "SE.SCR", form, timepoint: None, offset: 0, window: None }
}

/// A form on the dosing day. `window` is in seconds before and after.
const fn at_dose(form: &'static str, timepoint: &'static str, offset: i64, window: (i64, i64)) -> Activity {
    let (part, timepoint) = (SchedulePart::Dose, Some(timepoint));
    Activity { part, visit: "SE.D1", form, timepoint, offset, window: Some(window) }
}

/// A form 24 hours after the dose.
const fn on_day_two(form: &'static str, window: (i64, i64)) -> Activity {
    let (part, timepoint) = (SchedulePart::DayTwo, Some("24H"));
    Activity { part, visit: "SE.D2", form, timepoint, offset: 0, window: Some(window) }
}

/// Returns everything that is scheduled, in order.
fn activities() -> Vec<Activity> {
    let mut all = vec![at_screening("F.DM"), at_screening("F.VS"), at_screening("F.LB")];
    all.push(at_dose("F.EX", "DOSE", 0, (60, 60)));
    for (timepoint, offset) in TIMEPOINTS {
        all.push(at_dose("F.PK", timepoint, offset, (120, 300)));
        all.push(at_dose("F.VS", timepoint, offset, (600, 600)));
    }
    all.push(at_dose("F.EG", "2H", 7200, (600, 600)));
    all.push(on_day_two("F.PK", (300, 900)));
    all.push(on_day_two("F.LB", (1800, 1800)));
    all
}

/// Writes the design of one study.
pub(super) fn write_design(
    generator: &mut Generator<'_, '_>,
    organisation: &Organisation,
    study: Study,
) -> StudyDesign {
    let units = UNITS
        .map(|unit| {
            let oid = v(format!("MU.{unit}"));
            let fields = [("study_id", v(study.id)), ("oid", oid), ("name", v(unit)), ("symbol", v(unit))];
            (unit, generator.add("measurement_unit", fields))
        })
        .into();
    let codes = write_code_lists(generator, study);
    let mut design = StudyDesign {
        forms: HashMap::new(),
        groups: HashMap::new(),
        items: HashMap::new(),
        units,
        visits: HashMap::new(),
        schedule: Vec::new(),
        cohorts: [0; 3],
        plans: [0; 2],
        sample_path: 0,
    };
    for form in &FORMS {
        let group = write_form_definition(generator, study, form);
        design.forms.insert(form.oid, group.form_id);
        design.groups.insert(form.oid, group.id);
        write_items(generator, &mut design, &codes, organisation.unblinded_role, &group);
    }
    for (field, severity, limit) in RANGE_CHECKS {
        let fields = [
            ("item_id", v(design.items.get(field).copied())),
            ("severity", v(severity)),
            ("comparator", v("<=")),
            ("check_value", v(limit)),
            ("error_message", v(format!("{field} outside limits"))),
            ("formal_expression_enc", v([b"ENC:".to_vec(), generator.random.bytes(24)].concat())),
        ];
        generator.add("range_check", fields);
    }
    for (ordinal, (oid, name, ty)) in (1_i64..).zip(VISITS) {
        let fields =
            [("study_id", v(study.id)), ("oid", v(oid)), ("name", v(name)), ("type", v(ty)), ("ordinal", v(ordinal))];
        design.visits.insert(oid, generator.add("study_event", fields));
    }
    design.cohorts = write_cohorts(generator, study);
    write_schedule(generator, &mut design, study);
    let path = [("study_id", v(study.id)), ("name", v("PK plasma")), ("locked", v(true))];
    design.sample_path = generator.add("sample_path", path);
    design
}

fn write_code_lists(generator: &mut Generator<'_, '_>, study: Study) -> HashMap<&'static str, i64> {
    let mut lists = HashMap::new();
    for (name, codes) in CODE_LISTS {
        let oid = v(format!("CL.{name}"));
        let fields = [("study_id", v(study.id)), ("oid", oid), ("name", v(name)), ("data_type", v("string"))];
        let list = generator.add("code_list", fields);
        for (order, (code, decode)) in (1_i64..).zip(codes) {
            let fields = [
                ("code_list_id", v(list)),
                ("coded_value", v(*code)),
                ("decode", v(*decode)),
                ("order_number", v(order)),
            ];
            generator.add("code_list_item", fields);
        }
        lists.insert(name, list);
    }
    lists
}

/// An item group that was written for a form.
struct FormGroup {
    id: i64,
    form_id: i64,
    study: Study,
    form: &'static FormDefinition,
    /// The device that fills the group.
    device: Option<&'static str>,
}

fn write_form_definition(generator: &mut Generator<'_, '_>, study: Study, form: &'static FormDefinition) -> FormGroup {
    // One study has a form name with a character outside the Basic Multilingual Plane, as real studies do.
    let has_emoji = study.is_complete && form.oid == "F.PK";
    let name = if has_emoji { format!("{} \u{1fa78}", form.name) } else { form.name.to_owned() };
    let is_common = form.oid == "F.AE";
    let fields = [
        ("study_id", v(study.id)),
        ("oid", v(form.oid)),
        ("name", v(name)),
        ("repeating", v(is_common)),
        ("common", v(is_common)),
        ("locked", v(true)),
    ];
    let form_id = generator.add("form", fields);
    let device = match form.dataset {
        "VS" => Some("Vitals monitor"),
        "EG" => Some("ECG"),
        _ => None,
    };
    let fields = [
        ("study_id", v(study.id)),
        ("oid", v(form.group_oid)),
        ("name", v(form.group_name)),
        ("repeating", v(false)),
        ("sas_dataset_name", v(form.dataset)),
        ("device_type", v(device)),
    ];
    let group_id = generator.add("item_group", fields);
    let reference =
        [("form_id", v(form_id)), ("item_group_id", v(group_id)), ("order_number", v(1_i64)), ("mandatory", v(true))];
    generator.add("item_group_ref", reference);
    FormGroup { id: group_id, form_id, study, form, device }
}

fn write_items(
    generator: &mut Generator<'_, '_>,
    design: &mut StudyDesign,
    codes: &HashMap<&'static str, i64>,
    unblinded_role: i64,
    group: &FormGroup,
) {
    let form = group.form;
    for (order, item) in (1_i64..).zip(form.items) {
        let fields = [
            ("study_id", v(group.study.id)),
            ("oid", v(format!("I.{}", item.field))),
            ("name", v(format!("{}_{}", form.dataset, item.field))),
            ("question", v(item.question)),
            ("data_type", v(item.ty)),
            ("length", v(8_i64)),
            ("significant_digits", v((item.ty == "float").then_some(1_i64))),
            ("sas_field_name", v(item.field)),
            ("sds_var_name", v(format!("{}:{}", form.dataset, item.field))),
            ("code_list_id", v(item.codes.and_then(|list| codes.get(list).copied()))),
            ("measurement_unit_id", v(item.unit_id(&design.units))),
            ("capture_time", v(item.ty == "datetime")),
        ];
        let item_id = generator.add("item", fields);
        let fields = [
            ("item_group_id", v(group.id)),
            ("item_id", v(item_id)),
            ("order_number", v(order)),
            ("mandatory", v(item.field != "VSCLSIG")),
            ("volunteer_field", v((item.field == "SEX").then_some("sexMale"))),
            ("device_parameter", v(group.device.map(|_| item.field))),
            ("view_role_id", v((item.field == "EXTRT").then_some(unblinded_role))),
        ];
        generator.add("item_ref", fields);
        design.items.insert(item.field, item_id);
    }
}

fn write_cohorts(generator: &mut Generator<'_, '_>, study: Study) -> [i64; 3] {
    let mut epochs = [0; 3];
    for ((ordinal, name), epoch) in (1_i64..).zip(["Screening", "Treatment", "Follow-up"]).zip(&mut epochs) {
        *epoch = generator.add("epoch", [("study_id", v(study.id)), ("name", v(name)), ("ordinal", v(ordinal))]);
    }
    let [screening, treatment, _] = epochs;
    [
        (screening, "Screening", "Screening", study.subjects * 2, false),
        (treatment, "Cohort 1 - 50 mg", "Randomization", study.subjects / 2, study.is_complete),
        (treatment, "Cohort 2 - 100 mg", "Randomization", study.subjects / 2, false),
    ]
    .map(|(epoch, name, numbers, size, is_locked)| {
        let fields = [
            ("epoch_id", v(epoch)),
            ("name", v(name)),
            ("subject_number_type", v(numbers)),
            ("planned_size", v(size)),
            ("locked", v(is_locked)),
        ];
        generator.add("cohort", fields)
    })
}

fn write_schedule(generator: &mut Generator<'_, '_>, design: &mut StudyDesign, study: Study) {
    design.plans = [("Screening plan", 1_i64, false), ("Dosing plan", 2, true)].map(|(name, version, is_timed)| {
        let fields = [
            ("study_id", v(study.id)),
            ("name", v(name)),
            ("version", v(version)),
            ("timed", v(is_timed)),
            ("reference_time", v(is_timed.then(|| STUDY_START.datetime()))),
            ("locked", v(true)),
            ("archived", v(false)),
        ];
        generator.add("activity_plan", fields)
    });
    let [screening, dosing] = design.plans;
    let [root, dose, day_two] =
        [(screening, "Root", 0_i64), (dosing, "Dose", 0), (dosing, "Day 2", 86_400)].map(|(plan, name, offset)| {
            let fields = [
                ("activity_plan_id", v(plan)),
                ("name", v(name)),
                ("offset_seconds", v(offset)),
                ("is_reference", v(offset == 0)),
            ];
            generator.add("segment", fields)
        });
    for activity in activities() {
        let segment = match activity.part {
            SchedulePart::Screening => root,
            SchedulePart::Dose => dose,
            SchedulePart::DayTwo => day_two,
        };
        let fields = [
            ("segment_id", v(segment)),
            ("study_event_id", v(design.visits.get(activity.visit).copied())),
            ("form_id", v(design.forms.get(activity.form).copied())),
            ("timepoint", v(activity.timepoint)),
            ("offset_seconds", v(activity.offset)),
            ("window_before_seconds", v(activity.window.map(|(before, _)| before))),
            ("window_after_seconds", v(activity.window.map(|(_, after)| after))),
        ];
        let id = generator.add("scheduled_activity", fields);
        design.schedule.push((activity, id));
    }
}
