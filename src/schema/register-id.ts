const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A UUID is one id in either case (RFC 9562, section 4), and stored in lower case. Any other id is left as it is. */
export const canonicalId = (id: string): string => (UUID.test(id) ? id.toLowerCase() : id);
