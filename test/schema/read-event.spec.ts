import { eventDescriptions, type SubjectKind } from '../../src/domain/events.js';
import { logEvents } from '../../src/domain/log/events.js';
import { referenceEvents } from '../../src/domain/reference/events.js';
import { eventExamples } from '../../src/schema/examples.js';
import { fieldsOf, isRequired } from '../../src/schema/field.js';
import type { FieldError } from '../../src/schema/problems.js';
import type { LooseJson } from '../support/contract.js';
import { eventClasses, readEvent } from '../../src/schema/read-event.js';

const kinds = Object.keys(eventClasses) as SubjectKind[];
const types = kinds.flatMap((kind) => Object.keys(eventClasses[kind]).map((type) => [kind, type] as const));
const example = (type: string) =>
  structuredClone((eventExamples as unknown as Record<string, object>)[type]!) as LooseJson;

const said = { sources: [{ kind: 'press', citation: 'synthetic' }] };
const problemsOf = (kind: SubjectKind, body: unknown): readonly FieldError[] => {
  const result = readEvent(kind, body);
  if ('event' in result) throw new Error('was read');
  return result.errors;
};
const codes = (kind: SubjectKind, body: unknown): readonly string[] =>
  problemsOf(kind, body).map((p) => `${p.code} ${p.pointer}`);
const eventOf = (kind: SubjectKind, body: unknown): LooseJson => {
  const result = readEvent(kind, body);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.event;
};

describe('every type', () => {
  it('has a class, but for those that nobody reports', () => {
    expect([...new Set(types.map(([, type]) => type))].sort()).toEqual(
      Object.keys(eventDescriptions)
        .filter((type) => !(type in referenceEvents) && !(type in logEvents) && !/^(application|edition)-/.test(type))
        .sort(),
    );
  });

  it.each(types)('%s %s: the full example is read as it is, as a plain object', (kind, type) => {
    const event = eventOf(kind, example(type));
    expect(event).toStrictEqual(example(type));
    expect(Object.keys(event)[0]).toBe('type');
  });

  it.each(types)('%s %s: says when it happened exactly where the domain says so', (kind, type) => {
    const { dated } = eventDescriptions[type as keyof typeof eventDescriptions];
    if (dated) {
      expect(codes(kind, { ...example(type), occurredOn: undefined })).toEqual(['FIELD.MISSING /occurredOn']);
    } else {
      const found = codes(kind, { ...example(type), occurredOn: '2025', after: 'x' });
      expect(found).toEqual(['FIELD.UNKNOWN /occurredOn', 'FIELD.UNKNOWN /after']);
    }
  });

  it.each(types)('%s %s: each required field is asked for, null is refused in all but described', (kind, type) => {
    const classes: Readonly<Record<string, new () => object>> = eventClasses[kind];
    for (const field of fieldsOf(classes[type]!)) {
      const { [field.name]: _, ...rest } = example(type);
      if (isRequired(field)) expect(codes(kind, rest)).toContain(`FIELD.MISSING /${field.name}`);
      const withNull = readEvent(kind, { ...example(type), [field.name]: null });
      if (field.nullable === true) expect('event' in withNull).toBe(true);
      else expect(codes(kind, { ...example(type), [field.name]: null })).toContain(`FIELD.NULL /${field.name}`);
    }
  });

  it.each(types)('%s %s: no field takes a value of another kind, none is converted', (kind, type) => {
    const classes: Readonly<Record<string, new () => object>> = eventClasses[kind];
    for (const { name, valueType: valueKind } of fieldsOf(classes[type]!)) {
      const wrong = valueKind.schema['type'] === 'string' ? [7, true, [], {}] : ['7', 'true', 'x'];
      for (const value of wrong) {
        expect(codes(kind, { ...example(type), [name]: value })).toContain(`FIELD.WRONG_KIND /${name}`);
      }
    }
  });

  it.each(types)('%s %s: an unknown field is refused, also one that reaches for the prototype', (kind, type) => {
    const body = JSON.parse(
      `{"__proto__": {"polluted": true}, "constructor": 1, "wat/~": 1, ${JSON.stringify(example(type)).slice(1)}`,
    ) as unknown;
    expect([...codes(kind, body)].sort()).toEqual(
      ['FIELD.UNKNOWN /__proto__', 'FIELD.UNKNOWN /constructor', 'FIELD.UNKNOWN /wat~1~0'].sort(),
    );
    expect(({} as LooseJson)['polluted']).toBeUndefined();
  });

  it.each(types)('%s %s: reliability is `reported` where nothing is said', (kind, type) => {
    const { reliability: _, ...rest } = example(type);
    expect(eventOf(kind, rest)['reliability']).toBe('reported');
  });

  it.each(types)('%s %s: needs a source', (kind, type) => {
    expect(codes(kind, { ...example(type), sources: [] })).toEqual(['ARRAY.LENGTH /sources']);
  });
});

