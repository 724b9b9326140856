/** Entries to a list, exits from it and changes of category within a span of days: numbers of the whole, and a page of them. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Reference } from '../../domain/case/events.js';
import { formatDay, parseEdtf, type Day } from '../../domain/time.js';
import type { Entry } from '../log-tables.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { countPeople } from '../list/page.js';
import { believed, dayOf, filtered, matching, onList, scopeOf } from '../list/predicate.js';
import { Movements, type Movement, type MovementTotals } from '../queries.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { prepared } from '../table.js';
import { Replaced, visitMoved, type Moved } from './visit-movements.js';
import { onlyCategory, whyEntered, whyLeft, type Cause, type Flow, type Turn } from './movement.js';

type Answer = Awaited<ReturnType<IQueryHandler<Movements>['execute']>>;

/** Where the page before ended: the position that it answered as of, and its last movement. */
interface Cursor {
  readonly position: number;
  readonly day: Day;
  readonly key: string;
  readonly caseId: string;
}

@QueryHandler(Movements)
export class MovementsHandler implements IQueryHandler<Movements> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Throws RangeError where `from` lies after `to`, InvalidCursor for a cursor of another question. */
  async execute({ list, parameters: ask }: Movements): Promise<Answer> {
    const set = ask.set ?? 'certain';
    const question = ['movements', list, ask.from, ask.to, set, ask.category];
    const span = { from: dayOf(ask.from), to: dayOf(ask.to) };
    if (span.from > span.to) throw new RangeError('the first day lies after the last');
    const before = await this.reader.contextAt({ atLeast: ask.atLeast });
    const cursor = ask.after === undefined ? null : (readCursor(ask.after, question, before.logId) as Cursor);
    const known = cursor?.position ?? before.position;
    for (;;) {
      const reading = await this.reader.contextAt({ position: known });
      const definition = reading.logTables.list(list, known)?.definition;
      if (definition === undefined) return null;
      const flow: Flow = { list: definition, set, categories: ask.category, ...span };
      const opening = membersOn(reading, known, flow, flow.from);
      const closing = membersOn(reading, known, flow, flow.to);
      try {
        const { page, more, ...sums } = await this.#sum(reading, known, flow, ask.limit, cursor);
        const last = more ? page.at(-1) : undefined;
        return {
          list,
          from: ask.from,
          to: ask.to,
          set,
          position: known,
          opening,
          closing,
          ...sums,
          ...byKind(page),
          next: last === undefined ? null : writeCursor(cursorAt(known, last), question, reading.logId),
        };
      } catch (error) {
        if (!(error instanceof Replaced)) throw error;
      }
    }
  }

  async #sum(reading: QueryContext, known: number, flow: Flow, limit: number, cursor: Cursor | null): Promise<Sums> {
    const totals = { entered: 0, left: 0, moved: 0, movedIn: 0, movedOut: 0 };
    const reasons = new Map<string, number>();
    const page = new PageOfTurns(limit, cursor);
    await visitMoved(this.reader, reading, known, flow, (moved) => {
      for (const turn of moved.turns) {
        totals[turn.kind] += 1;
        if (turn.moved === 'in') totals.movedIn += 1;
        if (turn.moved === 'out') totals.movedOut += 1;
        if (turn.kind === 'left') {
          const { reason } = whyLeft(flow.list, moved.rows, turn.day);
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
        if (page.mayHold(turn)) page.offer(describe(flow, moved, turn));
      }
    });
    const { shown, more } = page.end();
    const leftByReason = [...reasons].map(([reason, count]) => ({ reason, count }));
    return { totals, leftByReason: leftByReason.sort((a, b) => (a.reason < b.reason ? -1 : 1)), page: shown, more };
  }
}

interface Sums {
  readonly totals: MovementTotals;
  readonly leftByReason: readonly { readonly reason: string; readonly count: number }[];
  readonly page: readonly Described[];
  readonly more: boolean;
}

/** People of the set at the end of a day, by the same count that a list on that day answers with. */
const membersOn = ({ counters, position }: QueryContext, known: number, flow: Flow, day: Day): number => {
  const scope = scopeOf(flow.list.id, day, known, position);
  const category = flow.categories === undefined ? {} : { category: flow.categories };
  const { yes, uncertain } = countPeople(counters, scope, matching([...onList(flow.list, day), ...filtered(category)]));
  return flow.set === 'certain' ? yes : yes + uncertain;
};

/** A movement with its place in the order of pages: by day, name and case. */
interface Described {
  readonly day: Day;
  readonly key: string;
  readonly caseId: string;
  readonly kind: Turn['kind'];
  readonly movement: Movement;
}

