import { type AmnestyRow, type RegisterRow } from '../../src/register-files/row-columns.js';
import type { RowContext } from '../../src/register-files/register-row.js';
import { parseDay } from '../../src/domain/time.js';

/** A row as an edition has it: held, charged, recognised. */
export const registerRow = (cells: Partial<RegisterRow> = {}): RegisterRow => ({
  ref: 'T-01',
  name: 'Anar Nümunə oğlu Sınaqov',
  name_en: 'Anar Numuna oghlu Sinagov',
  name_ru: 'Анар Нумуна оглы Сынагов',
  sex: 'm',
  born: '1980',
  category: 'believers',
  incident: '',
  arrested_on: '2024-02-20',
  measure: 'remand',
  charged_articles: '234.4.3',
  convicted_on: '',
  convicted_articles: '',
  court: '',
  sentence: '',
  facility: 'Baku Pre-trial Detention Facility',
  recognised_on: '2024-06-14',
  category_changes: '',
  delisted_on: '',
  delisted_reason: '',
  released_on: '',
  release_reason: '',
  source: 'a synthetic source',
  occupation: '',
  affiliation: '',
  region: '',
  summary: '',
  house_arrest_on: '',
  deported_on: '',
  died_on: '',
  reported_on: '',
  same_as: '',
  acknowledge: '',
  ...cells,
});

export const convicted: Partial<RegisterRow> = {
  convicted_on: '2024-08-10',
  convicted_articles: '234.4.3',
  court: 'Sumgait City Court',
  sentence: 'P3Y10M',
  facility: 'Penitentiary No. 2',
};

export const amnestyRow = (cells: Partial<AmnestyRow> = {}): AmnestyRow => ({
  ref: 'T-01',
  instrument: 'amnesty-2025',
  amnestied_on: '2025-12-22',
  released_on: '2025-12-23',
  effect: 'released-from-imprisonment',
  clause: 'six-months-drugs',
  source: 'a synthetic source',
  ...cells,
});

export const context: RowContext = {
  today: parseDay('2026-01-05') ?? NaN,
  list: 'union',
  categories: [
    { id: 'believers', name: { az: 'Dindarlar', en: 'Believers', ru: 'Верующие' } },
    { id: 'national-minorities', name: { en: 'National minorities' } },
  ],
  instruments: [
    { id: 'pardon-2025-01-01', kind: 'pardon-decree', issued: '2025-01-01', clauses: [] },
    { id: 'amnesty-2025', kind: 'amnesty-act', issued: null, clauses: ['six-months-drugs'] },
  ],
};
