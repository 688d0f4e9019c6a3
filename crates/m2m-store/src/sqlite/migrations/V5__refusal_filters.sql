-- Refused requests are also looked up by the id that the caller gave them, which few of them have, and by address.
CREATE INDEX refused_by_request_id ON refused (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX refused_by_address ON refused (address);

-- Refused operations have the cause of their reason, and no cause of their own any more. The records of earlier ones have the reason.
UPDATE refused SET cause = 'field-invalid' WHERE cause = 'operation-refused';
