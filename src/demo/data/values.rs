//! One value of a filled form of the demo: what was collected, how it came in, and the clarification thread on it.

use super::chance::Chance;
use super::generate::revision;
use super::labs;
use super::moment::Moment;
use super::questions::Item;
use super::rows::{Writer, v};
use super::subjects::{Content, Filled, Participation};

/// A collected value before it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Collected {
    Nothing,
    Words(String),
    Whole(i64),
    Tenths(i64),
}

/// A value with everything that is decided about it before its rows are written.
pub(super) struct Answer {
    pub(super) item: &'static Item,
    pub(super) value: Collected,
    pub(super) is_out_of_range: bool,
    pub(super) thread: Option<&'static str>,
}

/// Decides one value and whether a clarification thread is opened on it.
pub(super) fn answer(chance: &mut Chance, filled: &Filled<'_>, who: &Participation, item: &'static Item) -> Answer {
    let (_, _, study, _) = filled.setting;
    let value = match filled.content {
        Content::Unsaved => Collected::Nothing,
        Content::Saved | Content::Emptied => collect(chance, filled, who, item),
    };
    let is_out_of_range = match (item.field, &value) {
        ("SYSBP", Collected::Whole(number)) => *number > 140,
        ("QTCF", Collected::Whole(number)) => *number > 450,
        ("TEMP", Collected::Tenths(tenths)) => *tenths > 378,
        _ => false,
    };
    let has_thread = value != Collected::Nothing && chance.happens(if is_out_of_range { 300 } else { 12 });
    let thread = has_thread.then(|| {
        let status = chance.one_of(&["Unanswered", "Answered", "Closed", "Closed"]);
        if study.is_complete { "Closed" } else { status }
    });
    Answer { item, value, is_out_of_range, thread }
}

fn collect(chance: &mut Chance, filled: &Filled<'_>, who: &Participation, item: &Item) -> Collected {
    let words = |text: &str| Collected::Words(text.to_owned());
    let at = filled.collected;
    match item.field {
        "SEX" => words(if who.volunteer.is_male { "M" } else { "F" }),
        "AGE" => Collected::Whole((at.days() - who.volunteer.born.days()) * 100 / 36_525),
        "SYSBP" => Collected::Whole(chance.normal(122, 12)),
        "DIABP" => Collected::Whole(chance.normal(76, 8)),
        "PULSE" => Collected::Whole(chance.normal(66, 9)),
        "TEMP" => Collected::Tenths(chance.normal(367, 4)),
        "QTCF" => Collected::Whole(chance.normal(412, 18) + if filled.has_compound { 12 } else { 0 }),
        "PR" => Collected::Whole(chance.normal(160, 15)),
        "VSCLSIG" if chance.happens(900) => words("NCS"),
        "VSCLSIG" => Collected::Nothing,
        "EXDOSE" => Collected::Tenths(if who.place % 2 == 1 { 500 } else { 1000 }),
        "EXTRT" => words(who.arm),
        "LBFAST" => words(chance.one_of(&["Y", "Y", "Y", "N"])),
        "AETERM" => words(chance.one_of(&["Headache", "Nausea", "Dizziness", "Venepuncture site bruise"])),
        // Planted: half of the starts are partial dates, to which no cast applies.
        "AESTDTC" => {
            let whole = at.iso();
            let cut = if chance.happens(500) { 16 } else { 8 };
            let partial: String = whole.chars().take(cut).collect();
            Collected::Words(if cut == 8 { format!("{partial}T") } else { partial })
        }
        "AESEV" => words(chance.one_of(&["1", "1", "1", "2"])),
        _ => Collected::Words(at.iso()),
    }
}

