/**
 * The people whose cases the current file has opened. The read models may not have them yet, so a second row about one
 * person is found here; people recorded before the file are found by the command that opens a case.
 */
import { nameWords } from '../domain/names/folding.js';
import { likenessOf, type PersonData } from '../domain/names/likeness.js';
import { matchNames } from '../domain/names/ranking.js';

interface PersonOfOpenedCase extends PersonData {
  /** What a report calls the case: its reference, or else its id. */
  readonly caseLabel: string;
}

export class PeopleOfFile {
  /** People by each of their names in any spelling, without fathers' names. */
  readonly #byName = new Map<string, PersonOfOpenedCase[]>();

  /** The label of a case that was added for probably the same person (`Likeness.isProbable`); null where there is none. */
  caseLabelOfProbableDuplicate(person: PersonData): string | null {
    const others = person.names.flatMap((name) => this.#byName.get(unorderedNameKey(name)) ?? []);
    return others.find((other) => isProbablySamePerson(person, other))?.caseLabel ?? null;
  }

  add(person: PersonData, caseLabel: string): void {
    for (const key of new Set(person.names.map(unorderedNameKey))) {
      if (key === '') continue;
      const others = this.#byName.get(key);
      const opened = { ...person, caseLabel };
      if (others === undefined) this.#byName.set(key, [opened]);
      else others.push(opened);
    }
  }
}

const unorderedNameKey = (name: string): string =>
  nameWords(name)
    .flatMap(({ role, key }) => (role === 'name' ? [key] : []))
    .sort()
    .join(' ');

const isProbablySamePerson = (one: PersonData, other: PersonData): boolean =>
  one.names.some((name) =>
    other.names.some((otherName) => likenessOf(matchNames(name, otherName), one, other).isProbable),
  );
