/**
 * How likely two cases are of one person: by their names, dates of birth, sex, arrests and places. Homonyms are real, so that a likeness
 * is a question to a person and decides nothing.
 */
import { formatDay, parseEdtf } from '../time.js';
import type { CaseEvent, CaseEventOf, Reference } from '../case/events.js';
import { nameKey } from './folding.js';
import type { LikenessReason, MatchReason } from './match-reasons.js';
import type { NameMatch } from './ranking.js';

/** The data about a person in a case, or in a row of a register file that opens one; null where there is none. */
export interface PersonData {
  readonly names: readonly string[];
  /** EDTF. */
  readonly born: string | null;
  readonly sex: string | null;
  readonly circumstances: Circumstances;
}

/** Arrests and places that sources tell of a person, in no order. */
export interface Circumstances {
  /** EDTF. */
  readonly arrests: readonly string[];
  /** Keys of names of places, as nameKey folds them: where arrested, and the region. */
  readonly places: readonly string[];
}

export const NO_CIRCUMSTANCES: Circumstances = { arrests: [], places: [] };

/** The person of an `opened` event, with the circumstances in the events recorded with it. */
export const personDataOf = (
  { names, born, sex }: CaseEventOf<'opened'>,
  events: readonly CaseEvent[],
): PersonData => ({
  names: names.map(({ text }) => text),
  born: born ?? null,
  sex: sex ?? null,
  circumstances: circumstancesOf(events),
});

export const circumstancesOf = (events: readonly CaseEvent[]): Circumstances => ({
  arrests: distinctTextsUpToLimit(events.map((event) => (event.type === 'arrested' ? (event.occurredOn ?? '') : ''))),
  places: distinctTextsUpToLimit(
    events.map((event) => {
      if (event.type === 'arrested') return nameKey(event.place ?? '');
      return event.type === 'opened' || event.type === 'described' ? nameKey(event.region ?? '') : '';
    }),
  ),
});

const distinctTextsUpToLimit = (texts: readonly string[]): readonly string[] =>
  [...new Set(texts)].filter((text) => text !== '').slice(0, MAX_CIRCUMSTANCES);

/** The most arrests, and the most places, that are compared; the others are ignored. */
const MAX_CIRCUMSTANCES = 20;

export interface Likeness {
  /** From 0 to 1. */
  readonly score: number;
  readonly why: readonly LikenessReason[];
  /** Name and year of birth agree, and the sex does not differ: opening a second case must then be acknowledged. */
  readonly isProbable: boolean;
}

/** A case that may be of a person who is about to be recorded. */
export interface DuplicateCandidate extends Likeness {
  readonly caseId: string;
  readonly references: readonly Reference[];
  /** The spelling that matched. */
  readonly text: string;
}

/** Factors on the score of the names. */
const BIRTH_UNKNOWN_FACTOR = 0.8;
/** Replaces BIRTH_UNKNOWN_FACTOR if an arrest agrees: two people of one name are seldom arrested on one day. */
const ARREST_AGREES_FACTOR = 0.9;
const BIRTH_DIFFERS_FACTOR = 0.5;
const SEX_DIFFERS_FACTOR = 0.5;

/** If one of these is among the reasons of a match, the names are alike but do not agree. */
const DISAGREEMENT_REASONS: readonly MatchReason[] = ['resembles', 'beginning', 'other-ending', 'other-patronymic'];

type ComparedData = Omit<PersonData, 'names'>;

/** The likeness of two persons, given how their names match. */
export const likenessOf = (name: NameMatch, one: ComparedData, other: ComparedData): Likeness => {
  const birth = birthYearsAgree(one.born, other.born);
  const sexDiffers = one.sex !== null && other.sex !== null && one.sex !== other.sex;
  const arrestAgrees = one.circumstances.arrests.some(
    (day) => FULL_DATE.test(day) && other.circumstances.arrests.includes(day),
  );
  const placeAgrees = one.circumstances.places.some((place) => other.circumstances.places.includes(place));
  return {
    score:
      name.score *
      (birth === null
        ? arrestAgrees
          ? ARREST_AGREES_FACTOR
          : BIRTH_UNKNOWN_FACTOR
        : birth
          ? 1
          : BIRTH_DIFFERS_FACTOR) *
      (sexDiffers ? SEX_DIFFERS_FACTOR : 1),
    why: [
      ...name.why,
      ...(birth === null ? [] : ([birth ? 'birth-agrees' : 'birth-differs'] satisfies LikenessReason[])),
      ...(sexDiffers ? ['sex-differs' as const] : []),
      ...(arrestAgrees ? ['arrest-agrees' as const] : []),
      ...(placeAgrees ? ['place-agrees' as const] : []),
    ],
    isProbable:
      birth === true &&
      !sexDiffers &&
      name.why.length > 0 &&
      !name.why.some((reason) => DISAGREEMENT_REASONS.includes(reason)),
  };
};

/** A date to the day, neither partial nor approximate. */
const FULL_DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Whether two dates of birth may lie in one year; an approximate one may lie in the year before or after, too. Null where either is not
 * known.
 */
const birthYearsAgree = (one: string | null, other: string | null): boolean | null => {
  const [a, b] = [birthYearsOf(one), birthYearsOf(other)];
  return a === null || b === null ? null : a.first <= b.last && b.first <= a.last;
};

const birthYearsOf = (born: string | null): { readonly first: number; readonly last: number } | null => {
  const interval = born === null ? null : parseEdtf(born);
  if (interval === null) return null;
  const margin = interval.approximate ? 1 : 0;
  const yearOf = (day: number): number => Number(formatDay(day).slice(0, 4));
  return { first: yearOf(interval.earliest) - margin, last: yearOf(interval.latest) + margin };
};
