/* rrx
# Each row is one check; clean data would give 0 in every row.
title = "Counts of rows that contradict each other"
tags  = ["findings"]
key   = ["problem"]
*/
SELECT 'assignment without subject' AS problem, COUNT(*) AS n FROM cohort_assignment WHERE subject_id IS NULL
UNION ALL SELECT 'complete form with no values', COUNT(*) FROM form_data fd WHERE fd.status = 'Complete' AND NOT EXISTS (
  SELECT 1 FROM item_group_data gd JOIN item_data d ON d.item_group_data_id = gd.id WHERE gd.form_data_id = fd.id AND d.value IS NOT NULL)
UNION ALL SELECT 'value not in its code list', COUNT(*) FROM item_data d JOIN item i ON i.id = d.item_id
  WHERE i.code_list_id IS NOT NULL AND d.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM code_list_item c WHERE c.code_list_id = i.code_list_id AND c.coded_value = d.value)
UNION ALL SELECT 'current value differs from last audit row', COUNT(*) FROM item_data d
  JOIN (SELECT id, value, ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision_id DESC) AS rn FROM item_data_audit) a ON a.id = d.id AND a.rn = 1
  WHERE NOT (a.value <=> d.value);
