//! Sorting: by type, stable, in several columns, within its memory.

use std::cmp::Ordering;

use proptest::prelude::*;
use rrx::domain::results::{Cell, Column, CompareKind, Direction, RowView, SortColumn, Sorter, WireType};

use super::{Row, blob, column, text};

fn order(columns: &[Column], sort: &[(usize, Direction)], rows: &[Row]) -> Vec<u32> {
    let sort: Vec<SortColumn> =
        sort.iter().map(|(column, direction)| SortColumn { column: *column, direction: *direction }).collect();
    let mut sorter = Sorter::new(&sort, columns, usize::MAX);
    for (number, row) in (0..).zip(rows) {
        sorter.push(number, |at| row[at].as_deref().map_or(Cell::Null, Cell::Bytes)).unwrap();
    }
    sorter.finish()
}

fn one(values: &[&str]) -> Vec<Row> {
    values.iter().map(|value| vec![(*value != "NULL").then(|| value.as_bytes().to_vec())]).collect()
}

fn sorted(column: &Column, values: &[&'static str]) -> Vec<&'static str> {
    let columns = [column.clone()];
    let order = order(&columns, &[(0, Direction::Ascending)], &one(values));
    order.into_iter().map(|row| values[row as usize]).collect()
}

#[test]
fn each_type_has_its_order_and_null_is_first() {
    let number = column("n", WireType::NewDecimal);
    assert_eq!(sorted(&number, &["10", "9.5", "NULL", "-3", "-20.25"]), ["NULL", "-20.25", "-3", "9.5", "10"]);
    let time = column("t", WireType::Time);
    assert_eq!(sorted(&time, &["100:00:00", "09:00:00", "-01:00:00"]), ["-01:00:00", "09:00:00", "100:00:00"]);
    assert_eq!(sorted(&text("s"), &["b", "B", "ä", "a", ""]), ["", "B", "a", "b", "ä"]);
}

#[test]
fn equal_rows_keep_their_order_in_both_directions_and_further_keys_decide() {
    use Direction::{Ascending, Descending};
    let columns = [text("a"), column("n", WireType::Long)];
    let rows: Vec<Row> = [("x", "2"), ("y", "1"), ("x", "1"), ("y", "1"), ("x", "2")]
        .iter()
        .map(|(a, n)| vec![Some(a.as_bytes().to_vec()), Some(n.as_bytes().to_vec())])
        .collect();
    assert_eq!(order(&columns, &[(0, Ascending)], &rows), [0, 2, 4, 1, 3]);
    assert_eq!(order(&columns, &[(0, Descending)], &rows), [1, 3, 0, 2, 4]);
    assert_eq!(order(&columns, &[(0, Ascending), (1, Ascending)], &rows), [2, 0, 4, 1, 3]);
    assert_eq!(order(&columns, &[(1, Descending), (0, Descending)], &rows), [0, 4, 1, 3, 2]);
    assert_eq!(order(&columns, &[], &rows), [0, 1, 2, 3, 4]);
}

#[test]
fn a_sort_that_would_take_too_much_memory_says_so() {
    let columns = [blob("b")];
    let sort = [SortColumn { column: 0, direction: Direction::Ascending }];
    let mut sorter = Sorter::new(&sort, &columns, 1 << 20);
    let value = [7_u8; 200];
    let refused = (0..100_000).find_map(|row| sorter.push(row, |_| Cell::Bytes(&value)).err());
    let refused = refused.expect("it is refused");
    assert!(refused.rows < 10_000 && refused.to_string().contains("1048576"), "{refused}");
}

#[test]
fn few_rows_of_giant_values_are_too_much_as_well() {
    let columns = [blob("b")];
    let sort = [SortColumn { column: 0, direction: Direction::Ascending }];
    let mut sorter = Sorter::new(&sort, &columns, 4 << 20);
    let value = vec![7_u8; 1 << 20];
    let refused = (0..100).find_map(|row| sorter.push(row, |_| Cell::Bytes(&value)).err());
    assert!(refused.expect("it is refused").rows < 10);
}

/// Rows that have ended are not looked at for as long as the one among them that goes on: this would take minutes.
#[test]
fn many_short_values_beside_a_long_one_of_zeros_are_sorted() {
    let columns = [blob("b")];
    let mut rows: Vec<Row> = vec![vec![Some(Vec::new())]; 50_000];
    rows[7] = vec![Some(vec![0; 4 << 20])];
    rows[9] = vec![Some(vec![0; 3 << 20])];
    let down = order(&columns, &[(0, Direction::Descending)], &rows);
    assert_eq!((&down[..3], down.len()), (&[7, 9, 0][..], 50_000));
    let up = order(&columns, &[(0, Direction::Ascending)], &rows);
    assert_eq!((&up[..2], &up[49_998..]), (&[0, 1][..], &[9, 7][..]));
}

#[test]
fn a_sort_that_nobody_wants_any_more_ends_early() {
    let sort = [SortColumn { column: 0, direction: Direction::Descending }];
    let columns = [column("n", WireType::Long)];
    let mut sorter = Sorter::new(&sort, &columns, usize::MAX);
    for row in 0..100_u32 {
        sorter.push(row, |_| Cell::Bytes(if row < 50 { b"1" } else { b"2" })).unwrap();
    }
    assert_eq!(sorter.finish_while(|| false), (0..100).collect::<Vec<_>>());
}

#[test]
fn a_view_finds_its_rows_in_the_servers_order_with_their_places() {
    let view = RowView::new(vec![7, 3, 9]);
    assert_eq!(view.rows(&(1..5)), [3, 9]);
    assert_eq!(view.in_order(0, 9).collect::<Vec<_>>(), [(3, 1), (7, 0), (9, 2)]);
    let plain = RowView::new(vec![2, 5]);
    assert_eq!(plain.in_order(1, 9).collect::<Vec<_>>(), [(5, 1)]);
}

/// Values that agree in much: NULL, repetitions of a long word, zeros and other bytes at the end.
fn alike() -> impl Strategy<Value = Option<Vec<u8>>> {
    let value = (0..4_usize, prop::collection::vec(prop::sample::select(vec![0, b'a', b'b', 255]), 0..5));
    prop::option::weighted(
        0.9,
        value.prop_map(|(words, end)| [&b"aaaaaaaaaaaaaaaaaaaaaaa".repeat(words)[..], &end].concat()),
    )
}

fn signed() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::weighted(0.9, (-4..4_i32).prop_map(|number| number.to_string().into_bytes()))
}

proptest! {
    #[test]
    fn many_rows_with_keys_that_agree_in_much_sort_as_a_stable_sort_does(
        rows in prop::collection::vec((signed(), alike(), alike()).prop_map(|(a, b, c)| vec![a, b, c]), 0..700),
        sort in prop::collection::vec((0..3_usize, any::<bool>()), 0..4),
    ) {
        let columns = [column("n", WireType::Long), text("s"), blob("b")];
        let sort: Vec<(usize, Direction)> = sort
            .into_iter()
            .map(|(column, is_down)| (column, if is_down { Direction::Descending } else { Direction::Ascending }))
            .collect();
        let mut expected: Vec<u32> = (0..u32::try_from(rows.len()).unwrap()).collect();
        expected.sort_by(|a, b| {
            sort.iter().fold(Ordering::Equal, |so_far, (column, direction)| {
                let key = |row: u32| {
                    let cell = rows[row as usize][*column].as_deref().map_or(Cell::Null, Cell::Bytes);
                    CompareKind::of(&columns[*column]).key(cell).into_owned()
                };
                let ordering = key(*a).cmp(&key(*b));
                so_far.then(if *direction == Direction::Descending { ordering.reverse() } else { ordering })
            })
        });
        prop_assert_eq!(order(&columns, &sort, &rows), expected);
    }

    #[test]
    fn bytes_sort_as_a_plain_vec_does(values in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), 0..60)) {
        let rows: Vec<Row> = values.iter().map(|value| vec![value.clone()]).collect();
        let order = order(&[blob("b")], &[(0, Direction::Ascending)], &rows);
        let mut expected: Vec<usize> = (0..values.len()).collect();
        expected.sort_by(|a, b| values[*a].cmp(&values[*b]));
        prop_assert_eq!(order.into_iter().map(|row| row as usize).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn decimals_compare_as_their_scaled_numbers(a in any::<i64>(), b in any::<i64>(), scale in 0_u32..12) {
        let text = |number: i64| {
            let (sign, digits) = (if number < 0 { "-" } else { "" }, format!("{:0>20}", number.unsigned_abs()));
            let (whole, fraction) = digits.split_at(20 - scale as usize);
            format!("{sign}{whole}.{fraction}0")
        };
        let (one, other) = (text(a), text(b));
        let key = |text: &'static str| CompareKind::Number.key(Cell::Bytes(text.as_bytes()));
        let (one, other) = (key(one.leak()), key(other.leak()));
        prop_assert_eq!(one.cmp(&other), a.cmp(&b));
    }

    #[test]
    fn floats_compare_as_floats(a in any::<f64>(), b in any::<f64>()) {
        prop_assume!(a.is_finite() && b.is_finite());
        let (one, other) = (format!("{a:e}"), format!("{b}"));
        let ordering = CompareKind::Number.key(Cell::Bytes(one.as_bytes())).cmp(&CompareKind::Number.key(Cell::Bytes(other.as_bytes())));
        // Digits behind the 66th of a number written out whole mean nothing.
        if ordering != Ordering::Equal || (a - b).abs() > f64::EPSILON {
            prop_assert_eq!(Some(ordering), a.partial_cmp(&b));
        }
    }
}
