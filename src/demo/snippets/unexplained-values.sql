/* rrx
title = "Out-of-range values without an annotation"
tags  = ["cleaning", "findings"]
*/
SELECT s.name AS study, sb.screening_number, i.sas_field_name AS field, d.value, mu.symbol, d.nonconformant_message, rc.severity, rc.comparator, rc.check_value
FROM item_data d
JOIN item i ON i.id = d.item_id
JOIN range_check rc ON rc.item_id = i.id AND rc.severity = 'Soft'
JOIN item_group_data gd ON gd.id = d.item_group_data_id
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN subject sb ON sb.id = fd.subject_id
JOIN study s ON s.id = i.study_id
LEFT JOIN measurement_unit mu ON mu.id = d.measurement_unit_id
WHERE (d.status = 'Nonconformant' OR d.out_of_range = 1) AND d.annotation IS NULL AND d.canceled = 0
ORDER BY s.name, sb.screening_number, d.id;
