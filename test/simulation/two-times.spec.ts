/**
 * Compares the read models of random logs, with late, partial, corrected, retracted, merged and unmerged events, with a brute-force
 * model: as known at every position of the log, on every day. A failure names its seed: `LOG_SEED=17 npx jest test/simulation/two-times`
 * repeats it. `LOG_SEEDS` sets the number of seeds (`npm run test:two-times`).
 */
import { expect, test } from '@jest/globals';
import { Counts } from '../../src/read-models/counts/counts.query.js';
import { MEMBER_SETS } from '../../src/read-models/counts/movement.view.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import type { Scope } from '../../src/read-models/scope.js';
import { emptyFile, FixedReader, handlersOf, Log, WHOLE_PAGE, type Handlers } from '../read-models/support.js';
import { type BruteForceModel, type Grouping, type State } from '../support/brute-force-model.js';
import { randomLog, type RandomLog } from '../support/random-log.js';
import { Random } from '../support/random-register.js';
import { scopeOf } from '../support/scopes.js';
import { TwoTimesModel, type LogEntry } from '../support/two-times-model.js';

const { LOG_SEED, LOG_SEEDS = '8' } = process.env;
/** Seeds a test, so that many of them need not make many tests. */
const BLOCK = 100;
const count = Number(LOG_SEEDS);
const blocks =
  LOG_SEED === undefined
    ? Array.from({ length: Math.ceil(count / BLOCK) }, (_, at) => [at * BLOCK, Math.min(count, (at + 1) * BLOCK) - 1])
    : [[Number(LOG_SEED), Number(LOG_SEED)]];

const text = (day: number): string => new Date(Date.UTC(2024, 1, 1 + day)).toISOString().slice(0, 10);

/** The data of an entry as an event has them. */
const fieldsOf = ({ first, last, ...fields }: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...fields,
  ...(first !== undefined && {
    occurredOn: first === last ? text(Number(first)) : `${text(Number(first))}/${text(Number(last))}`,
  }),
});

const toEvent = (entry: LogEntry, log: readonly LogEntry[]): Record<string, unknown> & { readonly type: string } => {
  const { id, kind } = entry;
  switch (kind) {
    case 'opened':
      return { id, type: kind, names: [] };
    case 'event':
      return { id, type: entry.type, ...fieldsOf(entry.data) };
    case 'corrected':
      return { id, type: kind, event: entry.target, correctedType: typeIn(log, entry), data: fieldsOf(entry.data) };
    case 'retracted':
      return { id, type: kind, event: entry.target, reason: 'a mistake' };
    case 'merged':
      return { id, type: kind, into: entry.into, reason: 'one person' };
    case 'unmerged':
      return { id, type: kind, reason: 'two people' };
  }
};

/** The type of the event that a correction corrects in the end. */
const typeIn = (log: readonly LogEntry[], entry: LogEntry): string => {
  if (entry.kind === 'event') return entry.type;
  const target = log.find(({ id }) => entry.kind === 'corrected' && id === entry.target);
  if (target === undefined) throw new Error('a correction of nothing');
  return typeIn(log, target);
};

interface Projected {
  readonly ask: Handlers;
  /** The position before the first entry of the log: lists are recorded first. */
  readonly start: number;
  readonly close: () => Promise<void>;
}

/** Records the log and projects it in batches of random length. */
const project = async ({ lists, log: entries }: RandomLog, random: Random): Promise<Projected> => {
  const log = new Log();
  for (const { id, policies } of lists) {
    await log.list(id);
    for (const { from, custody } of policies.slice(1))
      await log.append('list', id, { type: 'policy-set', from: text(from), custody });
  }
  const start = (await log.events()).length;
  for (const entry of entries) await log.append('case', entry.stream, toEvent(entry, entries));
  const file = emptyFile();
  const events = await log.events();
  for (let from = 0; from < events.length;) {
    const to = from + 1 + random.below(4);
    file.applyBatch(events.slice(from, to));
    from = to;
  }
  const close = async (): Promise<void> => {
    file.close();
    await log.store.close();
  };
  return { ask: handlersOf(new FixedReader(file, log.store)), start, close };
};

const GROUPINGS = ['category', 'custody', 'proceedings', 'stage'] satisfies Grouping[];

/** What the read models say of a list on a day, in the words of the model. */
const listAnswers = async (ask: Handlers, scope: Scope, list: string): Promise<object> => {
  const items = (await ask.members.execute(new ListMembers(scope, list, WHOLE_PAGE)))?.items ?? [];
  const ids = (wanted: string): string[] =>
    items
      .filter(({ certainty }) => certainty === wanted)
      .map(({ caseId }) => caseId)
      .sort();
  const counts: Record<string, unknown> = {};
  for (const by of GROUPINGS) {
    const groups = (await ask.counts.execute(new Counts(scope, list, { by, filters: {} })))?.groups ?? [];
    counts[by] = groups
      .filter(({ yes, uncertain }) => yes + uncertain > 0)
      .map(({ key, yes, uncertain }) => `${key} ${yes} ${uncertain}`)
      .sort();
  }
  return { yes: ids('yes'), uncertain: ids('uncertain'), ...counts };
};

