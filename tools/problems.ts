/** Generates docs/problems.md from the catalogue of codes. */
import { IMPORT_CODES } from '../src/register-files/report.js';
import { codeCatalogue, type CatalogueEntry } from '../src/schema/problems.js';

const rows = ([header, ...lines]: readonly (readonly string[])[]): string =>
  [header ?? [], header?.map(() => '---') ?? [], ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The codes of one kind, sorted by status and code. */
const table = (place: CatalogueEntry['in'], columns: Readonly<Record<string, (e: CatalogueEntry) => string>>): string =>
  rows([
    Object.keys(columns),
    ...codeCatalogue
      .filter((entry) => entry.in === place)
      .sort((a, b) => (a.status ?? 0) - (b.status ?? 0) || (a.code < b.code ? -1 : 1))
      .map((entry) => Object.values(columns).map((show) => cell(show(entry)))),
  ]);

const code = (entry: CatalogueEntry): string => `\`${entry.code}\``;
const means = (entry: CatalogueEntry): string => entry.means;

export const problemsPage = (): string => `# Problems

Generated from the code by \`npm run docs\`; a test compares. Codes are promises: their wording may change, they and their status
do not.

## Problem documents

Every error answer is a problem document (RFC 9457, \`application/problem+json\`) with \`status\`, \`code\`, \`title\` and
\`detail\`; where they help also \`errors\`, \`findings\`, the current \`revision\`, the taken \`reference\` or the \`limit\`. A request
answered by a 4xx has recorded nothing; after a 5xx that may be unknown, and it is safe to repeat it with the same \`Idempotency-Key\`.

${table('problem', {
  code: code,
  status: (e) => String(e.status),
  title: (e) => e.title,
  means: means,
})}

## Errors of fields, parameters, headers and cells

In \`errors\` of \`REQUEST.INVALID\`, each with what was \`expected\` and where: \`pointer\` (RFC 6901, into the body), \`parameter\`
or \`header\`. An import names row and column instead.

${table('error', {
  code: code,
  means: means,
})}

## Files and rows of an import

${rows([
  ['code', 'means'],
  ...Object.entries(IMPORT_CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => [`\`${name}\``, cell(text)]),
])}

## Findings

Something odd about a set of events. *refuse*: no possible course of events allows it (\`EVENT.REFUSED\`). *ask*: probably a
mistake; recorded where the request names the code in \`acknowledge\`, else \`EVENT.UNACKNOWLEDGED\`. *warn*: recorded, and
shown on the case.

${table('finding', {
  code: code,
  grade: (e) => e.grade ?? '',
  means: means,
})}
`;
