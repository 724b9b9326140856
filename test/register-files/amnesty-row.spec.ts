import { readAmnestyRow } from '../../src/register-files/amnesty-row.js';
import type { AmnestyRow } from '../../src/register-files/row-columns.js';
import { amnestyRow, context } from './row-builders.js';

const read = (cells: Partial<AmnestyRow> = {}) => readAmnestyRow(amnestyRow(cells), context);

describe('a row of the amnesty file', () => {
  it('says the amnesty, then the release', () => {
    const said = { sources: [{ kind: 'register-file', citation: 'a synthetic source' }], reliability: 'reported' };
    expect(read().events.map(({ event }) => event)).toEqual([
      {
        type: 'amnestied',
        occurredOn: '2025-12-22',
        act: 'amnesty-2025',
        effect: 'released-from-imprisonment',
        clause: 'six-months-drugs',
        ...said,
      },
      { type: 'released', occurredOn: '2025-12-23', reason: 'amnesty', ...said },
    ]);
  });

  it('has a source for each part of its cell', () => {
    const sources = [{ citation: 'a lawyer' }, { citation: 'a newspaper' }];
    expect(read({ source: 'a lawyer | a newspaper' }).events.map(({ event }) => event)).toMatchObject([
      { type: 'amnestied', sources },
      { type: 'released', sources },
    ]);
  });

  it('says no release where the person has not walked out', () => {
    expect(read({ released_on: '' }).events.map(({ event }) => event.type)).toEqual(['amnestied']);
  });

  it.each<[string, Partial<AmnestyRow>, string[]]>([
    ['no reference', { ref: '' }, ['ref FIELD.MISSING']],
    ['an unknown act', { instrument: 'amnesty-1999' }, ['instrument INSTRUMENT.UNKNOWN']],
    ['no act', { instrument: '' }, ['instrument FIELD.MISSING']],
    ['an unknown clause', { clause: 'six-months' }, ['clause INSTRUMENT.CLAUSE_UNKNOWN']],
    ['an unknown effect', { effect: 'freed' }, ['effect VALUE.UNKNOWN']],
    ['an effect that needs more than a row says', { effect: 'term-reduced' }, ['effect CLEMENCY.REDUCTION_MISSING']],
    ['no day', { amnestied_on: '' }, ['amnestied_on FIELD.MISSING']],
    ['a day in the future', { released_on: '2026-01-06' }, ['released_on DATE.FUTURE']],
    ['no clause named', { clause: '' }, []],
    ['no source', { source: '' }, ['source FIELD.MISSING']],
  ])('%s', (_, cells, errors) => {
    expect(read(cells).errors.map(({ column, code }) => `${column} ${code}`)).toEqual(errors);
  });
});
