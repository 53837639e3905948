//! How the functions of the table in [`super::functions`] are built; it says which there are.

#![expect(clippy::unnecessary_wraps, reason = "every entry of the table has one signature")]

use std::fmt::Write as _;

use super::SqlError;
use super::casts::moment_now;
use super::errors::unsupported;
use super::functions::{Call, unified};
use super::types::{FREE, Kind, Type};
use super::value::{Literal, Typed, quoted};

impl Call<'_> {
    pub(super) fn arg(&self, at: usize) -> &Typed {
        #[expect(clippy::indexing_slicing, reason = "the table's counts were checked before")]
        &self.args[at]
    }

    /// Characters of an argument.
    pub(super) fn len(&self, at: usize) -> u32 {
        self.args.get(at).map_or(0, |it| it.ty.length)
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.args.iter().any(|it| it.ty.is_nullable)
    }

    pub(super) fn printed(&self) -> String {
        self.args.iter().map(Typed::printed).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn text(&self, function: &str, length: u32) -> Result<Typed, SqlError> {
        self.refuse_null()?;
        Ok(Typed::new(format!("{function}({})", self.printed()), Type::text(length).nullable(self.is_nullable())))
    }

    /// Of a bare NULL the server makes bytes; the demo does not follow it there.
    pub(super) fn refuse_null(&self) -> Result<(), SqlError> {
        if self.args.first().is_some_and(|it| it.ty.kind == Kind::Null) {
            return Err(unsupported(format!("{} of NULL", self.name)));
        }
        Ok(())
    }

    pub(super) fn number(&self, function: &str, length: u32) -> Typed {
        let args = self.args.iter().map(|it| if it.ty.kind == Kind::Binary { it.sql.clone() } else { it.printed() });
        let args = args.collect::<Vec<_>>().join(", ");
        Typed::new(format!("{function}({args})"), Type::int(length).nullable(self.is_nullable()))
    }

    pub(super) fn real(&self, function: &str) -> Typed {
        let args = self.args.iter().map(Typed::real).collect::<Vec<_>>().join(", ");
        Typed::new(format!("{function}({args})"), Type::double())
    }

    pub(super) fn cut(&self, function: &str) -> Result<Typed, SqlError> {
        self.refuse_null()?;
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

    pub(super) fn located(&self, needle: usize, hay: usize) -> Typed {
        let start = self.args.get(2).map_or_else(|| "1".to_owned(), Typed::whole);
        let sql = format!("my_locate({}, {}, {start})", self.arg(needle).printed(), self.arg(hay).printed());
        Typed::new(sql, Type::int(11).nullable(self.is_nullable()))
    }

    pub(super) fn literal_length(&self, at: usize) -> u32 {
        match self.args.get(at).and_then(|it| it.literal.as_ref()) {
            Some(Literal::Int(number)) => u32::try_from((*number).max(0)).unwrap_or(u32::MAX),
            _ => 4_194_304,
        }
    }

    pub(super) fn repeated(&self) -> Result<Typed, SqlError> {
        let length = self.len(0).saturating_mul(self.literal_length(1));
        Ok(Typed::new(format!("my_repeat({}, {})", self.arg(0).printed(), self.arg(1).whole()), Type::text(length)))
    }

    pub(super) fn part(&self, unit: &str, length: u32) -> Typed {
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

pub(super) fn built(sql: String, ty: Type) -> Typed {
    Typed::new(sql, ty)
}

pub(super) fn coalesce(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut ty = unified(c.args)?;
    ty.is_nullable = c.args.iter().all(|it| it.ty.is_nullable);
    let values: Vec<Typed> = c.args.iter().map(|it| it.convert(&ty)).collect();
    let is_exact = values.iter().all(|it| it.is_exact);
    let list = values.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>();
    let sql = if let [one] = list.as_slice() { (*one).to_owned() } else { format!("COALESCE({})", list.join(", ")) };
    Ok(Typed { is_exact, ..Typed::new(sql, ty) }.made())
}

pub(super) fn choose(c: &Call<'_>) -> Result<Typed, SqlError> {
    let pair = [c.arg(1).clone(), c.arg(2).clone()];
    let mut ty = unified(&pair)?;
    ty.is_nullable = pair.iter().any(|it| it.ty.is_nullable);
    let [yes, no] = pair.map(|it| it.convert(&ty));
    let sql = format!("(CASE WHEN {} THEN {} ELSE {} END)", c.arg(0).choice(), yes.sql, no.sql);
    Ok(Typed { is_exact: yes.is_exact && no.is_exact, ..Typed::new(sql, ty) }.made())
}

pub(super) fn nullif(c: &Call<'_>) -> Result<Typed, SqlError> {
    let is_same = super::compare::compared(c.arg(0), "=", c.arg(1))?;
    let sql = format!("(CASE WHEN {} THEN NULL ELSE {} END)", is_same.sql, c.arg(0).sql);
    Ok(Typed { literal: None, field: None, sql, ty: c.arg(0).ty.clone().nullable(true), ..c.arg(0).clone() })
}

pub(super) fn extreme(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut ty = unified(c.args)?.nullable(c.is_nullable());
    let has = |is: fn(&Type) -> bool| c.args.iter().any(|it| is(&it.ty));
    if has(|it| it.kind == Kind::Null) && has(Type::is_number) {
        let decimals = c.args.iter().map(|it| it.ty.decimals).max().unwrap_or(0).min(FREE);
        return Ok(Typed::new("NULL", Type { decimals, ..Type::double() }));
    }
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
    Ok(Typed::new(format!("{function}({list})"), ty).made())
}

pub(super) fn field(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut sql = String::from("(CASE");
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {} THEN {at}", super::compare::compared(c.arg(0), "=", candidate)?.sql);
    }
    Ok(Typed::new(format!("{sql} ELSE 0 END)"), Type::int(3).nullable(false)))
}

pub(super) fn elt(c: &Call<'_>) -> Result<Typed, SqlError> {
    let mut sql = format!("(CASE {}", c.arg(0).whole());
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {at} THEN {}", candidate.printed());
    }
    let length = c.args.iter().skip(1).map(|it| it.ty.length).max().unwrap_or(0);
    Ok(Typed::new(format!("{sql} END)"), Type::text(length)))
}

pub(super) fn concat(c: &Call<'_>) -> Result<Typed, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, Kind::Binary | Kind::Bit(_))) {
        return Err(unsupported("CONCAT of bytes"));
    }
    let joined = c.args.iter().map(Typed::printed).collect::<Vec<_>>().join(" || ");
    let length = c.args.iter().fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    Ok(Typed::new(format!("({joined})"), Type::text(length).nullable(c.is_nullable())))
}

