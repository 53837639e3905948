//! What a statement may change in its session, as far as its text shows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Dialect;
use super::guard::GuardTokens;
use super::keywords::is_reserved;
use super::lex::lex;
use super::set_statement::{SetTarget, items};

/// What one statement may change in its session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// The name that a `USE` makes the current database, as it is written.
    pub database: Option<String>,
    /// Whether it changes the active roles.
    pub sets_role: bool,
    /// The session variables that a SET assigns, in lower case, each with the text of its value.
    assigned: Vec<(String, String)>,
    /// The names in it that could be views, in lower case.
    names: BTreeSet<String>,
    /// Whether it calls something that is not a function of every server.
    calls_unknown: bool,
}

impl Effects {
    /// Reads the effects of a statement.
    #[must_use]
    pub fn of(statement: &str, dialect: Dialect) -> Self {
        let tokens = lex(statement, dialect);
        let tokens = GuardTokens::new(statement, &tokens);
        let mut effects = Self::default();
        match tokens.keyword(0).as_deref() {
            Some("USE") => effects.database = tokens.name(1).map(Cow::into_owned),
            Some("SET") => {
                effects.sets_role = tokens.is(1, "ROLE");
                for item in items(&tokens) {
                    let SetTarget::SessionVariable(variable) = item.target else { continue };
                    let value = tokens.span_between(item.value.start, item.value.end.saturating_sub(1));
                    effects.assigned.push((variable, statement.get(value).unwrap_or_default().to_owned()));
                }
            }
            _ => {}
        }
        for at in 0..tokens.len() {
            let Some(name) = tokens.name(at) else { continue };
            effects.calls_unknown |= tokens.is_mark(at + 1, "(") && could_be_stored(&tokens, at, &name);
            effects.names.insert(name.to_lowercase());
        }
        effects
    }

    /// Returns the text of the value that it assigns last to this session variable, given in lower case.
    #[must_use]
    pub fn assigned(&self, name: &str) -> Option<&str> {
        self.assigned.iter().rev().find(|(variable, _)| variable == name).map(|(_, value)| value.as_str())
    }

    /// Whether it may call a stored function: it calls something that is not a function of every server, or names one of these views
    /// (in lower case), which may call one.
    #[must_use]
    pub fn may_call_stored_function(&self, views: &BTreeSet<String>) -> bool {
        self.calls_unknown || !self.names.is_disjoint(views)
    }
}

/// Whether a name before a parenthesis could be that of a stored function. After a dot it is, whatever the word.
fn could_be_stored(tokens: &GuardTokens<'_>, at: usize, name: &str) -> bool {
    tokens.keyword(at).is_none() || !(is_native(name) || is_reserved(name))
}

fn is_native(name: &str) -> bool {
    NATIVE.binary_search(&name.to_ascii_uppercase().as_str()).is_ok()
}

