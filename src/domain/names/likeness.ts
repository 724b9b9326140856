/**
 * How likely two records are of one person: by their names, their dates of birth and their sex. Homonyms are real, so that a likeness
 * is a question to a person and decides nothing.
 */
import { formatDay, parseEdtf } from '../time.js';
import type { Reference } from '../case/events.js';
import type { LikenessReason, MatchReason } from './match-reasons.js';
import type { NameMatch } from './ranking.js';

/** What a record says of a person; null where it does not say. */
export interface PersonData {
  readonly names: readonly string[];
  /** EDTF. */
  readonly born: string | null;
  readonly sex: string | null;
}

export interface Likeness {
  /** From 0 to 1. */
  readonly score: number;
  readonly why: readonly LikenessReason[];
  /** Name and year of birth agree: a second record of this person would need a reason. */
  readonly isProbable: boolean;
}

/** A case that may be of the person of a record. */
export interface DuplicateCandidate extends Likeness {
  readonly caseId: string;
  readonly references: readonly Reference[];
  /** The spelling that matched. */
  readonly text: string;
}

/** Factors on the score of the names. */
const BIRTH_UNKNOWN = 0.8;
const BIRTH_DIFFERS = 0.5;
const SEX_DIFFERS = 0.5;

/** With any of these, the names are alike, but do not agree. */
const NOT_AGREEING: readonly MatchReason[] = ['resembles', 'beginning', 'other-ending', 'other-patronymic'];

/** The likeness of two records, given how their names match. */
export const likenessOf = (
  name: NameMatch,
  one: Pick<PersonData, 'born' | 'sex'>,
  other: Pick<PersonData, 'born' | 'sex'>,
): Likeness => {
  const birth = birthYearsAgree(one.born, other.born);
  const sexDiffers = one.sex !== null && other.sex !== null && one.sex !== other.sex;
  return {
    score: name.score * (birth === null ? BIRTH_UNKNOWN : birth ? 1 : BIRTH_DIFFERS) * (sexDiffers ? SEX_DIFFERS : 1),
    why: [
      ...name.why,
      ...(birth === null ? [] : ([birth ? 'birth-agrees' : 'birth-differs'] satisfies LikenessReason[])),
      ...(sexDiffers ? ['sex-differs' as const] : []),
    ],
    isProbable:
      birth === true && !sexDiffers && name.why.length > 0 && !name.why.some((reason) => NOT_AGREEING.includes(reason)),
  };
};

/** Whether two dates of birth may lie in one year, or an approximate one in the next; null where either is not known. */
const birthYearsAgree = (one: string | null, other: string | null): boolean | null => {
  const [a, b] = [yearsOf(one), yearsOf(other)];
  return a === null || b === null ? null : a.first <= b.last && b.first <= a.last;
};

const yearsOf = (born: string | null): { readonly first: number; readonly last: number } | null => {
  const interval = born === null ? null : parseEdtf(born);
  if (interval === null) return null;
  const margin = interval.approximate ? 1 : 0;
  const yearOf = (day: number): number => Number(formatDay(day).slice(0, 4));
  return { first: yearOf(interval.earliest) - margin, last: yearOf(interval.latest) + margin };
};
