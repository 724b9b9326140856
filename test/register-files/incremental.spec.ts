/** Imports into a register that has events already, from earlier imports or from people. */
import { readFileSync } from 'node:fs';
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { Instruments } from '../../src/read-models/definitions/instruments.query.js';
import { Lists } from '../../src/read-models/definitions/lists.query.js';
import type { AmnestyRow, RegisterRow } from '../../src/register-files/row-columns.js';
import { Files } from './temporary-files.js';
import { DEFINITIONS, openRealRegister, type RealRegister } from './real-register.js';
import { amnestyRow, convicted, registerRow } from './row-builders.js';
import { NOW } from '../support/scopes.js';

let register: RealRegister;
let files: Files;
beforeEach(async () => {
  files = new Files();
  register = await openRealRegister();
  await register.import([DEFINITIONS]);
});
afterEach(async () => {
  await register.close();
  files.remove();
});

const importRows = async (...rows: readonly (RegisterRow | AmnestyRow)[]) => {
  const { imported, report } = await register.import([files.rows('rows.csv', ...rows)]);
  const { added, unchanged, refused } = imported.files[0]!;
  return { counts: { added, unchanged, refused }, errors: report.map(({ column, code }) => `${column} ${code}`) };
};
const ADDED = { counts: { added: 1, unchanged: 0, refused: 0 }, errors: [] };
const UNCHANGED = { counts: { added: 0, unchanged: 1, refused: 0 }, errors: [] };
const refused = (...errors: readonly string[]) => ({ counts: { added: 0, unchanged: 0, refused: 1 }, errors });
const corrections = (...columns: readonly string[]) => refused(...columns.map((c) => `${c} IMPORT.NEEDS_CORRECTION`));

