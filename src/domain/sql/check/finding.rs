//! What a check finds.

use std::ops::Range;

use crate::domain::sql::errors::{ErrorMark, Offer};

/// Something wrong or doubtful in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// Byte range in the statement.
    pub span: Range<usize>,
    pub message: String,
    pub offer: Option<Offer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// A quote or a comment that is not closed.
    OpenText,
    /// The guard would refuse the statement.
    Refused,
    UnknownTable,
    UnknownColumn,
    AmbiguousColumn,
    /// An alias that is probably a misspelled keyword.
    MisreadAlias,
    /// A table without a condition that links it to the others.
    CartesianJoin,
    /// A plain column next to an aggregate, without GROUP BY.
    MixedAggregate,
    /// A comparison with NULL, which is never true.
    NullComparison,
    /// A table without the filter that a documentation pack asks for.
    MissingFilter,
}

/// Whether a statement with a finding can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It will fail, or not be sent.
    Error,
    /// It may return something else than expected.
    Warning,
}

impl FindingKind {
    /// Returns the name of the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenText => "open-text",
            Self::Refused => "refused",
            Self::UnknownTable => "unknown-table",
            Self::UnknownColumn => "unknown-column",
            Self::AmbiguousColumn => "ambiguous-column",
            Self::MisreadAlias => "misread-alias",
            Self::CartesianJoin => "cartesian-join",
            Self::MixedAggregate => "mixed-aggregate",
            Self::NullComparison => "null-comparison",
            Self::MissingFilter => "missing-filter",
        }
    }

    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::OpenText | Self::Refused | Self::UnknownTable | Self::UnknownColumn | Self::AmbiguousColumn => {
                Severity::Error
            }
            Self::MisreadAlias
            | Self::CartesianJoin
            | Self::MixedAggregate
            | Self::NullComparison
            | Self::MissingFilter => Severity::Warning,
        }
    }
}

impl Finding {
    /// Makes a finding from a mark.
    pub(super) fn of(kind: FindingKind, mark: ErrorMark) -> Self {
        Self { kind, span: mark.span, message: mark.message.unwrap_or_default(), offer: mark.offer }
    }

    /// Makes a finding without an offer.
    pub(super) fn new(kind: FindingKind, span: Range<usize>, message: String) -> Self {
        Self { kind, span, message, offer: None }
    }
}