const cursorAt = (position: number, { day, key, caseId }: Described): Cursor => ({ position, day, key, caseId });

type Place = Pick<Described, 'day' | 'key' | 'caseId'>;

/** The order of SQLite over text: by bytes. */
const compare = (a: Place, b: Place): number =>
  a.day - b.day ||
  Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
  (a.caseId < b.caseId ? -1 : Number(a.caseId > b.caseId));

/** The first movements after a cursor, out of many that come in any order; holds at most twice a page. */
class PageOfTurns {
  #held: Described[] = [];
  /** No later day comes onto the page. */
  #lastDay: Day | null = null;

  constructor(
    private readonly limit: number,
    private readonly after: Cursor | null,
  ) {}

  mayHold({ day }: Turn): boolean {
    return (
      this.limit > 0 &&
      (this.after === null || day >= this.after.day) &&
      (this.#lastDay === null || day <= this.#lastDay)
    );
  }

  offer(described: Described): void {
    if (this.after !== null && compare(described, this.after) <= 0) return;
    this.#held.push(described);
    if (this.#held.length < 2 * (this.limit + 1)) return;
    this.#held = this.#held.sort(compare).slice(0, this.limit + 1);
    this.#lastDay = this.#held.at(-1)?.day ?? null;
  }

  end(): { readonly shown: readonly Described[]; readonly more: boolean } {
    const sorted = this.#held.sort(compare);
    return { shown: sorted.slice(0, this.limit), more: sorted.length > this.limit };
  }
}

const byKind = (page: readonly Described[]): Record<Turn['kind'], readonly Movement[]> => {
  const of = (kind: Turn['kind']): readonly Movement[] =>
    page.filter((described) => described.kind === kind).map(({ movement }) => movement);
  return { entered: of('entered'), left: of('left'), moved: of('moved') };
};

const describe = (flow: Flow, moved: Moved, turn: Turn): Described => {
  const { reading, scope, caseNo } = moved;
  const sql = `SELECT h.case_id, h.name, h.name_key, h.refs FROM list_entries h
    WHERE h.list = @list AND h.case_no = @caseNo AND ${believed('h', scope)}`;
  const listEntry = prepared(reading.db, sql).get({ list: scope.list, caseNo, known: scope.known }) as ListEntry;
  const entries = reading.logTables.entries(caseNo, scope.known);
  const { reason, event } = causeOf(flow, moved, turn, entries);
  const said = entries.find(({ known }) => known.id === event)?.known.event;
  const on = said !== undefined && 'occurredOn' in said ? (said.occurredOn ?? null) : formatDay(turn.day);
  return {
    day: turn.day,
    key: listEntry.name_key,
    caseId: listEntry.case_id,
    kind: turn.kind,
    movement: {
      caseId: listEntry.case_id,
      references: JSON.parse(listEntry.refs) as readonly Reference[],
      name: listEntry.name,
      day: formatDay(turn.day),
      on,
      reason,
      event,
      category: onlyCategory(turn.kind === 'left' ? turn.before : turn.after),
      previousCategory: turn.kind === 'moved' ? onlyCategory(turn.before) : null,
    },
  };
};

interface ListEntry {
  readonly case_id: string;
  readonly name: string | null;
  readonly name_key: string;
  readonly refs: string;
}

const causeOf = (flow: Flow, { rows }: Moved, turn: Turn, entries: readonly Entry[]): Cause => {
  if (turn.kind === 'entered') return whyEntered(flow.list, rows, turn.day);
  return turn.kind === 'left' ? whyLeft(flow.list, rows, turn.day) : whyMoved(flow, turn, entries);
};

/** The last event by the day that says a category which became possible there; of those of a day, the one recorded last. */
const whyMoved = ({ list }: Flow, { day, before, after }: Turn, entries: readonly Entry[]): Cause => {
  const added = [...after].filter((category) => !before.has(category));
  const wanted = new Set(added.length > 0 ? added : after);
  const said = entries.flatMap(({ known: { id, event } }) => {
    const when = parseEdtf(('occurredOn' in event ? event.occurredOn : undefined) ?? '')?.earliest;
    if (!('category' in event) || !('list' in event) || when === undefined || when > day) return [];
    return event.list === list.id && wanted.has(event.category)
      ? [{ when, cause: { reason: event.type, event: id } }]
      : [];
  });
  return said.sort((a, b) => a.when - b.when).at(-1)?.cause ?? { reason: 'recategorised', event: null };
};