const caseOf = async (reference: string): Promise<string> => {
  const ask = { reference: { list: 'union', reference }, filters: {}, page: { limit: 2 } };
  const { items } = await register.queries.execute(new Cases(NOW, ask));
  expect(items).toHaveLength(1);
  return items[0]!.caseId;
};
const eventsOf = async (reference = 'T-01') => {
  const subject = { kind: 'case' as const, id: await caseOf(reference) };
  return (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!.items.map(
    ({ event }) => event,
  );
};

/** Imports a row, then changes it, and expects that nothing but these events is added. */
const adds = async (first: Partial<RegisterRow>, then: Partial<RegisterRow>, events: readonly object[]) => {
  expect(await importRows(registerRow(first))).toEqual(ADDED);
  const before = (await eventsOf()).length;
  expect(await importRows(registerRow({ ...first, ...then }))).toEqual(ADDED);
  expect((await eventsOf()).slice(before)).toMatchObject(events);
  expect((await eventsOf()).slice(before)).toHaveLength(events.length);
  expect(await importRows(registerRow({ ...first, ...then }))).toEqual(UNCHANGED);
};

/** Imports a row, then changes it, and expects a report and nothing else. */
const reports = async (first: Partial<RegisterRow>, then: Partial<RegisterRow>, ...columns: readonly string[]) => {
  expect(await importRows(registerRow(first))).toEqual(ADDED);
  const before = await register.events();
  expect(await importRows(registerRow({ ...first, ...then }))).toEqual(corrections(...columns));
  expect(await register.events()).toBe(before);
};

describe('a newly filled cell adds its event', () => {
  it('a conviction, with the facility moved to it', () =>
    adds({}, convicted, [{ type: 'convicted', facility: 'Penitentiary No. 2' }]));

  it('a conviction in the facility that the row named before', () =>
    adds({}, { ...convicted, facility: 'Baku Pre-trial Detention Facility' }, [{ type: 'convicted' }]));

  it('a release', () =>
    adds({}, { released_on: '2025-03', release_reason: 'bail' }, [{ type: 'released', occurredOn: '2025-03' }]));

  it('a release that also says that the person left the list', () =>
    adds(
      {},
      { released_on: '2025-03-01', release_reason: 'bail', delisted_on: '2025-03-01', delisted_reason: 'released' },
      [{ type: 'released' }],
    ));

  it('a pardon', () =>
    adds(
      { ...convicted, arrested_on: '2022-02-20', convicted_on: '2022-08-10', recognised_on: '2023-04-20' },
      { released_on: '2023-05-27', release_reason: 'pardon' },
      [{ type: 'pardoned', decree: 'pardon-2023-05-27' }, { type: 'released' }],
    ));

  it('a parole', () =>
    adds(convicted, { released_on: '2025-05-27', release_reason: 'parole' }, [
      { type: 'paroled' },
      { type: 'released' },
    ]));

  it('house arrest after remand', () =>
    adds({}, { measure: 'house-arrest', delisted_on: '2025-02-01', delisted_reason: 'house-arrest' }, [
      { type: 'remanded', measure: 'house-arrest', occurredOn: '2025-02-01' },
      { type: 'delisted', reason: 'house-arrest' },
    ]));

  it('another change of category', () =>
    adds(
      { category_changes: '2024-09-23=national-minorities' },
      { category_changes: '2024-09-23=national-minorities;2025-02-12=believers' },
      [{ type: 'recategorised', occurredOn: '2025-02-12', category: 'believers' }],
    ));

  it('recognition, charge and remand', () =>
    adds({ recognised_on: '', category: '', charged_articles: '', measure: '', facility: '' }, registerRow(), [
      { type: 'charged' },
      { type: 'remanded' },
      { type: 'recognised' },
    ]));

  it('what describes the person, together, and a spelling', () =>
    adds({ sex: '', born: '', name_ru: '' }, { sex: 'f', born: '1981', name_ru: 'Анар Сынагов' }, [
      { type: 'described', sex: 'f', born: '1981' },
      { type: 'named', name: { text: 'Анар Сынагов', language: 'ru', script: 'Cyrl' } },
    ]));

  it('one spelling after another', async () => {
    await adds({ name_en: '', name_ru: '' }, { name_ru: 'Анар Сынагов' }, [{ type: 'named' }]);
    expect(await importRows(registerRow({ name_ru: 'Анар Сынагов' }))).toEqual(ADDED);
    expect((await eventsOf()).at(-1)).toMatchObject({ type: 'named', name: { language: 'en' } });
  });
});

it('refuses a release by a word that nothing in the case founds', async () => {
  const early = { ...convicted, released_on: '2025-03-01', release_reason: 'sentence-served' };
  const amnesty = { ...convicted, released_on: '2025-03-01', release_reason: 'amnesty' };
  for (const cells of [early, amnesty])
    expect(await importRows(registerRow(cells))).toEqual(refused('release_reason CASE.RELEASE_UNFOUNDED'));
  const served = { ...early, sentence: 'P1Y' };
  expect(await importRows(registerRow(served))).toEqual(ADDED);
});

describe('a changed or emptied cell is reported, and the row adds nothing', () => {
  const released = { released_on: '2025-03-01', release_reason: 'bail' };
  it.each<[string, Partial<RegisterRow>, Partial<RegisterRow>, string[]]>([
    ['a name', {}, { name: 'Anar Sınaqov' }, ['name']],
    ['a spelling emptied', {}, { name_en: '' }, ['name_en']],
    ['a year of birth', {}, { born: '1981' }, ['born']],
    ['a sex emptied', {}, { sex: '' }, ['sex']],
    ['a category', {}, { category: 'social-activists' }, ['category']],
    ['an edition', {}, { recognised_on: '2024-06-15' }, ['recognised_on']],
    ['an incident', { incident: 'a' }, { incident: 'b' }, ['incident']],
    ['an incident filled in when the arrest is on record', {}, { incident: 'b' }, ['incident']],
    ['the day of arrest', {}, { arrested_on: '2024-02-21' }, ['arrested_on']],
    ['articles', {}, { charged_articles: '234.4.3;206' }, ['charged_articles']],
    ['a facility without a conviction', {}, { facility: 'Elsewhere' }, ['facility']],
    ['a facility of a conviction', convicted, { facility: 'Elsewhere' }, ['facility']],
    ['a court', convicted, { court: '' }, ['court']],
    ['a sentence', convicted, { sentence: 'P3Y' }, ['sentence']],
    ['a source', {}, { source: 'another' }, ['source']],
    ['a release emptied', released, { released_on: '', release_reason: '' }, ['released_on', 'release_reason']],
    ['a release of another day', released, { released_on: '2025-03-02' }, ['released_on']],
    ['a release for another reason', released, { release_reason: 'health' }, ['release_reason']],
    [
      'a change of category',
      { category_changes: '2024-09-23=national-minorities' },
      { category_changes: '' },
      ['category_changes'],
    ],
    ['with a newly filled one beside it', {}, { ...released, born: '1981' }, ['born']],
  ])('%s', (_, first, then, columns) => reports(first, then, ...columns));

  it('a conviction emptied, with its court', async () => {
    expect(await importRows(registerRow(convicted))).toEqual(ADDED);
    const { errors } = await importRows(registerRow());
    expect(errors).toEqual(
      ['convicted_on', 'convicted_articles', 'court', 'sentence', 'facility'].map(
        (c) => `${c} IMPORT.NEEDS_CORRECTION`,
      ),
    );
  });
});

const said = { sources: [{ kind: 'family' as const, citation: 'synthetic' }], reliability: 'verified' as const };
const byStaff = async (id: string, events: readonly object[], isNewSubject = false): Promise<void> => {
  const request = {
    subject: { kind: 'case', id },
    isNewSubject,
    events: events.map((event) => ({ ...said, ...event })),
    actor: { kind: 'person', id: 'p-1', asserted: true },
    acknowledge: [],
    correlationId: 'c-1',
  } as unknown as RecordEventsRequest;
  expect(await register.commands.execute(new RecordEvents(request))).toMatchObject({ outcome: 'recorded' });
  await register.import([DEFINITIONS]);
};

describe('a case that people have written to', () => {
  const release = { type: 'released', occurredOn: '2025-03-01', reason: 'bail' };
  const cells = { released_on: '2025-03-01', release_reason: 'bail' };

  it('is left alone by an unchanged row', async () => {
    await importRows(registerRow());
    await byStaff(await caseOf('T-01'), [release, { type: 'described', born: '1979' }]);
    expect(await importRows(registerRow())).toEqual(UNCHANGED);
  });

  it('is not told again what a person said already', async () => {
    await importRows(registerRow());
    await byStaff(await caseOf('T-01'), [release]);
    expect(await importRows(registerRow(cells))).toEqual(UNCHANGED);
  });

  it('refuses what does not fit what a person said', async () => {
    await importRows(registerRow());
    await byStaff(await caseOf('T-01'), [release]);
    expect(await importRows(registerRow({ ...cells, released_on: '2025-03-02' }))).toEqual(
      refused('released_on CASE.NOT_HELD'),
    );
  });

  const references = [{ list: 'union', reference: 'T-01' }];
  const names = [{ text: 'Anar Nümunə oğlu Sınaqov', script: 'Latn', language: 'az', kind: 'full' }];

  it('may have been opened by a person under the reference', async () => {
    await byStaff('opened-by-a-person', [{ type: 'opened', references, names, born: '1980' }], true);
    expect(await importRows(registerRow())).toEqual(ADDED);
    expect((await eventsOf()).map(({ type }) => type)).toEqual([
      'opened',
      'named',
      'named',
      'described',
      'arrested',
      'charged',
      'remanded',
      'recognised',
    ]);
    expect(await importRows(registerRow())).toEqual(UNCHANGED);
    await importRows(registerRow(convicted));
    expect(await importRows(amnestyRow())).toEqual(ADDED);
  });

  it('is not described otherwise than a person described it', async () => {
    await byStaff('opened-by-a-person', [{ type: 'opened', references, names, born: '1979' }], true);
    expect(await importRows(registerRow())).toEqual(corrections('born'));
  });
});

describe('the amnesty file', () => {
  it('adds to the case of its reference, once, and leaves the row of the register unchanged', async () => {
    await importRows(registerRow(convicted));
    expect(await importRows(amnestyRow())).toEqual(ADDED);
    expect((await eventsOf()).slice(-2)).toMatchObject([{ type: 'amnestied' }, { type: 'released' }]);
    expect(await importRows(amnestyRow())).toEqual(UNCHANGED);
    expect(await importRows(registerRow(convicted))).toEqual(UNCHANGED);
  });

  it('adds the release when the person walks out', async () => {
    await importRows(registerRow(convicted));
    expect(await importRows(amnestyRow({ released_on: '' }))).toEqual(ADDED);
    expect(await importRows(amnestyRow())).toEqual(ADDED);
    expect((await eventsOf()).slice(-2).map(({ type }) => type)).toEqual(['amnestied', 'released']);
  });

  it.each<[string, Partial<AmnestyRow>, string]>([
    ['a reference that nobody has', { ref: 'T-02' }, 'ref ROW.UNKNOWN_REFERENCE'],
    [
      'a decree in the place of an act',
      { instrument: 'pardon-2023-05-27', clause: '' },
      'instrument INSTRUMENT.WRONG_KIND',
    ],
    ['a day before the act was in force', { amnestied_on: '2025-12-21' }, 'amnestied_on INSTRUMENT.NOT_IN_FORCE'],
  ])('reports %s', async (_, cells, errors) => {
    await importRows(registerRow(convicted));
    expect(await importRows(amnestyRow(cells))).toEqual(refused(errors));
  });

  it('reports somebody who was not convicted', async () => {
    await importRows(registerRow());
    expect(await importRows(amnestyRow())).toEqual(refused('amnestied_on CASE.NOT_CONVICTED'));
  });
});

describe('definitions that come again', () => {
  it('add what is new', async () => {
    const path = files.definitions(({ lists, instruments }) => {
      lists[0]!.categories.push({ id: 'lawyers', name: { en: 'Lawyers' } });
      lists[0]!.policy.push({ from: '2026-01-01', custody: ['detained', 'remand'] });
      instruments.push({ id: 'pardon-2026-01-01', kind: 'pardon-decree', issued: '2026-01-01' });
    });
    const { imported, report } = await register.import([path]);
    expect(report).toEqual([]);
    expect(imported.files).toMatchObject([{ added: 2, unchanged: 2, refused: 0 }]);
    const { items: lists } = await register.queries.execute(new Lists(NOW, 'union'));
    const [list] = lists;
    expect(list?.categories.map(({ id }) => id)).toContain('lawyers');
    expect(list?.policy).toHaveLength(2);
    expect((await register.queries.execute(new Instruments(NOW))).items).toHaveLength(3);
  });

  it('are reported where they differ, and enter whole or not at all', async () => {
    const path = files.definitions(({ lists, instruments }) => {
      lists[0]!.categories[1]!.name.en = 'Defenders';
      lists[0]!.categories.splice(3, 1);
      lists[0]!.categories.push({ id: 'lawyers', name: { en: 'Lawyers' } });
      lists[0]!.policy[0]!.custody.push('house-arrest');
      instruments[1]!.inForce = '2025-12-23';
      instruments[0]!.title = 'A decree';
    });
    const before = await register.events();
    const { report } = await register.import([path]);
    expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
      [null, '/lists/0/categories/1/name', 'IMPORT.NEEDS_CORRECTION'],
      [null, '/lists/0/policy/0/custody', 'IMPORT.NEEDS_CORRECTION'],
      [null, '/lists/0/categories/name', 'IMPORT.NEEDS_CORRECTION'],
      [null, '/instruments/0/title', 'IMPORT.NEEDS_CORRECTION'],
      [null, '/instruments/1/inForce', 'IMPORT.NEEDS_CORRECTION'],
    ]);
    expect(await register.events()).toBe(before);
  });

  it('are reported where they are wrong', async () => {
    const path = files.definitions(({ lists, instruments }) => {
      lists[0]!.policy[0]!.from = '2023-04';
      lists[0]!.colour = 'red';
      instruments[0]!.id = 'A decree';
      instruments[1] = { id: 'amnesty-2030', kind: 'amnesty', inForce: '2030-02-30' };
    });
    const { report } = await register.import([path]);
    expect(report.map(({ column, code }) => [column, code])).toEqual([
      ['/lists/0/colour', 'FIELD.UNKNOWN'],
      ['/lists/0/policy/0/from', 'DAY.INVALID'],
      ['/instruments/0/id', 'TEXT.FORM'],
      ['/instruments/1/kind', 'VALUE.UNKNOWN'],
      ['/instruments/1/inForce', 'DATE.INVALID'],
    ]);
  });
});

