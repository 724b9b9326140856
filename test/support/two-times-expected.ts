/** The answers of the brute-force model on two times, in the form of two-times-answers.ts. */
import type { BruteForceModel, DayState, Grouping } from './brute-force-model.js';
import { sortedSet } from './two-times-answers.js';
import { dayText } from './two-times-events.js';
import type { KnownModel, Moment, TwoTimesModel } from './two-times-model.js';

type MemberSet = 'certain' | 'possible';

const standingText = (state: DayState): string => {
  const { custody, proceedings, sentenceState, sentence, articles, facility, incident, end, lists } = state;
  return JSON.stringify([
    [custody, proceedings, sentenceState, sentence.life, articles.join(), facility, incident],
    end === null ? null : [dayText(end[0]), end[1] === null ? null : dayText(end[1])],
    Object.entries(lists)
      .map(([list, { recognition, category }]) => `${list}:${recognition}:${String(category)}`)
      .sort(),
  ]);
};

const standingsOn = (model: BruteForceModel, id: string, day: number): readonly string[] =>
  sortedSet((model.standings(id, day) ?? []).map(standingText));

const referencesOf = (model: KnownModel, id: string): readonly string[] =>
  (model.cases.get(id)?.person.references ?? []).map(({ list, reference }) => `${list}:${reference}`);

export const members = (model: KnownModel, list: string, day: number): object => {
  const { yes, uncertain } = model.members(list, day);
  return [...yes, ...uncertain]
    .map((id) => ({
      id,
      name: model.cases.get(id)?.person.shownName ?? null,
      certainty: yes.includes(id) ? 'yes' : 'uncertain',
      references: referencesOf(model, id),
      standings: standingsOn(model, id, day),
    }))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
};

/** People without a name come last. */
const sortKey = ({ id, name }: { readonly id: string; readonly name: string | null }): string => `${name ?? '~'} ${id}`;

export const counts = (model: KnownModel, list: string, day: number, by: Grouping): object => {
  const { yes, uncertain } = model.members(list, day);
  return {
    total: { yes: yes.length, uncertain: uncertain.length },
    groups: Object.entries(model.counts(list, day, by))
      .map(([key, totals]) => `${key} ${totals.yes} ${totals.uncertain}`)
      .sort(),
  };
};

export const movements = (model: KnownModel, list: string, set: MemberSet, days: number): object => ({
  opening: model.size(list, -1, set),
  closing: model.size(list, days, set),
  movements: model
    .movements(list, -1, days, set)
    .map(
      ({ kind, day, id, category, previousCategory }) =>
        `${kind} ${dayText(day)} ${id} ${String(previousCategory)} > ${String(category)}`,
    )
    .sort(),
});

export const differences = (model: TwoTimesModel, list: string, set: MemberSet, from: Moment, to: Moment): object => {
  const found = model.differences(list, set, from, to);
  const size = (day: number, known: number): number => model.knownAt(known).size(list, day, set);
  return {
    opening: size(from.day, from.known),
    reopening: size(from.day, to.known),
    closing: size(to.day, to.known),
    sums: (['learned-late', 'happened-since'] as const).map((origin) =>
      (['entered', 'left', 'moved'] as const).map(
        (kind) => found.filter((one) => one.origin === origin && one.kind === kind).length,
      ),
    ),
    lines: found
      .map(({ origin, kind, id, previousCategory, category, learnedBy }) =>
        [origin, kind, id, `${String(previousCategory)} > ${String(category)}`]
          .concat(origin === 'learned-late' ? [String(learnedBy)] : [])
          .join(' '),
      )
      .sort(),
  };
};

export const oneCase = (model: KnownModel, id: string, day: number, days: number): object | null => {
  const found = model.cases.get(id);
  if (found === undefined) return null;
  const { names, references, description } = found.person;
  return {
    names,
    references,
    description,
    standings: standingsOn(model, id, day),
    findings: found.findings.map(({ code, grade, events }) => `${code} ${grade} ${events.join()}`).sort(),
    days: Array.from({ length: days + 2 }, (_, at) => standingsOn(model, id, at - 1)),
  };
};
