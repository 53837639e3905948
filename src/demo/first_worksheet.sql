-- Welcome: a synthetic study on a replica inside this program.
-- F5 runs the statement at the cursor; its lines are marked.

-- 1. Enrolment funnel by study and site.
SELECT s.name AS study, si.code AS site,
  COUNT(DISTINCT a.volunteer_id) AS booked,
  COUNT(DISTINCT CASE WHEN a.status = 'Attended'
                      THEN a.volunteer_id END) AS attended,
  COUNT(DISTINCT sb.id) AS screened,
  COUNT(DISTINCT CASE WHEN sb.randomization_number IS NOT NULL
                      THEN sb.id END) AS randomized,
  COUNT(DISTINCT CASE WHEN sb.status = 'Completed'
                      THEN sb.id END) AS completed
FROM study s
JOIN study_site ss ON ss.study_id = s.id
JOIN site si ON si.id = ss.site_id
LEFT JOIN appointment a ON a.study_site_id = ss.id
LEFT JOIN subject sb ON sb.study_site_id = ss.id
GROUP BY s.name, si.code
ORDER BY s.name, si.code;

-- 2. A finding. These people had their identity removed: their
--    row says DELETED, but the audit still has the name.
SELECT v.volunteer_number,
  v.first_name AS now_first, v.last_name AS now_last,
  va.first_name AS audit_first, va.last_name AS audit_last,
  r.created_at AS audit_at
FROM volunteer v
JOIN volunteer_audit va
  ON va.id = v.id AND va.privacy_removed = 0
JOIN audit_revision r ON r.id = va.revision_id
WHERE v.privacy_removed = 1
ORDER BY v.volunteer_number;

-- 3. A write: rrx refuses it before anything is sent.
UPDATE subject SET status = 'Completed' WHERE id = 1;
