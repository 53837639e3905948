//! Filters: what they take, how they fail, and that no text breaks them.

use proptest::prelude::*;
use rrx::domain::results::{Cell, Column, Filter, WireType};

use super::{blob, column, text};

fn columns() -> Vec<Column> {
    let mut status = text("status");
    status.table = "q".into();
    vec![
        status,
        column("age", WireType::Long),
        column("dose", WireType::NewDecimal),
        column("seen", WireType::DateTime),
        column("took", WireType::Time),
        blob("raw"),
        column("flags", WireType::Bit),
        text("select"),
        text("twice"),
        text("twice"),
        column("born", WireType::Date),
    ]
}

type Values = [Option<&'static [u8]>; 11];

const ROW: Values = [
    Some(b"Open"),
    Some(b"42"),
    Some(b"12.50"),
    Some(b"2026-03-02 08:14:03.500"),
    Some(b"-01:30:00"),
    Some(&[0x00, 0xff]),
    Some(&[0x02, 0x01]),
    None,
    Some(b"a"),
    Some(b"b"),
    Some(b"2026-03-02"),
];

fn takes(filter: &str, row: &Values) -> bool {
    let filter = Filter::parse(filter, &columns()).unwrap_or_else(|fault| panic!("{filter}: {fault:?}"));
    filter.matches(|at| row[at].map_or(Cell::Null, Cell::Bytes))
}

#[test]
fn beside_a_number_texts_are_numbers_and_what_is_none_is_unknown() {
    let status = |value: &'static str| {
        let mut row = ROW;
        row[0] = Some(value.as_bytes());
        row
    };
    for (filter, fits, fits_not) in [
        ("status > 5", ["151.4", "36.7", "05.01"], ["5", "NCS", ""]),
        ("status = 5", ["5", "5.0", "005"], ["50", "5 mg", "-5"]),
        ("status in (5, 7.5)", ["5.00", "7.50", "7.5e0"], ["6", "five", "75"]),
        ("status between 4.5 and 10", ["4.5", "10", "9.99"], ["4.4", "100", "M"]),
        ("not status > 5", ["5", "-1", "0"], ["6", "NCS", ""]),
        ("status > '5'", ["6", "50", "NCS"], ["151.4", "36.7", "4"]),
    ] {
        let taken: Vec<bool> = fits.iter().chain(&fits_not).map(|value| takes(filter, &status(value))).collect();
        assert_eq!(taken, [true, true, true, false, false, false], "{filter}");
        let read = Filter::parse(filter, &columns()).unwrap().reads_numbers();
        assert_eq!(read, !filter.contains('\''), "{filter}");
    }
}

#[test]
fn what_can_never_fit_is_told_and_not_found_nowhere() {
    for (filter, words) in [
        ("status = null", "write: is null"),
        ("seen > '2024-13-45'", "is no date"),
        ("seen > '2024-02-03 25:00:00'", "is no date"),
        ("subject.status = 'x'", "the result calls it q.status"),
        ("q.age = 1", "the result calls it #2"),
    ] {
        let fault = Filter::parse(filter, &columns()).unwrap_err();
        assert!(format!("{}: {}", fault.what, fault.hint).contains(words), "{filter}: {fault:?}");
    }
    for kept in ["seen > '2024-00-00'", "seen < '0000-00-00 00:00:00'", "born = '2024-2-3'"] {
        assert!(Filter::parse(kept, &columns()).is_ok(), "{kept}");
    }
}

#[test]
fn a_filter_takes_what_it_says_by_type() {
    for filter in [
        "status = 'Open'",
        "STATUS = 'Open' and age > 40",
        "q.status = 'Open'",
        "`status` != 'open'",
        "status < 'P' and status >= 'O'",
        "age = 42.000 and age < 100 and age <> -42",
        "age in (1, 42, null)",
        "age between 41 and 43",
        "not age between 43 and 50",
        "age not in (1, 2)",
        "dose = 12.5 and dose > 12.4999999999999999999999999999 and dose < 1e2",
        "dose = '12.50'",
        "seen > '2026-03-02' and seen < '2026-03-02 09:00:00'",
        "seen between '2026-03-02 08:14:03.5' and '2026-03-02 08:14:03.500000'",
        "took < '00:00:00' and took = '-1:30'",
        "raw = 0x00ff",
        "flags = 513",
        "#8 is null and #1 is not null",
        "`select` is null",
        "status like 'o%' and status like '_pe_' and status not like 'o'",
        "status ~ '^O' and status !~ '^o' and status ~* '^o' and status !~* 'x'",
        "seen > born",
        "#9 < #10",
        "age = 1 or (age = 42 and not status = 'Closed')",
        "not not age = 42",
        "status = 'Open' -- no",
    ] {
        if filter.ends_with("-- no") {
            assert!(Filter::parse(filter, &columns()).is_err(), "{filter}");
            continue;
        }
        assert!(takes(filter, &ROW), "{filter}");
    }
    for filter in [
        "status = 'open'",
        "age > 42",
        "raw = 0x00",
        "flags = 2",
        "took > '00:00:00'",
        "born > '2026-03-02'",
        "status ~ '^pen'",
        "status like 'Ope'",
    ] {
        assert!(!takes(filter, &ROW), "{filter}");
    }
}

