-- The identity of the store, which the file m2m.id in its folder repeats: a database that was put in the place of another is known by
-- it. Chosen once, and kept by copies.
ALTER TABLE meta ADD COLUMN store_id BLOB NOT NULL DEFAULT x'';
UPDATE meta SET store_id = randomblob(16);
-- Counts the writes that were made for nothing but to learn whether the disk takes one.
ALTER TABLE meta ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
