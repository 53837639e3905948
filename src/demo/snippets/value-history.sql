/* rrx
# Shows the first value that was changed; replace the id to see another one.
title = "History of one value: old, new, who, when, why"
tags  = ["audit"]
key   = ["item_data_id", "changed_at_utc"]
*/
SELECT a.id AS item_data_id, r.created_at AS changed_at_utc, u.username,
       CASE a.revision_type WHEN 0 THEN 'created' WHEN 1 THEN 'changed' ELSE 'removed' END AS action,
       LAG(a.value) OVER (PARTITION BY a.id ORDER BY a.revision_id) AS old_value, a.value AS new_value, r.reason_for_change
FROM item_data_audit a
JOIN audit_revision r ON r.id = a.revision_id
LEFT JOIN application_user u ON u.id = r.application_user_id
WHERE a.id = (SELECT MIN(id) FROM item_data_audit WHERE revision_type = 1)
ORDER BY a.revision_id;
