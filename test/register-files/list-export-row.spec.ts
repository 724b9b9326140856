import type { PersonView, StandingView } from '../../src/read-models/list/person.view.js';
import { PEOPLE_COLUMNS, personRow } from '../../src/register-files/list-export-row.js';

const standing: StandingView = {
  custody: 'imprisoned',
  proceedings: 'convicted',
  sentence: 'active',
  sentenceEnd: { earliest: '2026-06-15', latest: '2026-06-15' },
  life: false,
  articles: ['234.4.3', '12'],
  facility: 'Penitentiary No. 4',
  incident: null,
  lists: [
    { list: 'union', recognition: 'recognised', category: 'believers' },
    { list: 'other', recognition: 'proposed', category: null },
  ],
};

const row = (person: Partial<PersonView> = {}): Readonly<Record<string, string | undefined>> => {
  const cells = personRow(
    {
      caseId: 'c1',
      references: [
        { list: 'union', reference: 'AZ-1' },
        { list: 'other', reference: 'X-1' },
      ],
      name: 'Elçin Nümunəvi',
      certainty: 'yes',
      standings: [standing],
      ...person,
    },
    'union',
  );
  expect(cells).toHaveLength(PEOPLE_COLUMNS.length);
  return Object.fromEntries(PEOPLE_COLUMNS.map((column, at) => [column, cells[at]]));
};

describe('a person as a row', () => {
  it('says what the list says', () => {
    expect(row()).toEqual({
      ref: 'AZ-1',
      name: 'Elçin Nümunəvi',
      category: 'believers',
      certainty: 'yes',
      custody: 'imprisoned',
      proceedings: 'convicted',
      sentence: 'active',
      sentence_end: '2026-06-15',
      articles: '234.4.3;12',
      facility: 'Penitentiary No. 4',
      incident: '',
      case: 'c1',
    });
  });

  it('shows several possible values, and that there may be none', () => {
    const other: StandingView = { ...standing, custody: 'free', facility: null, sentenceEnd: null };
    expect(row({ certainty: 'uncertain', standings: [standing, other] })).toMatchObject({
      certainty: 'uncertain',
      custody: 'imprisoned | free',
      facility: 'Penitentiary No. 4 | none',
      sentence_end: '2026-06-15 | none',
      proceedings: 'convicted',
      incident: '',
    });
  });

  it('says where too much is undecided', () => {
    expect(row({ standings: [] })).toMatchObject({
      custody: 'undecided',
      category: 'undecided',
      name: 'Elçin Nümunəvi',
    });
  });

  it.each([
    [{ sentenceEnd: { earliest: '2026-06-01', latest: '2026-06-30' } }, '2026-06-01/2026-06-30'],
    [{ life: true, sentenceEnd: null }, 'life'],
    [{ sentenceEnd: null }, ''],
  ])('writes the end of a sentence %j', (changes, text) => {
    expect(row({ standings: [{ ...standing, ...changes }] })['sentence_end']).toBe(text);
  });

  it('makes harmless what looks like a formula, in any cell', () => {
    const facility = '=cmd';
    expect(
      row({ name: '+1', references: [{ list: 'union', reference: '-1' }], standings: [{ ...standing, facility }] }),
    ).toMatchObject({ name: "'+1", ref: "'-1", facility: "'=cmd" });
    expect(row({ name: null })['name']).toBe('');
  });
});
