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
  revocations INTEGER NOT NULL
) STRICT;
INSERT INTO meta VALUES (1, 0, 0, 0, 0, 0, 0);

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
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX application_by_folded ON application (folded);
CREATE INDEX application_by_folded_backwards ON application (folded_backwards);
CREATE INDEX application_by_organization ON application (organization) WHERE organization IS NOT NULL;
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

-- Which applications are authorized for an API.
CREATE TABLE application_api (
  application INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  PRIMARY KEY (application, audience)
) STRICT, WITHOUT ROWID;
CREATE INDEX application_api_by_audience ON application_api (audience);

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
