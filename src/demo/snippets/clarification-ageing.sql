/* rrx
title = "Clarification threads: open count and time to answer"
tags  = ["clarification"]
key   = ["study"]
*/
WITH first_answer AS (
  SELECT q.id, q.status, s.name AS study, q.opened_at, MIN(CASE WHEN m.created_at > q.opened_at THEN m.created_at END) AS answered_at
  FROM query q
  JOIN query_message m ON m.query_id = q.id
  JOIN item_data d ON d.id = q.item_data_id
  JOIN item i ON i.id = d.item_id
  JOIN study s ON s.id = i.study_id
  GROUP BY q.id, q.status, s.name, q.opened_at),
x AS (SELECT study, status, TIMESTAMPDIFF(HOUR, opened_at, answered_at) AS hrs,
             ROW_NUMBER() OVER (PARTITION BY study ORDER BY TIMESTAMPDIFF(HOUR, opened_at, answered_at)) AS rn,
             COUNT(answered_at) OVER (PARTITION BY study) AS n_answered, COUNT(*) OVER (PARTITION BY study) AS n_all FROM first_answer)
SELECT study, n_all, n_answered, SUM(status <> 'Closed') AS still_open,
       MAX(CASE WHEN rn = n_all - n_answered + CEIL(n_answered / 2) THEN hrs END) AS median_hours
FROM x GROUP BY study, n_all, n_answered ORDER BY study;
