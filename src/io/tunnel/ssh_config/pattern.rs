//! Patterns of `Host` and `Match`: `*`, `?`, lists with `!`. Source: PATTERNS in `ssh_config(5)`.

/// How a list of patterns judges a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A pattern fits and no `!` pattern does.
    Fits,
    /// No pattern fits.
    Other,
    /// A `!` pattern fits: whatever else fits does not count.
    Excluded,
}

/// Judges a name by patterns.
pub(super) fn judge<'a>(name: &str, patterns: impl IntoIterator<Item = &'a str>) -> Verdict {
    let mut verdict = Verdict::Other;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) if fits(name, pattern) => return Verdict::Excluded,
            None if fits(name, pattern) => verdict = Verdict::Fits,
            Some(_) | None => {}
        }
    }
    verdict
}

/// Whether a whole name is as a pattern says.
fn fits(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    // The place behind the last star, and how much of the name that star has taken: only it is ever tried again.
    let (mut at, mut here, mut again) = (0, 0, None);
    while let Some(character) = name.get(at) {
        match pattern.get(here) {
            Some('*') => {
                here += 1;
                again = Some((here, at));
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                at += 1;
                here += 1;
            }
            _ => match again {
                Some((behind, taken)) => {
                    (here, at) = (behind, taken + 1);
                    again = Some((behind, at));
                }
                None => return false,
            },
        }
    }
    pattern.get(here..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_fit_whole_names() {
        for (name, pattern) in
            [("bastion", "*"), ("bastion", "b*n"), ("bastion", "b?stion"), ("a.b.c", "*.*"), ("", "*")]
        {
            assert!(fits(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("bastion", "b*x"), ("Bastion", "b*"), ("bastion", "basti"), ("ab", "?"), ("", "?")] {
            assert!(!fits(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn a_negated_pattern_that_fits_excludes() {
        assert_eq!(judge("db.eu", ["*.eu", "!db.*"]), Verdict::Excluded);
        assert_eq!(judge("web.eu", ["*.eu", "!db.*"]), Verdict::Fits);
        assert_eq!(judge("web.us", ["!db.*"]), Verdict::Other);
    }

    #[test]
    fn many_stars_take_no_longer_than_the_name() {
        assert!(!fits(&"a".repeat(5_000), &format!("{}b", "a*".repeat(2_000))));
    }
}
