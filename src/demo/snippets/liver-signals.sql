/* rrx
# This shows the treatment. Run it only if you are allowed to be unblinded.
title = "Liver signals with treatment (unblinding)"
tags  = ["labs", "safety", "unblinding"]
*/
SELECT s.name AS study, sb.randomization_number, lt.code, lr.result_value, lr.range_high, ROUND(CAST(lr.result_value AS DECIMAL(10,2)) / lr.range_high, 2) AS x_uln, lr.alert_flag, lr.clinical_significance, trt.decode AS treatment
FROM lab_result lr
JOIN lab_test lt ON lt.id = lr.lab_test_id AND lt.code IN ('ALT','AST')
JOIN lab_order lo ON lo.id = lr.lab_order_id
JOIN item_group_data gd ON gd.id = lo.item_group_data_id
JOIN form_data fd ON fd.id = gd.form_data_id
JOIN subject sb ON sb.id = fd.subject_id
JOIN study_site ss ON ss.id = sb.study_site_id
JOIN study s ON s.id = ss.study_id
LEFT JOIN (
  SELECT f2.subject_id, cli.decode
  FROM form_data f2
  JOIN item_group_data g2 ON g2.form_data_id = f2.id
  JOIN item_data d2 ON d2.item_group_data_id = g2.id
  JOIN item i2 ON i2.id = d2.item_id AND i2.sas_field_name = 'EXTRT'
  JOIN code_list_item cli ON cli.code_list_id = i2.code_list_id AND cli.coded_value = d2.value
  WHERE f2.canceled = 0) trt ON trt.subject_id = sb.id
WHERE CAST(lr.result_value AS DECIMAL(10,2)) > 1.5 * lr.range_high
ORDER BY x_uln DESC, lr.id;
