/** Implements EligiblePersons, which the command that applies an instrument needs, by a query to the read models. */
import type { QueryBus } from '@nestjs/cqrs';
import type { EligiblePersonsQuestion, EligiblePerson, EligiblePersons } from './commands/eligible-persons.js';
import { StoreUnavailable } from './event-store/port.js';
import { PeopleByEligibility } from './read-models/eligibility/eligibility.query.js';
import type { EligibilityView } from './read-models/eligibility/eligibility.view.js';
import { NotCaughtUp, QueriesBusy } from './read-models/query-errors.js';
import { Scope, UNRESTRICTED } from './read-models/scope.js';

/** Persons per page. Small, since for each person on a page the query computes the verdict once more, with its reasons. */
const ELIGIBLE_PAGE_SIZE = 100;

export const eligiblePersonsOf = (queries: QueryBus): EligiblePersons => {
  const ask = async (
    { instrument, clause, list, listDay, day }: EligiblePersonsQuestion,
    scope: { readonly knownAt?: string; readonly atLeast?: string },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<EligibilityView | null> =>
    queries.execute(
      new PeopleByEligibility(new Scope(UNRESTRICTED, { asOf: day, ...scope }), instrument, {
        list,
        clause: [clause],
        ...(listDay === undefined ? {} : { listDay }),
        verdict: 'eligible',
        ...page,
      }),
    );
  return {
    positionAfter: async (cursor, question) =>
      (await ask(question, cursor === null ? {} : { atLeast: cursor }, { limit: 1 }))?.position ?? 0,
    knownAt: async (position, question) => {
      const persons: EligiblePerson[] = [];
      const scope = { knownAt: `position:${position}` };
      for (let after: string | undefined; ;) {
        const page = await readModelErrorsAsStoreUnavailable(
          ask(question, scope, { limit: ELIGIBLE_PAGE_SIZE, ...(after === undefined ? {} : { after }) }),
        );
        for (const { caseId, references } of page?.items ?? [])
          persons.push({ caseId, reference: references.find(({ list }) => list === question.list)?.reference ?? null });
        if (page === null || page.next === null) return persons;
        after = page.next;
      }
    },
  };
};

/** Throws StoreUnavailable while the read models do not answer, which makes a resumed job wait and try again. */
const readModelErrorsAsStoreUnavailable = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotCaughtUp || error instanceof QueriesBusy)
      throw new StoreUnavailable('the read models do not answer yet', { cause: error });
    throw error;
  }
};
