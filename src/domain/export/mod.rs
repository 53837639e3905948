//! Export: rows to CSV, TSV, JSON and a plain table, over one row visitor. Knows no file: it writes into any `io::Write`.
