/* rrx
title = "Share of values changed, by form and field"
tags  = ["audit", "risk"]
key   = ["form", "field"]
*/
SELECT f.name AS form, i.sas_field_name AS field, COUNT(DISTINCT d.id) AS data_points,
       COUNT(DISTINCT CASE WHEN a.revision_type = 1 THEN d.id END) AS changed,
       ROUND(100 * COUNT(DISTINCT CASE WHEN a.revision_type = 1 THEN d.id END) / COUNT(DISTINCT d.id), 2) AS pct_changed
FROM item_data d
JOIN item i ON i.id = d.item_id
JOIN item_group_data gd ON gd.id = d.item_group_data_id
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN form f ON f.id = fd.form_id
JOIN item_data_audit a ON a.id = d.id
GROUP BY f.name, i.sas_field_name
HAVING data_points >= 20
ORDER BY pct_changed DESC, f.name, field;
