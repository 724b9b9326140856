/** Revisions in entity tags, and the preconditions that name them (RFC 9110, sections 8.8 and 13.1). */
import { createHash } from 'node:crypto';

/** The tag of a subject's revision, as a write answers with: `"5"`. */
export const revisionTag = (revision: number): string => `"${revision}"`;

/**
 * The tag of a representation: the revision, then a digest of what is shown, since the same revision looks different on
 * another day or after a list changed. `"5.1f0c…"`; `If-Match` takes it as `"5"`.
 */
export const viewTag = (revision: number, view: object): string =>
  `"${revision}.${createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 16)}"`;

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const GAP = String.raw`[ \t]*`;

/** `*`, or a list of entity tags, which may have empty elements. */
export const ENTITY_TAGS = new RegExp(`^${GAP}(?:\\*|(?:,${GAP})*${TAG}(?:${GAP},(?:${GAP}${TAG})?)*)${GAP}$`);

const tagsIn = (header: string): readonly string[] => header.match(new RegExp(TAG, 'g')) ?? [];

const isAny = (header: string): boolean => header.trim() === '*';

const OF_REVISION = /^"(\d{1,15})(?:\.[0-9a-f]{16})?"$/;

/**
 * The revisions that `If-Match` names; undefined for `*`, which any revision matches. Compared strongly: a weak tag, and one that
 * the register did not give out, match none, so that the list may come out empty.
 */
export const revisionsIn = (ifMatch: string): readonly number[] | undefined =>
  isAny(ifMatch)
    ? undefined
    : tagsIn(ifMatch).flatMap((tag) => {
        const digits = OF_REVISION.exec(tag)?.[1];
        return digits === undefined ? [] : [Number(digits)];
      });

/** Whether `If-None-Match` names the tag; compared weakly. One that is malformed names none: the answer is the whole. */
export const noneMatches = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  ENTITY_TAGS.test(ifNoneMatch) &&
  (isAny(ifNoneMatch) || tagsIn(ifNoneMatch).some((one) => one.replace(/^W\//, '') === tag));
