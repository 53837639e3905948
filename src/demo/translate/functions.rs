//! The one table of what the demo replica knows: its functions, with how many arguments they take and what they are.
//! Casts are in [`super::casts`], aggregates and window functions in [`super::aggregate`]; both are named here too.

#![expect(clippy::unnecessary_wraps, reason = "every entry of the table has one signature")]

use std::fmt::Write as _;

use super::casts::{as_date, moment_now};
use super::errors::{unsupported, wrong_count};
use super::types::{FREE, Kind, Type};
use super::value::{Literal, Typed, quoted};
use super::{Context, SqlError};

/// A call under way.
pub(super) struct Call<'a> {
    context: &'a Context<'a>,
    name: &'static str,
    args: &'a [Typed],
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
    ("UPPER", 1, 1, |c| Ok(c.text("my_upper", c.len(0)))), ("UCASE", 1, 1, |c| Ok(c.text("my_upper", c.len(0)))),
    ("LOWER", 1, 1, |c| Ok(c.text("my_lower", c.len(0)))), ("LCASE", 1, 1, |c| Ok(c.text("my_lower", c.len(0)))),
    ("REVERSE", 1, 1, |c| Ok(c.text("my_reverse", c.len(0)))),
    ("LENGTH", 1, 1, |c| Ok(c.number("my_bytes_length", 10))), ("OCTET_LENGTH", 1, 1, |c| Ok(c.number("my_bytes_length", 10))),
    ("BIT_LENGTH", 1, 1, |c| Ok(c.number("8*my_bytes_length", 11))),
    ("CHAR_LENGTH", 1, 1, |c| Ok(c.number("length", 10))), ("CHARACTER_LENGTH", 1, 1, |c| Ok(c.number("length", 10))),
    ("ASCII", 1, 1, |c| Ok(c.number("my_ascii", 3))), ("ORD", 1, 1, |c| Ok(c.number("my_ord", 21))),
    ("LEFT", 2, 2, |c| c.cut("my_left")), ("RIGHT", 2, 2, |c| c.cut("my_right")),
    ("SUBSTRING", 2, 3, |c| c.cut("my_substring")), ("SUBSTR", 2, 3, |c| c.cut("my_substring")), ("MID", 3, 3, |c| c.cut("my_substring")),
    ("SUBSTRING_INDEX", 3, 3, |c| Ok(built(format!("my_substring_index({}, {}, {})", c.arg(0).printed(), c.arg(1).printed(), c.arg(2).whole()), Type::text(c.len(0))))),
    ("LOCATE", 2, 3, |c| Ok(c.located(0, 1))), ("INSTR", 2, 2, |c| Ok(c.located(1, 0))),
    ("REPLACE", 3, 3, |c| Ok(c.text("my_replace", c.len(0).saturating_mul(c.len(2).max(1))))),
    ("TRIM", 1, 1, |c| Ok(c.text("my_trim", c.len(0)))), ("LTRIM", 1, 1, |c| Ok(c.text("my_ltrim", c.len(0)))), ("RTRIM", 1, 1, |c| Ok(c.text("my_rtrim", c.len(0)))),
    ("LPAD", 2, 3, pad), ("RPAD", 2, 3, pad), ("REPEAT", 2, 2, |c| c.repeated()), ("SPACE", 1, 1, |c| Ok(built(format!("my_repeat(' ', {})", c.arg(0).whole()), Type::text(c.literal_length(0))))),
    ("STRCMP", 2, 2, |c| Ok(c.number("my_strcmp", 2))), ("FIND_IN_SET", 2, 2, |c| Ok(c.number("my_find_in_set", 3))),
    ("HEX", 1, 1, hex), ("UNHEX", 1, 1, |c| Ok(built(format!("my_unhex({})", c.arg(0).printed()), Type::new(Kind::Binary, c.len(0).div_ceil(2), 0)))),
    ("QUOTE", 1, 1, |c| Ok(c.text("my_quote", c.len(0) * 2 + 2))),
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
    ("SEC_TO_TIME", 1, 1, |c| Ok(built(format!("my_time_text(1000000 * {}, 0)", c.arg(0).whole()), Type::time(0)))),
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
    REGEXP_REPLACE REGEXP_SUBSTR RELEASE_LOCK ROW_COUNT SFORMAT SHA SHA1 SHA2 SIN SLEEP SOUNDEX STDDEV_SAMP STR_TO_DATE SUBDATE SUBTIME \
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
    super::errors::unknown_function(context.database, name)
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
    let mut all = Type::null().nullable(false);
    for value in values {
        all = all.meet(&value.ty).ok_or_else(|| unsupported("values of these types in one column"))?;
    }
    Ok(all)
}

