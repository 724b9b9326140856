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

/** All beginnings of an article, with and without its general part (`28/`); its code (`AZ-CC:`, stored unless the default) is dropped. */
const beginningsOfArticle = (text: string): readonly string[] => {
  const article = text.slice(text.indexOf(':') + 1);
  const parts = [article, article.slice(article.indexOf('/') + 1)].map((form) => form.split('.'));
  return [...new Set(parts.flatMap((form) => form.map((_, index) => form.slice(0, index + 1).join('.'))))].map(
    toArticleToken,
  );
};

/** Replaces dots and slashes, at which the tokenizer would split the token. */
const toArticleToken = (article: string): string => article.toLowerCase().replace(/[^a-z0-9]/g, '_');

const ARTICLE_PATTERN = /^\d[\d./-]*[a-z]?$/i;

/** Words that are looked for; the rest is ignored. */
const MAX_SEARCHED_WORDS = 12;
/** From this length on, the last word is also searched as the beginning of a word; shorter beginnings match too many words. */
const MIN_PREFIX_LENGTH = 3;

/** An FTS5 expression for texts that have all words, the last of them also as the beginning of a word; null without a word. */
export const ftsExpressionOf = (typed: string): string | null => {
  const words = typed
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_SEARCHED_WORDS);
  const terms = words.flatMap((word, index): readonly string[] => {
    const isLast = index === words.length - 1;
    if (ARTICLE_PATTERN.test(word)) {
      const keys = wordKeys(word).map((key) => `"w:${key}"`);
      return [`("a:${toArticleToken(word)}"${keys.length === 0 ? '' : ` OR (${keys.join(' AND ')})`})`];
    }
    const keys = wordKeys(word);
    return keys.map((key, at) =>
      isLast && at === keys.length - 1 && key.length >= MIN_PREFIX_LENGTH ? `"w:${key}"*` : `"w:${key}"`,
    );
  });
  return terms.length === 0 ? null : terms.join(' AND ');
};
