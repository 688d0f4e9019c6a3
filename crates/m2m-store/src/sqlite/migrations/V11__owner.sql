-- The owner of an application, by which all applications of an owner are found.

ALTER TABLE application ADD COLUMN owner TEXT;
CREATE INDEX application_by_owner ON application (owner, id)
  WHERE owner IS NOT NULL;
CREATE INDEX application_by_owner_and_name ON application (owner, name, id)
  WHERE owner IS NOT NULL;
