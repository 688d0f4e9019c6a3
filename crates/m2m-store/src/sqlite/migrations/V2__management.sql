-- What management asks for: switches of the whole server, and what records are listed by. Ids sort by age, so that each list ends
-- in the id, and a page goes on exactly where another ended.

ALTER TABLE meta ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;

ALTER TABLE application ADD COLUMN system_user TEXT;
UPDATE application SET system_user = json_extract(document, '$.system_user')
  WHERE json_extract(document, '$.system_user') IS NOT NULL;
CREATE INDEX application_by_system_user ON application (system_user) WHERE system_user IS NOT NULL;

-- With all that a search looks at, so that it does not touch the documents.
CREATE INDEX application_by_age ON application (id, name, client_id);
CREATE INDEX application_by_name ON application (name, id, client_id);
CREATE INDEX organization_by_age ON organization (id, name, code);
CREATE INDEX organization_by_name ON organization (name, id, code);

DROP INDEX application_by_organization;
CREATE INDEX application_by_organization ON application (organization, id)
  WHERE organization IS NOT NULL;
CREATE INDEX application_by_organization_and_name ON application (organization, name, id)
  WHERE organization IS NOT NULL;

-- The applications of an API in the orders of a list. Each row is written anew with its application.
ALTER TABLE application_api ADD COLUMN id BLOB NOT NULL DEFAULT x'';
ALTER TABLE application_api ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE application_api SET
  id = (SELECT id FROM application WHERE seq = application_api.application),
  name = (SELECT name FROM application WHERE seq = application_api.application);
DROP INDEX application_api_by_audience;
CREATE INDEX application_api_by_audience ON application_api (audience, id);
CREATE INDEX application_api_by_audience_and_name ON application_api (audience, name, id);

-- The applications with a value of a property, in the same way.
CREATE TABLE application_property (
  application INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (application, key)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO application_property
  SELECT application.seq, json_extract(property.value, '$[0]'), application.id, application.name
  FROM application, json_each(application.document, '$.properties') AS property;
CREATE INDEX application_property_by_key ON application_property (key, id);
CREATE INDEX application_property_by_key_and_name ON application_property (key, name, id);

-- In which records three characters stand next to each other. What is found is compared, so that nothing more is kept here.
CREATE VIRTUAL TABLE application_search USING fts5 (
  name, client_id, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
INSERT INTO application_search (rowid, name, client_id) SELECT seq, name, client_id FROM application;
CREATE TRIGGER application_search_added AFTER INSERT ON application BEGIN
  INSERT INTO application_search (rowid, name, client_id) VALUES (NEW.seq, NEW.name, NEW.client_id);
END;
CREATE TRIGGER application_search_changed AFTER UPDATE ON application
  WHEN NEW.name IS NOT OLD.name OR NEW.client_id IS NOT OLD.client_id BEGIN
  UPDATE application_search SET name = NEW.name, client_id = NEW.client_id WHERE rowid = OLD.seq;
END;
CREATE TRIGGER application_search_taken AFTER DELETE ON application BEGIN
  DELETE FROM application_search WHERE rowid = OLD.seq;
END;

CREATE VIRTUAL TABLE organization_search USING fts5 (
  name, code, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
INSERT INTO organization_search (rowid, name, code) SELECT seq, name, code FROM organization;
CREATE TRIGGER organization_search_added AFTER INSERT ON organization BEGIN
  INSERT INTO organization_search (rowid, name, code) VALUES (NEW.seq, NEW.name, NEW.code);
END;
CREATE TRIGGER organization_search_changed AFTER UPDATE ON organization
  WHEN NEW.name IS NOT OLD.name OR NEW.code IS NOT OLD.code BEGIN
  UPDATE organization_search SET name = NEW.name, code = NEW.code WHERE rowid = OLD.seq;
END;
CREATE TRIGGER organization_search_taken AFTER DELETE ON organization BEGIN
  DELETE FROM organization_search WHERE rowid = OLD.seq;
END;

-- Each of these is in the order of numbers, too.
CREATE INDEX audit_by_name ON audit (name);
CREATE INDEX audit_by_actor ON audit (actor);
CREATE INDEX audit_by_subject ON audit (subject);
CREATE INDEX audit_by_time ON audit (time);
CREATE INDEX refused_by_cause ON refused (cause);
CREATE INDEX refused_by_time ON refused (time);
