-- Refused requests are also looked up by the id that the caller gave them, which few of them have, and by address.
CREATE INDEX refused_by_request_id ON refused (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX refused_by_address ON refused (address);