pub(super) fn concat_ws(c: &Call<'_>) -> Result<Typed, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, Kind::Binary | Kind::Bit(_))) {
        return Err(unsupported("CONCAT_WS of bytes"));
    }
    let length = c.args.iter().skip(1).fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    let separators = c.len(0).saturating_mul(u32::try_from(c.args.len()).unwrap_or(2).saturating_sub(2));
    let ty = Type::text(length.saturating_add(separators)).nullable(c.arg(0).ty.is_nullable);
    Ok(Typed::new(format!("my_concat_ws({})", c.printed()), ty))
}

pub(super) fn pad(c: &Call<'_>) -> Result<Typed, SqlError> {
    c.refuse_null()?;
    let with = c.args.get(2).map_or_else(|| quoted(" "), Typed::printed);
    let sql = format!("my_{}({}, {}, {with})", c.name.to_ascii_lowercase(), c.arg(0).printed(), c.arg(1).whole());
    Ok(Typed::new(sql, Type::text(c.literal_length(1))))
}

pub(super) fn hex(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let (sql, length) = match value.ty.kind {
        Kind::Binary => (format!("hex({})", value.sql), value.ty.length.saturating_mul(2)),
        _ if value.ty.is_number() => (format!("printf('%X', {})", value.whole()), 16),
        _ => (format!("hex({})", value.printed()), value.ty.length.saturating_mul(8)),
    };
    let sql = format!("(CASE WHEN {} IS NULL THEN NULL ELSE {sql} END)", value.sql);
    Ok(Typed::new(sql, Type::text(length).nullable(value.ty.is_nullable)))
}

