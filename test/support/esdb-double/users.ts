/** Who asks, and what they may: the rights that a node gives where nobody set others. */
import type { Metadata } from '@grpc/grpc-js';

export type Users = Readonly<Record<string, string>>;

/** The name of a user; null for nobody; false where the password is wrong. */
export type Who = string | null | false;

export const ADMIN = 'admin';

/** Without users everybody may do everything, as on a node that runs insecurely. */
export const whoAsks = (users: Users | null, metadata: Metadata): Who => {
  if (users === null) return ADMIN;
  const [header] = metadata.get('authorization');
  if (header === undefined) return null;
  const told = Buffer.from(String(header).replace(/^Basic /, ''), 'base64').toString();
  const [name = '', password] = told.split(/:(.*)/s);
  return users[name] === password ? name : false;
};

/** The system's streams and the whole log are the administrators'; a stream's metadata are as open as the stream. */
export const mayUse = (who: Who, stream: string): boolean =>
  who === ADMIN || (typeof who === 'string' && !stream.replace(/^\$\$/, '').startsWith('$'));
