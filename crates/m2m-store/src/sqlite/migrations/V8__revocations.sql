-- Revoked tokens by the first half of the SHA-256 of their jti. The numbers ascend and are never used again, so that a node can read the
-- revocations that others have added. Earlier releases had no way to revoke a token, so that the earlier table is empty.

DROP TABLE revocation;
UPDATE meta SET revocations = 0;
CREATE TABLE revocation (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  token BLOB NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX revocation_by_expiry ON revocation (expires_at);
CREATE TRIGGER revocation_added AFTER INSERT ON revocation BEGIN
  UPDATE meta SET revocations = revocations + 1;
END;
CREATE TRIGGER revocation_taken AFTER DELETE ON revocation BEGIN
  UPDATE meta SET revocations = revocations - 1;
END;
