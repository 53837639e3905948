/* rrx
# A privacy removal overwrites the volunteer's row but does not change the audit.
title = "Erased volunteers whose name survives in the audit"
tags  = ["privacy", "audit", "findings"]
key   = ["volunteer_number", "audit_at"]
*/
SELECT v.volunteer_number, v.first_name AS now_first, v.date_of_birth AS now_dob, v.active, va.first_name AS audit_first, va.last_name AS audit_last, r.created_at AS audit_at, u.username
FROM volunteer v
JOIN volunteer_audit va ON va.id = v.id AND va.privacy_removed = 0
JOIN audit_revision r ON r.id = va.revision_id
LEFT JOIN application_user u ON u.id = r.application_user_id
WHERE v.privacy_removed = 1
ORDER BY v.volunteer_number, r.created_at;