/// Functions that MySQL since 5.7 and MariaDB since 10.2 have, so that no stored function of the same name is called. Sorted.
#[rustfmt::skip]
const NATIVE: &[&str] = &[
    "ABS", "ACOS", "ADDDATE", "ADDTIME", "ASCII", "ASIN", "ATAN", "ATAN2", "AVG", "BENCHMARK", "BIN", "BIT_AND",
    "BIT_COUNT", "BIT_LENGTH", "BIT_OR", "BIT_XOR", "CAST", "CEIL", "CEILING", "CHAR", "CHARACTER_LENGTH",
    "CHARSET", "CHAR_LENGTH", "COALESCE", "COERCIBILITY", "COLLATION", "COMPRESS", "CONCAT", "CONCAT_WS",
    "CONNECTION_ID", "CONV", "CONVERT", "CONVERT_TZ", "COS", "COT", "COUNT", "CRC32", "CURDATE", "CURRENT_DATE",
    "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURTIME", "DATABASE", "DATE", "DATEDIFF", "DATE_ADD",
    "DATE_FORMAT", "DATE_SUB", "DAY", "DAYNAME", "DAYOFMONTH", "DAYOFWEEK", "DAYOFYEAR", "DEGREES", "ELT",
    "EXP", "EXPORT_SET", "EXTRACT", "FIELD", "FIND_IN_SET", "FLOOR", "FORMAT", "FOUND_ROWS", "FROM_BASE64",
    "FROM_DAYS", "FROM_UNIXTIME", "GREATEST", "GROUP_CONCAT", "HEX", "HOUR", "IF", "IFNULL", "INET6_ATON",
    "INET6_NTOA", "INET_ATON", "INET_NTOA", "INSERT", "INSTR", "INTERVAL", "ISNULL", "IS_FREE_LOCK", "IS_IPV4",
    "IS_IPV6", "JSON_ARRAY", "JSON_CONTAINS", "JSON_DEPTH", "JSON_EXTRACT", "JSON_KEYS", "JSON_LENGTH",
    "JSON_OBJECT", "JSON_QUOTE", "JSON_SEARCH", "JSON_SET", "JSON_TYPE", "JSON_UNQUOTE", "JSON_VALID",
    "LAST_DAY", "LAST_INSERT_ID", "LCASE", "LEAST", "LEFT", "LENGTH", "LN", "LOCALTIME", "LOCALTIMESTAMP",
    "LOCATE", "LOG", "LOG10", "LOG2", "LOWER", "LPAD", "LTRIM", "MAKEDATE", "MAKETIME", "MAKE_SET", "MAX",
    "MD5", "MICROSECOND", "MID", "MIN", "MINUTE", "MOD", "MONTH", "MONTHNAME", "NAME_CONST", "NOW", "NULLIF",
    "OCT", "OCTET_LENGTH", "ORD", "PERIOD_ADD", "PERIOD_DIFF", "PI", "POSITION", "POW", "POWER", "QUARTER",
    "QUOTE", "RADIANS", "RAND", "REPEAT", "REPLACE", "REVERSE", "RIGHT", "ROUND", "ROW", "ROW_COUNT", "RPAD",
    "RTRIM", "SCHEMA", "SECOND", "SEC_TO_TIME", "SESSION_USER", "SHA", "SHA1", "SHA2", "SIGN", "SIN", "SLEEP",
    "SOUNDEX", "SPACE", "SQRT", "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "STRCMP", "STR_TO_DATE",
    "ST_ASTEXT", "SUBDATE", "SUBSTR", "SUBSTRING", "SUBSTRING_INDEX", "SUBTIME", "SUM", "SYSDATE",
    "SYSTEM_USER", "TAN", "TIME", "TIMEDIFF", "TIMESTAMP", "TIMESTAMPADD", "TIMESTAMPDIFF", "TIME_FORMAT",
    "TIME_TO_SEC", "TO_BASE64", "TO_DAYS", "TO_SECONDS", "TRIM", "TRUNCATE", "UCASE", "UNCOMPRESS", "UNHEX",
    "UNIX_TIMESTAMP", "UPPER", "USER", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP", "UUID", "VALUES", "VARIANCE",
    "VAR_POP", "VAR_SAMP", "VERSION", "WEEK", "WEEKDAY", "WEEKOFYEAR", "YEAR", "YEARWEEK",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_statement_names_its_database_without_quotes() {
        let used = |text| Effects::of(text, Dialect::default()).database;
        assert_eq!(used("use Clinic_EU").as_deref(), Some("Clinic_EU"));
        assert_eq!(used("USE /* x */ `a``b`").as_deref(), Some("a`b"));
        assert_eq!(used("SELECT 1"), None);
        let ansi = Dialect { sql_mode: super::super::SqlMode::parse("ANSI_QUOTES"), ..Dialect::default() };
        assert_eq!(Effects::of("USE \"a\"\"b\"", ansi).database.as_deref(), Some("a\"b"));
    }

    #[test]
    fn a_set_is_found_in_every_spelling() {
        for text in [
            "SET sql_mode = ''",
            "set @a = 1, session SQL_MODE := 'ANSI'",
            "SET @@sql_mode = CONCAT(@@sql_mode, ',ANSI')",
            "SET @@local.sql_mode = DEFAULT",
        ] {
            assert!(Effects::of(text, Dialect::default()).assigned("sql_mode").is_some(), "{text}");
        }
        let value = |text| Effects::of(text, Dialect::default()).assigned("profiling").map(str::to_owned);
        assert_eq!(value("SET profiling = 1, @profiling = 0").as_deref(), Some("1"));
        assert_eq!(value("SET profiling = 1 + 1, profiling = OFF").as_deref(), Some("OFF"));
        assert_eq!((value("SET @profiling = 1"), value("SELECT 'SET profiling = 1'")), (None, None));
    }

    #[test]
    fn calls_of_functions_that_the_server_does_not_have_are_found() {
        assert!(NATIVE.is_sorted());
        let views = BTreeSet::from(["people_list".to_owned()]);
        let calls = |text| Effects::of(text, Dialect::default()).may_call_stored_function(&views);
        for text in [
            "SELECT f(1)",
            "SELECT `count`(1)",
            "SELECT ops.abs (1)",
            "SELECT 1 + my_fn ()",
            // A function of some servers only may be a stored one on this server.
            "SELECT bin_to_uuid(x), TO_CHAR(y) FROM t",
            "SELECT * FROM ops.People_List",
            "SELECT a FROM t JOIN `people_list` USING (a)",
        ] {
            assert!(calls(text), "{text}");
        }
        for text in [
            "SELECT SQL_CALC_FOUND_ROWS COUNT(*), IF(a, 1, 2) FROM t WHERE a IN (1, 2) LIMIT 1",
            "SELECT FOUND_ROWS()",
            "SHOW WARNINGS",
            "SELECT JSON_EXTRACT(a, '$.b'), ROW_NUMBER() OVER (PARTITION BY c), CAST(a AS CHAR(10)) FROM t",
            "SELECT 'people_list' FROM t USE INDEX (i)",
        ] {
            assert!(!calls(text), "{text}");
        }
    }
}
