/**
 * Enforces the import table of docs/architecture.md as an allow-list: an import that it does not list fails the build.
 * Do not set `extensionAlias`: the cruiser resolves `./x.js` to `./x.ts` without it and resolves nothing with it.
 */
const { rooms, root } = require('./tools/rooms.cjs');

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const packageOf = (name) => `^node_modules/(@types/)?${escape(name)}/`;

const allowed = Object.values(rooms).flatMap(({ path, paths, domainTypes, packages, node }) => [
  { from: { path }, to: { path: [path, ...paths, ...packages.map(packageOf)] } },
  ...(domainTypes ? [{ from: { path }, to: { path: rooms.domain.path, dependencyTypes: ['type-only'] } }] : []),
  ...(node.length > 0
    ? [{ from: { path }, to: { dependencyTypes: ['core'], path: `^(${node.map(escape).join('|')})$` } }]
    : []),
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Merge files that import each other, or extract what both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The imported file does not exist. Those of a build may not yet.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
    {
      name: 'commands-of-the-log-start-at-once',
      comment: 'Loading the application takes most of a second, and these commands do not need it.',
      severity: 'error',
      from: { path: '^src/cli/(backup|copy|export-log|proof)\\.ts$' },
      to: { path: '^src/app\\.module\\.ts$', reachable: true },
    },
    {
      name: 'no-development-packages',
      comment: 'Production code may import only packages listed in dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  allowed: [...allowed, { from: { path: root }, to: {} }, { from: { path: '^(bench|test|tools)/' }, to: {} }],
  allowedSeverity: 'error',
  options: {
    // Built from the sources that are checked here; what is compared with peers, whose packages are installed only for that.
    exclude: { path: '^(dist|bench/peers/.*[.]mjs$)' },
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6', 'cjs'],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