describe('an import as a whole', () => {
  it('records nothing where one of its files cannot be read', async () => {
    const good = files.rows('good.csv', registerRow());
    const before = await register.events();
    for (const [text, code] of [
      ['a,b\n1,2\n', 'FILE.UNKNOWN_KIND'],
      ['', 'FILE.EMPTY'],
      [',,\n', 'FILE.EMPTY'],
      ['{"lists": [1]}', 'FILE.UNKNOWN_KIND'],
      ['[]', 'FILE.UNKNOWN_KIND'],
      ['{"lists": ', 'FILE.NOT_JSON'],
      ['{"lists": [], "instruments": [{"id":"a","id":"b"}]}', 'FILE.KEY_TWICE'],
      [Buffer.from([0x7b, 0xff]), 'FILE.NOT_UTF8'],
    ] as const) {
      const { imported, report } = await register.import([good, files.text('other', text)]);
      expect(imported).toEqual({ outcome: 'unreadable', files: [] });
      expect(report).toMatchObject([{ file: 'other', code }]);
    }
    expect(await register.events()).toBe(before);
  });

  it('does not begin with rows of a list that nobody defined', async () => {
    const { imported, report } = await register.import([files.rows('rows.csv', registerRow())], { list: 'other' });
    expect(imported.outcome).toBe('unreadable');
    expect(report).toMatchObject([{ file: 'rows.csv', row: null, column: null, code: 'LIST.UNKNOWN' }]);
  });

  it('reads columns in any order', async () => {
    const reversed = Object.fromEntries(Object.entries(registerRow()).reverse()) as RegisterRow;
    expect(await importRows(reversed)).toEqual(ADDED);
    expect(await importRows(registerRow())).toEqual(UNCHANGED);
  });

  it('reports a cell that is not UTF-8 and a row with too many cells, and lets the others in', async () => {
    const lines = readFileSync(
      files.rows('rows.csv', registerRow(), registerRow({ ref: 'T-02', name_en: '@' }), registerRow({ ref: 'T-03' })),
    );
    const at = lines.indexOf('@');
    lines[at] = 0xff;
    const path = files.text('rows.csv', Buffer.concat([lines, Buffer.from(',too many')]));
    const { imported, report } = await register.import([path]);
    expect(imported.files).toMatchObject([{ added: 1, refused: 2 }]);
    expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'name_en', 'FILE.NOT_UTF8'],
      [4, null, 'ROW.CUT_SHORT'],
    ]);
  });

  it('stops behind the row under way, and goes on from there when it comes again', async () => {
    const rows = ['T-01', 'T-02', 'T-03'].map((ref, at) => registerRow({ ref, born: String(1980 + at) }));
    const path = files.rows('rows.csv', ...rows);
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 2) stop.abort();
    };
    const stopped = await register.import([path, DEFINITIONS], { signal: stop.signal, onProgress });
    expect(stopped.imported).toMatchObject({ outcome: 'stopped', files: [{ unchanged: 2, total: 3 }] });
    const again = new AbortController();
    const second = await register.import([path], {
      signal: again.signal,
      onProgress: ({ done }) => done === 2 && again.abort(),
    });
    expect(second.imported).toMatchObject({ outcome: 'stopped', files: [{ added: 2, done: 2, total: 3 }] });
    const { imported } = await register.import([path]);
    expect(imported).toMatchObject({ outcome: 'done', files: [{ added: 1, unchanged: 2, total: 3 }] });
  });

  it('keeps names out of actors and correlation ids', async () => {
    await importRows(registerRow());
    const subject = { kind: 'case' as const, id: await caseOf('T-01') };
    const history = (await register.queries.execute(new History(NOW, { subject, after: 0, limit: 100 })))!;
    for (const { actor, correlationId } of history.items) {
      expect(actor).toEqual({ kind: 'import', id: 'register:union', asserted: true });
      expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
