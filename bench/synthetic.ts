/** Synthetic cases, computed from their number so that every run has the same ones. */
import { newId } from '../src/commands/ids.js';
import type { CaseEvent } from '../src/domain/case/events.js';
import { eventDescriptions, type AnyEvent } from '../src/domain/events.js';
import { formatDay, parseDay, type Day } from '../src/domain/time.js';
import type { NewEvent } from '../src/event-store/port.js';

export const LIST = 'union';
export const CATEGORIES = Array.from({ length: 12 }, (_, index) => `category-${index}`);
/** A day after the last event of every case. */
export const TODAY: Day = parseDay('2026-01-05') ?? 0;
/** A day in the middle of the events. */
export const EARLIER = '2020-06-30';

/** Events of a long case (arrest to release) and of a short one (recognised only). */
export const LONG_CASE = 8;
export const SHORT_CASE = 3;

/** A 32-bit hash of a number; `purpose` makes independent ones. */
export const pseudoRandom = (n: number, purpose: number): number => {
  let h = Math.imul(n + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(purpose + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
};

const SYLLABLES = ['ba', 'çi', 'də', 'el', 'fa', 'gü', 'ha', 'is', 'ka', 'lə', 'mi', 'no', 'pü', 'ra', 'sə', 'to'];
const word = (n: number): string =>
  [0, 4, 8, 12].map((shift) => SYLLABLES[(n >>> shift) % SYLLABLES.length] ?? '').join('');

const FIRST_DAY: Day = parseDay('2012-01-01') ?? 0;
const SPAN_DAYS = 10 * 365;

const SOURCED = {
  sources: [{ kind: 'lawyer', citation: 'a synthetic source, call of the day' }],
  reliability: 'reported',
} as const;

/** The first `count` events of a case, in order of recording. */
export const eventsOf = (n: number, count: number): readonly CaseEvent[] => {
  const arrestedOn = FIRST_DAY + (pseudoRandom(n, 0) % SPAN_DAYS);
  const on = (days: number): { occurredOn: string } => ({ occurredOn: formatDay(arrestedOn + days) });
  // For one case in twenty only the month is known.
  const onOrMonth = (days: number): { occurredOn: string } =>
    pseudoRandom(n, 1) % 20 === 0 ? { occurredOn: formatDay(arrestedOn + days).slice(0, 7) } : on(days);
  const articles = [{ code: 'AZ-CC', article: '234', part: `4.${1 + (n % 3)}` }];
  const category = CATEGORIES[pseudoRandom(n, 2) % CATEGORIES.length] ?? '';
  const facility = `Penitentiary No. ${1 + (n % 17)}`;
  const events: readonly CaseEvent[] = [
    {
      type: 'opened',
      names: [
        {
          text: `${word(pseudoRandom(n, 3))} ${word(pseudoRandom(n, 4))}`,
          script: 'Latn',
          language: 'az',
          kind: 'full',
        },
      ],
      references: [{ list: LIST, reference: `S-${n}` }],
      ...SOURCED,
    },
    { type: 'arrested', ...on(0), kind: 'criminal', authority: 'a police department', ...SOURCED },
    { type: 'recognised', ...onOrMonth(40), list: LIST, category, ...SOURCED },
    { type: 'charged', ...on(2), articles, ...SOURCED },
    { type: 'remanded', ...on(3), measure: 'detention', court: 'a district court', ...SOURCED },
    { type: 'tried', ...on(200), court: 'a court on grave crimes', ...SOURCED },
    { type: 'convicted', ...on(260), articles, sentence: { kind: 'imprisonment', term: 'P15Y' }, facility, ...SOURCED },
    n % 5 === 0
      ? { type: 'released', ...on(700), reason: 'other', ...SOURCED }
      : { type: 'transferred', ...on(400), facility: 'Penitentiary No. 18', ...SOURCED },
  ];
  return events.slice(0, count);
};

/** Events of a varied case. */
export const VARIED_CASE = 5;
const FACILITIES = 40;
const ARTICLES = ['234', '167', '283', '281', '274', '221', '177', '178', '213', '228', '182', '315'] as const;
/** Affairs of one to some ten thousand people in a register of a million. */
const AFFAIRS = 2_000;

/** A number below `count`; the lower ones are the more frequent. */
const skewed = (n: number, purpose: number, count: number): number =>
  Math.floor((pseudoRandom(n, purpose) / 2 ** 32) ** 4 * count);

/**
 * The events of a case that differs from others in everything that a list is filtered by, in order of recording: common values and
 * rare ones, and one person in six who is no member today.
 */
export const variedEventsOf = (n: number): readonly CaseEvent[] => {
  const [opened, arrested, recognised] = eventsOf(n, SHORT_CASE);
  if (
    opened === undefined ||
    arrested?.type !== 'arrested' ||
    arrested.occurredOn === undefined ||
    recognised === undefined
  )
    throw new Error('unexpected events');
  const arrestedOn = parseDay(arrested.occurredOn) ?? 0;
  const on = (days: number): { occurredOn: string } => ({ occurredOn: formatDay(arrestedOn + days) });
  const article = ARTICLES[skewed(n, 8, ARTICLES.length)] ?? ARTICLES[0];
  const articles = [{ code: 'AZ-CC', article, part: `${1 + (n % 3)}.${1 + (n % 2)}` }];
  const facility = `Penitentiary No. ${1 + skewed(n, 9, FACILITIES)}`;
  const incident = `affair-${skewed(n, 10, AFFAIRS)}`;
  const last = (percent: number): CaseEvent => {
    if (percent < 50)
      return {
        type: 'convicted',
        ...on(260),
        articles,
        sentence: { kind: 'imprisonment', term: 'P15Y' },
        facility,
        ...SOURCED,
      };
    if (percent < 75) return { type: 'remanded', ...on(60), measure: 'detention', facility, ...SOURCED };
    if (percent < 80) return { type: 'remanded', ...on(60), measure: 'house-arrest', ...SOURCED };
    if (percent < 90) return { type: 'released', ...on(300), reason: 'other', ...SOURCED };
    if (percent < 97) return { type: 'tried', ...on(200), court: 'a court on grave crimes', ...SOURCED };
    return { type: 'transferred', ...on(400), facility: 'a prison hospital', medical: true, ...SOURCED };
  };
  return [
    opened,
    n % 3 === 0 ? arrested : { ...arrested, incident },
    recognised,
    { type: 'charged', ...on(50), articles, ...SOURCED },
    last(pseudoRandom(n, 11) % 100),
  ];
};

/** In a corrected register, one case in so many has a correction: five percent. */
export const CORRECTED_EVERY = 20;

/** The correction of the recognition of a case. */
export const correctionOf = (n: number, recognised: string) =>
  ({
    type: 'corrected',
    event: recognised,
    correctedType: 'recognised',
    data: {
      occurredOn: formatDay(FIRST_DAY + (pseudoRandom(n, 5) % SPAN_DAYS)),
      category: CATEGORIES[pseudoRandom(n, 6) % CATEGORIES.length] ?? '',
    },
    ...SOURCED,
  }) as const satisfies CaseEvent;

/** Can be recorded for every case, and changes no list. */
export const extraEvent: CaseEvent = {
  type: 'mistreated',
  occurredOn: '2025-01-05',
  kind: 'denial-of-care',
  ...SOURCED,
};

/** The list of all recognised cases. */
export const definitions: readonly AnyEvent[] = [
  { type: 'list-defined', name: { en: 'Union' }, ...SOURCED },
  ...CATEGORIES.map(
    (category) => ({ type: 'category-defined', category, name: { en: category }, ...SOURCED }) as const,
  ),
];

/** An act that reaches some of a varied list, first in its window or later. */
export const ACT = 'act-of-bench';
export const ACT_WINDOW = { from: '2025-12-22', to: '2026-04-21' } as const;
export const actEvents: readonly AnyEvent[] = [
  {
    type: 'instrument-registered',
    kind: 'amnesty-act',
    title: 'An act',
    inForce: ACT_WINDOW.from,
    windowEnd: ACT_WINDOW.to,
    ...SOURCED,
  },
  {
    type: 'clause-set',
    clause: 'short-rest',
    version: '1',
    effect: 'released-from-imprisonment',
    conditions: [
      { category: { list: LIST, in: CATEGORIES.slice(0, 6) } },
      { stage: { in: ['convicted'] } },
      { articles: { anyOf: ['234'] } },
      { remaining: { lessThan: 'P3Y', measured: 'rolling' } },
    ],
    ...SOURCED,
  },
];

export const toEvent = (event: AnyEvent): NewEvent => ({
  id: newId(),
  event,
  schemaVersion: eventDescriptions[event.type].version,
  recordedAt: new Date().toISOString(),
  actor: { kind: 'person', id: 'clerk-7', asserted: true },
  acknowledged: [],
  raised: [],
  correlationId: newId(),
  causationId: null,
});
