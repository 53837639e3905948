/* rrx
title = "Forms collected outside their window, worst first"
tags  = ["schedule", "deviations"]
key   = ["randomization_number", "form", "timepoint", "scheduled_at"]
*/
SELECT s.name AS study, sb.randomization_number, f.name AS form, sa.timepoint, fd.scheduled_at, fd.collection_time,
       TIMESTAMPDIFF(SECOND, fd.scheduled_at, fd.collection_time) AS dev_seconds,
       sa.window_before_seconds AS early_ok, sa.window_after_seconds AS late_ok
FROM form_data fd
JOIN scheduled_activity sa ON sa.id = fd.scheduled_activity_id
JOIN form f   ON f.id = fd.form_id
JOIN study s  ON s.id = f.study_id
JOIN subject sb ON sb.id = fd.subject_id
WHERE fd.canceled = 0 AND fd.collection_time IS NOT NULL AND sa.window_after_seconds IS NOT NULL
  AND (TIMESTAMPDIFF(SECOND, fd.scheduled_at, fd.collection_time) >  sa.window_after_seconds
    OR TIMESTAMPDIFF(SECOND, fd.scheduled_at, fd.collection_time) < -sa.window_before_seconds)
ORDER BY ABS(TIMESTAMPDIFF(SECOND, fd.scheduled_at, fd.collection_time)) DESC, fd.id
LIMIT 200;