describe('the type', () => {
  it.each([null, [], 'x', 7, true])('%j is no event', (body) => {
    expect(problemsOf('case', body)).toEqual([{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }]);
  });

  it('is asked for', () => expect(codes('case', said)).toEqual(['TYPE.MISSING /type']));

  it.each(['StatusUpdated', 'toString', '__proto__', 'list-defined', 7, null, ['opened']])('%j is unknown', (type) => {
    const [problem] = problemsOf('case', { ...said, type });
    expect(problem).toMatchObject({ code: 'TYPE.UNKNOWN', pointer: '/type' });
    expect(problem?.expected).toContain('amnestied');
  });
});

describe('values', () => {
  const text = (value: unknown) => ({ type: 'tried', occurredOn: '2024', ...said, court: value });

  it.each([
    ['', 'TEXT.EMPTY'],
    ['   ', 'TEXT.EMPTY'],
    [' Court', 'TEXT.UNTRIMMED'],
    ['x'.repeat(201), 'TEXT.TOO_LONG'],
    ['😀'.repeat(201), 'TEXT.TOO_LONG'],
    ['a\u0000b', 'TEXT.CHARACTERS'],
    ['a\nb', 'TEXT.CHARACTERS'],
    ['a\ud800b', 'TEXT.CHARACTERS'],
    ['a\uffffb', 'TEXT.CHARACTERS'],
  ])('text %j: %s', (value, code) => expect(codes('case', text(value))).toEqual([`${code} /court`]));

  it.each(['x', '😀'.repeat(200), '=HYPERLINK("http://127.0.0.1/x","y")', 'Şəki', '<b>'])('text %j is text', (value) =>
    expect(eventOf('case', text(value))['court']).toBe(value),
  );

  it('a note may have several lines, but no other control characters', () => {
    expect(eventOf('case', { ...text('x'), note: 'a\nb' })['note']).toBe('a\nb');
    expect(codes('case', { ...text('x'), note: 'a\tb' })).toEqual(['TEXT.CHARACTERS /note']);
    expect(codes('case', { ...text('x'), note: 'a\ufffeb' })).toEqual(['TEXT.CHARACTERS /note']);
    expect(codes('case', { ...text('x'), note: 'x'.repeat(4_001) })).toEqual(['TEXT.TOO_LONG /note']);
  });

  it.each(['2024-02-30', '2024-13', '20240', '2099-', 'spring 2024', '2024-02-01T10:00', '', '2024/2023', '0000'])(
    'date %j is none',
    (occurredOn) => {
      expect(codes('case', { type: 'tried', ...said, occurredOn })).toEqual(['DATE.INVALID /occurredOn']);
    },
  );

  it.each(['2024-02-29', '2024', '2024-02', '2020-06~', '2024-02/2024-03'])('date %j is one', (occurredOn) => {
    expect(eventOf('case', { type: 'tried', ...said, occurredOn })['occurredOn']).toBe(occurredOn);
  });

  it('a date of another century than the register knows is told which there are', () => {
    expect(problemsOf('case', { type: 'tried', ...said, occurredOn: '1799-12-31' })).toEqual([
      { code: 'DATE.INVALID', pointer: '/occurredOn', expected: expect.stringContaining('of the years 1800 to 2199') },
    ]);
  });

  it('no category and no incident is named as those of whom it is not known are counted', () => {
    const recognised = { type: 'recognised', ...said, occurredOn: '2024', list: 'union', category: 'unknown' };
    expect(codes('case', recognised)).toEqual(['TEXT.FORM /category']);
    expect(codes('case', { ...recognised, type: 'recategorised' })).toEqual(['TEXT.FORM /category']);
    const defined = { type: 'category-defined', ...said, category: 'unknown', name: { en: 'x' } };
    expect(codes('list', defined)).toEqual(['TEXT.FORM /category']);
    const arrested = { type: 'arrested', ...said, occurredOn: '2024', incident: 'unknown' };
    expect(codes('case', arrested)).toEqual(['TEXT.FORM /incident']);
    expect(eventOf('case', { ...arrested, incident: 'unknown-men' })['incident']).toBe('unknown-men');
  });

  it('a policy begins on a full day', () => {
    const policy = { type: 'policy-set', ...said, custody: ['remand'] };
    expect(codes('list', { ...policy, from: '2024-02' })).toEqual(['DAY.INVALID /from']);
    expect(codes('list', { ...policy, from: '2024-02-30' })).toEqual(['DAY.INVALID /from']);
    expect(codes('list', { ...policy, from: '2024-02-01', custody: ['remand', 'remand'] })).toEqual([
      'ARRAY.DUPLICATE /custody',
    ]);
    expect(codes('list', { ...policy, from: '2024-02-01', custody: ['jail'] })).toEqual(['VALUE.UNKNOWN /custody']);
  });

  it.each([0, 367, 1.5, -1, Infinity])('days %j are out of range', (days) => {
    const arrest = { type: 'arrested', ...said, occurredOn: '2024', kind: 'administrative', days };
    expect(codes('case', arrest)).toEqual(['NUMBER.RANGE /days']);
  });
});

