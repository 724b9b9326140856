/**
 * Holds the import table of docs/architecture.md: an allow-list, so that an import nobody thought of fails the build.
 * No `extensionAlias`: the cruiser finds `./x.ts` behind `./x.js` by itself, and with the alias it finds nothing.
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
      comment: 'Two files that need each other are one thought in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      comment: 'What runs in production must be among the dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  allowed: [...allowed, { from: { path: root }, to: {} }, { from: { path: '^(bench|test|tools)/' }, to: {} }],
  allowedSeverity: 'error',
  options: {
    // The built service, which a simulation spawns, is made from what is checked here.
    exclude: { path: '^dist' },
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
