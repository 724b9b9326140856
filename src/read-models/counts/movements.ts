/** Who came onto a list, who left it, and who changed category between the ends of two days. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Reference } from '../../domain/case/facts.js';
import type { ListDefinition } from '../../domain/list/list.js';
import { formatDay, parseEdtf, type Day } from '../../domain/time.js';
import type { Entry } from '../dossiers.js';
import { believed, dayOf, matching, onList, scopeOf, scopeValues, valid, type Scope } from '../list/predicate.js';
import type { PeriodRow } from '../list/rows.js';
import { Movements, type Movement } from '../questions.js';
import { Reader, type Reading } from '../reader.js';
import { lastCategory, whyEntered, whyLeft, type Cause } from './movement.js';

type Answer = Awaited<ReturnType<IQueryHandler<Movements>['execute']>>;

/** Those certainly on the list, by their number in the file, with their category; null where several are possible. */
type Members = ReadonlyMap<number, string | null>;

/** A list between the ends of two days. */
interface Span {
  readonly reading: Reading;
  readonly list: ListDefinition;
  readonly from: Day;
  readonly to: Day;
}

@QueryHandler(Movements)
export class MovementsHandler implements IQueryHandler<Movements> {
  constructor(private readonly reader: Reader) {}

  /**
   * With categories: opening and closing count those alone, and who moved into or out of one stands under `moved`.
   * Throws RangeError where `from` lies after `to`.
   */
  async execute({ list, ask }: Movements): Promise<Answer> {
    const reading = await this.reader.read({ atLeast: ask.atLeast });
    const found = reading.dossiers.list(list, reading.position);
    if (found === null) return null;
    const span: Span = { reading, list: found.definition, from: dayOf(ask.from), to: dayOf(ask.to) };
    if (span.from > span.to) throw new RangeError('the first day lies after the last');
    const [before, after] = [membersOn(span, span.from), membersOn(span, span.to)];
    const asked = (category: string | null): boolean =>
      ask.category === undefined || (category !== null && ask.category.includes(category));
    const left = whoLeft(span, before, after).filter(({ category }) => asked(category));
    return {
      list,
      from: ask.from,
      to: ask.to,
      position: reading.position,
      opening: [...before.values()].filter(asked).length,
      closing: [...after.values()].filter(asked).length,
      entered: whoEntered(span, before, after).filter(({ category }) => asked(category)),
      left,
      moved: whoMoved(span, before, after).filter((m) => asked(m.category) || asked(m.previousCategory)),
      leftByReason: countReasons(left),
    };
  }
}

const scopeOn = ({ reading: { position }, list }: Span, day: Day): Scope => scopeOf(list.id, day, position, position);

const membersOn = (span: Span, day: Day): Members => {
  const scope = scopeOn(span, day);
  const match = matching(onList(span.list, day));
  const sql = `SELECT p.case_no, CASE WHEN count(p.category) = count(*) AND min(p.category) = max(p.category)
      THEN min(p.category) END FROM periods p
    WHERE p.list = @list AND ${valid('p', scope)} GROUP BY p.case_no HAVING min(${match.sure})`;
  const rows = span.reading.db
    .prepare(sql)
    .raw()
    .all({ ...scopeValues(scope), ...match.values });
  return new Map(rows as [number, string | null][]);
};

const whoEntered = (span: Span, before: Members, after: Members): readonly Movement[] => {
  const came = [...after].filter(([caseNo]) => !before.has(caseNo));
  return inOrder(span, came, ({ listed, own }, category) => ({
    ...whyEntered(span.list, { listed, own }, span.from, span.to),
    category,
    previousCategory: null,
  }));
};

const whoLeft = (span: Span, before: Members, after: Members): readonly Movement[] => {
  const went = [...before].filter(([caseNo]) => !after.has(caseNo));
  return inOrder(span, went, ({ listed, own }) => {
    const cause = whyLeft(span.list, { listed, own }, span.from, span.to);
    return { ...cause, category: lastCategory({ listed, own }, cause.day - 1), previousCategory: null };
  });
};

const whoMoved = (span: Span, before: Members, after: Members): readonly Movement[] => {
  const moved = [...after].filter(([caseNo, category]) => {
    const previous = before.get(caseNo) ?? null;
    return category !== null && previous !== null && category !== previous;
  });
  return inOrder(span, moved, ({ caseNo, entries }, category) => ({
    ...lastSaid(span, entries, category),
    category,
    previousCategory: before.get(caseNo) ?? null,
  }));
};

/** The last fact by `to` that put the case into a category: by its day, and of those of a day by when it was recorded. */
const lastSaid = ({ list, to }: Span, entries: readonly Entry[], category: string | null): Cause => {
  const said = entries.flatMap(({ known: { id, fact } }) => {
    const day = parseEdtf(('occurredOn' in fact ? fact.occurredOn : undefined) ?? '')?.earliest;
    if (!('category' in fact) || !('list' in fact) || day === undefined || day > to) return [];
    return fact.list === list.id && fact.category === category ? [{ day, reason: fact.type, fact: id }] : [];
  });
  return said.sort((a, b) => a.day - b.day).at(-1) ?? { day: to, reason: 'recategorised', fact: null };
};

interface CaseBetween {
  readonly caseNo: number;
  readonly listed: readonly PeriodRow[];
  readonly own: readonly PeriodRow[];
  readonly entries: readonly Entry[];
}

type Told = Cause & Pick<Movement, 'category' | 'previousCategory'>;

/** A movement for each of the people, in the order of their names. */
const inOrder = (
  span: Span,
  people: readonly (readonly [number, string | null])[],
  tell: (between: CaseBetween, category: string | null) => Told,
): readonly Movement[] => {
  const { db, dossiers, position } = span.reading;
  const scope = scopeOn(span, span.to);
  const heading = db.prepare(
    `SELECT h.case_id, h.name, h.name_key, h.refs FROM headings h
     WHERE h.list = @list AND h.case_no = @caseNo AND ${believed('h', scope)}`,
  );
  const rows = db.prepare(
    `SELECT p.* FROM periods p WHERE p.list = @rowsOf AND p.case_no = @caseNo AND ${believed('p', scope)}
     AND p.from_day <= @to AND @from <= p.to_day`,
  );
  const movements = people.map(([caseNo, category]) => {
    const values = { list: scope.list, caseNo, known: position, from: span.from, to: span.to };
    const entries = dossiers.entries(caseNo, position);
    const { case_id, name, name_key, refs } = heading.get(values) as Heading;
    const listed = rows.all({ ...values, rowsOf: scope.list }) as PeriodRow[];
    const own = rows.all({ ...values, rowsOf: '' }) as PeriodRow[];
    const { day, ...told } = tell({ caseNo, listed, own, entries }, category);
    const fact = entries.find(({ known }) => known.id === told.fact)?.known.fact;
    const on = fact !== undefined && 'occurredOn' in fact ? (fact.occurredOn ?? null) : formatDay(day);
    const references = JSON.parse(refs) as readonly Reference[];
    return {
      key: Buffer.from(`${name_key}\u0000${case_id}`),
      movement: { caseId: case_id, references, name, on, ...told },
    };
  });
  return movements.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ movement }) => movement);
};

interface Heading {
  readonly case_id: string;
  readonly name: string | null;
  readonly name_key: string;
  readonly refs: string;
}

const countReasons = (left: readonly Movement[]): { readonly reason: string; readonly count: number }[] => {
  const counts = new Map<string, number>();
  for (const { reason } of left) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => (a.reason < b.reason ? -1 : 1));
};
