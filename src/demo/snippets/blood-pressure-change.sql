/* rrx
# Needs window functions: MySQL 8.0, MariaDB 10.2.
title = "Systolic pressure: change from baseline"
tags  = ["eav", "window-functions", "vital-signs"]
key   = ["rnd", "timepoint", "collection_time"]
*/
WITH v AS (
  SELECT sb.id AS subject_id, sb.randomization_number AS rnd, sa.timepoint, fd.collection_time, CAST(d.value AS SIGNED) AS sysbp
  FROM form_data fd
  JOIN subject sb ON sb.id = fd.subject_id
  JOIN scheduled_activity sa ON sa.id = fd.scheduled_activity_id
  JOIN item_group_data gd ON gd.form_data_id = fd.id AND gd.canceled = 0
  JOIN item_data d ON d.item_group_data_id = gd.id AND d.value IS NOT NULL
  JOIN item i ON i.id = d.item_id AND i.sas_field_name = 'SYSBP'
  WHERE fd.canceled = 0 AND sa.timepoint IS NOT NULL)
SELECT rnd, timepoint, collection_time, sysbp,
       FIRST_VALUE(sysbp) OVER w AS baseline,
       sysbp - FIRST_VALUE(sysbp) OVER w AS change_from_baseline,
       sysbp - LAG(sysbp) OVER w AS change_from_previous
FROM v
WINDOW w AS (PARTITION BY subject_id ORDER BY collection_time)
ORDER BY rnd, collection_time;
