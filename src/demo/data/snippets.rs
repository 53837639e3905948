//! Embeds the demo's snippets from `snippets/`, and its first worksheet.

const SNIPPETS: [(&str, &str); 20] = [
    ("blood-pressure-change", include_str!("../snippets/blood-pressure-change.sql")),
    ("chain-of-custody", include_str!("../snippets/chain-of-custody.sql")),
    ("change-rates", include_str!("../snippets/change-rates.sql")),
    ("clarification-ageing", include_str!("../snippets/clarification-ageing.sql")),
    ("cleaning-progress", include_str!("../snippets/cleaning-progress.sql")),
    ("demographics-decoded", include_str!("../snippets/demographics-decoded.sql")),
    ("enrolment-funnel", include_str!("../snippets/enrolment-funnel.sql")),
    ("erased-volunteers", include_str!("../snippets/erased-volunteers.sql")),
    ("hidden-open-threads", include_str!("../snippets/hidden-open-threads.sql")),
    ("inconsistencies", include_str!("../snippets/inconsistencies.sql")),
    ("late-data-entry", include_str!("../snippets/late-data-entry.sql")),
    ("late-processing", include_str!("../snippets/late-processing.sql")),
    ("liver-signals", include_str!("../snippets/liver-signals.sql")),
    ("monthly-volume", include_str!("../snippets/monthly-volume.sql")),
    ("schema-overview", include_str!("../snippets/schema-overview.sql")),
    ("stuck-lab-orders", include_str!("../snippets/stuck-lab-orders.sql")),
    ("timing-deviations", include_str!("../snippets/timing-deviations.sql")),
    ("unexplained-values", include_str!("../snippets/unexplained-values.sql")),
    ("value-history", include_str!("../snippets/value-history.sql")),
    ("vital-signs-pivot", include_str!("../snippets/vital-signs-pivot.sql")),
];

/// Returns the name and the text of every built-in snippet, sorted by name.
pub fn snippets() -> impl Iterator<Item = (&'static str, &'static str)> {
    SNIPPETS.into_iter()
}

/// Returns the worksheet that the demo opens with: an enrolment funnel, a planted finding, and a write that the guard
/// refuses.
pub fn first_worksheet() -> &'static str {
    include_str!("../first_worksheet.sql")
}
