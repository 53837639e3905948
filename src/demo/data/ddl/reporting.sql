-- A second database: two views over the study database, and tables that are hard to display on purpose.
-- All of it is synthetic.

CREATE TABLE all_types (
  id INT PRIMARY KEY AUTO_INCREMENT,
  label VARCHAR(64) NOT NULL COMMENT 'What the row tests',
  c_tinyint TINYINT,
  c_tinyint_unsigned TINYINT UNSIGNED,
  c_smallint SMALLINT,
  c_smallint_unsigned SMALLINT UNSIGNED,
  c_int INT,
  c_int_unsigned INT UNSIGNED,
  c_bigint BIGINT,
  c_bigint_unsigned BIGINT UNSIGNED,
  c_decimal DECIMAL(10,2),
  c_decimal_wide DECIMAL(65,30),
  c_float FLOAT,
  c_double DOUBLE,
  c_bit1 BIT(1),
  c_bit8 BIT(8),
  c_year YEAR,
  c_date DATE,
  c_time TIME,
  c_time6 TIME(6),
  c_datetime DATETIME,
  c_datetime6 DATETIME(6),
  c_timestamp TIMESTAMP NULL DEFAULT NULL,
  c_timestamp3 TIMESTAMP(3) NULL DEFAULT NULL,
  c_char CHAR(8),
  c_varchar VARCHAR(255),
  c_text TEXT,
  c_mediumtext MEDIUMTEXT,
  c_longtext LONGTEXT,
  c_binary BINARY(16),
  c_varbinary VARBINARY(64),
  c_blob BLOB,
  c_longblob LONGBLOB,
  c_enum ENUM('small','medium','large',''),
  c_set SET('read','write','erase'),
  c_json JSON
) COMMENT='One column of every type, one row for every edge case. Synthetic.';

CREATE TABLE attachment (
  id INT PRIMARY KEY AUTO_INCREMENT,
  file_name VARCHAR(255) NOT NULL,
  media_type VARCHAR(64) NOT NULL,
  content LONGBLOB NOT NULL,
  transcript MEDIUMTEXT COMMENT 'May be long: one is 64 KiB'
) COMMENT='Files in a table, as some applications keep them. Synthetic.';

CREATE TABLE import_log (
  logged_at DATETIME(6) NOT NULL,
  source VARCHAR(64) NOT NULL,
  line TEXT COMMENT 'NULL, the empty text, spaces and the word NULL are four different lines'
) COMMENT='Lines of an import; it has no primary key, and rows may be equal. Synthetic.';

CREATE TABLE `order-2024 notes` (
  `order` INT NOT NULL,
  `line no.` INT NOT NULL,
  `select` VARCHAR(32),
  `naïve ``quoted`` name` VARCHAR(64),
  PRIMARY KEY (`order`, `line no.`)
) COMMENT='A table and columns whose names need back-ticks. Synthetic.';

CREATE TABLE transfer_queue (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  study_name VARCHAR(255) NOT NULL,
  requested_at DATETIME(3) NOT NULL,
  sent_at DATETIME(3)
) COMMENT='Waiting transfers, of which there are none. Synthetic.';

CREATE TABLE treatment_key (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  randomization_number VARCHAR(32) NOT NULL UNIQUE,
  arm VARCHAR(64) NOT NULL
) COMMENT='The randomization list; the demo account may not read it. Synthetic.';

CREATE VIEW open_queries AS
SELECT q.id AS query_id, q.status AS status, q.opened_at AS opened_at, s.name AS study, sb.screening_number AS screening_number,
       f.name AS form, i.sas_field_name AS field, d.id AS item_data_id, d.hidden AS hidden
FROM clinspark_demo.query q
JOIN clinspark_demo.item_data d ON d.id = q.item_data_id
JOIN clinspark_demo.item i ON i.id = d.item_id
JOIN clinspark_demo.item_group_data gd ON gd.id = d.item_group_data_id
JOIN clinspark_demo.form_data fd ON fd.id = gd.form_data_id
JOIN clinspark_demo.form f ON f.id = fd.form_id
JOIN clinspark_demo.study s ON s.id = f.study_id
JOIN clinspark_demo.subject sb ON sb.id = fd.subject_id
WHERE q.status <> 'Closed';

CREATE VIEW subject_listing AS
SELECT s.name AS study, si.code AS site, sb.id AS subject_id, sb.screening_number AS screening_number,
       sb.randomization_number AS randomization_number, sb.status AS status, sb.eligibility AS eligibility,
       sb.enrolled_at AS enrolled_at, u.full_name AS investigator
FROM clinspark_demo.subject sb
JOIN clinspark_demo.study_site ss ON ss.id = sb.study_site_id
JOIN clinspark_demo.study s ON s.id = ss.study_id
JOIN clinspark_demo.site si ON si.id = ss.site_id
LEFT JOIN clinspark_demo.application_user u ON u.id = ss.investigator_user_id;
