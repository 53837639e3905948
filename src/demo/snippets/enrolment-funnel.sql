/* rrx
title = "Enrolment funnel by study and site"
tags  = ["recruitment", "subjects"]
key   = ["study", "site"]
*/
SELECT s.name AS study, si.code AS site,
       COUNT(DISTINCT a.volunteer_id)                                          AS booked,
       COUNT(DISTINCT CASE WHEN a.status = 'Attended' THEN a.volunteer_id END) AS attended,
       COUNT(DISTINCT sb.id)                                                   AS screened,
       COUNT(DISTINCT CASE WHEN sb.randomization_number IS NOT NULL THEN sb.id END) AS randomized,
       COUNT(DISTINCT CASE WHEN sb.status = 'Completed' THEN sb.id END)        AS completed
FROM study s
JOIN study_site ss ON ss.study_id = s.id
JOIN site si       ON si.id = ss.site_id
LEFT JOIN appointment a ON a.study_site_id = ss.id
LEFT JOIN subject sb    ON sb.study_site_id = ss.id
GROUP BY s.name, si.code
ORDER BY s.name, si.code;