impl Call<'_> {
    fn arg(&self, at: usize) -> &Typed {
        #[expect(clippy::indexing_slicing, reason = "the table's counts were checked before")]
        &self.args[at]
    }

    /// Characters of an argument.
    fn len(&self, at: usize) -> u32 {
        self.args.get(at).map_or(0, |it| it.ty.length)
    }

    fn is_nullable(&self) -> bool {
        self.args.iter().any(|it| it.ty.is_nullable)
    }

    fn printed(&self) -> String {
        self.args.iter().map(Typed::printed).collect::<Vec<_>>().join(", ")
    }

    fn text(&self, function: &str, length: u32) -> Typed {
        Typed::new(format!("{function}({})", self.printed()), Type::text(length).nullable(self.is_nullable()))
    }

    fn number(&self, function: &str, length: u32) -> Typed {
        let args = self.args.iter().map(|it| if it.ty.kind == Kind::Binary { it.sql.clone() } else { it.printed() });
        let args = args.collect::<Vec<_>>().join(", ");
        Typed::new(format!("{function}({args})"), Type::int(length).nullable(self.is_nullable()))
    }

    fn real(&self, function: &str) -> Typed {
        let args = self.args.iter().map(Typed::real).collect::<Vec<_>>().join(", ");
        Typed::new(format!("{function}({args})"), Type::double())
    }

    fn cut(&self, function: &str) -> Result<Typed, SqlError> {
        let numbers = self.args.iter().skip(1).map(Typed::whole).collect::<Vec<_>>().join(", ");
        let last = self.args.len() - 1;
        let length = match self.arg(last).literal {
            Some(Literal::Int(number)) if last == 2 || function != "my_substring" => {
                self.len(0).min(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
            }
            _ => self.len(0),
        };
        if self.arg(0).ty.kind == Kind::Binary {
            return Err(unsupported(format!("{} of bytes", self.name)));
        }
        Ok(Typed::new(
            format!("{function}({}, {numbers})", self.arg(0).printed()),
            Type::text(length).nullable(self.is_nullable()),
        ))
    }

    fn located(&self, needle: usize, hay: usize) -> Typed {
        let start = self.args.get(2).map_or_else(|| "1".to_owned(), Typed::whole);
        let sql = format!("my_locate({}, {}, {start})", self.arg(needle).printed(), self.arg(hay).printed());
        Typed::new(sql, Type::int(11).nullable(self.is_nullable()))
    }

    fn literal_length(&self, at: usize) -> u32 {
        match self.args.get(at).and_then(|it| it.literal.as_ref()) {
            Some(Literal::Int(number)) => u32::try_from((*number).max(0)).unwrap_or(u32::MAX),
            _ => 4_194_304,
        }
    }

    fn repeated(&self) -> Result<Typed, SqlError> {
        let length = self.len(0).saturating_mul(self.literal_length(1));
        Ok(Typed::new(format!("my_repeat({}, {})", self.arg(0).printed(), self.arg(1).whole()), Type::text(length)))
    }

    fn part(&self, unit: &str, length: u32) -> Typed {
        let value = self.arg(0);
        let is_clock = matches!(unit, "HOUR" | "MINUTE" | "SECOND" | "MICROSECOND");
        let sql = if is_clock && (value.ty.kind == Kind::Time || value.ty.is_textual()) {
            format!("my_clock_part('{unit}', {})", value.clock())
        } else {
            format!("my_part('{unit}', {})", value.moment(6))
        };
        Typed::new(sql, Type::int(length))
    }
}

fn built(sql: String, ty: Type) -> Typed {
    Typed::new(sql, ty)
}

fn coalesce(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut ty = unified(c.args)?;
    ty.is_nullable = c.args.iter().all(|it| it.ty.is_nullable);
    let values: Vec<Typed> = c.args.iter().map(|it| it.convert(&ty)).collect();
    let is_exact = values.iter().all(|it| it.is_exact);
    let list = values.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>();
    let sql = if let [one] = list.as_slice() { (*one).to_owned() } else { format!("COALESCE({})", list.join(", ")) };
    Ok(Typed { is_exact, ..Typed::new(sql, ty) })
}

fn choose(c: &Call<'_>) -> Result<Typed, SqlError> {
    let pair = [c.arg(1).clone(), c.arg(2).clone()];
    let mut ty = unified(&pair)?;
    ty.is_nullable = pair.iter().any(|it| it.ty.is_nullable);
    let [yes, no] = pair.map(|it| it.convert(&ty));
    let sql = format!("(CASE WHEN {} THEN {} ELSE {} END)", c.arg(0).condition(), yes.sql, no.sql);
    Ok(Typed { is_exact: yes.is_exact && no.is_exact, ..Typed::new(sql, ty) })
}

