/** Catalogue and code agree both ways; docs/problems.md is held to the catalogue by test/docs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingCodes } from '../../src/domain/case/findings.js';
import { IMPORT_CODES } from '../../src/register-files/report.js';
import { codeCatalogue } from '../../src/schema/problems.js';

const SRC = join(__dirname, '../../src');
const CATALOGUES = ['schema/problems.ts', 'domain/case/findings.ts', 'register-files/report.ts'];

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !CATALOGUES.includes(file))
  .map((file) => readFileSync(join(SRC, file), 'utf8'))
  .join('\n');

const codes = [...codeCatalogue.map((entry) => entry.code as string), ...Object.keys(IMPORT_CODES)];

it('no code stands twice', () => expect(new Set(codes).size).toBe(codes.length));

it.each(codes)('%s is used in the code', (code) => expect(sources.includes(`'${code}'`)).toBe(true));

it('every code in the code is in the catalogue', () => {
  const families = [...new Set(codes.map((code) => code.split('.')[0] as string))];
  const used = sources.match(new RegExp(`'(?:${families.join('|')})\\.[A-Z_]+'`, 'g')) ?? [];
  expect(used.map((code) => code.slice(1, -1)).filter((code) => !codes.includes(code))).toEqual([]);
});

it('has every finding of the domain, with its grade', () => {
  const findings = codeCatalogue.filter((entry) => entry.in === 'finding');
  expect(findings.map(({ code, grade }) => [code, grade])).toEqual(
    Object.entries(findingCodes).map(([code, { grade }]) => [code, grade]),
  );
});

it('says what each code means in words of its own', () => {
  for (const { code, title, means, status } of codeCatalogue) {
    expect([code, title.length > 3, means.length > 10, status === null || status >= 400]).toEqual([
      code,
      true,
      true,
      true,
    ]);
  }
});
