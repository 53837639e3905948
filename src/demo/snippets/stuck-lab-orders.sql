/* rrx
title = "Lab orders without a result after a day"
tags  = ["labs", "findings"]
key   = ["barcode"]
*/
SELECT lo.panel_name, lo.barcode, lo.accession_number, lo.status, lo.ordered_at, TIMESTAMPDIFF(HOUR, lo.ordered_at, '2024-09-01') AS hours_open, sb.screening_number
FROM lab_order lo
JOIN item_group_data gd ON gd.id = lo.item_group_data_id
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN subject sb ON sb.id = fd.subject_id
WHERE lo.status IN ('Created','Submitted','Confirmed') AND lo.completed_at IS NULL
  AND lo.ordered_at < '2024-09-01' - INTERVAL 24 HOUR
ORDER BY hours_open DESC, lo.id;