impl Collected {
    pub(super) fn print(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Words(text) => Some(text.clone()),
            Self::Whole(number) => Some(number.to_string()),
            Self::Tenths(tenths) => Some(labs::tenths(*tenths)),
        }
    }

    /// The number as it may have been mistyped first.
    fn mistyped(&self, by: i64) -> Option<String> {
        match self {
            Self::Nothing | Self::Words(_) => None,
            Self::Whole(number) => Some((number + by).to_string()),
            Self::Tenths(tenths) => Some(labs::tenths(tenths + by * 10)),
        }
    }
}

/// When a value was entered, by whom, and whether it was corrected afterwards.
pub(super) struct Saving {
    pub(super) entered: Moment,
    pub(super) user: i64,
    pub(super) correction: Option<Correction>,
}

/// A correction: what stood there before, and who changed it when and why.
pub(super) struct Correction {
    pub(super) mistyped: String,
    pub(super) at: Moment,
    pub(super) user: i64,
    pub(super) reason: &'static str,
}

/// Decides how a value came in. Planted: a few come days late, and some were mistyped first.
pub(super) fn saving(chance: &mut Chance, filled: &Filled<'_>, value: &Collected) -> Saving {
    let (house, ..) = filled.setting;
    let delay = if chance.happens(5) { 86_400 * chance.between(2, 9) } else { 0 };
    let entered = filled.collected.plus(delay + chance.between(5, 1800)).plus_millis(chance.between(0, 999));
    let user = chance.one_of(&house.users);
    let mistyped = if chance.happens(40) { value.mistyped(chance.one_of(&[-9_i64, 9, 100])) } else { None };
    let correction = mistyped.map(|mistyped| Correction {
        mistyped,
        at: entered.plus(3600 * chance.between(1, 90)),
        user: chance.one_of(&house.users),
        reason: chance.one_of(&["Transcription error", "Data entry error", "Query resolution"]),
    });
    Saving { entered, user, correction }
}

/// Writes the audit rows of a value: the first entry, and the correction if there was one.
pub(super) fn audit(writer: &mut Writer<'_, '_>, (id, text, saving): (i64, String, Saving)) {
    let first = saving.correction.as_ref().map_or_else(|| text.clone(), |correction| correction.mistyped.clone());
    let mut states = vec![(revision(writer, saving.entered, saving.user, None), first)];
    if let Some(Correction { at, user, reason, .. }) = saving.correction {
        states.push((revision(writer, at, user, Some(reason)), text));
    }
    for (type_number, (revision, value)) in (0_i64..).zip(states) {
        let fields = [
            ("id", v(id)),
            ("revision_id", v(revision)),
            ("revision_type", v(type_number)),
            ("value", v(value)),
            ("status", v("Complete")),
            ("canceled", v(false)),
            ("locked", v(false)),
        ];
        writer.add("item_data_audit", fields);
    }
}

/// Writes a data-clarification thread with its messages.
pub(super) fn clarification(
    writer: &mut Writer<'_, '_>,
    chance: &mut Chance,
    filled: &Filled<'_>,
    (item_data, status): (i64, &'static str),
) {
    let (house, ..) = filled.setting;
    let opened = filled.collected.plus_days(chance.between(1, 20));
    let fields = [
        ("item_data_id", v(item_data)),
        ("status", v(status)),
        ("monitoring", v(chance.happens(800))),
        ("only_opener_can_close", v(true)),
        ("close_role_id", v(house.monitor_role)),
        ("opened_by_user_id", v(chance.one_of(&house.users))),
        ("opened_at", v(opened.datetime3())),
        ("closed_at", v((status == "Closed").then(|| opened.plus_days(9).datetime3()))),
    ];
    let thread = writer.add("query", fields);
    let mut messages = vec![("Please verify against source.", opened)];
    if status != "Unanswered" {
        messages.push(("Verified.", opened.plus_days(chance.between(1, 8))));
    }
    for (body, at) in messages {
        let fields = [
            ("query_id", v(thread)),
            ("author_user_id", v(chance.one_of(&house.users))),
            ("body", v(body)),
            ("created_at", v(at.datetime3())),
        ];
        writer.add("query_message", fields);
    }
}
