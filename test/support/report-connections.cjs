/**
 * Preloaded into a service: writes the durability settings of every open SQLite connection of a thread into a file of the folder
 * REPORT_CONNECTIONS_TO, again and again, as `[{ file, readonly, journal_mode, synchronous, query_only }]`.
 */
const { renameSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { setInterval } = require('node:timers');
const { threadId } = require('node:worker_threads');

const connections = new Set();

// By what every connection calls, since modules have the driver's own constructor.
for (const driver of ['better-sqlite3', 'better-sqlite3-12']) {
  const { prototype } = require(driver);
  const { prepare } = prototype;
  prototype.prepare = function (...args) {
    connections.add(this);
    return prepare.apply(this, args);
  };
}

const settingsOf = (db) => ({
  file: basename(db.name),
  readonly: db.readonly,
  ...Object.fromEntries(
    ['journal_mode', 'synchronous', 'query_only'].map((name) => [name, db.pragma(name, { simple: true })]),
  ),
});

setInterval(() => {
  const open = [...connections].filter((db) => db.open && !db.memory).map(settingsOf);
  const path = join(process.env.REPORT_CONNECTIONS_TO, `${threadId}.json`);
  // Renamed, so that nobody reads a half.
  writeFileSync(`${path}.part`, JSON.stringify(open));
  renameSync(`${path}.part`, path);
}, 20).unref();
