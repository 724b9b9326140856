/** Entity tags made from revisions, and the preconditions that name them (RFC 9110, sections 8.8 and 13.1). */
import { createHash } from 'node:crypto';
import type { Scope } from '../read-models/scope.js';

/** The ETag of a response to a write: `"5"`. */
export const revisionTag = (revision: number): string => `"${revision}"`;

/** A view of a subject at a revision, with the position of the log up to which events are taken into account. */
export interface SubjectView {
  readonly revision: number;
  readonly knownAt: string;
  readonly position: number;
}

/**
 * The ETag of a view: its revision and a digest, `"5.1f0c…"`, since one revision looks different on another day or after a
 * list changed. `If-Match` takes it as `"5"`. The position is left out, since every event of other subjects changes it.
 */
export const viewTag = ({ position: _, knownAt: __, ...view }: SubjectView, scope: Scope): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([scope.key, view]))
    .digest('hex');
  return `"${view.revision}.${digest.slice(0, 16)}"`;
};

const ENTITY_TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const OPTIONAL_SPACE = String.raw`[ \t]*`;

/** `*`, or a list of entity tags, which may have empty elements. */
export const ENTITY_TAGS = new RegExp(
  `^${OPTIONAL_SPACE}(?:\\*|(?:,${OPTIONAL_SPACE})*${ENTITY_TAG}(?:${OPTIONAL_SPACE},(?:${OPTIONAL_SPACE}${ENTITY_TAG})?)*)${OPTIONAL_SPACE}$`,
);

const parseTags = (header: string): readonly string[] => header.match(new RegExp(ENTITY_TAG, 'g')) ?? [];

const isWildcard = (header: string): boolean => header.trim() === '*';

const TAG_WITH_REVISION = /^"(\d{1,15})(?:\.[0-9a-f]{16})?"$/;

/**
 * The revisions that `If-Match` names, or undefined for `*`, which matches any. By strong comparison weak tags and unknown tags
 * match no revision, so the list may be empty.
 */
export const revisionsUnlessWildcard = (ifMatch: string): readonly number[] | undefined =>
  isWildcard(ifMatch)
    ? undefined
    : parseTags(ifMatch).flatMap((tag) => {
        const digits = TAG_WITH_REVISION.exec(tag)?.[1];
        return digits === undefined ? [] : [Number(digits)];
      });

/** Whether `If-None-Match` contains the tag, by weak comparison. A malformed header contains none. */
export const matchesIfNoneMatch = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  ENTITY_TAGS.test(ifNoneMatch) &&
  (isWildcard(ifNoneMatch) || parseTags(ifNoneMatch).some((candidate) => candidate.replace(/^W\//, '') === tag));
