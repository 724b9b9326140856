/** What may stand in a URL's query, in the headers of a write, and in its body beside the event. */
import { CUSTODIES, PROCEEDINGS, type Custody, type Proceedings } from '../domain/case/state.js';
import {
  CERTAINTIES,
  COUNTED_BY,
  MEMBER_SETS,
  SORTS,
  STAGES,
  type Certainty,
  type Filters,
  type MemberSet,
  type Page,
  type Sort,
} from '../read-models/queries.js';
import { allEvents } from '../domain/events.js';
import { SEPARATOR_NAMES, type Separator } from '../register-files/list-export.js';
import { field, ObjectRule } from '../schema/field.js';
import {
  articleFilter,
  findingCode,
  textMatching,
  fullDay,
  registerId,
  oneOf,
  objectOf,
  arrayOf,
  slug,
  text,
  integer,
} from '../schema/kinds.js';
import { LIMITS } from '../schema/limits.js';
import { ENTITY_TAGS } from './revision.js';

const optional = { optional: true } as const;
const some = (kind: ReturnType<typeof text>) => arrayOf(kind, 1, LIMITS.alternatives);
const mark = text(LIMITS.cursor);
const limit = integer(1, LIMITS.page);
const position = integer(0, Number.MAX_SAFE_INTEGER);

/** A read that can wait for what was written. */
export class AtLeast {
  @field(mark, { ...optional, means: 'A token that a write answered with; the answer takes account of that write.' })
  atLeast?: string;
}

/** A question about a day. */
export class AsOf extends AtLeast {
  @field(fullDay, { ...optional, means: 'What was true on this day; today where absent.' })
  asOf?: string;
}

class Filtered extends AsOf {
  @field(some(slug), { ...optional, means: 'Category of the list; several are alternatives.' })
  category?: string[];

  @field(some(oneOf(CUSTODIES)), optional)
  custody?: Custody[];

  @field(some(oneOf(PROCEEDINGS)), optional)
  proceedings?: Proceedings[];

  @field(oneOf(STAGES), { ...optional, means: 'Stage of proceedings; on appeal and final count as convicted.' })
  stage?: (typeof STAGES)[number];

  @field(some(articleFilter), { ...optional, means: '234 finds all its parts, 234.4 those beginning so.' })
  article?: string[];

  @field(text(LIMITS.name), optional)
  facility?: string;

  @field(slug, optional)
  incident?: string;

  @field(oneOf(CERTAINTIES), { ...optional, means: 'Certainly so, or only in some possible courses of events.' })
  certainty?: Certainty;
}

/** People of a list, all of them. */
export class PeopleQuery extends Filtered {
  @field(oneOf(SORTS), optional)
  sort?: Sort;
}

/** The same as CSV. */
export class CsvQuery extends PeopleQuery {
  @field(oneOf(SEPARATOR_NAMES), {
    ...optional,
    means: 'What parts the cells: a comma where absent; spreadsheets in Azerbaijani and Russian want a semicolon.',
  })
  separator?: Separator;
}

export class MembersQuery extends PeopleQuery {
  @field(limit, { default: LIMITS.defaultPage })
  limit: number;

  @field(mark, { ...optional, means: 'The `next` mark of the page before.' })
  after?: string;
}

export class CasesQuery extends MembersQuery {
  @ObjectRule<CasesQuery>(
    'PARAMETER.NEEDS',
    'list',
    'the list whose categories are meant',
    (q) => q.category === undefined || q.list !== undefined,
  )
  @field(slug, { ...optional, means: 'Only people of this list on that day.' })
  list?: string;

  @field(
    textMatching(
      new RegExp(`^[a-z0-9-]{1,${LIMITS.slug}}:.{1,${LIMITS.reference}}$`),
      'a list and a reference: union:AZ-0137',
    ),
    {
      ...optional,
      means: 'A list and a reference in it, in any spelling: `union:AZ-0137`.',
    },
  )
  reference?: string;
}

export const EXIT_REASON = 'exit-reason';

const MEANT_SET =
  'those certainly on the list (unless set), or those possibly on it; with partial dates each set moves on its own days.';

const isSpan = ({ from, to }: { readonly from?: string; readonly to?: string }): boolean =>
  from === undefined || to === undefined || from <= to;

export class CountsQuery extends Filtered {
  @ObjectRule<CountsQuery>(
    'PARAMETER.NEEDS',
    'by',
    'with by=exit-reason no filters but category, and no asOf',
    (q) => q.by !== EXIT_REASON || EXCLUDED_BY_EXITS.every((name) => q[name] === undefined),
  )
  @field(slug)
  list: string;

  @ObjectRule<CountsQuery>('PARAMETER.NEEDS', 'from', 'from and to with by=exit-reason, and only there', (q) =>
    [q.from, q.to].every((day) => (day !== undefined) === (q.by === EXIT_REASON)),
  )
  @field(oneOf([...COUNTED_BY, EXIT_REASON]))
  by: (typeof COUNTED_BY)[number] | typeof EXIT_REASON;

  @ObjectRule<CountsQuery>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @field(fullDay, { ...optional, means: 'With `by=exit-reason`: the day after whose end people left.' })
  from?: string;

  @field(fullDay, { ...optional, means: 'With `by=exit-reason`: the last day.' })
  to?: string;

