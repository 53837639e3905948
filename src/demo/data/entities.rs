//! Rows that exist already, as the generator of later rows needs them: organisation, study, design, subject, form.

use std::collections::HashMap;

use super::demo_time::DemoTime;

/// When the first study begins: 2024-03-04 08:00.
pub(super) const STUDY_START: DemoTime = DemoTime::day(19_786).plus(8 * 3600);

/// The rows that all studies share.
pub(super) struct Organisation {
    pub(super) sites: [i64; 2],
    pub(super) users: Vec<i64>,
    pub(super) unblinded_role: i64,
    pub(super) monitor_role: i64,
    /// Laboratory tests with their ids.
    pub(super) lab_tests: Vec<(i64, &'static LabTest)>,
}

/// A laboratory test. The numbers are tenths.
pub(super) struct LabTest {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) panel: &'static str,
    pub(super) unit: &'static str,
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) mean: i64,
    pub(super) deviation: i64,
}

/// A volunteer whom a study may enrol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volunteer {
    pub(super) id: i64,
    pub(super) site: i64,
    pub(super) is_male: bool,
    pub(super) born: DemoTime,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Study {
    pub(super) id: i64,
    /// Counted from 0.
    pub(super) index: i64,
    pub(super) is_complete: bool,
    /// How many subjects it enrols.
    pub(super) subjects: i64,
}

/// The sites of a study: the id of the site and of its `study_site` row.
pub(super) struct StudySites(pub(super) [(i64, i64); 2]);

impl StudySites {
    /// Returns the `study_site` row of a volunteer's site.
    pub(super) fn of(&self, volunteer: Volunteer) -> Option<i64> {
        self.0.iter().find(|(site, _)| *site == volunteer.site).map(|(_, id)| *id)
    }
}

/// The part of the schedule to which an activity belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SchedulePart {
    Screening,
    Dose,
    DayTwo,
}

/// A form that is due at a visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    pub(super) part: SchedulePart,
    pub(super) visit: &'static str,
    pub(super) form: &'static str,
    pub(super) timepoint: Option<&'static str>,
    /// Seconds from the start of the part.
    pub(super) offset: i64,
    /// Seconds before and after that are still in time.
    pub(super) window: Option<(i64, i64)>,
}

/// The ids of one study's design, by the OID or the field of each object.
pub(super) struct StudyDesign {
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

/// A study with everything that its subjects refer to.
pub(super) struct StudyContext<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) design: StudyDesign,
    pub(super) study: Study,
    pub(super) sites: StudySites,
}

/// A subject whose forms are written next.
pub(super) struct Subject {
    pub(super) id: i64,
    pub(super) volunteer: Volunteer,
    /// Counted within the study from 0.
    pub(super) index: i64,
    /// The subject's times count from here; the dose is one hour later.
    pub(super) start: DemoTime,
    /// The cohort assignment of screening.
    pub(super) screening: i64,
    /// The cohort assignment of treatment; `None` for a screen failure.
    pub(super) treatment: Option<i64>,
    pub(super) arm: &'static str,
}

/// A filled form whose values are written next.
pub(super) struct FilledForm<'a> {
    pub(super) form_data: i64,
    pub(super) group_data: i64,
    pub(super) collected: DemoTime,
    pub(super) is_canceled: bool,
    pub(super) part: SchedulePart,
    /// Whether the subject gets the compound and not the placebo.
    pub(super) has_compound: bool,
    pub(super) content: FormContent,
    pub(super) context: &'a StudyContext<'a>,
}

/// Whether a form has values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormContent {
    Unsaved,
    Saved,
    /// It was saved, but its current values are missing. This is a planted finding.
    Emptied,
}
