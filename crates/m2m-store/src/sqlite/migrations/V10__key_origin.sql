-- The place where a key was created: the schedule of rotations replaces generated keys only. The key id of a generated key is its thumbprint, of 43
-- characters. An imported key can have such a key id too; the audit log has those that a command imported.

ALTER TABLE signing_key ADD COLUMN origin TEXT NOT NULL DEFAULT 'generated';
UPDATE signing_key SET origin = 'imported'
  WHERE length(kid) <> 43
  OR kid IN (SELECT name FROM audit WHERE subject = 'key' AND action = 'created' AND actor = 'm2m key import');
