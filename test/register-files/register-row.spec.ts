import type { RegisterRow } from '../../src/register-files/row-columns.js';
import { readRegisterRow } from '../../src/register-files/register-row.js';
import { convicted, context, registerRow } from './row-builders.js';

const read = (cells: Partial<RegisterRow> = {}) => readRegisterRow(registerRow(cells), context);
const eventsOf = (cells: Partial<RegisterRow> = {}) => {
  const { events, errors } = read(cells);
  expect(errors).toEqual([]);
  return events.map(({ event }) => event);
};
const eventOf = (type: string, cells: Partial<RegisterRow> = {}) =>
  eventsOf(cells).filter((event) => event.type === type);
const wrongIn = (cells: Partial<RegisterRow>) => read(cells).errors.map(({ column, code }) => `${column} ${code}`);

const sources = [{ kind: 'register-file', citation: 'a synthetic source' }];
const said = { sources, reliability: 'reported' };
const articles = [{ code: 'AZ-CC', article: '234', part: '4.3' }];

describe('a row of the register, as events', () => {
  it('says who it is, the arrest, the charge, the remand and the recognition', () => {
    expect(eventsOf()).toEqual([
      {
        type: 'opened',
        references: [{ list: 'union', reference: 'T-01' }],
        names: [
          { text: 'Anar Nümunə oğlu Sınaqov', language: 'az', script: 'Latn', kind: 'full' },
          { text: 'Anar Numuna oghlu Sinagov', language: 'en', script: 'Latn', kind: 'transliteration' },
          { text: 'Анар Нумуна оглы Сынагов', language: 'ru', script: 'Cyrl', kind: 'transliteration' },
        ],
        born: '1980',
        sex: 'm',
        ...said,
      },
      { type: 'arrested', occurredOn: '2024-02-20', kind: 'criminal', ...said },
      { type: 'charged', occurredOn: '2024-02-20', articles, ...said },
      {
        type: 'remanded',
        occurredOn: '2024-02-20',
        measure: 'detention',
        facility: 'Baku Pre-trial Detention Facility',
        ...said,
      },
      { type: 'recognised', occurredOn: '2024-06-14', list: 'union', category: 'believers', ...said },
    ]);
  });

  it('leaves out what it does not know', () => {
    const unknown = { name_en: '', name_ru: '', sex: '', born: '', measure: '', charged_articles: '', facility: '' };
    expect(eventsOf({ ...unknown, arrested_on: '', category: '', recognised_on: '' })).toEqual([
      {
        type: 'opened',
        references: [{ list: 'union', reference: 'T-01' }],
        names: [{ text: 'Anar Nümunə oğlu Sınaqov', language: 'az', script: 'Latn', kind: 'full' }],
        ...said,
      },
    ]);
  });

  it('takes the incident and a partial day of arrest over', () => {
    expect(eventOf('arrested', { incident: 'soyudlu-2023', arrested_on: '2023~' })).toEqual([
      { type: 'arrested', occurredOn: '2023~', kind: 'criminal', incident: 'soyudlu-2023', ...said },
    ]);
  });

  it('parts articles, of which some have no part and some a second number', () => {
    expect(eventOf('charged', { charged_articles: '193-1.3.1;206.4;274;234.1-1' })).toMatchObject([
      {
        articles: [
          { code: 'AZ-CC', article: '193-1', part: '3.1' },
          { code: 'AZ-CC', article: '206', part: '4' },
          { code: 'AZ-CC', article: '274' },
          { code: 'AZ-CC', article: '234', part: '1-1' },
        ],
      },
    ]);
  });

  it('puts the facility to the conviction where there is one', () => {
    expect(eventOf('convicted', convicted)).toEqual([
      {
        type: 'convicted',
        occurredOn: '2024-08-10',
        articles,
        sentence: { kind: 'imprisonment', term: 'P3Y10M' },
        court: 'Sumgait City Court',
        facility: 'Penitentiary No. 2',
        ...said,
      },
    ]);
    expect(eventOf('remanded', convicted)).toEqual([
      { type: 'remanded', occurredOn: '2024-02-20', measure: 'detention', ...said },
    ]);
  });

  it('reads life', () => {
    expect(eventOf('convicted', { ...convicted, sentence: 'life' })).toMatchObject([
      { sentence: { kind: 'imprisonment', life: true } },
    ]);
  });

  it('reads house arrest as a second measure, from the day of leaving the list', () => {
    const cells = { measure: 'house-arrest', delisted_on: '2024-09-01', delisted_reason: 'house-arrest' };
    expect(eventOf('remanded', cells)).toMatchObject([
      { occurredOn: '2024-02-20', measure: 'detention', facility: 'Baku Pre-trial Detention Facility' },
      { occurredOn: '2024-09-01', measure: 'house-arrest' },
    ]);
    expect(eventOf('delisted', cells)).toEqual([
      { type: 'delisted', occurredOn: '2024-09-01', list: 'union', reason: 'house-arrest', ...said },
    ]);
  });

  it('reads every change of category', () => {
    expect(
      eventOf('recategorised', { category_changes: '2024-09-23=national-minorities;2025-02=believers' }),
    ).toMatchObject([
      { occurredOn: '2024-09-23', list: 'union', category: 'national-minorities' },
      { occurredOn: '2025-02', list: 'union', category: 'believers' },
    ]);
  });

  it('lets the release say that somebody left the list', () => {
    const cells = {
      delisted_on: '2025-03-01',
      delisted_reason: 'released',
      released_on: '2025-03-01',
      release_reason: 'bail',
    };
    expect(eventsOf(cells).map(({ type }) => type)).toEqual([
      'opened',
      'arrested',
      'charged',
      'remanded',
      'recognised',
      'released',
    ]);
    expect(eventOf('released', cells)).toEqual([
      { type: 'released', occurredOn: '2025-03-01', reason: 'bail', ...said },
    ]);
    expect(eventOf('released', { ...cells, delisted_on: '' })).toHaveLength(1);
  });

  it('pardons by the decree issued on the day of release, then releases', () => {
    const pardon = { ...convicted, released_on: '2025-01-01', release_reason: 'pardon' };
    expect(eventsOf(pardon).slice(-2)).toMatchObject([
      { type: 'pardoned', occurredOn: '2025-01-01', decree: 'pardon-2025-01-01', effect: 'released-from-imprisonment' },
      { type: 'released', occurredOn: '2025-01-01', reason: 'pardon' },
    ]);
  });

  it('paroles on the day of release, then releases', () => {
    const parole = { ...convicted, released_on: '2025-03', release_reason: 'parole' };
    expect(eventsOf(parole).slice(-2)).toEqual([
      { type: 'paroled', occurredOn: '2025-03', ...said },
      { type: 'released', occurredOn: '2025-03', reason: 'parole', ...said },
    ]);
  });
});

