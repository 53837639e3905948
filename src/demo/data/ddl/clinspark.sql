-- The forty tables of the demo study database. A table comes before the tables that refer to it.
-- All of it is synthetic: the names follow CDISC ODM, the columns are invented.

-- Who and where ------------------------------------------------------------------------------------------------------

CREATE TABLE org (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  name VARCHAR(255) NOT NULL,
  code VARCHAR(32) NOT NULL UNIQUE
) COMMENT='A clinical research organisation with one or more sites. Synthetic.';

CREATE TABLE site (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  org_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL,
  code VARCHAR(32) NOT NULL,
  time_zone VARCHAR(64) NOT NULL COMMENT 'Zone in which the clinic works; stored times are UTC',
  country CHAR(2) NOT NULL,
  archived BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (org_id) REFERENCES org(id)
) COMMENT='A clinic of an organisation, with its own time zone. Synthetic.';

CREATE TABLE role (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  name VARCHAR(128) NOT NULL UNIQUE,
  unblinded BIT(1) NOT NULL DEFAULT b'0' COMMENT 'May see the treatment'
) COMMENT='What a user of the application may do and see. Synthetic.';

CREATE TABLE application_user (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  username VARCHAR(128) NOT NULL UNIQUE,
  full_name VARCHAR(255) NOT NULL,
  badge_barcode VARCHAR(64),
  role_id BIGINT NOT NULL,
  enabled BIT(1) NOT NULL DEFAULT b'1',
  FOREIGN KEY (role_id) REFERENCES role(id)
) COMMENT='A person who works in the application; not an account of the database. Synthetic.';

CREATE TABLE release_info (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  version VARCHAR(16) NOT NULL,
  build VARCHAR(32) NOT NULL,
  installed_at DATETIME(3) NOT NULL
) COMMENT='A release of the application and when it was installed. Synthetic.';

-- What a study is made of --------------------------------------------------------------------------------------------

CREATE TABLE study (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  oid VARCHAR(64) NOT NULL UNIQUE,
  name VARCHAR(255) NOT NULL,
  protocol_name VARCHAR(255),
  description TEXT,
  sponsor VARCHAR(255),
  phase VARCHAR(16),
  status ENUM('Design','Active','Complete','Archived') NOT NULL,
  locked BIT(1) NOT NULL DEFAULT b'0',
  created_at DATETIME(3) NOT NULL
) COMMENT='One study: the root of its design and of its data. Synthetic.';

CREATE TABLE study_site (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  location_oid VARCHAR(64) NOT NULL COMMENT 'The sponsor''s own code of the site',
  investigator_user_id BIGINT,
  recruiting BIT(1) NOT NULL DEFAULT b'0',
  recruitment_target INT,
  UNIQUE KEY uk_study_site (study_id, site_id),
  FOREIGN KEY (study_id) REFERENCES study(id),
  FOREIGN KEY (site_id) REFERENCES site(id)
) COMMENT='A study at a site: the pair that recruits and that subjects belong to. Synthetic.';

