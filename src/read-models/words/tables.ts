/** `searched_texts` finds cases by words of facility, article and summary, on a day and as known at a position. */
import { caseEvents } from '../../domain/case/events.js';
import type { ProjectedTable } from '../table.js';
import { searchedTextRows, type SearchedTextRow } from './rows.js';

export const searchedTexts: ProjectedTable<SearchedTextRow> = {
  name: 'searched_texts',
  isPersonal: true,
  dependsOn: 'events',
  columns: { kind: 'TEXT', text: 'TEXT', from_day: 'INTEGER', to_day: 'INTEGER', tokens: 'TEXT' },
  indexes: [],
  fullTextColumn: 'tokens',
  rows: searchedTextRows,
  readsEvent: ({ type }) => type === 'opened' || type === 'described' || caseEvents[type].dated,
};
