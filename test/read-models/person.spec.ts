import { personDescription, judgingLists, personNames, personReferences } from '../../src/read-models/person.js';
import { withIds } from '../support/events.js';
import { NAME } from './support.js';

it('describes with the latest values, without cleared fields', () => {
  const events = withIds(
    { type: 'opened', names: [], born: '1980', occupation: 'journalist', region: 'Bakı', summary: 's' },
    { type: 'described', born: '1981-05', occupation: null, sex: 'f' },
    { type: 'described', region: null },
    { type: 'described', region: 'Gəncə', affiliation: 'a' },
  );
  expect(personDescription(events)).toEqual({
    born: '1981-05',
    sex: 'f',
    affiliation: 'a',
    region: 'Gəncə',
    summary: 's',
  });
  expect(Object.keys(personDescription(events))).toEqual(['born', 'sex', 'affiliation', 'region', 'summary']);
});

it('returns distinct names in order of recording', () => {
  const spelling = (text: string) => ({ ...NAME, text });
  const events = withIds(
    { type: 'opened', names: [spelling('A'), spelling('B')] },
    { type: 'named', name: spelling('C') },
    { type: 'named', name: spelling('A') },
  );
  expect(personNames(events)).toEqual(['A', 'B', 'C'].map(spelling));
});

it('counts a list as judging if it judged the case, not if it only has a reference', () => {
  const events = withIds(
    { type: 'opened', names: [], references: [{ list: 'referring', reference: '1' }] },
    { type: 'referenced', list: 'numbering', reference: '2' },
    { type: 'proposed', list: 'z', occurredOn: '2024-01-01' },
    { type: 'delisted', list: 'a', occurredOn: '2024-01-02', reason: 'r' },
    { type: 'recategorised', list: 'z', category: 'c', occurredOn: '2024-01-03' },
  );
  expect(judgingLists(events)).toEqual(['a', 'z']);
  expect(personReferences(events)).toEqual([
    { list: 'referring', reference: '1' },
    { list: 'numbering', reference: '2' },
  ]);
  expect(personReferences(withIds({ type: 'opened', names: [] }))).toEqual([]);
});
