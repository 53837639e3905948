//! A value in other forms: geometries as WKT, JSON line by line.

use proptest::prelude::*;
use rrx::domain::results::{AxisOrder, pretty_json};

/// Reads a geometry of a server that prints coordinates as they are stored.
fn wkt(bytes: &[u8]) -> Option<String> {
    rrx::domain::results::wkt(bytes, AxisOrder::Stored)
}

fn point(x: f64, y: f64) -> Vec<u8> {
    let mut bytes = vec![1, 1, 0, 0, 0];
    bytes.extend(x.to_le_bytes());
    bytes.extend(y.to_le_bytes());
    bytes
}

fn stored(srid: u32, wkb: &[u8]) -> Vec<u8> {
    [&srid.to_le_bytes()[..], wkb].concat()
}

#[test]
fn geometries_read_as_the_server_writes_them() {
    assert_eq!(wkt(&stored(0, &point(1.0, -2.5))).as_deref(), Some("POINT(1 -2.5)"));
    assert_eq!(wkt(&stored(4326, &point(1.0, 2.0))).as_deref(), Some("SRID=4326;POINT(1 2)"));
    let mut polygon = vec![0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2];
    for number in [0.0_f64, 0.0, 10.0, 1e-7] {
        polygon.extend(number.to_be_bytes());
    }
    assert_eq!(wkt(&stored(0, &polygon)).as_deref(), Some("POLYGON((0 0,10 0.0000001))"));
    let several = [&[1, 4, 0, 0, 0, 2, 0, 0, 0][..], &point(1.0, 2.0), &point(3.0, 4.0)].concat();
    assert_eq!(wkt(&stored(0, &several)).as_deref(), Some("MULTIPOINT((1 2),(3 4))"));
    let collection = [&[1, 7, 0, 0, 0, 2, 0, 0, 0][..], &point(1.0, 2.0), &several].concat();
    assert_eq!(wkt(&stored(0, &collection)).as_deref(), Some("GEOMETRYCOLLECTION(POINT(1 2),MULTIPOINT((1 2),(3 4)))"));
    let empty = [1, 7, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(wkt(&stored(0, &empty)).as_deref(), Some("GEOMETRYCOLLECTION()"));
}

#[test]
fn bytes_that_promise_much_are_no_geometry() {
    assert_eq!(wkt(&stored(0, &[1, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])), None);
    let nested: Vec<u8> = std::iter::repeat_n([1, 7, 0, 0, 0, 1, 0, 0, 0], 10_000).flatten().collect();
    assert_eq!(wkt(&stored(0, &nested)), None);
    assert_eq!(wkt(&[&stored(0, &point(1.0, 2.0))[..], &[0]].concat()), None);
}

#[test]
fn json_stands_line_by_line_with_its_own_digits() {
    let lines = pretty_json(r#"{"a": 18446744073709551616.50, "b": [1, {}, [ ], "x,\"]"], "c": null}"#).unwrap();
    let shown: Vec<String> =
        lines.iter().map(|line| format!("{}{}{}", " ".repeat(line.depth), line.key, line.text)).collect();
    assert_eq!(
        shown,
        [
            "{",
            " \"a\"18446744073709551616.50,",
            " \"b\"[",
            "  1,",
            "  {},",
            "  [],",
            "  \"x,\\\"]\"",
            " ],",
            " \"c\"null",
            "}"
        ]
    );
    assert_eq!(pretty_json("5").unwrap().len(), 1);
    assert_eq!(pretty_json("{\"a\": }"), None);
    assert_eq!(pretty_json(""), None);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader_of_geometries(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = wkt(&bytes);
    }

    #[test]
    fn the_lines_of_a_document_are_the_document(value in json()) {
        let text = serde_json::to_string(&value).unwrap();
        let lines = pretty_json(&text).unwrap();
        let joined: String = lines
            .iter()
            .map(|line| if line.key.is_empty() { line.text.clone() } else { format!("{}:{}", line.key, line.text) })
            .collect();
        prop_assert_eq!(joined, text);
    }

    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        let _ = pretty_json(&text);
    }
}

#[test]
fn mysql_8_prints_the_latitude_first_where_the_reference_system_has_it_first() {
    let text =
        |srid: u32| rrx::domain::results::wkt(&stored(srid, &point(1.0, 2.0)), AxisOrder::ReferenceSystem).unwrap();
    for srid in [4326, 4258, 3819, 9140] {
        assert_eq!(text(srid), format!("SRID={srid};POINT(2 1)"));
    }
    // Projected, with the longitude first, unknown.
    for srid in [3857, 7035, 8902, 32_632, 9_999_999] {
        assert_eq!(text(srid), format!("SRID={srid};POINT(1 2)"));
    }
    assert_eq!(text(0), "POINT(1 2)");
}
