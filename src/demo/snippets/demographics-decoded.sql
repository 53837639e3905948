/* rrx
title = "Demographics with decoded values"
tags  = ["eav", "code-lists"]
key   = ["screening_number", "sas_field_name"]
*/
SELECT sb.screening_number, i.sas_field_name, d.value AS coded, COALESCE(cli.decode, d.value) AS shown, mu.symbol AS unit
FROM subject sb
JOIN form_data fd       ON fd.subject_id = sb.id AND fd.canceled = 0
JOIN form f             ON f.id = fd.form_id AND f.oid = 'F.DM'
JOIN item_group_data gd ON gd.form_data_id = fd.id AND gd.canceled = 0
JOIN item_data d        ON d.item_group_data_id = gd.id AND d.canceled = 0
JOIN item i             ON i.id = d.item_id
LEFT JOIN code_list_item cli ON cli.code_list_id = i.code_list_id AND cli.coded_value = d.value
LEFT JOIN measurement_unit mu ON mu.id = d.measurement_unit_id
ORDER BY sb.screening_number, i.sas_field_name;
