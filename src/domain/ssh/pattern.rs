//! Patterns with `*` and `?`, as `ssh_config` and `known_hosts` use them. Source: PATTERNS in `ssh_config(5)`.

/// Returns whether a whole name matches a pattern: `*` matches any run of bytes, `?` any one byte.
///
/// Needs constant memory, and at most the product of both lengths in time: a hostile pattern of many stars cannot stall the
/// program.
#[must_use]
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to continue when a literal does not match: after the last star, one byte of the name later than before.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                retry = Some((p, n));
            }
            Some(&expected) if expected == b'?' || expected == byte => {
                p += 1;
                n += 1;
            }
            Some(_) | None => {
                let Some((after_star, from)) = retry else { return false };
                p = after_star;
                n = from + 1;
                retry = Some((after_star, n));
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Returns whether a name matches a list of patterns: at least one pattern matches, and none that begins with `!` does.
pub fn matches_list<'a>(patterns: impl IntoIterator<Item = &'a str>, name: &str) -> bool {
    let mut is_matched = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(excluded) if matches(excluded.as_bytes(), name.as_bytes()) => return false,
            None if matches(pattern.as_bytes(), name.as_bytes()) => is_matched = true,
            Some(_) | None => {}
        }
    }
    is_matched
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(name: &str, pattern: &str) -> bool {
        matches(pattern.as_bytes(), name.as_bytes())
    }

    #[test]
    fn stars_and_question_marks_match_whole_names() {
        for (name, pattern) in
            [("bastion", "*"), ("bastion", "b*n"), ("bastion", "b?stion"), ("a.b.c", "*.*"), ("", "*")]
        {
            assert!(is_match(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("bastion", "b*x"), ("Bastion", "b*"), ("bastion", "basti"), ("ab", "?"), ("", "?")] {
            assert!(!is_match(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn a_negated_pattern_that_matches_excludes_the_name() {
        assert!(!matches_list(["*.eu", "!db.*"], "db.eu"));
        assert!(!matches_list(["!db.*", "*.eu"], "db.eu"));
        assert!(matches_list(["*.eu", "!db.*"], "web.eu"));
        assert!(!matches_list(["!db.*"], "web.us"));
    }

    #[test]
    fn a_pattern_of_many_stars_is_fast() {
        assert!(!is_match(&"a".repeat(5_000), &format!("{}b", "a*".repeat(2_000))));
    }
}
