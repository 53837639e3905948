/* rrx
title = "Item groups by month with a running total"
tags  = ["usage"]
key   = ["study", "month"]
*/
WITH m AS (
  SELECT s.name AS study, DATE_FORMAT(fd.collection_time, '%Y-%m') AS month, COUNT(*) AS item_groups
  FROM item_group_data gd
  JOIN form_data fd ON fd.id = gd.form_data_id
  JOIN form f ON f.id = fd.form_id
  JOIN study s ON s.id = f.study_id
  WHERE gd.status <> 'Unsaved' AND fd.collection_time IS NOT NULL
  GROUP BY s.name, DATE_FORMAT(fd.collection_time, '%Y-%m'))
SELECT study, month, item_groups, SUM(item_groups) OVER (PARTITION BY study ORDER BY month) AS running_total,
       ROUND(100 * item_groups / SUM(item_groups) OVER (PARTITION BY month), 1) AS pct_of_month
FROM m ORDER BY study, month;
