import { updateRowVersions, noVersions } from '../../src/read-models/table.js';

const COLUMNS = ['a', 'b'];

it('keeps unchanged rows, closes removed ones and starts new ones', () => {
  const versions = noVersions();
  updateRowVersions(
    COLUMNS,
    versions,
    [
      { a: 'x', b: 1 },
      { a: 'y', b: 1 },
    ],
    3,
  );
  updateRowVersions(COLUMNS, versions, [{ b: 1, a: 'y' }, { a: 'z' }], 5);
  expect(versions.open).toMatchObject([
    { cells: ['y', 1], from: 3, rowid: null },
    { cells: ['z', null], from: 5, rowid: null },
  ]);
  expect(versions.closed).toMatchObject([{ cells: ['x', 1], from: 3, to: 5, rowid: null }]);
});

it('starts a new version for a row that returns', () => {
  const versions = noVersions();
  updateRowVersions(COLUMNS, versions, [{ a: 'x', b: 1 }], 1);
  updateRowVersions(COLUMNS, versions, [], 2);
  updateRowVersions(COLUMNS, versions, [{ a: 'x', b: 1 }], 4);
  expect(versions.open.map(({ from }) => from)).toEqual([4]);
  expect(versions.closed.map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
});
