//! What a demo study asks: forms with their items, code lists, units, visits and limits. Values only.

/// A question: SAS field, wording, type, unit, code list.
pub(super) struct Item {
    pub(super) field: &'static str,
    pub(super) question: &'static str,
    pub(super) ty: &'static str,
    pub(super) unit: Option<&'static str>,
    pub(super) codes: Option<&'static str>,
}

/// A form with its one item group.
pub(super) struct Form {
    pub(super) oid: &'static str,
    pub(super) name: &'static str,
    pub(super) group_oid: &'static str,
    pub(super) group_name: &'static str,
    pub(super) dataset: &'static str,
    pub(super) items: &'static [Item],
}

const fn item(
    field: &'static str,
    question: &'static str,
    ty: &'static str,
    unit: Option<&'static str>,
    codes: Option<&'static str>,
) -> Item {
    Item { field, question, ty, unit, codes }
}

pub(super) const FORMS: [Form; 7] = [
    Form {
        oid: "F.DM",
        name: "Demographics",
        group_oid: "IG.DM",
        group_name: "Demographics",
        dataset: "DM",
        items: &[item("SEX", "Sex", "string", None, Some("SEX")), item("AGE", "Age", "integer", Some("years"), None)],
    },
    Form {
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
    Form {
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
    Form {
        oid: "F.PK",
        name: "PK Blood Sample",
        group_oid: "IG.PC",
        group_name: "PK sample",
        dataset: "PC",
        items: &[item("PCDTC", "Sample date time", "datetime", None, None)],
    },
    Form {
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
    Form {
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
    Form {
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

pub(super) const CODE_LISTS: [(&str, &[(&str, &str)]); 5] = [
    ("SEX", &[("M", "Male"), ("F", "Female")]),
    ("CS", &[("NCS", "Not clinically significant"), ("CS", "Clinically significant")]),
    ("NY", &[("N", "No"), ("Y", "Yes")]),
    ("TRT", &[("A", "Compound XN-101"), ("P", "Placebo")]),
    ("SEV", &[("1", "Mild"), ("2", "Moderate"), ("3", "Severe")]),
];

pub(super) const UNITS: [&str; 6] = ["years", "mmHg", "beats/min", "C", "msec", "mg"];

pub(super) const VISITS: [(&str, &str, &str); 7] = [
    ("SE.SCR", "Screening", "Scheduled"),
    ("SE.D-1", "Day -1", "Scheduled"),
    ("SE.D1", "Day 1", "Scheduled"),
    ("SE.D2", "Day 2", "Scheduled"),
    ("SE.FU", "Follow-up", "Scheduled"),
    ("SE.UNS", "Unscheduled", "Unscheduled"),
    ("SE.AE", "Adverse Events", "Common"),
];

pub(super) const CHECKS: [(&str, &str, &str); 4] =
    [("SYSBP", "Soft", "140"), ("SYSBP", "Hard", "260"), ("QTCF", "Soft", "450"), ("TEMP", "Soft", "37.8")];
