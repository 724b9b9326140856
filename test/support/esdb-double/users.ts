/** Authentication, and a node's default access rights. */
import type { Metadata } from '@grpc/grpc-js';

export type Users = Readonly<Record<string, string>>;

/** A user name; null if anonymous; false if the password is wrong. */
export type Identity = string | null | false;

export const ADMIN = 'admin';

/** Without users, everyone is the administrator, as on a node in insecure mode. */
export const identify = (users: Users | null, metadata: Metadata): Identity => {
  if (users === null) return ADMIN;
  const [header] = metadata.get('authorization');
  if (header === undefined) return null;
  const decoded = Buffer.from(String(header).replace(/^Basic /, ''), 'base64').toString();
  const [name = '', password] = decoded.split(/:(.*)/s);
  return users[name] === password ? name : false;
};

/** System streams and `$all` are for administrators only; metadata streams have the rights of their stream. */
export const canAccess = (identity: Identity, stream: string): boolean =>
  identity === ADMIN || (typeof identity === 'string' && !stream.replace(/^\$\$/, '').startsWith('$'));
