/** The columns of an exported list, and the row of a person in it. Pure. */
import type { PersonView, StandingView } from '../read-models/list/person.view.js';
import { escapeFormula } from './formula-escape.js';

/** Columns that a register file has too have the same names there. */
export const PEOPLE_COLUMNS = [
  'ref',
  'name',
  'category',
  'certainty',
  'custody',
  'proceedings',
  'sentence',
  'sentence_end',
  'articles',
  'facility',
  'incident',
  'case',
] as const;

type Column = (typeof PEOPLE_COLUMNS)[number];

export const LEFT_OUT_OF_LIST_FILE =
  'who is not on the list on that day, other lists, other spellings of a name, sex and birth, courts and terms, the days ' +
  'of events, sources, findings and the history; the log in NDJSON leaves out nothing';

/** Several possible values are written as `a | b`; `undecided` where the timeline gives no standing. */
export const personRow = (person: PersonView, list: string): readonly string[] => {
  const { references, name, certainty, standings, caseId } = person;
  const inEachStanding = (value: (standing: StandingView) => string): string =>
    standings.length === 0 ? 'undecided' : joinDistinct(standings.map(value));
  const cells: Readonly<Record<Column, string>> = {
    ref: references.flatMap((reference) => (reference.list === list ? [reference.reference] : [])).join('; '),
    name: name ?? '',
    category: inEachStanding(({ lists }) => lists.find((entry) => entry.list === list)?.category ?? ''),
    certainty,
    custody: inEachStanding(({ custody }) => custody),
    proceedings: inEachStanding(({ proceedings }) => proceedings),
    sentence: inEachStanding(({ sentence }) => sentence),
    sentence_end: inEachStanding(sentenceEndText),
    articles: inEachStanding(({ articles }) => articles.join(';')),
    facility: inEachStanding(({ facility }) => facility ?? ''),
    incident: inEachStanding(({ incident }) => incident ?? ''),
    case: caseId,
  };
  return PEOPLE_COLUMNS.map((column) => escapeFormula(cells[column]));
};

/** Joins the distinct values; an empty one of several is written as `none`. */
const joinDistinct = (values: readonly string[]): string => {
  const different = [...new Set(values)];
  return different.length > 1
    ? different.map((value) => (value === '' ? 'none' : value)).join(' | ')
    : different.join('');
};

const sentenceEndText = ({ life, sentenceEnd: end }: StandingView): string => {
  if (life) return 'life';
  if (end === null) return '';
  if (end.latest === null) return `${end.earliest}/..`;
  return end.earliest === end.latest ? end.earliest : `${end.earliest}/${end.latest}`;
};
