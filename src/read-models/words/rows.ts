/** The texts of a case that are searched by their words: facilities and articles on the days of their periods, and the summary. */
import { LRUCache } from 'lru-cache';
import { unionOf, type DaySpan } from '../../domain/intervals.js';
import { toNfc } from '../../domain/text.js';
import { MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';
import { personDescription } from '../person.js';
import type { CaseHistory } from '../table.js';
import { textTokens, type TextKind } from './word-tokens.js';

/** Valid on days [from_day, to_day). */
export interface SearchedTextRow {
  readonly kind: TextKind;
  readonly text: string;
  readonly from_day: Day;
  readonly to_day: Day;
  /** The tokens under which the full-text index finds it, separated by spaces. */
  readonly tokens: string;
}

export const searchedTextRows = ({ events, periods }: CaseHistory): readonly SearchedTextRow[] => {
  const facilities = new Map<string, DaySpan[]>();
  const articles = new Map<string, DaySpan[]>();
  for (const { from, to, standing } of periods) {
    if (standing === null) continue;
    if (standing.facility !== null) addSpan(facilities, toNfc(standing.facility), { from, to });
    for (const article of standing.articles) addSpan(articles, article, { from, to });
  }
  const { summary } = personDescription(events);
  return [
    ...textRowsOf('facility', facilities),
    ...textRowsOf('article', articles),
    ...(summary === undefined
      ? []
      : textRowsOf('summary', new Map([[toNfc(summary), [{ from: MIN_DAY, to: MAX_DAY }]]]))),
  ];
};

const addSpan = (spans: Map<string, DaySpan[]>, text: string, span: DaySpan): void => {
  spans.set(text, [...(spans.get(text) ?? []), span]);
};

const textRowsOf = (kind: TextKind, texts: ReadonlyMap<string, readonly DaySpan[]>): readonly SearchedTextRow[] =>
  [...texts].flatMap(([text, spans]) =>
    unionOf(spans).map(({ from, to }) => ({
      kind,
      text,
      from_day: from,
      to_day: to,
      tokens: tokensOf(kind, text),
    })),
  );

/** Many cases have the same facilities and articles. */
const TOKENS_OF_TEXTS = new LRUCache<string, string>({ max: 5_000 });

const tokensOf = (kind: TextKind, text: string): string => {
  if (kind === 'summary') return textTokens(kind, text).join(' ');
  const key = `${kind} ${text}`;
  const tokens = TOKENS_OF_TEXTS.get(key) ?? textTokens(kind, text).join(' ');
  TOKENS_OF_TEXTS.set(key, tokens);
  return tokens;
};
