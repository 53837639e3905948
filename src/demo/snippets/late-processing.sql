/* rrx
# Stored times are UTC; the summer offset converts them to the clinic's local time.
title = "Processing steps that came late or never"
tags  = ["samples", "deviations"]
key   = ["barcode", "step_name"]
*/
SELECT si.code AS site, si.time_zone, s2.barcode, st.step_name, s2.collected_at AS collected_stored,
       CONVERT_TZ(s2.collected_at, '+00:00', CASE si.time_zone WHEN 'Europe/London' THEN '+01:00' ELSE '-05:00' END) AS collected_local_summer,
       st.performed_at, TIMESTAMPDIFF(SECOND, s2.collected_at, st.performed_at) - st.due_seconds AS secs_over
FROM sample_step st
JOIN sample s2 ON s2.id = st.sample_id
JOIN form_data fd ON fd.id = s2.form_data_id
JOIN subject sb ON sb.id = fd.subject_id
JOIN study_site ss ON ss.id = sb.study_site_id
JOIN site si ON si.id = ss.site_id
WHERE st.canceled = 0 AND s2.canceled = 0
  AND (st.performed_at IS NULL OR TIMESTAMPDIFF(SECOND, s2.collected_at, st.performed_at) > st.due_seconds)
ORDER BY st.performed_at IS NOT NULL, secs_over DESC, st.id
LIMIT 200;