CREATE TABLE epoch (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  ordinal INT NOT NULL,
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A stage of a study: screening, treatment, follow-up. Synthetic.';

CREATE TABLE cohort (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  epoch_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  subject_number_type ENUM('Screening','LeadIn','Randomization') NOT NULL COMMENT 'Which of a subject''s numbers this cohort gives',
  planned_size INT,
  locked BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (epoch_id) REFERENCES epoch(id)
) COMMENT='A group of subjects that go through an epoch together. Synthetic.';

CREATE TABLE activity_plan (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  version INT NOT NULL DEFAULT 1,
  timed BIT(1) NOT NULL,
  reference_time DATETIME NULL COMMENT 'Only timed plans have one',
  locked BIT(1) NOT NULL DEFAULT b'0',
  archived BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='The schedule that a cohort follows: segments of activities. Synthetic.';

CREATE TABLE segment (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  activity_plan_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  offset_seconds INT NOT NULL DEFAULT 0 COMMENT 'From the reference segment, in seconds',
  is_reference BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (activity_plan_id) REFERENCES activity_plan(id)
) COMMENT='A part of an activity plan, at an offset from the reference time. Synthetic.';

CREATE TABLE study_event (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(128) NOT NULL,
  type ENUM('Scheduled','Unscheduled','Common') NOT NULL,
  ordinal INT NOT NULL,
  UNIQUE KEY uk_se (study_id, oid),
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A visit of the design; in phase 1 usually a day. Synthetic.';

CREATE TABLE form (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  repeating BIT(1) NOT NULL DEFAULT b'0',
  common BIT(1) NOT NULL DEFAULT b'0',
  locked BIT(1) NOT NULL DEFAULT b'1',
  UNIQUE KEY uk_form (study_id, oid),
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A case report form of the design: a container of item groups. Synthetic.';

CREATE TABLE scheduled_activity (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  segment_id BIGINT NOT NULL,
  study_event_id BIGINT NOT NULL,
  form_id BIGINT NOT NULL,
  timepoint VARCHAR(64) COMMENT 'PREDOSE, 1H, 24H, …; NULL when the form has no time point',
  offset_seconds INT NOT NULL DEFAULT 0,
  window_before_seconds INT COMMENT 'How early is still in time; NULL: no window',
  window_after_seconds INT COMMENT 'How late is still in time; NULL: no window',
  FOREIGN KEY (segment_id) REFERENCES segment(id),
  FOREIGN KEY (study_event_id) REFERENCES study_event(id),
  FOREIGN KEY (form_id) REFERENCES form(id)
) COMMENT='A form that is due at a time within a segment. Synthetic.';

CREATE TABLE item_group (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  repeating BIT(1) NOT NULL DEFAULT b'0',
  sas_dataset_name VARCHAR(8),
  device_type VARCHAR(64),
  UNIQUE KEY uk_ig (study_id, oid),
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A group of items that are collected together, usually one SAS dataset. Synthetic.';

CREATE TABLE item_group_ref (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  form_id BIGINT NOT NULL,
  item_group_id BIGINT NOT NULL,
  order_number INT NOT NULL,
  mandatory BIT(1) NOT NULL DEFAULT b'1',
  FOREIGN KEY (form_id) REFERENCES form(id),
  FOREIGN KEY (item_group_id) REFERENCES item_group(id)
) COMMENT='Assigns an item group to a position on a form. Synthetic.';

CREATE TABLE code_list (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  data_type VARCHAR(32) NOT NULL,
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A list of coded values that an item may take. Synthetic.';

CREATE TABLE code_list_item (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  code_list_id BIGINT NOT NULL,
  coded_value VARCHAR(255) NOT NULL COMMENT 'The value in item_data.value',
  decode VARCHAR(255) NOT NULL COMMENT 'The meaning of the code',
  order_number INT NOT NULL,
  FOREIGN KEY (code_list_id) REFERENCES code_list(id)
) COMMENT='One code of a code list with its meaning. Synthetic.';

CREATE TABLE measurement_unit (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(64) NOT NULL,
  symbol VARCHAR(32) NOT NULL,
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='A unit in which values of a study are given. Synthetic.';

CREATE TABLE item (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  oid VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  question TEXT,
  data_type ENUM('text','string','integer','float','date','time','datetime','incompleteDatetime','boolean','file') NOT NULL,
  length INT,
  significant_digits INT,
  sas_field_name VARCHAR(8) COMMENT 'The field by its SAS name, such as SYSBP; repeats in every study',
  sds_var_name VARCHAR(32),
  code_list_id BIGINT,
  measurement_unit_id BIGINT,
  capture_time BIT(1) NOT NULL DEFAULT b'0',
  UNIQUE KEY uk_item (study_id, oid),
  KEY ix_item_sas (sas_field_name),
  FOREIGN KEY (study_id) REFERENCES study(id),
  FOREIGN KEY (code_list_id) REFERENCES code_list(id),
  FOREIGN KEY (measurement_unit_id) REFERENCES measurement_unit(id)
) COMMENT='One question of the design: its type, codes and unit. Synthetic.';

CREATE TABLE item_ref (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  item_group_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  order_number INT NOT NULL,
  mandatory BIT(1) NOT NULL DEFAULT b'1',
  volunteer_field VARCHAR(64) COMMENT 'The field of the volunteer record that fills it',
  device_parameter VARCHAR(64) COMMENT 'The device parameter that fills it',
  view_role_id BIGINT COMMENT 'Only this role sees the values in the application',
  FOREIGN KEY (item_group_id) REFERENCES item_group(id),
  FOREIGN KEY (item_id) REFERENCES item(id),
  FOREIGN KEY (view_role_id) REFERENCES role(id)
) COMMENT='Assigns an item to an item group, with the source of its value and the role that may see it. Synthetic.';

CREATE TABLE range_check (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  item_id BIGINT NOT NULL,
  severity ENUM('Soft','Hard') NOT NULL,
  comparator VARCHAR(4),
  check_value VARCHAR(64),
  error_message VARCHAR(255),
  formal_expression_enc LONGBLOB COMMENT 'Encrypted by the application; not readable here',
  FOREIGN KEY (item_id) REFERENCES item(id)
) COMMENT='A limit on an item: a soft one can be accepted with an annotation, a hard one cannot. Synthetic.';

-- Whom the study has -------------------------------------------------------------------------------------------------

CREATE TABLE volunteer (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  org_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  volunteer_number VARCHAR(32) NOT NULL UNIQUE,
  first_name VARCHAR(128) COMMENT 'Identity',
  last_name VARCHAR(128) COMMENT 'Identity',
  initials VARCHAR(8) COMMENT 'Identity',
  date_of_birth DATE COMMENT 'Identity; 1900-01-01 after a privacy removal',
  sex_male BIT(1),
  ethnicity VARCHAR(64),
  email VARCHAR(255) COMMENT 'Identity',
  phone VARCHAR(64) COMMENT 'Identity',
  active BIT(1) NOT NULL DEFAULT b'1',
  privacy_removed BIT(1) NOT NULL DEFAULT b'0' COMMENT 'The identity was overwritten at the person''s wish',
  created_at DATETIME(3) NOT NULL,
  FOREIGN KEY (org_id) REFERENCES org(id),
  FOREIGN KEY (site_id) REFERENCES site(id)
) COMMENT='A person who is willing to take part, known to the organisation. Synthetic.';

CREATE TABLE appointment (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  volunteer_id BIGINT NOT NULL,
  study_site_id BIGINT NOT NULL,
  appointment_number VARCHAR(32),
  starts_at DATETIME NOT NULL,
  status ENUM('Booked','Attended','Cancelled','NoShow') NOT NULL,
  created_at DATETIME(3) NOT NULL,
  FOREIGN KEY (volunteer_id) REFERENCES volunteer(id),
  FOREIGN KEY (study_site_id) REFERENCES study_site(id)
) COMMENT='A volunteer''s date at a site for a study, before there is a subject. Synthetic.';

CREATE TABLE subject (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_site_id BIGINT NOT NULL,
  volunteer_id BIGINT NOT NULL,
  screening_number VARCHAR(32),
  lead_in_number VARCHAR(32),
  randomization_number VARCHAR(32) COMMENT 'NULL: never randomized',
  status ENUM('Active','Completed','Terminated','Withdrawn') NOT NULL,
  eligibility ENUM('Unspecified','Pending','Eligible','Ineligible') NOT NULL,
  enrolled_at DATETIME(3),
  locked BIT(1) NOT NULL DEFAULT b'0',
  KEY ix_subject_rand (randomization_number),
  FOREIGN KEY (study_site_id) REFERENCES study_site(id),
  FOREIGN KEY (volunteer_id) REFERENCES volunteer(id)
) COMMENT='A volunteer''s participation in one study. Synthetic.';

CREATE TABLE cohort_assignment (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  cohort_id BIGINT NOT NULL,
  activity_plan_id BIGINT NOT NULL,
  subject_id BIGINT NULL COMMENT 'NULL: a place without a subject',
  assigned_number VARCHAR(32),
  plan_activated_at DATETIME(3),
  volunteer_activated_at DATETIME(3),
  reference_at DATETIME NULL COMMENT 'The time from which offsets count, usually the dose',
  alternate BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (cohort_id) REFERENCES cohort(id),
  FOREIGN KEY (activity_plan_id) REFERENCES activity_plan(id),
  FOREIGN KEY (subject_id) REFERENCES subject(id)
) COMMENT='A place in a cohort with its plan, with or without a subject. Synthetic.';

-- What was collected -------------------------------------------------------------------------------------------------

CREATE TABLE form_data (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  subject_id BIGINT NOT NULL,
  study_event_id BIGINT NOT NULL,
  form_id BIGINT NOT NULL,
  scheduled_activity_id BIGINT NULL COMMENT 'NULL: not planned, such as an adverse event',
  cohort_assignment_id BIGINT NULL,
  study_event_repeat_key INT NOT NULL DEFAULT 1,
  form_repeat_key INT NOT NULL DEFAULT 1,
  scheduled_at DATETIME NULL,
  collection_time DATETIME NULL,
  status ENUM('Unsaved','Incomplete','Nonconformant','Complete') NOT NULL,
  canceled BIT(1) NOT NULL DEFAULT b'0' COMMENT 'Canceled rows are kept; filter them at every level',
  locked BIT(1) NOT NULL DEFAULT b'0',
  device_barcode VARCHAR(64),
  KEY ix_fd_subject (subject_id, study_event_id, form_id),
  FOREIGN KEY (subject_id) REFERENCES subject(id),
  FOREIGN KEY (study_event_id) REFERENCES study_event(id),
  FOREIGN KEY (form_id) REFERENCES form(id),
  FOREIGN KEY (scheduled_activity_id) REFERENCES scheduled_activity(id),
  FOREIGN KEY (cohort_assignment_id) REFERENCES cohort_assignment(id)
) COMMENT='A form as filled in for one subject at one visit. Synthetic.';

CREATE TABLE item_group_data (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  form_data_id BIGINT NOT NULL,
  item_group_id BIGINT NOT NULL,
  item_group_repeat_key INT NOT NULL DEFAULT 1,
  status ENUM('Unsaved','Incomplete','Nonconformant','Complete') NOT NULL,
  canceled BIT(1) NOT NULL DEFAULT b'0',
  locked BIT(1) NOT NULL DEFAULT b'0',
  out_of_range BIT(1) NOT NULL DEFAULT b'0',
  reviewed_by_user_id BIGINT,
  reviewed_at DATETIME(3),
  KEY ix_igd_form (form_data_id),
  KEY ix_igd_ig (item_group_id, status),
  FOREIGN KEY (form_data_id) REFERENCES form_data(id),
  FOREIGN KEY (item_group_id) REFERENCES item_group(id)
) COMMENT='An item group as filled in within one form. Synthetic.';

CREATE TABLE item_data (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  item_group_data_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  value TEXT COMMENT 'Always text, whatever item.data_type says; NULL: nothing collected',
  measurement_unit_id BIGINT,
  status ENUM('Unsaved','Incomplete','Nonconformant','Complete') NOT NULL,
  out_of_range BIT(1) NOT NULL DEFAULT b'0' COMMENT 'Independent of status',
  nonconformant_message VARCHAR(255),
  annotation TEXT,
  canceled BIT(1) NOT NULL DEFAULT b'0',
  locked BIT(1) NOT NULL DEFAULT b'0',
  hidden BIT(1) NOT NULL DEFAULT b'0' COMMENT 'No longer shown in the application',
  transaction_time DATETIME(3) NULL COMMENT 'When it was last saved',
  updated_by_user_id BIGINT,
  KEY ix_id_igd (item_group_data_id),
  KEY ix_id_item (item_id),
  FOREIGN KEY (item_group_data_id) REFERENCES item_group_data(id),
  FOREIGN KEY (item_id) REFERENCES item(id)
) COMMENT='One collected value, as text. Synthetic.';

CREATE TABLE query (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  item_data_id BIGINT NOT NULL,
  status ENUM('Unanswered','Answered','Closed') NOT NULL,
  monitoring BIT(1) NOT NULL DEFAULT b'1',
  only_opener_can_close BIT(1) NOT NULL DEFAULT b'1',
  close_role_id BIGINT,
  opened_by_user_id BIGINT NOT NULL,
  opened_at DATETIME(3) NOT NULL,
  closed_at DATETIME(3),
  KEY ix_q_status (status),
  FOREIGN KEY (item_data_id) REFERENCES item_data(id)
) COMMENT='A data-clarification thread about one value; not an SQL statement. Synthetic.';

CREATE TABLE query_message (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  query_id BIGINT NOT NULL,
  author_user_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  FOREIGN KEY (query_id) REFERENCES query(id)
) COMMENT='One message of a data-clarification thread. Synthetic.';

-- Laboratory and samples ---------------------------------------------------------------------------------------------

CREATE TABLE lab_test (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  code VARCHAR(32) NOT NULL,
  name VARCHAR(128) NOT NULL,
  panel_name VARCHAR(128) NOT NULL,
  unit VARCHAR(32),
  view_role_id BIGINT COMMENT 'Only this role sees the results in the application',
  FOREIGN KEY (view_role_id) REFERENCES role(id)
) COMMENT='A laboratory test that can be ordered as part of a panel. Synthetic.';

CREATE TABLE lab_order (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  item_group_data_id BIGINT NOT NULL,
  barcode VARCHAR(32) NOT NULL UNIQUE,
  accession_number VARCHAR(32),
  panel_name VARCHAR(128) NOT NULL,
  status ENUM('Created','Submitted','Confirmed','Complete','Cancelled') NOT NULL,
  ordered_at DATETIME(3) NOT NULL,
  confirmed_at DATETIME(3),
  completed_at DATETIME(3),
  FOREIGN KEY (item_group_data_id) REFERENCES item_group_data(id)
) COMMENT='A panel ordered from the laboratory, one tube each. Synthetic.';

CREATE TABLE lab_result (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  lab_order_id BIGINT NOT NULL,
  lab_test_id BIGINT NOT NULL,
  result_value VARCHAR(64) COMMENT 'Text as the laboratory sent it; cast before comparing',
  unit VARCHAR(32),
  range_low DECIMAL(12,4),
  range_high DECIMAL(12,4),
  alert_flag ENUM('LL','L','N','H','HH','A') NULL,
  review_status ENUM('Unreviewed','Reviewed') NOT NULL,
  clinical_significance ENUM('NCS','CS') NULL,
  resulted_at DATETIME(3) NOT NULL,
  revision INT NOT NULL DEFAULT 1 COMMENT 'Increases when the laboratory sends a changed result',
  FOREIGN KEY (lab_order_id) REFERENCES lab_order(id),
  FOREIGN KEY (lab_test_id) REFERENCES lab_test(id)
) COMMENT='One result of a lab order with its reference range and review. Synthetic.';

CREATE TABLE sample_path (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_id BIGINT NOT NULL,
  name VARCHAR(128) NOT NULL,
  locked BIT(1) NOT NULL,
  FOREIGN KEY (study_id) REFERENCES study(id)
) COMMENT='How samples of a kind are processed in a study. Synthetic.';

CREATE TABLE sample (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  sample_path_id BIGINT NOT NULL,
  form_data_id BIGINT NOT NULL,
  parent_sample_id BIGINT NULL COMMENT 'The tube it was taken from; NULL for a collection tube',
  barcode VARCHAR(32) NOT NULL UNIQUE,
  external_barcode VARCHAR(64),
  container VARCHAR(64),
  collected_at DATETIME(3),
  canceled BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (sample_path_id) REFERENCES sample_path(id),
  FOREIGN KEY (form_data_id) REFERENCES form_data(id),
  FOREIGN KEY (parent_sample_id) REFERENCES sample(id)
) COMMENT='A collection tube, or an aliquot of one. Synthetic.';

CREATE TABLE sample_step (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  sample_id BIGINT NOT NULL,
  step_name VARCHAR(64) NOT NULL,
  due_seconds INT COMMENT 'Seconds after collection',
  performed_at DATETIME(3) COMMENT 'NULL: not done',
  performed_by_user_id BIGINT,
  deviation_comment VARCHAR(255),
  canceled BIT(1) NOT NULL DEFAULT b'0',
  FOREIGN KEY (sample_id) REFERENCES sample(id)
) COMMENT='A processing step of a sample: when it was due and when it was done. Synthetic.';

-- Audit --------------------------------------------------------------------------------------------------------------

CREATE TABLE audit_revision (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  created_at DATETIME(3) NOT NULL,
  application_user_id BIGINT,
  reason_for_change VARCHAR(255),
  client VARCHAR(64)
) COMMENT='One saved change: when, by whom and why. Synthetic.';

CREATE TABLE item_data_audit (
  id BIGINT NOT NULL COMMENT 'The id of the item_data row',
  revision_id BIGINT NOT NULL,
  revision_type TINYINT NOT NULL COMMENT '0 created, 1 changed, 2 removed',
  value TEXT,
  status VARCHAR(16),
  canceled BIT(1),
  locked BIT(1),
  annotation TEXT,
  PRIMARY KEY (id, revision_id),
  FOREIGN KEY (revision_id) REFERENCES audit_revision(id)
) COMMENT='A value as it stood after one revision. Synthetic.';

CREATE TABLE volunteer_audit (
  id BIGINT NOT NULL COMMENT 'The id of the volunteer row',
  revision_id BIGINT NOT NULL,
  revision_type TINYINT NOT NULL COMMENT '0 created, 1 changed, 2 removed',
  first_name VARCHAR(128) COMMENT 'Identity; survives a privacy removal',
  last_name VARCHAR(128) COMMENT 'Identity; survives a privacy removal',
  date_of_birth DATE COMMENT 'Identity; survives a privacy removal',
  active BIT(1),
  privacy_removed BIT(1),
  PRIMARY KEY (id, revision_id),
  FOREIGN KEY (revision_id) REFERENCES audit_revision(id)
) COMMENT='A volunteer''s record as it stood after one revision. Synthetic.';
