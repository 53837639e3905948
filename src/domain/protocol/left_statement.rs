//! Statements that may still run on the server, because their connections were lost.

/// A statement that was running when its connection was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftStatement {
    /// `CONNECTION_ID()` of its connection.
    pub connection: u64,
    /// The text as the server shows it in its process list.
    pub text: String,
}

impl LeftStatement {
    /// Returns whether the server shows this statement under this text. The server may cut the text, and replace characters that
    /// its process list cannot show.
    #[must_use]
    pub fn is_shown_as(&self, info: &str) -> bool {
        let plain = |text: &str| -> String { text.trim().chars().filter(|c| c.is_ascii() && *c != '?').collect() };
        let info = plain(info);
        !info.is_empty() && plain(&self.text).starts_with(&info)
    }
}

/// A statement that still runs after its connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningLeft {
    /// `CONNECTION_ID()` of its connection.
    pub connection: u64,
    /// For how long it has run, in seconds.
    pub seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_its_text_even_if_the_server_cuts_or_replaces_some_of_it() {
        let left = LeftStatement { connection: 7, text: " SELECT 'né 😀?' FROM a\n".into() };
        for info in ["SELECT 'né 😀?' FROM a", "SELECT 'n? ??' FROM a", "SELECT 'né"] {
            assert!(left.is_shown_as(info), "{info}");
        }
        for info in ["", "SELECT 2", "SELECT 'né 😀?' FROM a, b", "😀"] {
            assert!(!left.is_shown_as(info), "{info}");
        }
    }
}
