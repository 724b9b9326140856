const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** UUIDs are stored in lower case, since upper and lower case mean the same id (RFC 9562, section 4). Other ids are left as they are. */
export const canonicalId = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);