fn nullif(c: &Call<'_>) -> Result<Typed, SqlError> {
    let is_same = super::compare::compared(c.arg(0), "=", c.arg(1))?;
    let sql = format!("(CASE WHEN {} THEN NULL ELSE {} END)", is_same.sql, c.arg(0).sql);
    Ok(Typed { literal: None, field: None, sql, ty: c.arg(0).ty.clone().nullable(true), ..c.arg(0).clone() })
}

fn extreme(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut ty = unified(c.args)?.nullable(c.is_nullable());
    let has = |is: fn(&Type) -> bool| c.args.iter().any(|it| is(&it.ty));
    if has(Type::is_textual) && has(Type::is_number) {
        ty = Type::double().nullable(c.is_nullable());
    }
    if has(Type::is_temporal) && !c.args.iter().all(|it| it.ty.is_temporal() || it.ty.kind == Kind::Null) {
        return Err(unsupported(format!("{} of dates and other values", c.name)));
    }
    let function = if c.name == "LEAST" { "min" } else { "max" };
    let values: Vec<Typed> = c.args.iter().map(|it| it.convert(&ty)).collect();
    // SQLite's min and max of several values are NULL when one is, and take the first collation that they meet.
    let list = values.iter().map(|it| match ty.kind {
        Kind::Text | Kind::Decimal => it.order_key(),
        _ => it.sql.clone(),
    });
    let list = list.collect::<Vec<_>>().join(", ");
    if matches!(ty.kind, Kind::Time | Kind::Enum(_) | Kind::Set(_)) {
        return Err(unsupported(format!("{} of these types", c.name)));
    }
    Ok(Typed::new(format!("{function}({list})"), ty))
}

fn field(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut sql = String::from("(CASE");
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {} THEN {at}", super::compare::compared(c.arg(0), "=", candidate)?.sql);
    }
    Ok(Typed::new(format!("{sql} ELSE 0 END)"), Type::int(3).nullable(false)))
}

fn elt(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut sql = format!("(CASE {}", c.arg(0).whole());
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {at} THEN {}", candidate.printed());
    }
    let length = c.args.iter().skip(1).map(|it| it.ty.length).max().unwrap_or(0);
    Ok(Typed::new(format!("{sql} END)"), Type::text(length)))
}

fn concat(c: &Call<'_>) -> Result<Typed, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, Kind::Binary | Kind::Bit(_))) {
        return Err(unsupported("CONCAT of bytes"));
    }
    let joined = c.args.iter().map(Typed::printed).collect::<Vec<_>>().join(" || ");
    let length = c.args.iter().fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    Ok(Typed::new(format!("({joined})"), Type::text(length).nullable(c.is_nullable())))
}

fn concat_ws(c: &Call<'_>) -> Result<Typed, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, Kind::Binary | Kind::Bit(_))) {
        return Err(unsupported("CONCAT_WS of bytes"));
    }
    let length = c.args.iter().skip(1).fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    let separators = c.len(0).saturating_mul(u32::try_from(c.args.len()).unwrap_or(2).saturating_sub(2));
    let ty = Type::text(length.saturating_add(separators)).nullable(c.arg(0).ty.is_nullable);
    Ok(Typed::new(format!("my_concat_ws({})", c.printed()), ty))
}

fn pad(c: &Call<'_>) -> Result<Typed, SqlError> {
    let with = c.args.get(2).map_or_else(|| quoted(" "), Typed::printed);
    let sql = format!("my_{}({}, {}, {with})", c.name.to_ascii_lowercase(), c.arg(0).printed(), c.arg(1).whole());
    Ok(Typed::new(sql, Type::text(c.literal_length(1))))
}

fn hex(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let (sql, length) = match value.ty.kind {
        Kind::Binary => (format!("hex({})", value.sql), value.ty.length.saturating_mul(2)),
        _ if value.ty.is_number() => (format!("printf('%X', {})", value.whole()), 16),
        _ => (format!("hex({})", value.printed()), value.ty.length.saturating_mul(8)),
    };
    let sql = format!("(CASE WHEN {} IS NULL THEN NULL ELSE {sql} END)", value.sql);
    Ok(Typed::new(sql, Type::text(length).nullable(value.ty.is_nullable)))
}

