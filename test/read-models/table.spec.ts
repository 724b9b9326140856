import { advance, newLedger, type AnyTable } from '../../src/read-models/table.js';

const table: AnyTable = { name: 't', columns: { a: 'TEXT', b: 'INTEGER' }, indexes: [], rows: () => [] };

it('leaves what stays, closes what is gone and begins what comes', () => {
  const ledger = newLedger();
  advance(
    table,
    ledger,
    [
      { a: 'x', b: 1 },
      { a: 'y', b: 1 },
    ],
    3,
  );
  advance(table, ledger, [{ b: 1, a: 'y' }, { a: 'z' }], 5);
  expect([...ledger.open.values()]).toEqual([
    { cells: ['y', 1], from: 3, rowid: null },
    { cells: ['z', null], from: 5, rowid: null },
  ]);
  expect(ledger.closed).toEqual([{ cells: ['x', 1], from: 3, to: 5, rowid: null }]);
});

it('begins anew what comes again', () => {
  const ledger = newLedger();
  advance(table, ledger, [{ a: 'x', b: 1 }], 1);
  advance(table, ledger, [], 2);
  advance(table, ledger, [{ a: 'x', b: 1 }], 4);
  expect([...ledger.open.values()].map(({ from }) => from)).toEqual([4]);
  expect(ledger.closed.map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
});
