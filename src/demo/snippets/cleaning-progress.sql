/* rrx
title = "Data-cleaning progress by subject"
tags  = ["cleaning", "subjects"]
key   = ["study", "screening_number"]
*/
SELECT s.name AS study, sb.screening_number, COUNT(*) AS item_groups,
       ROUND(100 * AVG(gd.status = 'Complete'), 1)              AS pct_complete,
       ROUND(100 * AVG(gd.reviewed_by_user_id IS NOT NULL), 1)  AS pct_reviewed,
       ROUND(100 * AVG(fd.locked = 1 OR gd.locked = 1), 1)      AS pct_locked
FROM item_group_data gd
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN subject sb ON sb.id = fd.subject_id
JOIN study_site ss ON ss.id = sb.study_site_id
JOIN study s ON s.id = ss.study_id
WHERE gd.canceled = 0 AND fd.canceled = 0
GROUP BY s.name, sb.id, sb.screening_number
ORDER BY pct_complete, s.name, sb.screening_number;
