/** Makes a long log out of a short one by repeating its rows as events of other cases: quicker than appending as many. */
import { hash } from 'node:crypto';
import { leafTextOf } from '../src/event-store/codec.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import Database from '../src/sqlite/database.js';
import { definitions } from './synthetic.js';

/** Rows of one transaction. */
const ROWS = 10_000;

/** The stream of the case that is the copy of another; as `multiplyCases` has it. */
export const copyOf = (stream: string, copy: number): string =>
  `case-${copy.toString(16).padStart(8, '0')}${stream.slice('case-'.length + 8)}`;

/**
 * Adds copies of the cases of a log until it has so many. All of them have as many events, which follow the definitions. Payloads and ids
 * are those of the originals; each event has the leaf hash of its own case, so that the log can be verified.
 */
export const repeatCases = async (
  file: string,
  original: number,
  cases: number,
  eventsPerCase: number,
): Promise<void> => {
  const store = createSqliteStore({ file });
  const events: { readonly stream: string; readonly text: string }[] = [];
  for (let cursor = null; ;) {
    const page = await store.readStored(cursor, 500);
    for (const event of page) events.push({ stream: event.stream, text: leafTextOf(event, event) ?? '' });
    cursor = page.at(-1)?.cursor ?? null;
    if (cursor === null) break;
  }
  await store.close();
  const copied = events.slice(definitions.length);
  if (copied.length !== original * eventsPerCase) throw new Error(`${copied.length} events of ${original} cases`);

  const db = new Database(file);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  const addStream = db.prepare('INSERT INTO streams SELECT number + ?, ? FROM streams WHERE name = ?');
  const addEvent =
    db.prepare(`INSERT INTO events SELECT position + ?, stream + ?, revision, type, recorded_at, id, payload, ?
    FROM events WHERE position = ?`);
  const add = (index: number): void => {
    const { stream, text } = copied[index % copied.length] ?? { stream: '', text: '' };
    const copy = Math.floor(index / copied.length);
    const name = copyOf(stream, copy);
    if (index % eventsPerCase === 0) addStream.run(copy * original, name, stream);
    const leaf = hash('sha256', `\0${text.replace(`"stream":"${stream}"`, `"stream":"${name}"`)}`, 'buffer');
    addEvent.run(copy * copied.length, copy * original, leaf, definitions.length + (index % copied.length) + 1);
  };
  const addRows = db.transaction((from: number, to: number) => {
    for (let index = from; index < to; index += 1) add(index);
  });
  const end = cases * eventsPerCase;
  for (let from = copied.length; from < end; from += ROWS) addRows(from, Math.min(end, from + ROWS));
  db.pragma('journal_mode = WAL');
  db.close();
};
