/** A line of a file can express every event that the REST interface accepts. */
import { CASE_EVENT_TYPES } from '../../src/domain/case/events.js';
import {
  eventFromCells,
  columnOfPointer,
  columnsOfType,
  EVENT_COLUMNS,
  filledColumnsOfOtherTypes,
} from '../../src/register-files/event-columns.js';
import { checkDrafts, type RawEvent } from '../../src/register-files/event-draft.js';
import { eventExamples } from '../../src/schema/examples.js';
import { fieldsOf } from '../../src/schema/field.js';
import { eventClasses, readEvent } from '../../src/schema/read-event.js';
import { EXPECTED } from '../golden/expected.js';
import { lineOf } from './event-line-writer.js';

const ALL = CASE_EVENT_TYPES.flatMap((type) =>
  [eventExamples[type], ...EXPECTED[type]].map((event, index) => [type, index, event as object] as const),
);

it.each(ALL)('%s (%i) is written as a line and read back from it', (_, __, event) => {
  const said = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
  // The golden files have `after` in every event, but only dated events accept it.
  if (said['occurredOn'] === undefined) delete said['after'];
  expect(eventFromCells(lineOf(said))).toEqual(said);
});

it.each(CASE_EVENT_TYPES)('every field of %s has a column, and no other column is its own', (type) => {
  const cells = Object.fromEntries(EVENT_COLUMNS.map((column) => [column, 'x']));
  const fields = fieldsOf(eventClasses.case[type]).map(({ name }) => name);
  expect(Object.keys(eventFromCells({ ...cells, type })).sort()).toEqual(['type', ...fields].sort());
  expect(new Set(filledColumnsOfOtherTypes({ ...cells, type })).size + columnsOfType(type).length).toBeGreaterThan(0);
  for (const column of columnsOfType(type)) expect(filledColumnsOfOtherTypes({ [column]: 'x', type })).toEqual([]);
});

it.each(CASE_EVENT_TYPES)('what is wrong with a cell of %s is told with its column', (type) => {
  const cells = Object.fromEntries(columnsOfType(type).map((column) => [column, '\u0007']));
  const read = readEvent('case', eventFromCells({ ...cells, type, source: 'synthetic' }));
  const problems = 'errors' in read ? read.errors : [];
  expect(problems.length).toBeGreaterThan(0);
  for (const { pointer } of problems) expect(columnsOfType(type)).toContain(columnOfPointer(pointer));
});

it.each(CASE_EVENT_TYPES)('what is expected of a cell of %s is said of the cell, not of JSON', (type) => {
  const columns = columnsOfType(type).filter((column) => column !== 'reliability');
  for (const cell of ['', '\u0007', 'x', '|', ';']) {
    const cells = Object.fromEntries(columns.map((column) => [column, cell]));
    const data = eventFromCells({ ...cells, type, ...(cell === '' ? {} : { source: '|' }) }) as RawEvent;
    const { errors } = checkDrafts('case', [{ data, locate: columnOfPointer }]);
    expect(errors.length).toBeGreaterThan(0);
    for (const { column, expected } of errors) {
      expect(EVENT_COLUMNS).toContain(column);
      expect(expected).not.toMatch(/array|object|true|false|null/i);
    }
  }
});

it('a column that is not of the type of its line is a stranger there', () => {
  expect(filledColumnsOfOtherTypes({ type: 'charged', articles: '234', facility: 'No. 2', court: '' })).toEqual([
    'facility',
  ]);
});

it('sources stand beside each other, their parts in the same order', () => {
  expect(
    eventFromCells({ type: 'tried', source: 'A\\|B | C', source_url: ' | https://c.example', source_kind: 'press' }),
  ).toEqual({
    type: 'tried',
    sources: [
      { kind: 'press', citation: 'A|B' },
      { kind: 'register-file', citation: 'C', url: 'https://c.example' },
    ],
  });
});

it.each([
  ['Nümunə Sınaqov', 'Latn', 'az'],
  ['Нумуна Сынагов', 'Cyrl', 'ru'],
  ['Nümunə Сынагов', 'Cyrl', 'ru'],
  ['ნიმუშ ნიმუშაძე', 'Geor', 'und'],
  ['نمونه صیناقوف', 'Arab', 'und'],
  ['Նմուշ Նմուշյան', 'Armn', 'und'],
  ['N.', 'Latn', 'az'],
  ['1', 'Latn', 'az'],
])('a name without brackets has the script of its letters: %s', (text, script, language) => {
  const name = { text, script, language, kind: 'full' };
  const data = eventFromCells({ type: 'named', name: text, source: 'synthetic' });
  expect(data).toMatchObject({ name });
  expect(eventFromCells({ type: 'opened', name: `${text} [alias]` })).toMatchObject({
    names: [{ ...name, kind: 'alias' }],
  });
  expect(readEvent('case', data)).not.toHaveProperty('errors');
});