const listOfModel = (model: BruteForceModel, list: string, day: number): object => ({
  ...model.members(list, day),
  ...Object.fromEntries(
    GROUPINGS.map((by) => [
      by,
      Object.entries(model.counts(list, day, by))
        .map(([key, { yes, uncertain }]) => `${key} ${yes} ${uncertain}`)
        .sort(),
    ]),
  ),
});

const standingText = (custody: string, proceedings: string, lists: readonly string[]): string =>
  [custody, proceedings, ...[...lists].sort()].join(' ');

/** The possible standings of a case on a day; null if there is no case of its own. */
const caseAnswer = async (ask: Handlers, scope: Scope, id: string): Promise<readonly string[] | null> => {
  const found = await ask.one.execute(new OneCase(scope, id));
  return (
    found &&
    unique(
      found.standings.map(({ custody, proceedings, lists }) =>
        standingText(
          custody,
          proceedings,
          lists.map(({ list, recognition, category }) => `${list}:${recognition}:${String(category)}`),
        ),
      ),
    )
  );
};

const caseOfModel = (states: readonly State[] | null): readonly string[] | null =>
  states &&
  unique(
    states.map(({ custody, proceedings, lists }) =>
      standingText(
        custody,
        proceedings,
        Object.entries(lists).map(([list, { recognition, category }]) => `${list}:${recognition}:${String(category)}`),
      ),
    ),
  );

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

const KINDS = ['entered', 'left', 'moved'] as const;

/** The movements of a list over all days, and its size before and after them. */
const movementAnswers = async (
  ask: Handlers,
  scope: Scope,
  list: string,
  set: (typeof MEMBER_SETS)[number],
  days: number,
): Promise<object> => {
  const found = await ask.movements.execute(
    new Movements(scope, list, { from: text(-1), to: text(days), set, limit: 1_000 }),
  );
  if (found === null) throw new Error('no list');
  const movements = KINDS.flatMap((kind) =>
    found[kind].map(
      ({ day, caseId, category, previousCategory }) =>
        `${kind} ${day} ${caseId} ${String(previousCategory)} > ${String(category)}`,
    ),
  );
  return { opening: found.opening, closing: found.closing, movements: movements.sort() };
};

const movementsOfModel = (
  model: BruteForceModel,
  list: string,
  set: (typeof MEMBER_SETS)[number],
  days: number,
): object => ({
  opening: model.size(list, -1, set),
  closing: model.size(list, days, set),
  movements: model
    .movements(list, -1, days, set)
    .map(
      ({ kind, day, id, category, previousCategory }) =>
        `${kind} ${text(day)} ${id} ${String(previousCategory)} > ${String(category)}`,
    )
    .sort(),
});

const checkLog = async (seed: number): Promise<void> => {
  const drawn = randomLog(seed);
  const { lists, days, log } = drawn;
  const { ask, start, close } = await project(drawn, new Random(seed + 1_000_000));
  const slow = new TwoTimesModel(log, { lists, days });
  const cases = unique(log.map(({ stream }) => stream));
  for (let known = 0; known <= log.length; known += 1) {
    const model = slow.knownAt(known);
    const knownAt = `position:${start + known}`;
    const where = { seed, known };
    for (let day = -1; day <= days; day += 1) {
      const scope = scopeOf({ asOf: text(day), knownAt });
      for (const { id: list } of lists)
        same({ ...where, day, list }, await listAnswers(ask, scope, list), listOfModel(model, list, day));
      for (const id of cases)
        same({ ...where, day, id }, await caseAnswer(ask, scope, id), caseOfModel(model.standings(id, day)));
    }
    for (const { id: list } of lists)
      for (const set of MEMBER_SETS) {
        const answers = await movementAnswers(ask, scopeOf({ knownAt }), list, set, days);
        same({ ...where, list, set }, answers, movementsOfModel(model, list, set, days));
      }
  }
  await close();
};

/** Compares texts first: `expect` takes longer than the queries. */
const same = (where: object, actual: unknown, expected: unknown): void => {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  const place = JSON.stringify(where);
  expect({ [place]: actual }).toEqual({ [place]: expected });
};

test.each(blocks)(
  'logs %i to %i answer what the brute-force model answers, as known at any position',
  async (from = 0, to = 0) => {
    for (let seed = from; seed <= to; seed += 1) await checkLog(seed);
  },
  600_000,
);
