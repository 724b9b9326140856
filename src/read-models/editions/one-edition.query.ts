import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EditionPublished } from '../../domain/list/editions.js';
import type { ListDefinition } from '../../domain/list/list.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { hasErasedName } from '../person.js';
import { openScope, requireDay, type Scope } from '../scope.js';
import type { EditionMemberView, EditionWithMembersView } from './edition.view.js';
import { certainMembers, lineHash, linesOf } from './lines.js';
import { editionAt, editionView, editionPublicationsOf } from './published-editions.js';

/**
 * One edition with a page of its members, reproduced from the log as known when it was published; null if the list or the edition is
 * not known in the scope. No event recorded later changes the answer; the erasure of a name or salt does.
 */
export class OneEdition extends Query<EditionWithMembersView | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly id: string,
    readonly page: { readonly limit: number; readonly after?: string },
  ) {
    super();
  }
}

/** The text in place of an erased name. */
const ERASED_NAME_TEXT = '[erased]';

@QueryHandler(OneEdition)
export class OneEditionHandler implements IQueryHandler<OneEdition> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Throws InvalidCursor for a cursor of another query. */
  async execute({
    scope: asked,
    list,
    id,
    page: { limit, after },
  }: OneEdition): Promise<EditionWithMembersView | null> {
    const queryKey = ['edition', asked.key, list, id];
    const { scope, ...context } = await openScope(this.reader, asked);
    const first = after === undefined ? 0 : (readCursor(after, queryKey, context.logId) as number);
    const [publication] = editionPublicationsOf(context, list, scope.position, id);
    if (publication === undefined) return null;
    const edition = editionAt(context, publication);
    const definition = context.logTables.listAt(list, edition.knownAt)?.definition;
    if (definition === undefined) throw new Error('a list that is published is defined');
    const end = first + limit;
    const hasMore = end < edition.lines.length;
    return {
      ...editionView(list, edition, publication),
      members: editionMembersOf(context, definition, edition, first, end),
      next: hasMore ? writeCursor(end, queryKey, context.logId) : null,
    };
  }
}

/**
 * The members in lines `first` to `end` (exclusive) of an edition, computed again as known when it was published, and compared with
 * their hashes.
 */
const editionMembersOf = (
  context: QueryContext,
  list: ListDefinition,
  { asOf, knownAt, lines, salts }: EditionPublished,
  first: number,
  end: number,
): readonly EditionMemberView[] => {
  const day = requireDay(asOf);
  const { cases } = context.logTables;
  const shown = lines.slice(first, end);
  const caseNos = shown.flatMap((line) => cases.caseNoOf(line.case) ?? []);
  const members = certainMembers(context, list, day, knownAt, caseNos);
  const read = linesOf(context, list, day, knownAt, members);
  return shown.map(({ case: caseId, hash }, index) => {
    const salt = salts[first + index] ?? null;
    const caseNo = cases.caseNoOf(caseId);
    const line = (caseNo === null ? undefined : read.get(caseNo)) ?? null;
    const { name = null, category = null, reference = null } = line ?? {};
    const member = { reference, case: caseId, name, category, hash, salt };
    if (salt !== null && line !== null && lineHash(salt, line) === hash)
      return { ...member, reproduced: 'as-published' };
    const isNameErased =
      caseNo !== null &&
      hasErasedName(context.logTables.caseEntries(caseNo, knownAt).map((entry) => entry.eventWithId));
    if (salt !== null && (line === null || !isNameErased)) return { ...member, reproduced: 'differs' };
    return { ...member, name: isNameErased ? ERASED_NAME_TEXT : name, reproduced: 'erased' };
  });
};
