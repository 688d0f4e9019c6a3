-- Refusals of callers that authenticated have bounds of their own: any stranger can send requests that only name an application.
ALTER TABLE refused ADD COLUMN authenticated INTEGER NOT NULL DEFAULT 0;
-- Earlier refusals, by the checks that follow authentication, and operations of the management API, which need a valid token.
UPDATE refused SET authenticated = 1 WHERE client_id IS NOT NULL AND (
  diagnosis LIKE '{"operation":%'
  OR cause IN (
    'grant-not-allowed', 'organization-suspended', 'address-not-allowed', 'quota-exceeded', 'audience-missing', 'audience-malformed',
    'audiences-too-many', 'audience-unknown', 'audience-not-authorized', 'audiences-incompatible', 'no-api-authorized',
    'scope-malformed', 'scope-unknown', 'scope-not-assigned', 'no-scope-assigned', 'system-user-not-allowed', 'system-user-missing'
  )
);

DROP TRIGGER refused_added;
DROP TRIGGER refused_taken;
DROP TABLE refused_count;

-- The number of refusals of each client, by whether its requests authenticated; '' for requests that name no application.
CREATE TABLE refused_count (
  client_id TEXT NOT NULL,
  authenticated INTEGER NOT NULL,
  refusals INTEGER NOT NULL,
  PRIMARY KEY (client_id, authenticated)
) STRICT, WITHOUT ROWID;
INSERT INTO refused_count SELECT coalesce(client_id, ''), authenticated, count(*) FROM refused GROUP BY 1, 2;
CREATE INDEX refused_count_by_refusals ON refused_count (authenticated, refusals);

ALTER TABLE meta ADD COLUMN refused_authenticated INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET refused_authenticated = (SELECT coalesce(sum(refusals), 0) FROM refused_count WHERE authenticated = 1);

CREATE TRIGGER refused_added AFTER INSERT ON refused BEGIN
  UPDATE meta SET refused = refused + 1, refused_authenticated = refused_authenticated + NEW.authenticated;
  INSERT INTO refused_count VALUES (coalesce(NEW.client_id, ''), NEW.authenticated, 1)
    ON CONFLICT (client_id, authenticated) DO UPDATE SET refusals = refusals + 1;
END;
CREATE TRIGGER refused_taken AFTER DELETE ON refused BEGIN
  UPDATE meta SET refused = refused - 1, refused_authenticated = refused_authenticated - OLD.authenticated;
  UPDATE refused_count SET refusals = refusals - 1
    WHERE client_id = coalesce(OLD.client_id, '') AND authenticated = OLD.authenticated;
  DELETE FROM refused_count
    WHERE client_id = coalesce(OLD.client_id, '') AND authenticated = OLD.authenticated AND refusals = 0;
END;
