/**
 * The tokens under which the full-text index has a text. Of facilities and summaries, `w:` and the key of each word, so that a word is
 * found in any spelling (Qobustan, Gobustan, Гобустан); of an article, `a:` and each of its beginnings (234, 234.4, 234.4.3).
 */
import { wordKeys } from '../../domain/names/folding.js';

export const TEXT_KINDS = ['facility', 'article', 'summary'] as const;
export type TextKind = (typeof TEXT_KINDS)[number];

export const textTokens = (kind: TextKind, text: string): readonly string[] =>
  kind === 'article'
    ? beginningsOfArticle(text).map((article) => `a:${article}`)
    : [...new Set(wordKeys(text))].map((key) => `w:${key}`);

/** Articles are stored with the code before a colon where it is not the usual one: `AZ-CC:28/220.1`. Also without code and general part. */
const beginningsOfArticle = (text: string): readonly string[] => {
  const article = text.slice(text.indexOf(':') + 1);
  const parts = [article, article.slice(article.indexOf('/') + 1)].map((form) => form.split('.'));
  return [...new Set(parts.flatMap((form) => form.map((_, index) => form.slice(0, index + 1).join('.'))))].map(
    inOneToken,
  );
};

/** Dots and slashes would part a token. */
const inOneToken = (article: string): string => article.toLowerCase().replace(/[^a-z0-9]/g, '_');

const ARTICLE_PATTERN = /^\d[\d./-]*[a-z]?$/i;

/** Words that are looked for; the rest is ignored. */
const MAX_WORDS = 12;
/** The last word may be begun by as many letters: shorter beginnings are those of too many words. */
const LEAST_BEGINNING = 3;

/** An expression of FTS5 for texts that have all words, the last of them perhaps begun; null where there is no word. */
export const expressionOf = (typed: string): string | null => {
  const words = typed
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  const terms = words.flatMap((word, index): readonly string[] => {
    const isLast = index === words.length - 1;
    if (ARTICLE_PATTERN.test(word)) {
      const keys = wordKeys(word).map((key) => `"w:${key}"`);
      return [`("a:${inOneToken(word)}"${keys.length === 0 ? '' : ` OR (${keys.join(' AND ')})`})`];
    }
    const keys = wordKeys(word);
    return keys.map((key, at) =>
      isLast && at === keys.length - 1 && key.length >= LEAST_BEGINNING ? `"w:${key}"*` : `"w:${key}"`,
    );
  });
  return terms.length === 0 ? null : terms.join(' AND ');
};