pub(super) fn abs(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    if value.ty.is_whole() {
        return Ok(Typed::new(format!("my_int_abs({})", value.whole()), Type { wire: None, ..value.ty.clone() }));
    }
    if value.ty.kind == Kind::Decimal {
        return Ok(Typed {
            is_exact: value.is_exact,
            ..Typed::new(format!("my_dec_abs({})", value.sql), value.ty.clone())
        });
    }
    let decimals = if value.ty.kind == Kind::Null { 0 } else { FREE };
    Ok(Typed::new(format!("abs({})", value.real()), Type { decimals, ..Type::double() }.nullable(value.ty.is_nullable)))
}

pub(super) fn whole_round(c: &Call<'_>) -> Result<Typed, SqlError> {
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

pub(super) fn round(c: &Call<'_>) -> Result<Typed, SqlError> {
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

pub(super) fn fsp(c: &Call<'_>) -> Result<u8, SqlError> {
    match c.args.first().map(|it| &it.literal) {
        None => Ok(0),
        Some(Some(Literal::Int(digits @ 0..=6))) => Ok(u8::try_from(*digits).unwrap_or(0)),
        _ => Err(unsupported(format!("this precision of {}", c.name))),
    }
}

pub(super) fn now(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let digits = fsp(c)?;
    let moment = moment_now(c.context, digits, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&moment.text(digits)), Type::datetime(digits).nullable(false)))
}

pub(super) fn today(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let moment = moment_now(c.context, 0, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&moment.date_text()), Type::date().nullable(false)))
}

pub(super) fn time_now(c: &Call<'_>, is_utc: bool) -> Result<Typed, SqlError> {
    let digits = fsp(c)?;
    let moment = moment_now(c.context, digits, is_utc).ok_or_else(|| unsupported("a clock of this year"))?;
    Ok(Typed::new(quoted(&super::temporal::time_text(moment.time, digits)), Type::time(digits).nullable(false)))
}

/// Digits of the second that the server expects of a value.
fn second_digits(value: &Typed) -> u8 {
    match &value.literal {
        _ if value.ty.is_temporal() => value.ty.decimals,
        _ if value.ty.is_whole() => 0,
        Some(Literal::Text(text)) => {
            u8::try_from(text.rsplit_once('.').map_or(0, |(_, it)| it.len().min(6))).unwrap_or(0)
        }
        _ => 6,
    }
}

pub(super) fn time_of(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = second_digits(value);
    Ok(Typed::new(format!("my_time({}, {digits})", value.printed()), Type::time(digits)))
}

pub(super) fn timestamp(c: &Call<'_>) -> Result<Typed, SqlError> {
    let value = c.arg(0);
    let digits = second_digits(value);
    Ok(Typed::new(value.moment(digits), Type::datetime(digits)))
}

pub(super) fn timediff(c: &Call<'_>) -> Result<Typed, SqlError> {
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

pub(super) fn convert_tz(c: &Call<'_>) -> Result<Typed, SqlError> {
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

pub(super) fn unix_timestamp(c: &Call<'_>) -> Result<Typed, SqlError> {
    let Some(value) = c.args.first() else {
        let seconds = c.context.now.div_euclid(super::temporal::SECOND);
        return Ok(Typed::new(seconds.to_string(), Type::int(17).nullable(false)));
    };
    let digits = second_digits(value);
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

pub(super) fn from_unixtime(c: &Call<'_>) -> Result<Typed, SqlError> {
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

pub(super) fn version(c: &Call<'_>) -> Result<Typed, SqlError> {
    match (c.context.variables)("version") {
        Some(super::Variable::Text(text)) => Ok(Typed { literal: None, ..Typed::text(&text) }),
        _ => Err(unsupported("VERSION()")),
    }
}

pub(super) fn database(c: &Call<'_>) -> Result<Typed, SqlError> {
    let sql = c.context.database.map_or_else(|| "NULL".to_owned(), quoted);
    Ok(Typed::new(sql, Type::text(64)))
}

pub(super) fn account(c: &Call<'_>) -> Result<Typed, SqlError> {
    let shown = match (c.name, c.context.account.split_once('@')) {
        ("CURRENT_USER", _) | (_, None) => c.context.account.to_owned(),
        (_, Some((user, _))) => format!("{user}@localhost"),
    };
    Ok(Typed::new(quoted(&shown), Type::text(128).nullable(c.name != "CURRENT_USER")))
}