describe('a row in the shape of a real list', () => {
  it('has a conviction on a day that nobody knows, between the arrest and the report', () => {
    const unknown = { ...convicted, convicted_on: '', sentence: 'imprisonment unknown' };
    expect(eventOf('convicted', { ...unknown, reported_on: '2025-10-07' })).toMatchObject([
      { occurredOn: '2024-02-20/2025-10-07', sentence: { kind: 'imprisonment', term: 'unknown' } },
    ]);
    expect(eventOf('convicted', { ...unknown, reported_on: '2025-10' })).toMatchObject([
      { occurredOn: '2024-02-20/2025-10-31' },
    ]);
    expect(eventOf('convicted', { ...unknown, arrested_on: '2024-02' })).toMatchObject([
      { occurredOn: '2024-02-01/2026-01-05' },
    ]);
  });

  it('says who the person is, in several sources', () => {
    const cells = { occupation: 'teacher', affiliation: 'a club', region: 'Sheki', summary: 'Synthetic.' };
    expect(eventOf('opened', { ...cells, source: 'A list | Page 2\\|3' })).toMatchObject([
      {
        ...cells,
        sources: [
          { kind: 'register-file', citation: 'A list' },
          { kind: 'register-file', citation: 'Page 2|3' },
        ],
      },
    ]);
  });

  it('has the house arrest, the deportation and the death of today', () => {
    const cells = { house_arrest_on: '2025-01-01', deported_on: '2025-02', died_on: '2025-03-01' };
    expect(eventsOf(cells).slice(-5)).toMatchObject([
      { type: 'remanded', measure: 'detention' },
      { type: 'remanded', measure: 'house-arrest', occurredOn: '2025-01-01' },
      { type: 'recognised' },
      { type: 'deported', occurredOn: '2025-02' },
      { type: 'died', occurredOn: '2025-03-01' },
    ]);
  });

  it('quotes old codes and attempts', () => {
    expect(eventOf('charged', { charged_articles: 'AZ-OCC 70-2; 28/220.1' })).toMatchObject([
      {
        articles: [
          { code: 'AZ-OCC', article: '70-2' },
          { code: 'AZ-CC', article: '220', part: '1', generalPart: '28' },
        ],
      },
    ]);
  });

  it('names its category in any language, and is told those that there are', () => {
    expect(eventOf('recognised', { category: 'dindarlar' })).toMatchObject([{ category: 'believers' }]);
    expect(eventOf('recategorised', { category_changes: '2025-01-01 = National minorities' })).toMatchObject([
      { category: 'national-minorities' },
    ]);
    expect(read({ category: 'poets' }).errors).toEqual([
      {
        column: 'category',
        code: 'CATEGORY.UNKNOWN',
        expected:
          'one of the categories believers (Dindarlar, Believers, Верующие); national-minorities (National minorities)',
      },
    ]);
  });
});