describe('articles', () => {
  const charged = (...articles: unknown[]) => ({ type: 'charged', ...said, occurredOn: '2024', articles });

  it('get the default code, and keep a part of the form 1-1', () => {
    expect(eventOf('case', charged({ article: '234', part: '1-1' }))['articles']).toStrictEqual([
      { code: 'AZ-CC', article: '234', part: '1-1' },
    ]);
  });

  it.each([
    [{ article: '234.4.3' }, 'ARTICLE.INVALID /articles/0/article'],
    [{ article: 'x' }, 'ARTICLE.INVALID /articles/0/article'],
    [{ article: '234', part: '4.' }, 'ARTICLE.INVALID /articles/0/part'],
    [{ article: '234', code: 'cc' }, 'ARTICLE.INVALID /articles/0/code'],
    [{ article: '234', wat: 1 }, 'FIELD.UNKNOWN /articles/0/wat'],
    [{}, 'FIELD.MISSING /articles/0/article'],
    ['234', 'FIELD.WRONG_KIND /articles'],
    [null, 'FIELD.WRONG_KIND /articles'],
    [[{ article: '234' }], 'FIELD.WRONG_KIND /articles'],
  ])('%j: %s', (article, code) => expect(codes('case', charged(article))).toEqual([code]));

  it('twice the same is a slip, also where one leaves the code out', () => {
    expect(codes('case', charged({ article: '234' }, { code: 'AZ-CC', article: '234' }))).toEqual([
      'ARRAY.DUPLICATE /articles',
    ]);
  });

  it('are bounded', () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ article: String(i + 1) }));
    expect(codes('case', charged(...many))).toEqual(['ARRAY.LENGTH /articles']);
    expect(codes('case', charged(...Array.from({ length: 20_000 }, () => ({ article: '1' }))))).toEqual([
      'ARRAY.LENGTH /articles',
    ]);
    expect(codes('case', charged())).toEqual(['ARRAY.LENGTH /articles']);
  });
});

