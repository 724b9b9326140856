/**
 * What each folder of src ("room") may import. The dependency check (.dependency-cruiser.cjs) reads it as an allow-list, and the
 * table in docs/architecture.md is generated from it.
 *
 * `vocabulary`: the files of the domain without rules, such as types, enumerations, finding codes, dates and texts. Rooms with
 * `domainTypes` may also import any type of the domain.
 */
const vocabulary = [
  '^src/domain/(amendments|event|events|text|time|clock|known-at)\\.ts$',
  '^src/domain/[^/]+/(events|state|findings)\\.ts$',
  '^src/domain/instrument/verdicts\\.ts$',
  '^src/domain/names/match-reasons\\.ts$',
];

/** A query stands with its handler in one file; a view of several queries, their parameters and errors have files of their own. */
const queries = [
  '^src/read-models/.+\\.(query|view)\\.ts$',
  '^src/read-models/(scope|query-errors|list/filters|list/paging)\\.ts$',
];

/** @type {Record<string, { path: string, says: string, paths: string[], domainTypes?: true, packages: string[], node: string[] }>} */
const rooms = {
  domain: {
    path: '^src/domain/',
    says: 'nothing else',
    paths: [],
    packages: ['edtf', 'fastest-levenshtein', 'lru-cache', 'temporal-polyfill', 'uuid'],
    node: [],
  },
  json: {
    path: '^src/json/',
    says: 'nothing else',
    paths: [],
    packages: [],
    node: [],
  },
  sqlite: {
    path: '^src/sqlite/',
    says: 'nothing else',
    paths: [],
    packages: ['better-sqlite3', 'better-sqlite3-12'],
    node: [],
  },
  jobs: {
    path: '^src/jobs/',
    says: 'sqlite, the private files of event-store',
    paths: ['^src/sqlite/', '^src/event-store/private-file\\.ts$'],
    packages: [],
    node: ['fs'],
  },
  schema: {
    path: '^src/schema/',
    says: "the domain's words and types",
    paths: vocabulary,
    domainTypes: true,
    packages: ['class-validator', 'class-transformer'],
    node: [],
  },
  'event-store': {
    path: '^src/event-store/',
    says: "json, sqlite, the domain's words and types, the context of a job",
    paths: [...vocabulary, '^src/json/', '^src/sqlite/', '^src/jobs/job\\.ts$'],
    domainTypes: true,
    packages: ['@eventstore/db-client', 'p-limit'],
    node: ['crypto', 'events', 'fs', 'fs/promises', 'path', 'timers/promises', 'worker_threads'],
  },
  proof: {
    path: '^src/proof/',
    says: "sqlite, the domain's words and types, jobs, the port of event-store, its codec, private files and the reading of whole logs",
    paths: [...vocabulary, '^src/sqlite/', '^src/jobs/', '^src/event-store/(port|codec|copy|private-file)\\.ts$'],
    domainTypes: true,
    packages: [],
    node: ['child_process', 'crypto', 'fs', 'fs/promises', 'path', 'timers/promises'],
  },
  commands: {
    path: '^src/commands/',
    says: 'domain, json, jobs, the port of event-store, the validation of corrections by schema',
    paths: [
      '^src/domain/',
      '^src/json/',
      '^src/jobs/',
      '^src/event-store/port\\.ts$',
      '^src/schema/(read-correction|problems)\\.ts$',
    ],
    packages: ['@nestjs/common', '@nestjs/cqrs', 'p-limit', 'uuid'],
    node: ['crypto', 'timers/promises'],
  },
  'read-models': {
    path: '^src/read-models/',
    says: 'domain, schema, jobs, json, sqlite, the port of event-store and its private files',
    paths: [
      '^src/domain/',
      '^src/schema/',
      '^src/jobs/',
      '^src/json/',
      '^src/sqlite/',
      '^src/event-store/(port|private-file)\\.ts$',
    ],
    packages: ['@nestjs/common', '@nestjs/cqrs', 'lru-cache'],
    node: ['crypto', 'events', 'fs', 'fs/promises', 'path', 'timers/promises', 'worker_threads'],
  },
  'register-files': {
    path: '^src/register-files/',
    says: "schema, json, the domain's words and types, the likeness of names, references, the context of a job, the events as they stand, the commands and queries",
    paths: [
      ...vocabulary,
      '^src/domain/(corrections|names/(folding|likeness|ranking)|reference/reference)\\.ts$',
      '^src/schema/',
      '^src/json/',
      '^src/jobs/job\\.ts$',
      '^src/commands/(record-events|ids|possible-duplicates)\\.ts$',
      ...queries,
    ],
    domainTypes: true,
    packages: ['@nestjs/cqrs', 'chardet', 'csv-parse', 'csv-stringify', 'fastest-levenshtein', 'hucre', 'yauzl'],
    node: ['crypto', 'fs', 'fs/promises', 'path', 'stream', 'stream/promises', 'timers/promises', 'util'],
  },
  http: {
    path: '^src/http/',
    says: "schema, json, the domain's words and types, the commands and queries, jobs, the one that finds duplicates, the exports of register-files",
    paths: [
      ...vocabulary,
      '^src/schema/',
      '^src/json/',
      '^src/jobs/',
      '^src/read-models/names/find-duplicates\\.ts$',
      '^src/commands/(record-events|record-batch|apply-instrument|publish-edition|ids|possible-duplicates)\\.ts$',
      ...queries,
      '^src/register-files/(list-export|eligibility-export|statistic-export|exported-file|csv-table)\\.ts$',
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
    says: 'jobs, the port of event-store, the read models as one thing',
    paths: ['^src/jobs/', '^src/event-store/port\\.ts$', '^src/read-models/read-models\\.ts$'],
    packages: ['prom-client'],
    node: [],
  },
};

/** The composition root may import everything, and no room may import it. */
const root =
  '^src/(main|cli|app\\.module|eligible-persons|projection|projection-worker|serve|settings|shipped-file|code-cache|bundled-program|stores|system-clock)\\.ts$|^src/cli/';

/** The table of docs/architecture.md, as Markdown. */
const table = () =>
  [
    '| room | may import, beside itself | packages | of Node |',
    '| --- | --- | --- | --- |',
    ...Object.entries(rooms).map(
      ([name, { says, packages, node }]) => `| ${name} | ${says} | ${list(packages)} | ${list(node)} |`,
    ),
    '| main, cli, app.module, eligible-persons, projection, projection-worker, serve, settings, shipped-file, code-cache, bundled-program, stores, system-clock, cli/ | everything | everything | everything |',
  ].join('\n');

const list = (names) => (names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(' '));

module.exports = { rooms, root, table };
