/** Brute-force model of what the events of a case say about the person: names, references and description. Imports no code under test. */

export interface ModelName {
  readonly text: string;
  readonly script: string;
  readonly language: string;
  readonly kind: string;
}

interface ModelReference {
  readonly list: string;
  readonly reference: string;
}

export interface ModelPerson {
  /** The distinct names, in order of recording. */
  readonly names: readonly ModelName[];
  /** The name that lists show; null without a name. */
  readonly shownName: string | null;
  readonly references: readonly ModelReference[];
  readonly description: Readonly<Record<string, string>>;
}

/** An event that stands, as corrected. */
interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The fields of a description, in the order in which answers name them. */
const DESCRIPTION = ['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'];

export const personOf = (events: readonly Told[]): ModelPerson => {
  const names = distinct(
    events.flatMap(({ type, data }) =>
      type === 'opened' ? (data['names'] as readonly ModelName[]) : type === 'named' ? [data['name'] as ModelName] : [],
    ),
  );
  const references = distinct(
    events.flatMap(({ type, data }) =>
      type === 'opened'
        ? ((data['references'] ?? []) as readonly ModelReference[])
        : type === 'referenced'
          ? [{ list: String(data['list']), reference: String(data['reference']) }]
          : [],
    ),
  );
  const fields: Record<string, unknown> = Object.assign(
    {},
    ...events.filter(({ type }) => type === 'opened' || type === 'described').map(({ data }) => data),
  );
  const description: Record<string, string> = {};
  for (const field of DESCRIPTION) {
    const value = fields[field];
    if (typeof value === 'string') description[field] = value;
  }
  const full = names.filter(({ kind }) => kind === 'full');
  const shown = full.find(({ language, script }) => language === 'az' && script === 'Latn') ?? full[0] ?? names[0];
  return { names, shownName: shown?.text ?? null, references, description };
};

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
