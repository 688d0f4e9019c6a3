-- One row a record: columns for what is looked up or unique, and the record itself as a JSON document. `seq` is the order of
-- age. Times are seconds since 1970.

-- One row: the version of the registry, and counts that triggers keep, since count(*) reads a whole table.
CREATE TABLE meta (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  version INTEGER NOT NULL,
  -- Up to this version the change log does not tell everything.
  forgotten INTEGER NOT NULL,
  applications INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  revocations INTEGER NOT NULL,
  maintenance INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES (1, 0, 0, 0, 0, 0, 0, 0);

CREATE TABLE api (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  audience TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE organization (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE property (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE application (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  client_id TEXT NOT NULL UNIQUE,
  -- The client id without what people mistype, forwards and backwards: neighbours in these orders look alike.
  folded TEXT NOT NULL,
  folded_backwards TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Checked when a change is committed: an application of an organization that is gone would pass for a global one.
  organization TEXT REFERENCES organization (code) DEFERRABLE INITIALLY DEFERRED,
  system_user TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX application_by_folded ON application (folded);
CREATE INDEX application_by_folded_backwards ON application (folded_backwards);
CREATE INDEX application_by_system_user ON application (system_user) WHERE system_user IS NOT NULL;

-- Ids sort by age, so that each list ends in the id, and a page goes on exactly where another ended. With all that a search looks at,
-- so that it does not touch the documents.
CREATE INDEX application_by_age ON application (id, name, client_id);
CREATE INDEX application_by_name ON application (name, id, client_id);
CREATE INDEX organization_by_age ON organization (id, name, code);
CREATE INDEX organization_by_name ON organization (name, id, code);
CREATE INDEX application_by_organization ON application (organization, id)
  WHERE organization IS NOT NULL;
CREATE INDEX application_by_organization_and_name ON application (organization, name, id)
  WHERE organization IS NOT NULL;
CREATE TRIGGER application_added AFTER INSERT ON application BEGIN
  UPDATE meta SET applications = applications + 1;
END;
CREATE TRIGGER application_taken AFTER DELETE ON application BEGIN
  UPDATE meta SET applications = applications - 1;
END;

-- Which applications have a secret with this hash, ended ones included. For the diagnosis.
CREATE TABLE secret_hash (
  application INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
  hash BLOB NOT NULL,
  PRIMARY KEY (application, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX secret_hash_by_hash ON secret_hash (hash);

-- The applications that are authorized for an API, in the orders of a list. Each row is written anew with its application.
CREATE TABLE application_api (
  application INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (application, audience)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX application_property_by_key ON application_property (key, id);
CREATE INDEX application_property_by_key_and_name ON application_property (key, name, id);

CREATE TABLE deleted_application (
  seq INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  deleted_at INTEGER NOT NULL,
  deleted_by TEXT NOT NULL
) STRICT;

CREATE TABLE signing_key (
  seq INTEGER PRIMARY KEY,
  kid TEXT NOT NULL UNIQUE,
  algorithm TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state_since INTEGER NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

-- What each change made stale: a client id, or everything.
CREATE TABLE change_log (
  seq INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  client_id TEXT
) STRICT;
CREATE INDEX change_log_by_version ON change_log (version);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  trace_id BLOB,
  address TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;

-- Tokens that were issued, per minute.
CREATE TABLE issued (
  client_id TEXT NOT NULL,
  minute INTEGER NOT NULL,
  audience TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (client_id, minute, audience)
) STRICT, WITHOUT ROWID;
CREATE INDEX issued_by_minute ON issued (minute);
CREATE TRIGGER issued_added AFTER INSERT ON issued BEGIN
  UPDATE meta SET issued = issued + 1;
END;
CREATE TRIGGER issued_taken AFTER DELETE ON issued BEGIN
  UPDATE meta SET issued = issued - 1;
END;

-- When each secret was last used.
CREATE TABLE secret_use (
  client_id TEXT NOT NULL,
  secret_id TEXT NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (client_id, secret_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE refused (
  seq INTEGER PRIMARY KEY,
  trace_id BLOB NOT NULL UNIQUE,
  -- None for who is unknown.
  client_id TEXT,
  time INTEGER NOT NULL,
  cause TEXT NOT NULL,
  request_id TEXT,
  address TEXT,
  diagnosis TEXT
) STRICT;
CREATE INDEX refused_by_client ON refused (client_id);

-- How many refusals each client has, '' for those who are unknown.
CREATE TABLE refused_count (
  client_id TEXT PRIMARY KEY,
  refusals INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_count_by_refusals ON refused_count (refusals);
CREATE TRIGGER refused_added AFTER INSERT ON refused BEGIN
  UPDATE meta SET refused = refused + 1;
  INSERT INTO refused_count VALUES (coalesce(NEW.client_id, ''), 1)
    ON CONFLICT (client_id) DO UPDATE SET refusals = refusals + 1;
END;
CREATE TRIGGER refused_taken AFTER DELETE ON refused BEGIN
  UPDATE meta SET refused = refused - 1;
  UPDATE refused_count SET refusals = refusals - 1 WHERE client_id = coalesce(OLD.client_id, '');
  DELETE FROM refused_count WHERE client_id = coalesce(OLD.client_id, '') AND refusals = 0;
END;

CREATE TABLE revocation (
  jti TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revocation_by_expiry ON revocation (expires_at);
CREATE TRIGGER revocation_added AFTER INSERT ON revocation BEGIN
  UPDATE meta SET revocations = revocations + 1;
END;
CREATE TRIGGER revocation_taken AFTER DELETE ON revocation BEGIN
  UPDATE meta SET revocations = revocations - 1;
END;

-- In which records three characters stand next to each other. What is found is compared, so that nothing more is kept here.
CREATE VIRTUAL TABLE application_search USING fts5 (
  name, client_id, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
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
