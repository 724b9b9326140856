/**
 * The rooms of the house and what each may import: the one place where it is said. The dependency check reads it as an
 * allow-list (.dependency-cruiser.cjs), and the table in docs/architecture.md is made from it.
 *
 * `words` are the files of the domain that only say what can be said: types, closed vocabularies, codes of findings, dates, texts. Rooms that may
 * use the domain's words may also import any type of the domain, but none of its rules.
 */
const words = ['^src/domain/(event|events|text|time|clock)\\.ts$', '^src/domain/[^/]+/(events|state|findings)\\.ts$'];

/** @type {Record<string, { path: string, says: string, paths: string[], domainTypes?: true, packages: string[], node: string[] }>} */
const rooms = {
  domain: {
    path: '^src/domain/',
    says: 'nothing else',
    paths: [],
    packages: ['edtf', 'temporal-polyfill', 'uuid'],
    node: [],
  },
  json: {
    path: '^src/json/',
    says: 'nothing else',
    paths: [],
    packages: [],
    node: [],
  },
  schema: {
    path: '^src/schema/',
    says: "the domain's words and types",
    paths: words,
    domainTypes: true,
    packages: ['class-validator', 'class-transformer'],
    node: [],
  },
  'event-store': {
    path: '^src/event-store/',
    says: "json, the domain's words and types",
    paths: [...words, '^src/json/'],
    domainTypes: true,
    packages: ['@eventstore/db-client', 'better-sqlite3', 'p-limit'],
    node: ['crypto', 'events', 'fs', 'fs/promises', 'path', 'timers/promises', 'worker_threads'],
  },
  commands: {
    path: '^src/commands/',
    says: 'domain, the port of event-store',
    paths: ['^src/domain/', '^src/event-store/port\\.ts$'],
    packages: ['@nestjs/common', '@nestjs/cqrs', 'uuid'],
    node: ['crypto', 'timers/promises'],
  },
  'read-models': {
    path: '^src/read-models/',
    says: 'domain, the port of event-store and its private files',
    paths: ['^src/domain/', '^src/event-store/(port|private-file)\\.ts$'],
    packages: ['@nestjs/common', '@nestjs/cqrs', 'better-sqlite3'],
    node: ['crypto', 'events', 'fs', 'fs/promises', 'path', 'timers/promises'],
  },
  'register-files': {
    path: '^src/register-files/',
    says: "schema, json, the domain's words and types, the command and query classes",
    paths: [
      ...words,
      '^src/schema/',
      '^src/json/',
      '^src/commands/(record-events|ids)\\.ts$',
      '^src/read-models/queries\\.ts$',
    ],
    domainTypes: true,
    packages: ['@nestjs/cqrs', 'chardet', 'csv-parse', 'csv-stringify', 'fastest-levenshtein', 'hucre', 'yauzl'],
    node: ['crypto', 'fs', 'fs/promises', 'path', 'stream', 'stream/promises', 'timers/promises', 'util'],
  },
  http: {
    path: '^src/http/',
    says: "schema, json, the domain's words and types, the command and query classes, the export of register-files",
    paths: [
      ...words,
      '^src/schema/',
      '^src/json/',
      '^src/commands/(record-events|record-batch|ids)\\.ts$',
      '^src/read-models/queries\\.ts$',
      '^src/register-files/list-export\\.ts$',
    ],
    domainTypes: true,
    packages: [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/cqrs',
      '@nestjs/platform-fastify',
      '@nestjs/swagger',
      '@fastify/helmet',
      '@fastify/static',
      'class-validator',
      'class-transformer',
      'fastify',
      'ipaddr.js',
      'lru-cache',
      'rxjs',
      'uuid',
    ],
    node: ['crypto', 'http', 'net', 'stream', 'timers/promises', 'util'],
  },
  watching: {
    path: '^src/watching/',
    says: 'the port of event-store, the read models as one thing',
    paths: ['^src/event-store/port\\.ts$', '^src/read-models/read-models\\.ts$'],
    packages: ['prom-client'],
    node: [],
  },
};

/** The composition root: it alone chooses a store, and may import everything; nobody imports it. */
const root = '^src/(main|cli|app\\.module|serve|settings|stores)\\.ts$|^src/cli/';

/** The table of docs/architecture.md, as Markdown. */
const table = () =>
  [
    '| room | may import, beside itself | packages | of Node |',
    '| --- | --- | --- | --- |',
    ...Object.entries(rooms).map(
      ([name, { says, packages, node }]) => `| ${name} | ${says} | ${list(packages)} | ${list(node)} |`,
    ),
    '| main, cli, app.module, serve, settings, stores, cli/ | everything | everything | everything |',
  ].join('\n');

const list = (names) => (names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(' '));

module.exports = { rooms, root, table };
