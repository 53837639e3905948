//! Writes the design of a demo study: its forms, items, code lists, visits, cohorts and schedule. Knows no subject.

use std::collections::HashMap;

use super::chance::Chance;
use super::generate::{House, T0};
use super::questions::{CHECKS, CODE_LISTS, FORMS, Form, Item, UNITS, VISITS};
use super::rows::{Writer, v};

/// The part of the schedule that an activity belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Screening,
    Dose,
    DayTwo,
}

/// Something due: the part, the visit, the form, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    pub(super) part: Part,
    pub(super) visit: &'static str,
    pub(super) form: &'static str,
    timepoint: Option<&'static str>,
    pub(super) offset: i64,
    window: Option<(i64, i64)>,
}

const fn due(
    part: Part,
    visit: &'static str,
    form: &'static str,
    timepoint: Option<&'static str>,
    offset: i64,
    window: Option<(i64, i64)>,
) -> Activity {
    Activity { part, visit, form, timepoint, offset, window }
}

/// An adverse event some seconds after the dose: no schedule asks for it.
pub(super) const fn adverse_event(offset: i64) -> Activity {
    due(Part::Dose, "SE.AE", "F.AE", None, offset, None)
}

const TIMEPOINTS: [(&str, i64); 6] =
    [("PREDOSE", -1800), ("0.5H", 1800), ("1H", 3600), ("2H", 7200), ("4H", 14_400), ("8H", 28_800)];

/// Everything that the schedule asks for, in its order.
fn activities() -> Vec<Activity> {
    let mut all = Vec::new();
    for form in ["F.DM", "F.VS", "F.LB"] {
        all.push(due(Part::Screening, "SE.SCR", form, None, 0, None));
    }
    all.push(due(Part::Dose, "SE.D1", "F.EX", Some("DOSE"), 0, Some((60, 60))));
    for (timepoint, offset) in TIMEPOINTS {
        all.push(due(Part::Dose, "SE.D1", "F.PK", Some(timepoint), offset, Some((120, 300))));
        all.push(due(Part::Dose, "SE.D1", "F.VS", Some(timepoint), offset, Some((600, 600))));
    }
    all.push(due(Part::Dose, "SE.D1", "F.EG", Some("2H"), 7200, Some((600, 600))));
    all.push(due(Part::DayTwo, "SE.D2", "F.PK", Some("24H"), 0, Some((300, 900))));
    all.push(due(Part::DayTwo, "SE.D2", "F.LB", Some("24H"), 0, Some((1800, 1800))));
    all
}

/// The ids of one study's design.
pub(super) struct Design {
    pub(super) forms: HashMap<&'static str, i64>,
    pub(super) groups: HashMap<&'static str, i64>,
    pub(super) items: HashMap<&'static str, i64>,
    pub(super) units: HashMap<&'static str, i64>,
    pub(super) visits: HashMap<&'static str, i64>,
    /// Activities with their ids.
    pub(super) schedule: Vec<(Activity, i64)>,
    pub(super) cohorts: [i64; 3],
    pub(super) plans: [i64; 2],
    pub(super) sample_path: i64,
}

/// What a study is called and how far it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct StudyFacts {
    pub(super) id: i64,
    /// Counted from 0.
    pub(super) index: i64,
    pub(super) is_complete: bool,
    pub(super) subjects: i64,
}

impl Item {
    /// The unit of a given value.
    pub(super) fn unit_in(&self, design: &Design) -> Option<i64> {
        self.unit.and_then(|unit| design.units.get(unit).copied())
    }
}

/// Writes the design of one study.
pub(super) fn design(writer: &mut Writer<'_, '_>, chance: &mut Chance, house: &House, study: StudyFacts) -> Design {
    let units = UNITS
        .map(|unit| {
            let oid = v(format!("MU.{unit}"));
            let fields = [("study_id", v(study.id)), ("oid", oid), ("name", v(unit)), ("symbol", v(unit))];
            (unit, writer.add("measurement_unit", fields))
        })
        .into();
    let codes = code_lists(writer, study);
    let mut design = Design {
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
        form_rows(writer, &mut design, &codes, (house, study, form));
    }
    for (field, severity, limit) in CHECKS {
        let fields = [
            ("item_id", v(design.items.get(field).copied())),
            ("severity", v(severity)),
            ("comparator", v("<=")),
            ("check_value", v(limit)),
            ("error_message", v(format!("{field} outside limits"))),
            ("formal_expression_enc", v([b"ENC:".to_vec(), chance.bytes(24)].concat())),
        ];
        writer.add("range_check", fields);
    }
    for (ordinal, (oid, name, ty)) in (1_i64..).zip(VISITS) {
        let fields =
            [("study_id", v(study.id)), ("oid", v(oid)), ("name", v(name)), ("type", v(ty)), ("ordinal", v(ordinal))];
        design.visits.insert(oid, writer.add("study_event", fields));
    }
    cohorts(writer, &mut design, study);
    schedule(writer, &mut design, study);
    let path = [("study_id", v(study.id)), ("name", v("PK plasma")), ("locked", v(true))];
    design.sample_path = writer.add("sample_path", path);
    design
}

