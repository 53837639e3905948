//! The table of scalar functions. Casts are in [`super::casts`], aggregates and window functions in [`super::aggregates`] and
//! [`super::window_functions`].

mod call;
mod choice;
mod dates;
mod numbers;
mod session;
mod text;

pub(super) use call::unified;

use self::call::{FunctionCall, typed};
use self::choice::{coalesce, elt, field, if_function, least_or_greatest, nullif};
use self::dates::{convert_tz, from_unixtime, now, time_now, time_of, timediff, timestamp, today, unix_timestamp};
use self::numbers::{abs, ceil_or_floor, round};
use self::session::{account, database, version};
use self::text::{concat, concat_ws, hex, pad};
use super::arithmetic;
use super::casts::{Zone, as_date};
use super::context::Context;
use super::errors::{SqlError, unknown_function, unsupported, wrong_count};
use super::typed_sql::{TypedSql, quoted};
use super::value_types::{Type, ValueKind};

type Build = fn(&FunctionCall<'_>) -> Result<TypedSql, SqlError>;

/// Name, minimum and maximum number of arguments, and how the call is translated.
type FunctionEntry = (&'static str, usize, usize, Build);

const UNLIMITED: usize = usize::MAX;

/// Every supported scalar function.
#[rustfmt::skip]
const FUNCTIONS: &[FunctionEntry] = &[
    // Conditions
    ("COALESCE", 1, UNLIMITED, coalesce), ("IFNULL", 2, 2, coalesce), ("NVL", 2, 2, coalesce), ("IF", 3, 3, if_function), ("NULLIF", 2, 2, nullif),
    ("ISNULL", 1, 1, |c| Ok(TypedSql::boolean(format!("({} IS NULL)", c.arg(0).sql), false))),
    ("LEAST", 2, UNLIMITED, least_or_greatest), ("GREATEST", 2, UNLIMITED, least_or_greatest),
    ("FIELD", 2, UNLIMITED, field), ("ELT", 2, UNLIMITED, elt), ("INTERVAL", 2, UNLIMITED, |_| Err(unsupported("INTERVAL()"))),
    // Text
    ("CONCAT", 1, UNLIMITED, concat), ("CONCAT_WS", 2, UNLIMITED, concat_ws),
    ("UPPER", 1, 1, |c| c.text_result("my_upper", c.length(0))), ("UCASE", 1, 1, |c| c.text_result("my_upper", c.length(0))),
    ("LOWER", 1, 1, |c| c.text_result("my_lower", c.length(0))), ("LCASE", 1, 1, |c| c.text_result("my_lower", c.length(0))),
    ("REVERSE", 1, 1, |c| c.text_result("my_reverse", c.length(0))),
    ("LENGTH", 1, 1, |c| Ok(c.integer_result("my_bytes_length", 10))), ("OCTET_LENGTH", 1, 1, |c| Ok(c.integer_result("my_bytes_length", 10))),
    ("BIT_LENGTH", 1, 1, |c| Ok(c.integer_result("8*my_bytes_length", 11))),
    ("CHAR_LENGTH", 1, 1, |c| Ok(c.integer_result("my_length", 10))), ("CHARACTER_LENGTH", 1, 1, |c| Ok(c.integer_result("my_length", 10))),
    ("ASCII", 1, 1, |c| Ok(c.integer_result("my_ascii", 3))), ("ORD", 1, 1, |c| Ok(c.integer_result("my_ord", 21))),
    ("LEFT", 2, 2, |c| c.part_of_text("my_left")), ("RIGHT", 2, 2, |c| c.part_of_text("my_right")),
    ("SUBSTRING", 2, 3, |c| c.part_of_text("my_substring")), ("SUBSTR", 2, 3, |c| c.part_of_text("my_substring")), ("MID", 3, 3, |c| c.part_of_text("my_substring")),
    ("SUBSTRING_INDEX", 3, 3, |c| Ok(typed(format!("my_substring_index({}, {}, {})", c.arg(0).printed(), c.arg(1).printed(), c.arg(2).integer()), Type::text(c.length(0))))),
    ("LOCATE", 2, 3, |c| Ok(c.locate(0, 1))), ("INSTR", 2, 2, |c| Ok(c.locate(1, 0))),
    ("REPLACE", 3, 3, |c| c.text_result("my_replace", c.length(0).saturating_mul(c.length(2).max(1)))),
    ("TRIM", 1, 1, |c| c.text_result("my_trim", c.length(0))), ("LTRIM", 1, 1, |c| c.text_result("my_ltrim", c.length(0))), ("RTRIM", 1, 1, |c| c.text_result("my_rtrim", c.length(0))),
    ("LPAD", 2, 3, pad), ("RPAD", 2, 3, pad), ("REPEAT", 2, 2, |c| Ok(c.repeat())), ("SPACE", 1, 1, |c| Ok(typed(format!("my_repeat(' ', {})", c.arg(0).integer()), Type::text(c.literal_length(0))))),
    ("STRCMP", 2, 2, |c| Ok(c.integer_result("my_strcmp", 2))), ("FIND_IN_SET", 2, 2, |c| Ok(c.integer_result("my_find_in_set", 3))),
    ("HEX", 1, 1, hex), ("UNHEX", 1, 1, |c| Ok(typed(format!("my_unhex({})", c.arg(0).printed()), Type::new(ValueKind::Binary, c.length(0).div_ceil(2), 0)))),
    ("QUOTE", 1, 1, |c| c.text_result("my_quote", c.length(0) * 2 + 2)),
    ("FORMAT", 2, 2, |c| Ok(typed(format!("my_format({}, {})", c.arg(0).decimal(), c.arg(1).integer()), Type::text(c.length(0).saturating_add(30))))),
    // Numbers
    ("ABS", 1, 1, abs), ("SIGN", 1, 1, |c| Ok(typed(format!("my_sign({})", c.arg(0).double()), Type::int(2)))),
    ("CEIL", 1, 1, ceil_or_floor), ("CEILING", 1, 1, ceil_or_floor), ("FLOOR", 1, 1, ceil_or_floor),
    ("ROUND", 1, 2, round), ("TRUNCATE", 2, 2, round),
    ("MOD", 2, 2, |c| arithmetic::operate(&sqlparser::ast::BinaryOperator::Modulo, c.arg(0), c.arg(1))),
    ("POWER", 2, 2, |c| Ok(c.with_doubles("my_power"))), ("POW", 2, 2, |c| Ok(c.with_doubles("my_power"))), ("SQRT", 1, 1, |c| Ok(c.with_doubles("my_sqrt"))),
    ("EXP", 1, 1, |c| Ok(c.with_doubles("my_exp"))), ("LN", 1, 1, |c| Ok(c.with_doubles("my_ln"))), ("LOG2", 1, 1, |c| Ok(c.with_doubles("my_log2"))), ("LOG10", 1, 1, |c| Ok(c.with_doubles("my_log10"))),
    ("LOG", 1, 2, |c| Ok(c.with_doubles(if c.args.len() == 1 { "my_ln" } else { "my_log" }))),
    ("PI", 0, 0, |_| Ok(typed("3.141592653589793".to_owned(), Type { decimals: 6, length: 8, ..Type::double() }.nullable(false)))),
    // Current time
    ("NOW", 0, 1, |c| now(c, Zone::Session)), ("CURRENT_TIMESTAMP", 0, 1, |c| now(c, Zone::Session)), ("LOCALTIME", 0, 1, |c| now(c, Zone::Session)), ("LOCALTIMESTAMP", 0, 1, |c| now(c, Zone::Session)),
    ("SYSDATE", 0, 1, |c| now(c, Zone::Session)), ("UTC_TIMESTAMP", 0, 1, |c| now(c, Zone::Utc)),
    ("CURDATE", 0, 0, |c| today(c, Zone::Session)), ("CURRENT_DATE", 0, 0, |c| today(c, Zone::Session)), ("UTC_DATE", 0, 0, |c| today(c, Zone::Utc)),
    ("CURTIME", 0, 1, |c| time_now(c, Zone::Session)), ("CURRENT_TIME", 0, 1, |c| time_now(c, Zone::Session)), ("UTC_TIME", 0, 1, |c| time_now(c, Zone::Utc)),
    // Dates
    ("DATE", 1, 1, |c| Ok(as_date(c.arg(0)))), ("TIME", 1, 1, time_of), ("TIMESTAMP", 1, 1, timestamp),
    ("YEAR", 1, 1, |c| Ok(c.date_part("YEAR", 4))), ("QUARTER", 1, 1, |c| Ok(c.date_part("QUARTER", 2))), ("MONTH", 1, 1, |c| Ok(c.date_part("MONTH", 2))), ("DAY", 1, 1, |c| Ok(c.date_part("DAY", 2))), ("DAYOFMONTH", 1, 1, |c| Ok(c.date_part("DAY", 2))),
    ("HOUR", 1, 1, |c| Ok(c.date_part("HOUR", 3))), ("MINUTE", 1, 1, |c| Ok(c.date_part("MINUTE", 2))), ("SECOND", 1, 1, |c| Ok(c.date_part("SECOND", 2))), ("MICROSECOND", 1, 1, |c| Ok(c.date_part("MICROSECOND", 6))),
    ("DAYOFWEEK", 1, 1, |c| Ok(c.date_part("DAYOFWEEK", 1))), ("WEEKDAY", 1, 1, |c| Ok(c.date_part("WEEKDAY", 1))), ("DAYOFYEAR", 1, 1, |c| Ok(c.date_part("DAYOFYEAR", 3))),
    ("WEEKOFYEAR", 1, 1, |c| Ok(c.date_part("WEEKOFYEAR", 2))), ("TO_DAYS", 1, 1, |c| Ok(c.date_part("TO_DAYS", 6))),
    ("WEEK", 1, 2, |c| Ok(typed(format!("my_week({}, {})", c.arg(0).date_time(6), c.args.get(1).map_or_else(|| "0".to_owned(), TypedSql::integer)), Type::int(2)))),
    ("YEARWEEK", 1, 2, |c| Ok(typed(format!("my_yearweek({}, {})", c.arg(0).date_time(6), c.args.get(1).map_or_else(|| "0".to_owned(), TypedSql::integer)), Type::int(6)))),
    ("DAYNAME", 1, 1, |c| Ok(typed(format!("my_date_format({}, '%W')", c.arg(0).date_time(6)), Type::text(9)))),
    ("MONTHNAME", 1, 1, |c| Ok(typed(format!("my_date_format({}, '%M')", c.arg(0).date_time(6)), Type::text(9)))),
    ("LAST_DAY", 1, 1, |c| Ok(typed(format!("my_last_day({})", c.arg(0).date_time(6)), Type::date()))),
    ("DATE_FORMAT", 2, 2, |c| Ok(typed(format!("my_date_format({}, {})", c.arg(0).date_time(6), c.arg(1).printed()), Type::text(c.length(1).saturating_mul(10))))),
    ("DATEDIFF", 2, 2, |c| Ok(typed(format!("my_datediff({}, {})", c.arg(0).date_time(6), c.arg(1).date_time(6)), Type::int(8)))),
    ("TIMEDIFF", 2, 2, timediff),
    ("TIME_TO_SEC", 1, 1, |c| Ok(typed(format!("({} / 1000000)", c.arg(0).time_micros()), Type::bigint()))),
    ("SEC_TO_TIME", 1, 1, |c| if c.arg(0).ty.is_integer() { Ok(typed(format!("my_time_text(1000000 * {}, 0)", c.arg(0).integer()), Type::time(0))) } else { Err(unsupported("SEC_TO_TIME of this type")) }),
    ("CONVERT_TZ", 3, 3, convert_tz), ("UNIX_TIMESTAMP", 0, 1, unix_timestamp), ("FROM_UNIXTIME", 1, 2, from_unixtime),
    ("MAKEDATE", 2, 2, |c| Ok(typed(format!("my_makedate({}, {})", c.arg(0).integer(), c.arg(1).integer()), Type::date()))),
    // Session
    ("VERSION", 0, 0, version), ("DATABASE", 0, 0, database), ("SCHEMA", 0, 0, database),
    ("USER", 0, 0, account), ("SESSION_USER", 0, 0, account), ("SYSTEM_USER", 0, 0, account), ("CURRENT_USER", 0, 0, account),
    ("CONNECTION_ID", 0, 0, |c| Ok(typed(c.context.connection_id.to_string(), Type::int(10).unsigned(true).nullable(false)))),
    ("SLEEP", 1, 1, |c| Ok(typed(format!("(WITH RECURSIVE \"nap\"(\"i\") AS (SELECT 0 UNION ALL SELECT my_nap(\"i\") FROM \"nap\" WHERE \"i\" < 100 * {}) SELECT 0 * MAX(\"i\") FROM \"nap\")", c.arg(0).double()), Type::int(1).nullable(false)))),
];

/// Functions of a real server that the demo does not support. They give 1235 instead of "does not exist".
const UNSUPPORTED_FUNCTIONS: &str = "ACOS ADDDATE ADDTIME AES_DECRYPT AES_ENCRYPT ASIN ATAN ATAN2 BENCHMARK BIN BIT_AND BIT_COUNT BIT_OR BIT_XOR \
    CHAR CHARSET CHR COERCIBILITY COLLATION COMPRESS CONV COS COT CRC32 CURRENT_ROLE DECODE DEFAULT DEGREES ENCODE ENCRYPT EXPORT_SET \
    EXTRACTVALUE FOUND_ROWS FROM_BASE64 FROM_DAYS GET_FORMAT GET_LOCK INET6_ATON INET6_NTOA INET_ATON INET_NTOA INSERT IS_FREE_LOCK \
    JSON_ARRAY JSON_ARRAYAGG JSON_ARRAY_APPEND JSON_COMPACT JSON_CONTAINS JSON_CONTAINS_PATH JSON_DEPTH JSON_DETAILED JSON_EQUALS \
    JSON_EXISTS JSON_EXTRACT JSON_INSERT JSON_KEYS JSON_LENGTH JSON_LOOSE JSON_MERGE JSON_MERGE_PATCH JSON_MERGE_PRESERVE JSON_NORMALIZE \
    JSON_OBJECT JSON_OBJECTAGG JSON_PRETTY JSON_QUERY JSON_QUOTE JSON_REMOVE JSON_REPLACE JSON_SEARCH JSON_SET JSON_TABLE JSON_TYPE \
    JSON_UNQUOTE JSON_VALID JSON_VALUE LAST_INSERT_ID LOAD_FILE MAKETIME MAKE_SET MASTER_POS_WAIT MD5 MEDIAN NAME_CONST NATURAL_SORT_KEY \
    NTH_VALUE OCT OLD_PASSWORD PASSWORD PERCENTILE_CONT PERCENTILE_DISC PERIOD_ADD PERIOD_DIFF RADIANS RAND RANDOM_BYTES REGEXP_INSTR \
    REGEXP_REPLACE REGEXP_SUBSTR RELEASE_LOCK ROW ROW_COUNT SFORMAT SHA SHA1 SHA2 SIN SLEEP SOUNDEX STDDEV_SAMP STR_TO_DATE SUBDATE SUBTIME \
    TAN TIME_FORMAT TO_BASE64 TO_CHAR TO_SECONDS UNCOMPRESS UPDATEXML UUID UUID_SHORT VALUE VALUES VAR_SAMP WEIGHT_STRING";

/// Returns whether a function may be called without brackets.
pub(super) fn needs_no_brackets(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "CURRENT_DATE",
        "CURRENT_TIMESTAMP",
        "CURRENT_TIME",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "CURRENT_USER",
        "UTC_DATE",
        "UTC_TIMESTAMP",
        "UTC_TIME",
    ];
    NAMES.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// Translates a call.
pub(super) fn call(context: &Context<'_>, name: &str, args: &[TypedSql]) -> Result<TypedSql, SqlError> {
    let Some((known, min, max, build)) = FUNCTIONS.iter().find(|it| it.0.eq_ignore_ascii_case(name)) else {
        return Err(unknown(context, name));
    };
    if !(*min..=*max).contains(&args.len()) {
        return Err(wrong_count(name));
    }
    let result = build(&FunctionCall { context, name: known, args })?;
    Ok(result.with_parts(args))
}

/// Returns the error for a function that is not in the table.
pub(super) fn unknown(context: &Context<'_>, name: &str) -> SqlError {
    if UNSUPPORTED_FUNCTIONS.split_whitespace().any(|it| it.eq_ignore_ascii_case(name)) {
        return unsupported(format!("the function {}", name.to_ascii_uppercase()));
    }
    unknown_function(context.account, context.database, name)
}

/// Translates `EXTRACT(unit FROM value)`.
pub(super) fn extract(context: &Context<'_>, unit: &str, value: TypedSql) -> Result<TypedSql, SqlError> {
    const UNITS: &[&str] = &["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND", "WEEK"];
    if !UNITS.contains(&unit) {
        return Err(unsupported(format!("EXTRACT({unit} …)")));
    }
    call(context, unit, &[value])
}

/// Translates `TIMESTAMPDIFF(unit, from, to)`.
pub(super) fn timestampdiff(unit: &str, from: &TypedSql, to: &TypedSql) -> Result<TypedSql, SqlError> {
    const UNITS: &[&str] = &["MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
    let unit = unit.to_ascii_uppercase();
    let unit = unit.strip_prefix("SQL_TSI_").unwrap_or(&unit);
    if !UNITS.contains(&unit) {
        return Err(unsupported(format!("TIMESTAMPDIFF({unit}, …)")));
    }
    let sql = format!("my_diff('{unit}', {}, {})", from.date_time(6), to.date_time(6));
    Ok(TypedSql::new(sql, Type::bigint()).with_parts([from, to]))
}

/// Translates `TRIM([LEADING | TRAILING] [what FROM] text)`.
pub(super) fn trim(name: &str, args: &[TypedSql]) -> Result<TypedSql, SqlError> {
    let [text, rest @ ..] = args else { return Err(wrong_count(name)) };
    let what = rest.first().map_or_else(|| quoted(" "), TypedSql::printed);
    let sql = format!("my_{}({}, {what})", name.to_ascii_lowercase(), text.printed());
    Ok(TypedSql::new(sql, Type::text(text.ty.length).nullable(args.iter().any(|it| it.ty.is_nullable)))
        .with_parts(args))
}
