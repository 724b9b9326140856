/**
 * People whose cases the current file has opened. The read models may not know them yet, so that a second row of one person is found
 * here. Whoever is known from before the file is found by the command that opens a case.
 */
import type { CaseEvent, Reference } from '../domain/case/events.js';
import { nameWords } from '../domain/names/folding.js';
import { likenessOf, NO_CIRCUMSTANCES, type PersonData } from '../domain/names/likeness.js';
import { matchNames } from '../domain/names/ranking.js';

export type Opened = Extract<CaseEvent, { readonly type: 'opened' }>;

/** A person with a reference of the case; where it has none, with its id. */
interface KnownPerson extends PersonData {
  readonly caseName: string;
}

export class PeopleOfFile {
  /** People by each of their names in any spelling, without fathers' names. */
  readonly #byName = new Map<string, KnownPerson[]>();

  /**
   * The reference or id of a case that the file has opened and that is probably of the same person (`Likeness.isProbable`); null where
   * there is none.
   */
  probablySame(opened: Opened): string | null {
    const person = personOf(opened);
    const others = person.names.flatMap((name) => this.#byName.get(unorderedNameKey(name)) ?? []);
    return others.find((other) => isProbablySame(person, other))?.caseName ?? null;
  }

  add(opened: Opened, caseId: string): void {
    const [first] = opened.references ?? [];
    const person = { ...personOf(opened), caseName: first === undefined ? caseId : referenceText(first) };
    for (const key of new Set(person.names.map(unorderedNameKey))) {
      if (key === '') continue;
      const others = this.#byName.get(key);
      if (others === undefined) this.#byName.set(key, [person]);
      else others.push(person);
    }
  }
}

const referenceText = ({ list, reference }: Reference): string => `${list}:${reference}`;

const personOf = ({ names, born, sex }: Opened): PersonData => ({
  names: names.map(({ text }) => text),
  born: born ?? null,
  sex: sex ?? null,
  circumstances: NO_CIRCUMSTANCES,
});

const unorderedNameKey = (name: string): string =>
  nameWords(name)
    .flatMap(({ role, key }) => (role === 'name' ? [key] : []))
    .sort()
    .join(' ');

const isProbablySame = (one: PersonData, other: PersonData): boolean =>
  one.names.some((name) =>
    other.names.some((otherName) => likenessOf(matchNames(name, otherName), one, other).isProbable),
  );
