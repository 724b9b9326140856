/** People of a list as rows of text: what stands in each column, and what no column says. Pure. */
import type { PersonRow, StandingView } from '../read-models/queries.js';
import { escapeFormula } from './formula-escape.js';

/** Those that a register file has too carry the names that they have there. */
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

export const LEAVES_OUT =
  'who is not on the list on that day, other lists, other spellings of a name, sex and birth, courts and terms, the days ' +
  'of events, sources, findings and the history; the log in NDJSON leaves out nothing';

/** One person. Several possible values stand as `a | b`; `undecided` where the register enumerates none. */
export const personRow = (person: PersonRow, list: string): readonly string[] => {
  const { references, name, certainty, standings, caseId } = person;
  const among = (value: (standing: StandingView) => string): string =>
    standings.length === 0 ? 'undecided' : together(standings.map(value));
  const cells: Readonly<Record<Column, string>> = {
    ref: references.flatMap((one) => (one.list === list ? [one.reference] : [])).join('; '),
    name: name ?? '',
    category: among(({ lists }) => lists.find((one) => one.list === list)?.category ?? ''),
    certainty,
    custody: among(({ custody }) => custody),
    proceedings: among(({ proceedings }) => proceedings),
    sentence: among(({ sentence }) => sentence),
    sentence_end: among(sentenceEnd),
    articles: among(({ articles }) => articles.join(';')),
    facility: among(({ facility }) => facility ?? ''),
    incident: among(({ incident }) => incident ?? ''),
    case: caseId,
  };
  return PEOPLE_COLUMNS.map((column) => escapeFormula(cells[column]));
};

/** Each value once; where there are several, having none is one of them. */
const together = (values: readonly string[]): string => {
  const different = [...new Set(values)];
  return different.length > 1
    ? different.map((value) => (value === '' ? 'none' : value)).join(' | ')
    : different.join('');
};

const sentenceEnd = ({ life, sentenceEnd: end }: StandingView): string => {
  if (life) return 'life';
  if (end === null) return '';
  if (end.latest === null) return `${end.earliest}/..`;
  return end.earliest === end.latest ? end.earliest : `${end.earliest}/${end.latest}`;
};
