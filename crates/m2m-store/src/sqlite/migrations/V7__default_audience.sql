-- The default audience of an application, by which the applications of a deleted API are found.

ALTER TABLE application ADD COLUMN default_audience TEXT;
CREATE INDEX application_by_default_audience ON application (default_audience, id)
  WHERE default_audience IS NOT NULL;
CREATE INDEX application_by_default_audience_and_name ON application (default_audience, name, id)
  WHERE default_audience IS NOT NULL;
