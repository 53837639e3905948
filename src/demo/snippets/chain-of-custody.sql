/* rrx
# Replace the barcode to start from another collection tube.
title = "From one collection tube to its aliquots"
tags  = ["samples", "recursive"]
key   = ["path", "step_name"]
*/
WITH RECURSIVE tree AS (
  SELECT id, barcode, external_barcode, container, collected_at, parent_sample_id, 0 AS depth, CAST(barcode AS CHAR(400)) AS path
  FROM sample WHERE barcode = 'P000000001'
  UNION ALL
  SELECT c.id, c.barcode, c.external_barcode, c.container, c.collected_at, c.parent_sample_id, t.depth + 1, CONCAT(t.path, ' > ', c.barcode)
  FROM sample c JOIN tree t ON c.parent_sample_id = t.id WHERE t.depth < 10)
SELECT t.depth, t.path, t.container, t.external_barcode, t.collected_at, st.step_name, st.performed_at, TIMESTAMPDIFF(SECOND, t.collected_at, st.performed_at) AS secs_after_collection
FROM tree t LEFT JOIN sample_step st ON st.sample_id = t.id AND st.canceled = 0
ORDER BY t.path, st.due_seconds;
