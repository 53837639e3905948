/* rrx
# This data model calls a clarification thread a query; it is not an SQL query.
title = "Open clarification threads on hidden items"
tags  = ["clarification", "findings"]
key   = ["query_id"]
*/
SELECT q.id AS query_id, q.status, s.name AS study, sb.screening_number, se.name AS visit, f.name AS form, i.sas_field_name, d.id AS item_data_id, DATEDIFF('2024-09-01', q.opened_at) AS age_days
FROM query q
JOIN item_data d ON d.id = q.item_data_id
JOIN item i ON i.id = d.item_id
JOIN item_group_data gd ON gd.id = d.item_group_data_id
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN form f ON f.id = fd.form_id
JOIN study_event se ON se.id = fd.study_event_id
JOIN study s ON s.id = f.study_id
JOIN subject sb ON sb.id = fd.subject_id
WHERE q.status <> 'Closed' AND d.hidden = 1
ORDER BY age_days DESC, q.id;