fn abs(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    if value.ty.is_whole() {
        return Ok(Typed::new(format!("abs({})", value.whole()), Type { wire: None, ..value.ty.clone() }));
    }
    if value.ty.kind == Kind::Decimal {
        return Ok(Typed {
            is_exact: value.is_exact,
            ..Typed::new(format!("my_dec_abs({})", value.sql), value.ty.clone())
        });
    }
    Ok(Typed::new(format!("abs({})", value.real()), Type::double().nullable(value.ty.is_nullable)))
}

fn whole_round(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let function = if c.name == "FLOOR" { "my_dec_floor" } else { "my_dec_ceil" };
    Ok(match value.ty.kind {
        _ if value.ty.is_whole() => Typed {
            literal: None,
            field: None,
            ..Typed::new(value.sql.clone(), Type { wire: None, ..value.ty.clone() })
        },
        Kind::Decimal => {
            let digits = value.ty.whole_digits();
            let sql = format!("{function}({})", value.sql);
            if digits >= 18 {
                Typed::new(sql, Type::decimal(digits + 1, 0).nullable(value.ty.is_nullable)).exact()
            } else {
                Typed::new(format!("CAST({sql} AS INTEGER)"), Type::int(digits + 2).nullable(value.ty.is_nullable))
            }
        }
        _ => Typed::new(
            format!("{}({})", if c.name == "FLOOR" { "my_floor" } else { "my_ceil" }, value.real()),
            Type { decimals: 0, ..Type::double() }.nullable(value.ty.is_nullable),
        ),
    })
}

fn round(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let is_cut = c.name == "TRUNCATE";
    let digits = match c.args.get(1) {
        None => Some(0),
        Some(digits) => match &digits.literal {
            Some(Literal::Int(number)) => i32::try_from(*number).ok(),
            _ => None,
        },
    };
    let asked = c.args.get(1).map_or_else(|| "0".to_owned(), Typed::whole);
    let nullable = c.is_nullable();
    if value.ty.is_whole() {
        let ty = Type { wire: None, ..Type::int(value.ty.length).unsigned(value.ty.is_unsigned) }.nullable(nullable);
        return Ok(match digits {
            Some(0..) => Typed::new(value.whole(), ty),
            _ => Typed::new(
                format!("CAST(my_dec_{}({}, {asked}) AS INTEGER)", if is_cut { "trunc" } else { "round" }, value.dec()),
                ty,
            ),
        });
    }
    if value.ty.kind == Kind::Decimal {
        let scale = match digits {
            Some(digits) => u8::try_from(digits.clamp(0, i32::from(value.ty.decimals))).unwrap_or(0),
            None => value.ty.decimals,
        };
        let grows = u32::from(!is_cut && scale < value.ty.decimals);
        let ty = Type::decimal(value.ty.whole_digits() + grows + u32::from(scale), scale).nullable(nullable);
        let asked = match digits {
            Some(digits) => digits.min(i32::from(value.ty.decimals)).to_string(),
            None => format!("min({asked}, {})", value.ty.decimals),
        };
        let sql = format!("my_dec_{}({}, {asked})", if is_cut { "trunc" } else { "round" }, value.sql);
        return Ok(Typed { is_exact: digits.is_some_and(|it| it >= 0), ..Typed::new(sql, ty) });
    }
    let decimals = digits.and_then(|it| u8::try_from(it.max(0)).ok()).filter(|it| *it < FREE).unwrap_or(FREE);
    let sql = format!("my_real_{}({}, {asked})", if is_cut { "trunc" } else { "round" }, value.real());
    Ok(Typed::new(sql, Type { decimals, ..Type::double() }.nullable(nullable)))
}

fn fsp(c: &Call<'_>) -> Result<u8, SqlError> {
    match c.args.first().map(|it| &it.literal) {
        None => Ok(0),
        Some(Some(Literal::Int(digits @ 0..=6))) => Ok(u8::try_from(*digits).unwrap_or(0)),
        _ => Err(unsupported(format!("this precision of {}", c.name))),
    }
}

fn now(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let digits = fsp(c)?;
    let moment = moment_now(c.context, digits, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&moment.text(digits)), Type::datetime(digits).nullable(false)))
}

fn today(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let moment = moment_now(c.context, 0, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&moment.date_text()), Type::date().nullable(false)))
}

fn time_now(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let digits = fsp(c)?;
    let moment = moment_now(c.context, digits, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&super::temporal::time_text(moment.time, digits)), Type::time(digits).nullable(false)))
}

fn time_of(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = match &value.literal {
        _ if value.ty.is_temporal() => value.ty.decimals,
        Some(Literal::Text(text)) => {
            u8::try_from(text.rsplit_once('.').map_or(0, |(_, it)| it.len().min(6))).unwrap_or(0)
        }
        Some(Literal::Int(_)) => 0,
        _ => 6,
    };
    Ok(Typed::new(format!("my_time({}, {digits})", value.printed()), Type::time(digits)))
}

