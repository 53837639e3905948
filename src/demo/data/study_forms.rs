//! The forms of a study with their items, code lists, units, visits and range checks. Constant tables only.

use std::collections::HashMap;

/// A question on a form.
pub(super) struct ItemDefinition {
    /// The SAS field name.
    pub(super) field: &'static str,
    pub(super) question: &'static str,
    pub(super) ty: &'static str,
    pub(super) unit: Option<&'static str>,
    /// The name of its code list.
    pub(super) codes: Option<&'static str>,
}

impl ItemDefinition {
    /// Returns the id of the item's unit.
    pub(super) fn unit_id(&self, units: &HashMap<&'static str, i64>) -> Option<i64> {
        self.unit.and_then(|unit| units.get(unit).copied())
    }
}

/// A form with its only item group.
pub(super) struct FormDefinition {
    pub(super) oid: &'static str,
    pub(super) name: &'static str,
    pub(super) group_oid: &'static str,
    pub(super) group_name: &'static str,
    pub(super) dataset: &'static str,
    pub(super) items: &'static [ItemDefinition],
}

const fn item(
    field: &'static str,
    question: &'static str,
    ty: &'static str,
    unit: Option<&'static str>,
    codes: Option<&'static str>,
) -> ItemDefinition {
    ItemDefinition { field, question, ty, unit, codes }
}

pub(super) const FORMS: [FormDefinition; 7] = [
    FormDefinition {
        oid: "F.DM",
        name: "Demographics",
        group_oid: "IG.DM",
        group_name: "Demographics",
        dataset: "DM",
        items: &[item("SEX", "Sex", "string", None, Some("SEX")), item("AGE", "Age", "integer", Some("years"), None)],
    },
    FormDefinition {
        oid: "F.VS",
        name: "Vital Signs",
        group_oid: "IG.VS",
        group_name: "Vital Signs",
        dataset: "VS",
        items: &[
            item("VSDTC", "VS date time", "datetime", None, None),
            item("SYSBP", "Systolic blood pressure", "integer", Some("mmHg"), None),
            item("DIABP", "Diastolic blood pressure", "integer", Some("mmHg"), None),
            item("PULSE", "Pulse", "integer", Some("beats/min"), None),
            item("TEMP", "Temperature", "float", Some("C"), None),
            item("VSCLSIG", "Clinical significance", "string", None, Some("CS")),
        ],
    },
    FormDefinition {
        oid: "F.EG",
        name: "12-Lead ECG",
        group_oid: "IG.EG",
        group_name: "ECG",
        dataset: "EG",
        items: &[
            item("EGDTC", "ECG date time", "datetime", None, None),
            item("QTCF", "QTcF", "integer", Some("msec"), None),
            item("PR", "PR interval", "integer", Some("msec"), None),
        ],
    },
    FormDefinition {
        oid: "F.PK",
        name: "PK Blood Sample",
        group_oid: "IG.PC",
        group_name: "PK sample",
        dataset: "PC",
        items: &[item("PCDTC", "Sample date time", "datetime", None, None)],
    },
    FormDefinition {
        oid: "F.LB",
        name: "Safety Labs",
        group_oid: "IG.LB",
        group_name: "Safety labs",
        dataset: "LB",
        items: &[
            item("LBDTC", "Collection date time", "datetime", None, None),
            item("LBFAST", "Fasting", "string", None, Some("NY")),
        ],
    },
    FormDefinition {
        oid: "F.EX",
        name: "Dosing",
        group_oid: "IG.EX",
        group_name: "Exposure",
        dataset: "EX",
        items: &[
            item("EXSTDTC", "Dose date time", "datetime", None, None),
            item("EXDOSE", "Dose", "float", Some("mg"), None),
            item("EXTRT", "Treatment", "string", None, Some("TRT")),
        ],
    },
    FormDefinition {
        oid: "F.AE",
        name: "Adverse Event",
        group_oid: "IG.AE",
        group_name: "Adverse event",
        dataset: "AE",
        items: &[
            item("AETERM", "Term", "text", None, None),
            item("AESTDTC", "Start", "incompleteDatetime", None, None),
            item("AESEV", "Severity", "string", None, Some("SEV")),
        ],
    },
];

/// Name of each code list, with its codes and what they mean.
pub(super) const CODE_LISTS: [(&str, &[(&str, &str)]); 5] = [
    ("SEX", &[("M", "Male"), ("F", "Female")]),
    ("CS", &[("NCS", "Not clinically significant"), ("CS", "Clinically significant")]),
    ("NY", &[("N", "No"), ("Y", "Yes")]),
    ("TRT", &[("A", "Compound XN-101"), ("P", "Placebo")]),
    ("SEV", &[("1", "Mild"), ("2", "Moderate"), ("3", "Severe")]),
];

pub(super) const UNITS: [&str; 6] = ["years", "mmHg", "beats/min", "C", "msec", "mg"];

/// OID, name and type of each visit.
pub(super) const VISITS: [(&str, &str, &str); 7] = [
    ("SE.SCR", "Screening", "Scheduled"),
    ("SE.D-1", "Day -1", "Scheduled"),
    ("SE.D1", "Day 1", "Scheduled"),
    ("SE.D2", "Day 2", "Scheduled"),
    ("SE.FU", "Follow-up", "Scheduled"),
    ("SE.UNS", "Unscheduled", "Unscheduled"),
    ("SE.AE", "Adverse Events", "Common"),
];

/// Field, severity and upper limit of each range check.
pub(super) const RANGE_CHECKS: [(&str, &str, &str); 4] =
    [("SYSBP", "Soft", "140"), ("SYSBP", "Hard", "260"), ("QTCF", "Soft", "450"), ("TEMP", "Soft", "37.8")];
