/** The query that computes an edition of a list as if it were published now. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EditionDraft } from '../../domain/list/editions.js';
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import { formatDay, type Day } from '../../domain/time.js';
import { LIMITS } from '../../schema/limits.js';
import { retryIfFileReplaced } from '../one-file.js';
import { countMatchingPeople } from '../list/page.js';
import { listScope, toPeriodSqlConditions, memberConditions } from '../list/predicate.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { editionNumbers } from './flow.js';
import { byReference, certainMembers, editionHash, lineHash, linesOf, createLineSalt } from './lines.js';

/**
 * Computes an edition of a list, with new salts each time. Null for an unknown list; `tooMany`, the number of members,
 * where they exceed the limit of an edition.
 */
export class DraftEdition extends Query<EditionDraft | { readonly tooMany: number } | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
  ) {
    super();
  }
}

@QueryHandler(DraftEdition)
export class DraftEditionHandler implements IQueryHandler<DraftEdition> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, list }: DraftEdition): Promise<EditionDraft | { readonly tooMany: number } | null> {
    const { day, position } = (await openScope(this.reader, asked)).scope;
    return retryIfFileReplaced(this.reader, position, async (context) => {
      const defined = context.logTables.listAt(list, position);
      return defined && this.#draft(context, defined.definition, defined.revision, day, position);
    });
  }

  async #draft(
    context: QueryContext,
    list: ListDefinition,
    listRevision: number,
    day: Day,
    position: number,
  ): Promise<EditionDraft | { readonly tooMany: number }> {
    const { counters, position: head } = context;
    const scope = listScope(list.id, day, position, head);
    const { yes: total, uncertain } = countMatchingPeople(
      counters,
      scope,
      toPeriodSqlConditions(memberConditions(list, day)),
    );
    if (total > LIMITS.editionMembers) return { tooMany: total };
    const members = certainMembers(context, list, day, position);
    const lines = [...linesOf(context, list, day, position, members).values()]
      .sort(byReference)
      .map((line) => ({ line, salt: createLineSalt() }))
      .map(({ line, salt }) => ({ case: line.case, salt, hash: lineHash(salt, line) }));
    const numbers = await editionNumbers(this.reader, context, list, day, position, members);
    return {
      knownAt: position,
      listRevision,
      policy: policyIn(list, day),
      total,
      uncertain,
      ...numbers,
      hash: editionHash(lines.map(({ hash }) => hash)),
      lines: lines.map(({ case: caseId, hash }) => ({ case: caseId, hash })),
      salts: lines.map(({ salt }) => salt),
    };
  }
}

const policyIn = (list: ListDefinition, day: Day): EditionDraft['policy'] => {
  const { from, custody } = policyOn(list, day);
  return list.policies.some((policy) => policy.from === from) ? { from: formatDay(from), custody } : { custody };
};
