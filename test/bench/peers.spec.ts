import { peersTable } from '../../bench/peers/table.js';
import type { Outcome } from '../../bench/table.js';

const run = {
  at: '2026-01-05T10:00:00.000Z',
  summary: 'a machine',
  packages: { evtstore: '12.0.1', '@event-driven-io/emmett-sqlite': '0.42.4', PostgreSQL: '15.18' },
  load: [],
};
const outcome = (name: string, of: readonly number[], to: readonly number[], seen: Outcome['seen'] = {}): Outcome => ({
  name,
  run: run.at,
  of,
  to,
  seen,
});

describe('beside peers', () => {
  it('compares the register with the best peer of each round', () => {
    const section = peersTable(
      [
        outcome('replay/habeas', [300, 300, 300], [200, 200, 200]),
        outcome('replay/evtstore', [100, 150, 200], [200, 200, 200]),
        outcome('replay/emmett-sqlite', [150, 100, 50], [200, 200, 200]),
      ],
      [run],
    );
    expect(section).toContain('| evtstore 12.0.1 | emmett-sqlite 0.42.4 |');
    expect(section).toContain(
      '| events replayed, folded | 200 | 300 (1.5) | 150 (0.75) | 100 (0.5) | – | – | 2 [1.5–2] | ≥ 1 | yes | 3 |',
    );
  });

  it('says what went wrong for a peer', () => {
    const section = peersTable(
      [
        outcome('replay/habeas', [300, 300], [200, 200]),
        outcome('replay/emmett-sqlite', [0, 100], [200, 200]),
        outcome('replay/emmett-postgresql', [100, 100], [200, 200], { 'events delivered again': [0, 7] }),
      ],
      [run],
    );
    expect(section).toContain('- events replayed, folded: emmett-sqlite: failed in 1 of 2 rounds.');
    expect(section).toContain('- events replayed, folded: emmett-postgresql: 0, 7 events delivered again.');
  });
});
