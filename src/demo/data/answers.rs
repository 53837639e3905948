//! Decides the value of one item on a filled form.

use super::entities::{FilledForm, FormContent, Subject};
use super::random::Random;
use super::study_forms::ItemDefinition;
use super::values::tenths_text;

/// A collected value before it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CollectedValue {
    Missing,
    Text(String),
    Integer(i64),
    Tenths(i64),
}

/// A value with everything that is decided about it before its rows are written.
pub(super) struct FormAnswer {
    pub(super) item: &'static ItemDefinition,
    pub(super) value: CollectedValue,
    pub(super) is_out_of_range: bool,
    /// The status of the clarification thread on the value, if there is one.
    pub(super) thread: Option<&'static str>,
}

impl FormAnswer {
    /// Decides the value of an item, and whether it gets a clarification thread.
    pub(super) fn decide(
        random: &mut Random,
        form: &FilledForm<'_>,
        subject: &Subject,
        item: &'static ItemDefinition,
    ) -> Self {
        let value = match form.content {
            FormContent::Unsaved => CollectedValue::Missing,
            FormContent::Saved | FormContent::Emptied => collect(random, form, subject, item),
        };
        let is_out_of_range = match (item.field, &value) {
            ("SYSBP", CollectedValue::Integer(number)) => *number > 140,
            ("QTCF", CollectedValue::Integer(number)) => *number > 450,
            ("TEMP", CollectedValue::Tenths(tenths)) => *tenths > 378,
            _ => false,
        };
        let has_thread = value != CollectedValue::Missing && random.happens(if is_out_of_range { 300 } else { 12 });
        let thread = has_thread.then(|| {
            let status = random.one_of(&["Unanswered", "Answered", "Closed", "Closed"]);
            if form.context.study.is_complete { "Closed" } else { status }
        });
        Self { item, value, is_out_of_range, thread }
    }
}

fn collect(random: &mut Random, form: &FilledForm<'_>, subject: &Subject, item: &ItemDefinition) -> CollectedValue {
    let text = |text: &str| CollectedValue::Text(text.to_owned());
    let at = form.collected;
    match item.field {
        "SEX" => text(if subject.volunteer.is_male { "M" } else { "F" }),
        "AGE" => CollectedValue::Integer((at.days() - subject.volunteer.born.days()) * 100 / 36_525),
        "SYSBP" => CollectedValue::Integer(random.normal(122, 12)),
        "DIABP" => CollectedValue::Integer(random.normal(76, 8)),
        "PULSE" => CollectedValue::Integer(random.normal(66, 9)),
        "TEMP" => CollectedValue::Tenths(random.normal(367, 4)),
        "QTCF" => CollectedValue::Integer(random.normal(412, 18) + if form.has_compound { 12 } else { 0 }),
        "PR" => CollectedValue::Integer(random.normal(160, 15)),
        "VSCLSIG" if random.happens(900) => text("NCS"),
        "VSCLSIG" => CollectedValue::Missing,
        "EXDOSE" => CollectedValue::Tenths(if subject.index % 2 == 1 { 500 } else { 1000 }),
        "EXTRT" => text(subject.arm),
        "LBFAST" => text(random.one_of(&["Y", "Y", "Y", "N"])),
        "AETERM" => text(random.one_of(&["Headache", "Nausea", "Dizziness", "Venepuncture site bruise"])),
        // Planted: half of the starts are partial dates, which cannot be cast.
        "AESTDTC" => {
            let whole = at.iso();
            let length = if random.happens(500) { 16 } else { 8 };
            let partial: String = whole.chars().take(length).collect();
            CollectedValue::Text(if length == 8 { format!("{partial}T") } else { partial })
        }
        "AESEV" => text(random.one_of(&["1", "1", "1", "2"])),
        _ => CollectedValue::Text(at.iso()),
    }
}

impl CollectedValue {
    /// Prints the value as `item_data.value` stores it.
    pub(super) fn print(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Tenths(tenths) => Some(tenths_text(*tenths)),
        }
    }

    /// Returns a wrong number that may have been entered first; `None` if the value is not a number.
    pub(super) fn mistyped(&self, by: i64) -> Option<String> {
        match self {
            Self::Missing | Self::Text(_) => None,
            Self::Integer(number) => Some((number + by).to_string()),
            Self::Tenths(tenths) => Some(tenths_text(tenths + by * 10)),
        }
    }
}
