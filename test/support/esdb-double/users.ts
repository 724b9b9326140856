/** Who asks, and what they may: the rights that a node gives where nobody set others. */
import type { Metadata } from '@grpc/grpc-js';

export type Users = Readonly<Record<string, string>>;

/** The name of a user; null for nobody; false where the password is wrong. */
export type Identity = string | null | false;

export const ADMIN = 'admin';

/** Without users everybody may do everything, as on a node that runs insecurely. */
export const identify = (users: Users | null, metadata: Metadata): Identity => {
  if (users === null) return ADMIN;
  const [header] = metadata.get('authorization');
  if (header === undefined) return null;
  const decoded = Buffer.from(String(header).replace(/^Basic /, ''), 'base64').toString();
  const [name = '', password] = decoded.split(/:(.*)/s);
  return users[name] === password ? name : false;
};

/** The system's streams and the whole log are the administrators'; a stream's metadata are as open as the stream. */
export const canAccess = (identity: Identity, stream: string): boolean =>
  identity === ADMIN || (typeof identity === 'string' && !stream.replace(/^\$\$/, '').startsWith('$'));
