/* rrx
# Pivots in one pass, because a join of item_data for each field would multiply rows.
title = "Vital signs, one row for each form"
tags  = ["eav", "pivot", "vital-signs"]
key   = ["screening_number", "visit", "timepoint", "collection_time"]
*/
SELECT sb.screening_number, se.name AS visit, sa.timepoint, fd.collection_time,
       MAX(CASE WHEN i.sas_field_name = 'SYSBP' THEN CAST(d.value AS SIGNED) END)        AS sysbp,
       MAX(CASE WHEN i.sas_field_name = 'DIABP' THEN CAST(d.value AS SIGNED) END)        AS diabp,
       MAX(CASE WHEN i.sas_field_name = 'PULSE' THEN CAST(d.value AS SIGNED) END)        AS pulse,
       MAX(CASE WHEN i.sas_field_name = 'TEMP'  THEN CAST(d.value AS DECIMAL(5,1)) END)  AS temp_c
FROM item_group ig
JOIN item_group_data gd ON gd.item_group_id = ig.id
JOIN form_data fd       ON fd.id = gd.form_data_id
JOIN study_event se     ON se.id = fd.study_event_id
LEFT JOIN scheduled_activity sa ON sa.id = fd.scheduled_activity_id
JOIN subject sb         ON sb.id = fd.subject_id
JOIN item_data d        ON d.item_group_data_id = gd.id
JOIN item i             ON i.id = d.item_id
JOIN study s            ON s.id = ig.study_id
WHERE s.name = 'XN-101-001' AND ig.sas_dataset_name = 'VS'
  AND fd.canceled = 0 AND gd.canceled = 0 AND d.canceled = 0
GROUP BY fd.id, sb.screening_number, se.name, se.ordinal, sa.timepoint, fd.collection_time
ORDER BY sb.screening_number, fd.collection_time;
