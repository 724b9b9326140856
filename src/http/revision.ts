/** Revisions in entity tags (RFC 9110, section 8.8). */
import { createHash } from 'node:crypto';

/** The tag of a subject's revision, as a write answers with: `"5"`. */
export const revisionTag = (revision: number): string => `"${revision}"`;

/**
 * The tag of a representation: the revision, then a digest of what is shown, since the same revision looks different on
 * another day or after a list changed. `"5.1f0c…"`; `If-Match` takes it as `"5"`.
 */
export const viewTag = (revision: number, view: object): string =>
  `"${revision}.${createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 16)}"`;

export const IF_MATCH = /^(?:\*|"(\d{1,15})(?:\.[0-9a-f]{16})?")$/;

/** The revision that `If-Match` names; undefined for `*`, which any revision matches. */
export const revisionIn = (ifMatch: string): number | undefined => {
  const digits = IF_MATCH.exec(ifMatch)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** Whether `If-None-Match` names the tag; compared weakly, as RFC 9110 says. */
export const noneMatches = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((t) => t.trim().replace(/^W\//, '') === tag));