fn code_lists(writer: &mut Writer<'_, '_>, study: StudyFacts) -> HashMap<&'static str, i64> {
    let mut lists = HashMap::new();
    for (name, codes) in CODE_LISTS {
        let oid = v(format!("CL.{name}"));
        let fields = [("study_id", v(study.id)), ("oid", oid), ("name", v(name)), ("data_type", v("string"))];
        let list = writer.add("code_list", fields);
        for (order, (code, words)) in (1_i64..).zip(codes) {
            let fields = [
                ("code_list_id", v(list)),
                ("coded_value", v(*code)),
                ("decode", v(*words)),
                ("order_number", v(order)),
            ];
            writer.add("code_list_item", fields);
        }
        lists.insert(name, list);
    }
    lists
}

fn form_rows(
    writer: &mut Writer<'_, '_>,
    design: &mut Design,
    codes: &HashMap<&'static str, i64>,
    (house, study, form): (&House, StudyFacts, &'static Form),
) {
    // One study writes its form with a sign outside the Basic Multilingual Plane, as real ones do.
    let has_sign = study.is_complete && form.oid == "F.PK";
    let name = if has_sign { format!("{} \u{1fa78}", form.name) } else { form.name.to_owned() };
    let is_common = form.oid == "F.AE";
    let fields = [
        ("study_id", v(study.id)),
        ("oid", v(form.oid)),
        ("name", v(name)),
        ("repeating", v(is_common)),
        ("common", v(is_common)),
        ("locked", v(true)),
    ];
    let form_id = writer.add("form", fields);
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
    let group_id = writer.add("item_group", fields);
    let place =
        [("form_id", v(form_id)), ("item_group_id", v(group_id)), ("order_number", v(1_i64)), ("mandatory", v(true))];
    writer.add("item_group_ref", place);
    design.forms.insert(form.oid, form_id);
    design.groups.insert(form.oid, group_id);
    for (order, item) in (1_i64..).zip(form.items) {
        let fields = [
            ("study_id", v(study.id)),
            ("oid", v(format!("I.{}", item.field))),
            ("name", v(format!("{}_{}", form.dataset, item.field))),
            ("question", v(item.question)),
            ("data_type", v(item.ty)),
            ("length", v(8_i64)),
            ("significant_digits", v((item.ty == "float").then_some(1_i64))),
            ("sas_field_name", v(item.field)),
            ("sds_var_name", v(format!("{}:{}", form.dataset, item.field))),
            ("code_list_id", v(item.codes.and_then(|list| codes.get(list).copied()))),
            ("measurement_unit_id", v(item.unit_in(design))),
            ("capture_time", v(item.ty == "datetime")),
        ];
        let item_id = writer.add("item", fields);
        let fields = [
            ("item_group_id", v(group_id)),
            ("item_id", v(item_id)),
            ("order_number", v(order)),
            ("mandatory", v(item.field != "VSCLSIG")),
            ("volunteer_field", v((item.field == "SEX").then_some("sexMale"))),
            ("device_parameter", v(device.map(|_| item.field))),
            ("view_role_id", v((item.field == "EXTRT").then_some(house.unblinded_role))),
        ];
        writer.add("item_ref", fields);
        design.items.insert(item.field, item_id);
    }
}

fn cohorts(writer: &mut Writer<'_, '_>, design: &mut Design, study: StudyFacts) {
    let mut epochs = [0; 3];
    for ((ordinal, name), epoch) in (1_i64..).zip(["Screening", "Treatment", "Follow-up"]).zip(&mut epochs) {
        *epoch = writer.add("epoch", [("study_id", v(study.id)), ("name", v(name)), ("ordinal", v(ordinal))]);
    }
    let [screening, treatment, _] = epochs;
    design.cohorts = [
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
        writer.add("cohort", fields)
    });
}

fn schedule(writer: &mut Writer<'_, '_>, design: &mut Design, study: StudyFacts) {
    design.plans = [("Screening plan", 1_i64, false), ("Dosing plan", 2, true)].map(|(name, version, is_timed)| {
        let fields = [
            ("study_id", v(study.id)),
            ("name", v(name)),
            ("version", v(version)),
            ("timed", v(is_timed)),
            ("reference_time", v(is_timed.then(|| T0.datetime()))),
            ("locked", v(true)),
            ("archived", v(false)),
        ];
        writer.add("activity_plan", fields)
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
            writer.add("segment", fields)
        });
    for activity in activities() {
        let segment = match activity.part {
            Part::Screening => root,
            Part::Dose => dose,
            Part::DayTwo => day_two,
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
        let id = writer.add("scheduled_activity", fields);
        design.schedule.push((activity, id));
    }
}
