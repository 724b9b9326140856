/** Reads the file that says how grave offences are (reference-data/gravity.json, or the one of the settings). */
import { readFileSync } from 'node:fs';
import { GRAVITIES, type Gravity } from '../../domain/instrument/events.js';
import { gravityLookupFrom, type GravityLookup } from '../../domain/instrument/gravity.js';
import { MAX_DAY, MIN_DAY, parseDay } from '../../domain/time.js';
import { parseJson } from '../../json/parse.js';
import {
  IsArticleFilter,
  IsDay,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsText,
  ObjectRule,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { read } from '../../schema/read.js';
import { BadGravityFile } from './bad-gravity-file.js';

/** Injection token of `GravityData`. */
export const GRAVITY_DATA = Symbol('GravityData');

export interface GravityData {
  readonly source: string;
  readonly gravityOf: GravityLookup;
}

const MAX_GRAVITY_FILE_ARTICLES = 1_000;

class ArticleOfFile {
  @ObjectRule<ArticleOfFile>(
    'PARAMETER.NEEDS',
    'to',
    'a day after from',
    ({ from, to }) => from === undefined || to === undefined || from < to,
  )
  @IsArticleFilter()
  article: string;

  @IsOneOf(GRAVITIES)
  gravity: Gravity;

  @IsOptional()
  @IsDay()
  from?: string;

  @IsOptional()
  @IsDay()
  to?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  heaviest?: string;
}

class GravityFile {
  @IsText(LIMITS.citation)
  source: string;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  uncertain?: string;

  @IsObjectOf(ArticleOfFile, { each: { min: 0, max: MAX_GRAVITY_FILE_ARTICLES } })
  articles: ArticleOfFile[];
}

/** Throws BadGravityFile, and errors of the file system. */
export const readGravityFile = (path: string): GravityData => {
  const result = read(GravityFile, parseGravityJson(readFileSync(path, 'utf8')));
  if ('errors' in result) {
    const [first] = result.errors;
    throw new BadGravityFile(`${first?.pointer ?? ''}: expected ${first?.expected ?? 'another value'}`);
  }
  const { source, articles } = result.value;
  return {
    source,
    gravityOf: gravityLookupFrom(
      articles.map(({ article, gravity, from, to }) => ({
        article,
        gravity,
        from: parseDayOr(MIN_DAY, from),
        to: parseDayOr(MAX_DAY, to),
      })),
    ),
  };
};

const parseGravityJson = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    throw new BadGravityFile('expected JSON (RFC 8259) without repeated keys');
  }
};

const parseDayOr = (open: number, text: string | undefined): number =>
  text === undefined ? open : (parseDay(text) ?? open);