describe('a row of the register with wrong cells', () => {
  it.each<[string, Partial<RegisterRow>, string[]]>([
    ['no reference', { ref: '' }, ['ref FIELD.MISSING']],
    ['no name in any language', { name: '', name_en: '', name_ru: '' }, ['name FIELD.MISSING']],
    ['a name of control characters', { name_ru: 'a\u0007b' }, ['name_ru TEXT.CHARACTERS']],
    ['white space around a name', { name_en: ' Sinagov' }, ['name_en TEXT.UNTRIMMED']],
    ['an unknown sex', { sex: 'x' }, ['sex VALUE.UNKNOWN']],
    ['no year of birth', { born: '19880' }, ['born DATE.INVALID']],
    ['a birth in the future', { born: '2030' }, ['born DATE.FUTURE']],
    ['a birth after the death', { born: '1990', died_on: '1985-01-01' }, ['born ROW.CONTRADICTS_ITSELF']],
    ['a birth after the deportation', { born: '1990', deported_on: '1985-01-01' }, ['born ROW.CONTRADICTS_ITSELF']],
    ['a facility without a measure', { facility: 'No. 2', measure: '' }, ['measure FIELD.MISSING']],
    ['a category that the list has not', { category: 'beleivers' }, ['category CATEGORY.UNKNOWN']],
    ['a category without the day', { recognised_on: '' }, ['recognised_on FIELD.MISSING']],
    ['a recognition without its category', { category: '' }, ['category FIELD.MISSING']],
    ['an incident that is no id', { incident: 'Soyudlu 2023' }, ['incident TEXT.FORM']],
    ['a day that does not exist', { arrested_on: '2024-02-30' }, ['arrested_on DATE.INVALID']],
    ['a day in the future', { arrested_on: '2026-01-06' }, ['arrested_on DATE.FUTURE']],
    ['a month that may have begun', { recognised_on: '2026-01' }, []],
    ['no day of arrest', { arrested_on: '' }, ['arrested_on FIELD.MISSING']],
    ['an unknown measure', { measure: 'bail' }, ['measure ROW.WRONG_CELL']],
    ['a facility without a measure', { measure: '' }, ['measure FIELD.MISSING']],
    ['no article', { charged_articles: '234.4.3;theft' }, ['charged_articles ARTICLE.INVALID']],
    ['an article twice', { charged_articles: '234.4.3;234.4.3' }, ['charged_articles ARRAY.DUPLICATE']],
    ['a conviction without its sentence', { ...convicted, sentence: '' }, ['sentence FIELD.MISSING']],
    [
      'a conviction reported before the arrest',
      { ...convicted, convicted_on: '', reported_on: '2024-02-19' },
      ['reported_on ROW.CONTRADICTS_ITSELF'],
    ],
    ['a report on no day', { ...convicted, convicted_on: '', reported_on: 'spring' }, ['reported_on DATE.INVALID']],
    ['a report in the future', { reported_on: '2026-09-01' }, ['reported_on DATE.FUTURE']],
    ['the same as nobody', { same_as: 'AZ-0001' }, ['same_as ROW.WRONG_CELL']],
    ['a code that may go on or not', { charged_articles: 'AZ-OCC 70-2, 57' }, ['charged_articles ARTICLE.INVALID']],
    ['a death in the future', { died_on: '2026-09-01' }, ['died_on DATE.FUTURE']],
    ['a conviction without articles', { ...convicted, convicted_articles: '' }, ['convicted_articles FIELD.MISSING']],
    ['a term that is no duration', { ...convicted, sentence: 'three years' }, ['sentence TERM.INVALID']],
    ['a court alone', { court: 'A court' }, ['convicted_articles', 'sentence'].map((c) => `${c} FIELD.MISSING`)],
    ['house arrest without its day', { measure: 'house-arrest' }, ['house_arrest_on FIELD.MISSING']],
    ['a change of category of another form', { category_changes: '2024-09-23' }, ['category_changes ROW.WRONG_CELL']],
    ['a change to no category', { category_changes: '2024-09-23=x' }, ['category_changes CATEGORY.UNKNOWN']],
    ['a change in the future', { category_changes: '2026-09-23=believers' }, ['category_changes DATE.FUTURE']],
    ['leaving the list without a reason', { delisted_on: '2025-01-01' }, ['delisted_reason FIELD.MISSING']],
    ['leaving the list without a day', { delisted_reason: 'other' }, ['delisted_on FIELD.MISSING']],
    [
      'released without a release',
      { delisted_on: '2025-01-01', delisted_reason: 'released' },
      ['released_on FIELD.MISSING', 'release_reason FIELD.MISSING'],
    ],
    ['a release without a reason', { released_on: '2025-01-01' }, ['release_reason FIELD.MISSING']],
    [
      'a release for an unknown reason',
      { released_on: '2025-01-01', release_reason: 'luck' },
      ['release_reason VALUE.UNKNOWN'],
    ],
    ['no source', { source: '' }, ['source FIELD.MISSING']],
  ])('%s', (_, cells, errors) => {
    expect(wrongIn(cells).sort()).toEqual([...errors].sort());
  });

  it.each<Partial<RegisterRow>>([
    { name: '', name_en: '', name_ru: '' },
    { ...convicted, sentence: '', convicted_articles: '' },
    { ...convicted, sentence: 'imprisonment', convicted_articles: '234;234' },
    { charged_articles: 'theft' },
    { source: '' },
    { source: '|' },
    { measure: 'x', released_on: '2025-01-01' },
  ])('says what it expected of the cell, not of JSON: %j', (cells) => {
    const { errors } = read(cells);
    expect(errors.length).toBeGreaterThan(0);
    for (const { expected } of errors) expect(expected).not.toMatch(/array|object|true|false|null/i);
  });

  it('names every wrong cell once, and says nothing of what stands in it', () => {
    const { errors, events } = read({ sex: 'x', born: '19880', arrested_on: '2099-02-20' });
    expect(errors.map(({ column }) => column).sort()).toEqual(['arrested_on', 'born', 'sex']);
    expect(events).toEqual([]);
    expect(JSON.stringify(errors)).not.toMatch(/19880|2099/);
  });

  it('compares cells only where each is right by itself', () => {
    const pardon = { ...convicted, released_on: '2025-02-02', release_reason: 'pardon' };
    expect(wrongIn(pardon)).toEqual(['release_reason ROW.NO_SUCH_DECREE']);
    expect(wrongIn({ ...pardon, sex: 'x' })).toEqual(['sex VALUE.UNKNOWN']);
    const left = {
      delisted_on: '2025-02-01',
      delisted_reason: 'released',
      released_on: '2025-02-02',
      release_reason: 'bail',
    };
    expect(wrongIn(left)).toEqual(['delisted_on ROW.CONTRADICTS_ITSELF']);
    expect(wrongIn({ ...left, delisted_on: '2025-02-30' })).toEqual(['delisted_on DATE.INVALID']);
  });

  it('does not choose between two decrees of a day', () => {
    const instruments = [
      ...context.instruments,
      { id: 'other', kind: 'pardon-decree', issued: '2025-01-01', clauses: [] },
    ];
    const row = registerRow({ ...convicted, released_on: '2025-01-01', release_reason: 'pardon' });
    expect(readRegisterRow(row, { ...context, instruments }).errors).toMatchObject([{ code: 'ROW.NO_SUCH_DECREE' }]);
  });

  it('stores a spreadsheet formula as the text that it is', () => {
    const name = '=HYPERLINK("http://127.0.0.1/x","Sınaqov")';
    expect(eventOf('opened', { name })).toMatchObject([{ names: [{ text: name }, {}, {}] }]);
  });
});
