/* rrx
title = "Seconds from collection to entry, by site"
tags  = ["audit", "sites"]
key   = ["site"]
*/
WITH lag_s AS (
  SELECT si.code AS site, TIMESTAMPDIFF(SECOND, fd.collection_time, d.transaction_time) AS secs
  FROM item_data d
  JOIN item_group_data gd ON gd.id = d.item_group_data_id
  JOIN form_data fd ON fd.id = gd.form_data_id
  JOIN subject sb ON sb.id = fd.subject_id
  JOIN study_site ss ON ss.id = sb.study_site_id
  JOIN site si ON si.id = ss.site_id
  WHERE d.transaction_time IS NOT NULL AND fd.collection_time IS NOT NULL),
r AS (SELECT site, secs, PERCENT_RANK() OVER (PARTITION BY site ORDER BY secs) AS pr FROM lag_s)
SELECT site, COUNT(*) AS n, MIN(CASE WHEN pr >= 0.5 THEN secs END) AS p50_s, MIN(CASE WHEN pr >= 0.95 THEN secs END) AS p95_s, MAX(secs) AS max_s
FROM r GROUP BY site ORDER BY site;
