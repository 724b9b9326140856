/** The gravity of offences: dated reference data, which is no part of the log (settings.ts). */
import type { Day } from '../time.js';
import { withoutGeneralPart } from './articles.js';
import type { Gravity } from './events.js';

/** The gravity of an article or a part of one, on days [from, to). */
export interface ArticleGravity {
  /** As `articleText` writes it, without a general part. */
  readonly article: string;
  readonly gravity: Gravity;
  readonly from: Day;
  readonly to: Day;
}

/** The gravity of an article on a day; null if the data do not say. */
export type GravityLookup = (article: string, day: Day) => Gravity | null;

/** An entry for an article holds for its parts that have none of their own. Of several for a day the last one counts. */
export const gravityLookupFrom = (entries: readonly ArticleGravity[]): GravityLookup => {
  const byArticle = new Map<string, readonly ArticleGravity[]>();
  for (const entry of entries) byArticle.set(entry.article, [...(byArticle.get(entry.article) ?? []), entry]);
  return (article, day) => {
    for (
      let name = withoutGeneralPart(article);
      name !== '';
      name = name.slice(0, Math.max(0, name.lastIndexOf('.')))
    ) {
      const found = byArticle.get(name)?.findLast(({ from, to }) => from <= day && day < to);
      if (found !== undefined) return found.gravity;
    }
    return null;
  };
};
