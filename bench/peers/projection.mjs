/** What is rebuilt: one row a case and one an event, as by the raw baseline. For SQLite and PostgreSQL. */

export const TABLES = [
  'CREATE TABLE list (stream TEXT PRIMARY KEY, status TEXT, category TEXT, name TEXT, events INTEGER)',
  'CREATE INDEX by_category ON list (category, name)',
  'CREATE TABLE audit (position INTEGER PRIMARY KEY, stream TEXT, type TEXT, recorded_at TEXT, actor TEXT)',
];

/**
 * The statements of an event, with their parameters.
 * @param {number} position
 * @param {string} stream
 * @param {import('../../src/event-store/port.js').NewEvent} recorded
 * @param {(index: number) => string} marker of a parameter
 */
export const statementsOf = (position, stream, { event, recordedAt, actor }, marker) => {
  const markers = (count) => Array.from({ length: count }, (_, index) => marker(index + 1)).join(', ');
  const category = event.type === 'recognised' ? event.category : null;
  const name = event.type === 'opened' ? event.names[0].text : null;
  return [
    [
      `INSERT INTO list (stream, status, category, name, events) VALUES (${markers(4)}, 1) ON CONFLICT (stream) DO UPDATE SET
        status = excluded.status, category = coalesce(excluded.category, list.category),
        name = coalesce(excluded.name, list.name), events = list.events + 1`,
      [stream, event.type, category, name],
    ],
    [
      `INSERT INTO audit (position, stream, type, recorded_at, actor) VALUES (${markers(5)})`,
      [position, stream, event.type, recordedAt, actor.id],
    ],
  ];
};

export const COUNT = 'SELECT count(*) AS events FROM audit';