describe('rules that compare fields', () => {
  const convicted = (sentence: unknown) => ({
    type: 'convicted',
    ...said,
    occurredOn: '2024',
    articles: [{ article: '234' }],
    sentence,
  });

  it.each([
    [{ kind: 'imprisonment' }, 'SENTENCE.TERM_MISSING /sentence/term'],
    [{ kind: 'imprisonment', life: false }, 'SENTENCE.TERM_MISSING /sentence/term'],
    [{ kind: 'imprisonment', term: 'P3Y', life: true }, 'SENTENCE.TERM_AND_LIFE /sentence/life'],
    [{ kind: 'fine', life: true }, 'SENTENCE.LIFE_UNFIT /sentence/life'],
    [{ kind: 'imprisonment', term: 'three years' }, 'TERM.INVALID /sentence/term'],
    [{ kind: 'imprisonment', term: 'P' }, 'TERM.INVALID /sentence/term'],
    [{ kind: 'imprisonment', term: 'PT3H' }, 'TERM.INVALID /sentence/term'],
    [{ kind: 'prison', life: true }, 'VALUE.UNKNOWN /sentence/kind'],
  ])('sentence %j: %s', (sentence, code) => expect(codes('case', convicted(sentence))).toEqual([code]));

  it.each([{ kind: 'imprisonment', life: true }, { kind: 'suspended', term: 'P2Y' }, { kind: 'fine' }])(
    'sentence %j is one',
    (sentence) => expect(eventOf('case', convicted(sentence))['sentence']).toStrictEqual(sentence),
  );

  const pardoned = (fields: LooseJson) => ({ type: 'pardoned', ...said, occurredOn: '2024', decree: 'd-1', ...fields });

  it.each([
    [{ effect: 'term-reduced' }, ['CLEMENCY.REDUCTION_MISSING /reducedBy']],
    [{ effect: 'replaced' }, ['CLEMENCY.REPLACEMENT_MISSING /replacement']],
    [{ effect: 'record-expunged', reducedBy: 'P1Y' }, ['CLEMENCY.REDUCTION_MISSING /reducedBy']],
    [{ effect: 'replaced', replacement: { kind: 'imprisonment' } }, ['SENTENCE.TERM_MISSING /replacement/term']],
  ])('clemency %j: %s', (fields, expected) => expect(codes('case', pardoned(fields))).toEqual(expected));

  it('clemency with what its effect needs', () => {
    const replaced = pardoned({ effect: 'replaced', replacement: { kind: 'suspended', term: 'P1Y' } });
    expect(eventOf('case', replaced)).toMatchObject({ replacement: { kind: 'suspended' } });
    expect(eventOf('case', pardoned({ effect: 'term-reduced', reducedBy: 'P1Y' }))).toMatchObject({ reducedBy: 'P1Y' });
  });

  it('an appeal has a new sentence exactly where it changed one', () => {
    const decided = (fields: LooseJson) => ({ type: 'appeal-decided', ...said, occurredOn: '2024', ...fields });
    const newSentence = { kind: 'imprisonment', term: 'P2Y' };
    expect(codes('case', decided({ outcome: 'reduced' }))).toEqual(['APPEAL.SENTENCE_MISSING /newSentence']);
    expect(codes('case', decided({ outcome: 'upheld', newSentence }))).toEqual([
      'APPEAL.SENTENCE_MISSING /newSentence',
    ]);
    expect(eventOf('case', decided({ outcome: 'reduced', newSentence }))['newSentence']).toStrictEqual(newSentence);
  });

  it('days go with an administrative arrest, described says something, a source can be found, a list has a name', () => {
    expect(codes('case', { type: 'arrested', ...said, occurredOn: '2024', days: 3 })).toEqual([
      'ARREST.DAYS_UNFIT /days',
    ]);
    expect(codes('case', { type: 'described', ...said })).toEqual(['DESCRIBED.NOTHING ']);
    expect(codes('case', { type: 'tried', occurredOn: '2024', sources: [{ kind: 'press' }] })).toEqual([
      'SOURCE.NAMELESS /sources/0',
    ]);
    expect(codes('list', { type: 'list-defined', ...said, name: {} })).toEqual(['NAME.NO_LANGUAGE /name']);
  });

  it('are heard only where each field is right by itself', () => {
    expect(codes('case', convicted({ kind: 'imprisonment', life: 'yes' }))).toEqual([
      'FIELD.WRONG_KIND /sentence/life',
    ]);
  });
});

describe('sources', () => {
  const from = (source: unknown) => ({ type: 'tried', occurredOn: '2024', sources: [source] });

  it.each([
    ['javascript:alert(1)', 'TEXT.FORM'],
    ['ftp://x.example/', 'TEXT.FORM'],
    ['https://user:pw@x.example/', 'TEXT.FORM'],
    ['x.example', 'TEXT.FORM'],
    [`https://x.example/${'y'.repeat(2_000)}`, 'TEXT.TOO_LONG'],
  ])('url %s: %s', (url, code) =>
    expect(codes('case', from({ kind: 'press', url }))).toEqual([`${code} /sources/0/url`]),
  );

  it('takes addresses as people have them', () => {
    const url = 'https://azərbaycan.example/xəbər/1?x=y#z';
    expect(eventOf('case', from({ kind: 'press', url }))['sources']).toStrictEqual([{ kind: 'press', url }]);
  });
});

it('tells of a bounded number of problems', () => {
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x${String(i)}`, 1]));
  expect(problemsOf('case', { type: 'tried', ...body })).toHaveLength(100);
});
