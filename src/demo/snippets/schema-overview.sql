/* rrx
title = "Tables with their size, columns and foreign keys"
tags  = ["schema"]
key   = ["table_name"]
*/
SELECT t.table_name, t.table_comment AS provenance, t.table_rows AS approx_rows, ROUND((t.data_length + t.index_length) / 1024) AS kib,
       (SELECT COUNT(*) FROM information_schema.columns c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name) AS n_columns,
       (SELECT COUNT(*) FROM information_schema.key_column_usage k WHERE k.table_schema = t.table_schema AND k.table_name = t.table_name AND k.referenced_table_name IS NOT NULL) AS n_fks
FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
ORDER BY t.data_length DESC, t.table_name;