fn timestamp(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = match &value.literal {
        _ if value.ty.is_temporal() => value.ty.decimals,
        Some(Literal::Text(text)) => {
            u8::try_from(text.rsplit_once('.').map_or(0, |(_, it)| it.len().min(6))).unwrap_or(0)
        }
        Some(Literal::Int(_)) => 0,
        _ => 6,
    };
    Ok(Typed::new(value.moment(digits), Type::datetime(digits)))
}

fn timediff(c: &Call<'_>) -> Result<Typed, SqlError> {
    let digits = c.args.iter().map(|it| if it.ty.is_temporal() { it.ty.decimals } else { 0 }).max().unwrap_or(0);
    let is_moment = |value: &Typed| matches!(value.ty.kind, Kind::DateTime | Kind::Timestamp);
    let sql = if c.args.iter().all(is_moment) {
        format!("my_time_text(my_diff('MICROSECOND', {}, {}), {digits})", c.arg(1).moment(6), c.arg(0).moment(6))
    } else if c.args.iter().all(|it| it.ty.kind == Kind::Time) {
        format!("my_time_text({} - {}, {digits})", c.arg(0).clock(), c.arg(1).clock())
    } else {
        return Err(unsupported("TIMEDIFF of these types"));
    };
    Ok(Typed::new(sql, Type::time(digits)))
}

fn convert_tz(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = if value.ty.is_temporal() { value.ty.decimals } else { 0 };
    let zone = |value: &Typed| {
        let offset = match c.context.zone_seconds {
            seconds if seconds < 0 => format!("-{:02}:{:02}", -seconds / 3600, -seconds / 60 % 60),
            seconds => format!("+{:02}:{:02}", seconds / 3600, seconds / 60 % 60),
        };
        match &value.literal {
            Some(Literal::Text(text)) if text.eq_ignore_ascii_case("SYSTEM") => quoted(&offset),
            _ => value.printed(),
        }
    };
    let sql = format!("my_convert_tz({}, {}, {}, {digits})", value.moment(6), zone(c.arg(1)), zone(c.arg(2)));
    Ok(Typed::new(sql, Type::datetime(digits)))
}

fn unix_timestamp(c: &Call<'_>) -> Result<Typed, SqlError> {
    let Some(value) = c.args.first() else {
        let seconds = c.context.now.div_euclid(super::temporal::SECOND);
        return Ok(Typed::new(seconds.to_string(), Type::int(17).nullable(false)));
    };
    let digits = if value.ty.is_temporal() { value.ty.decimals } else { 0 };
    let micros = format!("my_unix_micros({}, {})", value.moment(6), c.context.zone_seconds);
    Ok(if digits == 0 {
        Typed::new(format!("({micros} / 1000000)"), Type::int(17))
    } else {
        Typed::new(
            format!("my_dec_round(my_unscaled({micros}, 6), {digits})"),
            Type::decimal(16 + u32::from(digits), digits),
        )
        .exact()
    })
}

fn from_unixtime(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = match value.ty.kind {
        Kind::Decimal => value.ty.decimals.min(6),
        _ if value.ty.is_whole() => 0,
        _ => 6,
    };
    let moment = format!("my_from_unix({}, {}, {digits})", value.dec(), c.context.zone_seconds);
    Ok(match c.args.get(1) {
        None => Typed::new(moment, Type::datetime(digits)),
        Some(format) => Typed::new(
            format!("my_date_format({moment}, {})", format.printed()),
            Type::text(format.ty.length.saturating_mul(10)),
        ),
    })
}

fn version(c: &Call<'_>) -> Result<Typed, SqlError> {
    match (c.context.variables)("version") {
        Some(super::Variable::Text(text)) => Ok(Typed { literal: None, ..Typed::text(&text) }),
        _ => Err(unsupported("VERSION()")),
    }
}

fn database(c: &Call<'_>) -> Result<Typed, SqlError> {
    let sql = c.context.database.map_or_else(|| "NULL".to_owned(), quoted);
    Ok(Typed::new(sql, Type::text(64)))
}

fn account(c: &Call<'_>) -> Result<Typed, SqlError> {
    let shown = match (c.name, c.context.account.split_once('@')) {
        ("CURRENT_USER", _) | (_, None) => c.context.account.to_owned(),
        (_, Some((user, _))) => format!("{user}@localhost"),
    };
    Ok(Typed::new(quoted(&shown), Type::text(128).nullable(c.name != "CURRENT_USER")))
}
