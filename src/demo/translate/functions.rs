//! The one table of what the demo replica knows: its functions, with how many arguments they take and what they are.
//! Casts are in [`super::casts`], aggregates and window functions in [`super::aggregate`]; both are named here too.

use super::calls::{
    abs, account, built, choose, coalesce, concat, concat_ws, convert_tz, database, elt, extreme, field, from_unixtime,
    hex, now, nullif, pad, round, time_now, time_of, timediff, timestamp, today, unix_timestamp, version, whole_round,
};
use super::casts::as_date;
use super::errors::{unsupported, wrong_count};
use super::types::{Kind, Type};
use super::value::{Typed, quoted};
use super::{Context, SqlError};

/// A call under way.
pub(super) struct Call<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) name: &'static str,
    pub(super) args: &'a [Typed],
}

type Build = fn(&Call<'_>) -> Result<Typed, SqlError>;

/// Name, least and most arguments, how it is built.
type Known = (&'static str, usize, usize, Build);

const MANY: usize = usize::MAX;

/// Every scalar function that is known.
#[rustfmt::skip]
const FUNCTIONS: &[Known] = &[
    // Choice
    ("COALESCE", 1, MANY, coalesce), ("IFNULL", 2, 2, coalesce), ("NVL", 2, 2, coalesce), ("IF", 3, 3, choose), ("NULLIF", 2, 2, nullif),
    ("ISNULL", 1, 1, |c| Ok(Typed::truth_of(format!("({} IS NULL)", c.arg(0).sql), false))),
    ("LEAST", 2, MANY, extreme), ("GREATEST", 2, MANY, extreme),
    ("FIELD", 2, MANY, field), ("ELT", 2, MANY, elt), ("INTERVAL", 2, MANY, |_| Err(unsupported("INTERVAL()"))),
    // Text
    ("CONCAT", 1, MANY, concat), ("CONCAT_WS", 2, MANY, concat_ws),
    ("UPPER", 1, 1, |c| c.text("my_upper", c.len(0))), ("UCASE", 1, 1, |c| c.text("my_upper", c.len(0))),
    ("LOWER", 1, 1, |c| c.text("my_lower", c.len(0))), ("LCASE", 1, 1, |c| c.text("my_lower", c.len(0))),
    ("REVERSE", 1, 1, |c| c.text("my_reverse", c.len(0))),
    ("LENGTH", 1, 1, |c| Ok(c.number("my_bytes_length", 10))), ("OCTET_LENGTH", 1, 1, |c| Ok(c.number("my_bytes_length", 10))),
    ("BIT_LENGTH", 1, 1, |c| Ok(c.number("8*my_bytes_length", 11))),
    ("CHAR_LENGTH", 1, 1, |c| Ok(c.number("my_length", 10))), ("CHARACTER_LENGTH", 1, 1, |c| Ok(c.number("my_length", 10))),
    ("ASCII", 1, 1, |c| Ok(c.number("my_ascii", 3))), ("ORD", 1, 1, |c| Ok(c.number("my_ord", 21))),
    ("LEFT", 2, 2, |c| c.cut("my_left")), ("RIGHT", 2, 2, |c| c.cut("my_right")),
    ("SUBSTRING", 2, 3, |c| c.cut("my_substring")), ("SUBSTR", 2, 3, |c| c.cut("my_substring")), ("MID", 3, 3, |c| c.cut("my_substring")),
    ("SUBSTRING_INDEX", 3, 3, |c| Ok(built(format!("my_substring_index({}, {}, {})", c.arg(0).printed(), c.arg(1).printed(), c.arg(2).whole()), Type::text(c.len(0))))),
    ("LOCATE", 2, 3, |c| Ok(c.located(0, 1))), ("INSTR", 2, 2, |c| Ok(c.located(1, 0))),
    ("REPLACE", 3, 3, |c| c.text("my_replace", c.len(0).saturating_mul(c.len(2).max(1)))),
    ("TRIM", 1, 1, |c| c.text("my_trim", c.len(0))), ("LTRIM", 1, 1, |c| c.text("my_ltrim", c.len(0))), ("RTRIM", 1, 1, |c| c.text("my_rtrim", c.len(0))),
    ("LPAD", 2, 3, pad), ("RPAD", 2, 3, pad), ("REPEAT", 2, 2, |c| c.repeated()), ("SPACE", 1, 1, |c| Ok(built(format!("my_repeat(' ', {})", c.arg(0).whole()), Type::text(c.literal_length(0))))),
    ("STRCMP", 2, 2, |c| Ok(c.number("my_strcmp", 2))), ("FIND_IN_SET", 2, 2, |c| Ok(c.number("my_find_in_set", 3))),
    ("HEX", 1, 1, hex), ("UNHEX", 1, 1, |c| Ok(built(format!("my_unhex({})", c.arg(0).printed()), Type::new(Kind::Binary, c.len(0).div_ceil(2), 0)))),
    ("QUOTE", 1, 1, |c| c.text("my_quote", c.len(0) * 2 + 2)),
    ("FORMAT", 2, 2, |c| Ok(built(format!("my_format({}, {})", c.arg(0).dec(), c.arg(1).whole()), Type::text(c.len(0).saturating_add(30))))),
    // Numbers
    ("ABS", 1, 1, abs), ("SIGN", 1, 1, |c| Ok(built(format!("my_sign({})", c.arg(0).real()), Type::int(2)))),
    ("CEIL", 1, 1, whole_round), ("CEILING", 1, 1, whole_round), ("FLOOR", 1, 1, whole_round),
    ("ROUND", 1, 2, round), ("TRUNCATE", 2, 2, round),
    ("MOD", 2, 2, |c| super::arithmetic::operate(&sqlparser::ast::BinaryOperator::Modulo, c.arg(0), c.arg(1))),
    ("POWER", 2, 2, |c| Ok(c.real("my_power"))), ("POW", 2, 2, |c| Ok(c.real("my_power"))), ("SQRT", 1, 1, |c| Ok(c.real("my_sqrt"))),
    ("EXP", 1, 1, |c| Ok(c.real("my_exp"))), ("LN", 1, 1, |c| Ok(c.real("my_ln"))), ("LOG2", 1, 1, |c| Ok(c.real("my_log2"))), ("LOG10", 1, 1, |c| Ok(c.real("my_log10"))),
    ("LOG", 1, 2, |c| Ok(c.real(if c.args.len() == 1 { "my_ln" } else { "my_log" }))),
    ("PI", 0, 0, |_| Ok(built("3.141592653589793".to_owned(), Type { decimals: 6, length: 8, ..Type::double() }.nullable(false)))),
    // The clock
    ("NOW", 0, 1, |c| now(c, false)), ("CURRENT_TIMESTAMP", 0, 1, |c| now(c, false)), ("LOCALTIME", 0, 1, |c| now(c, false)), ("LOCALTIMESTAMP", 0, 1, |c| now(c, false)),
    ("SYSDATE", 0, 1, |c| now(c, false)), ("UTC_TIMESTAMP", 0, 1, |c| now(c, true)),
    ("CURDATE", 0, 0, |c| today(c, false)), ("CURRENT_DATE", 0, 0, |c| today(c, false)), ("UTC_DATE", 0, 0, |c| today(c, true)),
    ("CURTIME", 0, 1, |c| time_now(c, false)), ("CURRENT_TIME", 0, 1, |c| time_now(c, false)), ("UTC_TIME", 0, 1, |c| time_now(c, true)),
    // Dates
    ("DATE", 1, 1, |c| Ok(as_date(c.arg(0)))), ("TIME", 1, 1, time_of), ("TIMESTAMP", 1, 1, timestamp),
    ("YEAR", 1, 1, |c| Ok(c.part("YEAR", 4))), ("QUARTER", 1, 1, |c| Ok(c.part("QUARTER", 2))), ("MONTH", 1, 1, |c| Ok(c.part("MONTH", 2))), ("DAY", 1, 1, |c| Ok(c.part("DAY", 2))), ("DAYOFMONTH", 1, 1, |c| Ok(c.part("DAY", 2))),
    ("HOUR", 1, 1, |c| Ok(c.part("HOUR", 3))), ("MINUTE", 1, 1, |c| Ok(c.part("MINUTE", 2))), ("SECOND", 1, 1, |c| Ok(c.part("SECOND", 2))), ("MICROSECOND", 1, 1, |c| Ok(c.part("MICROSECOND", 6))),
    ("DAYOFWEEK", 1, 1, |c| Ok(c.part("DAYOFWEEK", 1))), ("WEEKDAY", 1, 1, |c| Ok(c.part("WEEKDAY", 1))), ("DAYOFYEAR", 1, 1, |c| Ok(c.part("DAYOFYEAR", 3))),
    ("WEEKOFYEAR", 1, 1, |c| Ok(c.part("WEEKOFYEAR", 2))), ("TO_DAYS", 1, 1, |c| Ok(c.part("TO_DAYS", 6))),
    ("WEEK", 1, 2, |c| Ok(built(format!("my_week({}, {})", c.arg(0).moment(6), c.args.get(1).map_or_else(|| "0".to_owned(), Typed::whole)), Type::int(2)))),
    ("YEARWEEK", 1, 2, |c| Ok(built(format!("my_yearweek({}, {})", c.arg(0).moment(6), c.args.get(1).map_or_else(|| "0".to_owned(), Typed::whole)), Type::int(6)))),
    ("DAYNAME", 1, 1, |c| Ok(built(format!("my_date_format({}, '%W')", c.arg(0).moment(6)), Type::text(9)))),
    ("MONTHNAME", 1, 1, |c| Ok(built(format!("my_date_format({}, '%M')", c.arg(0).moment(6)), Type::text(9)))),
    ("LAST_DAY", 1, 1, |c| Ok(built(format!("my_last_day({})", c.arg(0).moment(6)), Type::date()))),
    ("DATE_FORMAT", 2, 2, |c| Ok(built(format!("my_date_format({}, {})", c.arg(0).moment(6), c.arg(1).printed()), Type::text(c.len(1).saturating_mul(10))))),
    ("DATEDIFF", 2, 2, |c| Ok(built(format!("my_datediff({}, {})", c.arg(0).moment(6), c.arg(1).moment(6)), Type::int(8)))),
    ("TIMEDIFF", 2, 2, timediff),
    ("TIME_TO_SEC", 1, 1, |c| Ok(built(format!("({} / 1000000)", c.arg(0).clock()), Type::bigint()))),
    ("SEC_TO_TIME", 1, 1, |c| if c.arg(0).ty.is_whole() { Ok(built(format!("my_time_text(1000000 * {}, 0)", c.arg(0).whole()), Type::time(0))) } else { Err(unsupported("SEC_TO_TIME of this type")) }),
    ("CONVERT_TZ", 3, 3, convert_tz), ("UNIX_TIMESTAMP", 0, 1, unix_timestamp), ("FROM_UNIXTIME", 1, 2, from_unixtime),
    ("MAKEDATE", 2, 2, |c| Ok(built(format!("my_makedate({}, {})", c.arg(0).whole(), c.arg(1).whole()), Type::date()))),
    // The session
    ("VERSION", 0, 0, version), ("DATABASE", 0, 0, database), ("SCHEMA", 0, 0, database),
    ("USER", 0, 0, account), ("SESSION_USER", 0, 0, account), ("SYSTEM_USER", 0, 0, account), ("CURRENT_USER", 0, 0, account),
    ("CONNECTION_ID", 0, 0, |c| Ok(built(c.context.connection_id.to_string(), Type::int(10).unsigned(true).nullable(false)))),
    ("SLEEP", 1, 1, |c| Ok(built(format!("(WITH RECURSIVE \"nap\"(\"i\") AS (SELECT 0 UNION ALL SELECT my_nap(\"i\") FROM \"nap\" WHERE \"i\" < 100 * {}) SELECT 0 * MAX(\"i\") FROM \"nap\")", c.arg(0).real()), Type::int(1).nullable(false)))),
];

/// Functions that the server has and the demo has not: 1235 rather than "does not exist".
const ELSEWHERE: &str = "ACOS ADDDATE ADDTIME AES_DECRYPT AES_ENCRYPT ASIN ATAN ATAN2 BENCHMARK BIN BIT_AND BIT_COUNT BIT_OR BIT_XOR \
    CHAR CHARSET CHR COERCIBILITY COLLATION COMPRESS CONV COS COT CRC32 CURRENT_ROLE DECODE DEFAULT DEGREES ENCODE ENCRYPT EXPORT_SET \
    EXTRACTVALUE FOUND_ROWS FROM_BASE64 FROM_DAYS GET_FORMAT GET_LOCK INET6_ATON INET6_NTOA INET_ATON INET_NTOA INSERT IS_FREE_LOCK \
    JSON_ARRAY JSON_ARRAYAGG JSON_ARRAY_APPEND JSON_COMPACT JSON_CONTAINS JSON_CONTAINS_PATH JSON_DEPTH JSON_DETAILED JSON_EQUALS \
    JSON_EXISTS JSON_EXTRACT JSON_INSERT JSON_KEYS JSON_LENGTH JSON_LOOSE JSON_MERGE JSON_MERGE_PATCH JSON_MERGE_PRESERVE JSON_NORMALIZE \
    JSON_OBJECT JSON_OBJECTAGG JSON_PRETTY JSON_QUERY JSON_QUOTE JSON_REMOVE JSON_REPLACE JSON_SEARCH JSON_SET JSON_TABLE JSON_TYPE \
    JSON_UNQUOTE JSON_VALID JSON_VALUE LAST_INSERT_ID LOAD_FILE MAKETIME MAKE_SET MASTER_POS_WAIT MD5 MEDIAN NAME_CONST NATURAL_SORT_KEY \
    NTH_VALUE OCT OLD_PASSWORD PASSWORD PERCENTILE_CONT PERCENTILE_DISC PERIOD_ADD PERIOD_DIFF RADIANS RAND RANDOM_BYTES REGEXP_INSTR \
    REGEXP_REPLACE REGEXP_SUBSTR RELEASE_LOCK ROW ROW_COUNT SFORMAT SHA SHA1 SHA2 SIN SLEEP SOUNDEX STDDEV_SAMP STR_TO_DATE SUBDATE SUBTIME \
    TAN TIME_FORMAT TO_BASE64 TO_CHAR TO_SECONDS UNCOMPRESS UPDATEXML UUID UUID_SHORT VALUE VALUES VAR_SAMP WEIGHT_STRING";

/// A function that may stand without brackets.
pub(super) fn is_bare(name: &str) -> bool {
    const BARE: &[&str] = &[
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
    BARE.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// Builds a call.
pub(super) fn call(context: &Context<'_>, name: &str, args: &[Typed]) -> Result<Typed, SqlError> {
    let Some((known, least, most, build)) = FUNCTIONS.iter().find(|it| it.0.eq_ignore_ascii_case(name)) else {
        return Err(unknown(context, name));
    };
    if !(*least..=*most).contains(&args.len()) {
        return Err(wrong_count(name));
    }
    let made = build(&Call { context, name: known, args })?;
    Ok(made.of(args))
}

/// What a name that is not in the table is.
pub(super) fn unknown(context: &Context<'_>, name: &str) -> SqlError {
    if ELSEWHERE.split_whitespace().any(|it| it.eq_ignore_ascii_case(name)) {
        return unsupported(format!("the function {}", name.to_ascii_uppercase()));
    }
    super::errors::unknown_function(context.account, context.database, name)
}

/// `EXTRACT(unit FROM value)`.
pub(super) fn extract(context: &Context<'_>, unit: &str, value: Typed) -> Result<Typed, SqlError> {
    const UNITS: &[&str] = &["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND", "WEEK"];
    if !UNITS.contains(&unit) {
        return Err(unsupported(format!("EXTRACT({unit} …)")));
    }
    call(context, unit, &[value])
}

/// `TIMESTAMPDIFF(unit, from, to)`.
pub(super) fn timestampdiff(unit: &str, from: &Typed, to: &Typed) -> Result<Typed, SqlError> {
    const UNITS: &[&str] = &["MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
    let unit = unit.to_ascii_uppercase();
    let unit = unit.strip_prefix("SQL_TSI_").unwrap_or(&unit);
    if !UNITS.contains(&unit) {
        return Err(unsupported(format!("TIMESTAMPDIFF({unit}, …)")));
    }
    let sql = format!("my_diff('{unit}', {}, {})", from.moment(6), to.moment(6));
    Ok(Typed::new(sql, Type::bigint()).of([from, to]))
}

/// `TRIM([LEADING | TRAILING] [what FROM] text)`.
pub(super) fn trim(name: &str, args: &[Typed]) -> Result<Typed, SqlError> {
    let [text, rest @ ..] = args else { return Err(wrong_count(name)) };
    let what = rest.first().map_or_else(|| quoted(" "), Typed::printed);
    let sql = format!("my_{}({}, {what})", name.to_ascii_lowercase(), text.printed());
    Ok(Typed::new(sql, Type::text(text.ty.length).nullable(args.iter().any(|it| it.ty.is_nullable))).of(args))
}

/// The type that holds all values.
pub(super) fn unified(values: &[Typed]) -> Result<Type, SqlError> {
    if values.iter().any(Typed::is_byte_literal) {
        return Err(unsupported("a literal of bytes or bits in this place"));
    }
    let mut all = Type::null().nullable(false);
    for value in values {
        all = all.meet(&value.ty).ok_or_else(|| unsupported("values of these types in one column"))?;
    }
    Ok(all)
}