#[test]
fn null_is_unknown_as_in_sql() {
    let row: Values = [None; 11];
    for filter in [
        "age = 42",
        "age != 42",
        "not age = 42",
        "age in (1, 2)",
        "age not in (1, 2)",
        "status ~ 'x'",
        "not status ~ 'x'",
        "age between 1 and 2",
        "age = 1 and status is null",
        "#9 = #10",
    ] {
        assert!(!takes(filter, &row), "{filter}");
    }
    assert!(takes("age is null", &row));
    assert!(takes("age = 42 or status is null", &row));
    assert!(!takes("age is not null", &row));
    // 1 is in no list that may hold an unknown value other than by being in it.
    assert!(!takes("age not in (1, null)", &ROW));
}

#[test]
fn a_fault_names_its_place_what_and_what_next() {
    for (filter, place, what) in [
        ("", 0..0, "The filter is empty"),
        ("stats = 'Open'", 0..5, "There is no column `stats`"),
        ("twice = 'a'", 0..5, "2 columns are called `twice`"),
        ("age > x", 6..7, "There is no column `x`"),
        ("age > 'forty'", 6..13, "`forty` is no number, as it is compared here"),
        ("seen > 'today'", 7..14, "`today` is no date, as it is compared here"),
        ("age in 1", 7..8, "`in` wants a list"),
        ("age between 1", 13..13, "`between` wants two values"),
        ("status ~ '('", 9..12, "`(` is no regular expression: unclosed group"),
        ("(age = 1", 8..8, "A bracket is not closed"),
        ("age = 1 status = 'a'", 8..14, "`status` does not belong here"),
        ("age is 5", 7..8, "`is` is followed by null or not null"),
        ("status = 'Open", 9..14, "The ' has no end"),
        ("age", 3..3, "A comparison is missing"),
        ("#12 = 1", 0..3, "There is no column #12"),
        ("age = 1 ; drop", 8..9, "`;` is not part of a filter"),
        ("raw = 0xf", 6..9, "`0xf` is no hexadecimal value"),
        ("= 5", 0..1, "A column's name is missing"),
    ] {
        let fault = Filter::parse(filter, &columns()).expect_err(filter);
        assert_eq!((fault.at, fault.what.as_str()), (place, what), "{filter}");
        assert!(!fault.hint.is_empty());
    }
    let deep = format!("{}age = 1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Filter::parse(&deep, &columns()).unwrap_err().what.contains("too many brackets"));
    assert!(Filter::parse("stat = 1", &columns()).unwrap_err().hint.contains("status"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader_and_no_value_a_filter(
        text in "[a-z#'`\"()0-9.,<>=!~* ]{0,40}",
        value in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
    ) {
        let cell = || value.as_deref().map_or(Cell::Null, Cell::Bytes);
        match Filter::parse(&text, &columns()) {
            Ok(filter) => { let _ = filter.matches(|_| cell()); }
            Err(fault) => prop_assert!(fault.at.end <= text.len() && text.get(fault.at.clone()).is_some()),
        }
        for filter in ["age > 5", "dose < 1", "seen > '2000-01-01'", "took > '1:00'", "flags = 1", "status ~* 'é.'"] {
            let filter = Filter::parse(filter, &columns()).unwrap();
            let _ = filter.matches(|_| cell());
        }
    }

    #[test]
    fn a_text_in_quotes_is_that_text(text in any::<String>()) {
        let filter = format!("status = '{}'", text.replace('\'', "''"));
        let filter = Filter::parse(&filter, &columns()).unwrap();
        prop_assert!(filter.matches(|_| Cell::Bytes(text.as_bytes())));
        let longer = format!("{text}x");
        prop_assert!(!filter.matches(|_| Cell::Bytes(longer.as_bytes())));
    }

    #[test]
    fn numbers_compare_as_numbers(a in any::<i64>(), b in any::<i64>()) {
        let filter = Filter::parse(&format!("age < {b}"), &columns()).unwrap();
        let text = a.to_string();
        prop_assert_eq!(filter.matches(|_| Cell::Bytes(text.as_bytes())), a < b);
    }
}
