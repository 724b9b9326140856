import fc from 'fast-check';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { EventWithId } from '../../src/domain/event.js';
import { formatDay } from '../../src/domain/time.js';
import { ARTICLE, day, caseEvent } from './events.js';

/** Arbitrary events fall on few days, so that ties and overlaps are common. */
export const FIRST_DAY = day('2024-01-28');
export const DAY_COUNT = 9;

/** A day, or an interval of two or three days. */
const occurredOn: fc.Arbitrary<string> = fc
  .record({ start: fc.nat(DAY_COUNT - 1), width: fc.constantFrom(0, 0, 1, 2) })
  .map(({ start, width }) => {
    const from = formatDay(FIRST_DAY + start);
    return width === 0 ? from : `${from}/${formatDay(FIRST_DAY + start + width)}`;
  });

const sentence = fc.constantFrom<object>(
  { kind: 'imprisonment', term: 'P2D' },
  { kind: 'imprisonment', term: 'P1M' },
  { kind: 'imprisonment', life: true },
  { kind: 'suspended', term: 'P3D' },
  { kind: 'fine' },
  { kind: 'imprisonment', term: 'unknown' },
  { kind: 'unknown' },
);
const list = fc.constantFrom('union', 'other');
const category = fc.constantFrom('believers', 'journalists');
const clemency = {
  effect: fc.constantFrom('released-from-imprisonment', 'term-reduced', 'released-from-liability'),
  reducedBy: fc.constantFrom('P1D', 'P4D'),
};

/** Event data of every dated type, without day, sources and reliability; fields missing from `requiredKeys` are sometimes omitted. */
const fields: fc.Arbitrary<{ type: CaseEvent['type'] } & Record<string, unknown>> = fc.oneof(
  fc.record(
    { type: fc.constant('arrested' as const), incident: fc.constantFrom('a', 'b') },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('arrested' as const) }),
  fc.record({
    type: fc.constant('charged' as const),
    articles: fc.constantFrom([ARTICLE], [{ ...ARTICLE, part: '1' }]),
  }),
  fc.record({
    type: fc.constant('remanded' as const),
    measure: fc.constantFrom('detention', 'house-arrest'),
  }),
  fc.record(
    {
      type: fc.constant('convicted' as const),
      articles: fc.constant([ARTICLE]),
      sentence,
      countedFrom: fc.constantFrom('2024-01-29', '2024-01-29/2024-01-31'),
      inAbsentia: fc.boolean(),
    },
    { requiredKeys: ['type', 'articles', 'sentence'] },
  ),
  fc.record({
    type: fc.constantFrom(
      'tried' as const,
      'appealed' as const,
      'paroled' as const,
      'acquitted' as const,
      'charges-dropped' as const,
    ),
  }),
  fc.record(
    {
      type: fc.constant('appeal-decided' as const),
      outcome: fc.constantFrom('upheld', 'reduced', 'suspended', 'quashed', 'retrial'),
      newSentence: sentence,
    },
    { requiredKeys: ['type', 'outcome'] },
  ),
  fc.record(
    { type: fc.constant('transferred' as const), facility: fc.constantFrom('x', 'y'), medical: fc.boolean() },
    { requiredKeys: ['type', 'facility'] },
  ),
  fc.record({ type: fc.constantFrom('recognised' as const, 'recategorised' as const), list, category }),
  fc.record({ type: fc.constantFrom('proposed' as const, 'declined' as const, 'delisted' as const), list }),
  fc.record({ type: fc.constant('pardoned' as const), decree: fc.constant('pardon-2023'), ...clemency }),
  fc.record({ type: fc.constant('amnestied' as const), act: fc.constant('amnesty-2025'), ...clemency }),
  fc.record({
    type: fc.constant('released' as const),
    reason: fc.constantFrom('bail', 'parole', 'amnesty', 'exchange'),
  }),
  fc.record({
    type: fc.constantFrom(
      'deported' as const,
      'exchanged' as const,
      'escaped' as const,
      'wanted' as const,
      'died' as const,
    ),
  }),
);

/** Events of one case with the ids `a`, `b` …; some have an `after`, which may form cycles. */
export const arbitraryCaseEvents = (maxLength: number): fc.Arbitrary<readonly EventWithId<CaseEvent>[]> =>
  fc
    .array(fc.record({ fields, occurredOn, after: fc.option(fc.nat(maxLength), { freq: 5 }) }), { maxLength })
    .map((drafts) =>
      drafts.map(({ fields, occurredOn, after }, index) => ({
        id: String.fromCharCode(97 + index),
        event: caseEvent({
          ...fields,
          occurredOn,
          ...(after !== null && after < drafts.length ? { after: String.fromCharCode(97 + after) } : {}),
        }),
      })),
    );
