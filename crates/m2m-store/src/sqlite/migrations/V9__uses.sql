-- When each application last got a token that it requested itself.
CREATE TABLE application_use (
  application INTEGER PRIMARY KEY REFERENCES application (seq) ON DELETE CASCADE,
  used_at INTEGER NOT NULL
) STRICT;
INSERT INTO application_use
  SELECT seq, max(used_at) FROM secret_use JOIN application USING (client_id) GROUP BY seq;

-- When each scope that is assigned to an application was last used. The audience is the one in the record of the application. The scope is
-- '' for requests without a scope, whose tokens have all of them.
CREATE TABLE scope_use (
  application INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  scope TEXT NOT NULL,
  -- None for a scope that the application has had since it was created, or since before this table was.
  assigned_at INTEGER,
  -- None for a scope that was not used.
  used_at INTEGER,
  PRIMARY KEY (application, audience, scope)
) STRICT, WITHOUT ROWID;

-- The time from which on uses of scopes are recorded. A new registry records them from its beginning on.
ALTER TABLE meta ADD COLUMN scopes_since INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET scopes_since = unixepoch() WHERE version > 0;