  @ObjectRule<CountsQuery>(
    'PARAMETER.NEEDS',
    'set',
    'only with by=exit-reason',
    (q) => q.set === undefined || q.by === EXIT_REASON,
  )
  @field(oneOf(MEMBER_SETS), { ...optional, means: `With \`by=exit-reason\`: ${MEANT_SET}` })
  set?: MemberSet;
}

const EXCLUDED_BY_EXITS = [
  'asOf',
  'custody',
  'proceedings',
  'stage',
  'article',
  'facility',
  'incident',
  'certainty',
] as const;

export class MovementsQuery extends AtLeast {
  @ObjectRule<MovementsQuery>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @field(fullDay, { means: 'Movements after the end of this day.' })
  from: string;

  @field(fullDay, { means: 'Movements until the end of this day.' })
  to: string;

  @field(some(slug), { ...optional, means: 'Counts and movements of these categories alone.' })
  category?: string[];

  @field(oneOf(MEMBER_SETS), { ...optional, means: MEANT_SET })
  set?: MemberSet;

  @field(integer(1, LIMITS.movements), { default: LIMITS.movements, means: 'Movements on a page, all kinds together.' })
  limit: number;

  @field(mark, { ...optional, means: 'The `next` mark of the page before.' })
  after?: string;
}

const types = arrayOf(oneOf(Object.keys(allEvents)), 1, Object.keys(allEvents).length);

class FromPosition extends AtLeast {
  @field(types, optional)
  type?: string[];

  @field(position, { default: 0, means: 'Only what was recorded after this position.' })
  after: number;
}

export class HistoryQuery extends FromPosition {
  @field(limit, { default: LIMITS.defaultPage })
  limit: number;
}

export class EventsQuery extends FromPosition {
  @field(integer(1, Number.MAX_SAFE_INTEGER), { ...optional, means: 'At most so many events.' })
  limit?: number;
}

export class FeedQuery {
  @field(slug, {
    ...optional,
    means:
      'Only what concerns this list: its own events, and those of a case from the first that names the list, by a judgment or a reference.',
  })
  list?: string;

  @field(types, optional)
  type?: string[];

  @field(position, { default: 0, means: 'Only what was recorded after this position.' })
  after: number;
}

/** The headers of a request for a feed, by their names in lower case. */
export class FeedHeaders {
  @field(position, { ...optional, means: 'The id of the last event that the reader has; stands before `after`.' })
  'last-event-id'?: number;
}

const FILTERS = [
  'category',
  'custody',
  'proceedings',
  'stage',
  'article',
  'facility',
  'incident',
  'certainty',
] as const satisfies readonly (keyof Filters)[];

/** The filters of a query, those absent left out. */
export const filtersOf = (query: Filtered): Filters => pick(query, FILTERS);

export const pageOf = (query: MembersQuery): Page => ({ limit: query.limit, ...pick(query, ['sort', 'after']) });

/** The named properties that are there. */
export const pick = <T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): { [P in K]: Exclude<T[P], undefined> } =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as never;

const actor = field(textMatching(/^person:[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/, 'person: and an opaque id: person:7f3a'), {
  means: 'Who records it. Nobody checks it yet, so it is stored as asserted; the id must not be a name.',
});
const idempotencyKey = field(textMatching(/^[\x21-\x7e]{1,128}$/, '1 to 128 visible ASCII characters'), {
  ...optional,
  means: 'Makes a repeat of the same request answer as the first time did, for ever.',
});

/** The headers of a write of many rows, by their names in lower case. */
export class RowsHeaders {
  @actor 'x-actor': string;
  @idempotencyKey 'idempotency-key'?: string;
}

/** Those of a write about one subject. */
export class WriteHeaders {
  @actor 'x-actor': string;
  @idempotencyKey 'idempotency-key'?: string;

  @field(textMatching(ENTITY_TAGS, 'entity tags in quotes, parted by commas, or *'), {
    ...optional,
    means:
      "The subject's revision that the caller saw, as its ETag, or several; the write is refused where it is none of them by now. " +
      'A weak tag (`W/`) matches no revision.',
  })
  'if-match'?: string;
}

/** What may stand in the body of a write beside the event. */
export class RequestOptions {
  @field(arrayOf(findingCode, 0, LIMITS.acknowledge), {
    default: [],
    means: 'Codes of findings of the grade `ask` that the caller stands by.',
  })
  acknowledge: string[];
}

/** How a row names its case. */
export class CaseName {
  @ObjectRule<CaseName>(
    'CASE.UNNAMED',
    '',
    'an id, or a list and a reference',
    ({ id, list, reference }) =>
      (id === undefined) !== (list === undefined) && (list === undefined) === (reference === undefined),
  )
  @field(registerId, optional)
  id?: string;

  @field(slug, optional)
  list?: string;

  @field(text(LIMITS.reference), optional)
  reference?: string;
}

/** What may stand in a row beside the event. */
export class RowOptions extends RequestOptions {
  @field(objectOf(CaseName), {
    ...optional,
    means:
      'The case: by its `id`, or by `list` and `reference`, also one that an earlier row gives it. Only `opened` has none.',
  })
  case?: CaseName;

  @field(integer(0, Number.MAX_SAFE_INTEGER), {
    ...optional,
    means: "The case's revision that the caller saw; the row is refused where it is another when its turn comes.",
  })
  ifMatch?: number;
}

/** The same, where the caller chooses the id of what begins. */
export class RequestOptionsWithId extends RequestOptions {
  @field(slug, { means: 'The id by which it will be known.' })
  id: string;
}
