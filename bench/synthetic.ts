/** The cases that are measured with: made up by arithmetic, the same in every run, nobody real in them. */
import { newId } from '../src/commands/ids.js';
import type { CaseEvent } from '../src/domain/case/events.js';
import { allEvents, type AnyEvent } from '../src/domain/events.js';
import { formatDay, parseDay, type Day } from '../src/domain/time.js';
import type { NewEvent } from '../src/event-store/port.js';

export const LIST = 'union';
export const CATEGORIES = Array.from({ length: 12 }, (_, at) => `category-${at}`);
/** Somewhat after the last thing that happens to anybody. */
export const TODAY: Day = parseDay('2026-01-05') ?? 0;
/** A day in the middle of it all. */
export const EARLIER = '2020-06-30';

/** The events of the long cases (a whole course) and of the short ones (just on the list). */
export const LONG = 8;
export const SHORT = 3;

/** A number of 32 bits that looks like chance, for a number and a purpose. */
export const chance = (n: number, purpose: number): number => {
  let h = Math.imul(n + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(purpose + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
};

const SYLLABLES = ['ba', 'çi', 'də', 'el', 'fa', 'gü', 'ha', 'is', 'ka', 'lə', 'mi', 'no', 'pü', 'ra', 'sə', 'to'];
const word = (n: number): string =>
  [0, 4, 8, 12].map((shift) => SYLLABLES[(n >>> shift) % SYLLABLES.length] ?? '').join('');

const FIRST: Day = parseDay('2012-01-01') ?? 0;
const YEARS = 10 * 365;

const said = {
  sources: [{ kind: 'lawyer', citation: 'a synthetic source, call of the day' }],
  reliability: 'reported',
} as const;

/** The events of a case by its number, in the order in which they are recorded; the first `count` of them. */
export const eventsOf = (n: number, count: number): readonly CaseEvent[] => {
  const begun = FIRST + (chance(n, 0) % YEARS);
  const on = (days: number): { occurredOn: string } => ({ occurredOn: formatDay(begun + days) });
  // One in twenty is known by the month alone.
  const partly = (days: number): { occurredOn: string } =>
    chance(n, 1) % 20 === 0 ? { occurredOn: formatDay(begun + days).slice(0, 7) } : on(days);
  const articles = [{ code: 'AZ-CC', article: '234', part: `4.${1 + (n % 3)}` }];
  const category = CATEGORIES[chance(n, 2) % CATEGORIES.length] ?? '';
  const facility = `Penitentiary No. ${1 + (n % 17)}`;
  const events: readonly CaseEvent[] = [
    {
      type: 'opened',
      names: [{ text: `${word(chance(n, 3))} ${word(chance(n, 4))}`, script: 'Latn', language: 'az', kind: 'full' }],
      references: [{ list: LIST, reference: `S-${n}` }],
      ...said,
    },
    { type: 'arrested', ...on(0), kind: 'criminal', authority: 'a police department', ...said },
    { type: 'recognised', ...partly(40), list: LIST, category, ...said },
    { type: 'charged', ...on(2), articles, ...said },
    { type: 'remanded', ...on(3), measure: 'detention', court: 'a district court', ...said },
    { type: 'tried', ...on(200), court: 'a court on grave crimes', ...said },
    { type: 'convicted', ...on(260), articles, sentence: { kind: 'imprisonment', term: 'P15Y' }, facility, ...said },
    n % 5 === 0
      ? { type: 'released', ...on(700), reason: 'other', ...said }
      : { type: 'transferred', ...on(400), facility: 'Penitentiary No. 18', ...said },
  ];
  return events.slice(0, count);
};

/** An event that can always be recorded of a case of this register, and that changes nothing on the lists. */
export const oneMore: CaseEvent = { type: 'mistreated', occurredOn: '2025-01-05', kind: 'denial-of-care', ...said };

/** The list on which everybody is. */
export const definitions: readonly AnyEvent[] = [
  { type: 'list-defined', name: { en: 'Union' }, ...said },
  ...CATEGORIES.map((category) => ({ type: 'category-defined', category, name: { en: category }, ...said }) as const),
];

export const toEvent = (event: AnyEvent): NewEvent => ({
  id: newId(),
  event,
  schemaVersion: allEvents[event.type].version,
  recordedAt: new Date().toISOString(),
  actor: { kind: 'person', id: 'clerk-7', asserted: true },
  acknowledged: [],
  raised: [],
  correlationId: newId(),
  causationId: null,
});
