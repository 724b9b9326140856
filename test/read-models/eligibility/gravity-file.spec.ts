/** The file that says how grave offences are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadGravityFile } from '../../../src/read-models/eligibility/bad-gravity-file.js';
import { readGravityFile } from '../../../src/read-models/eligibility/gravity-file.js';
import { GRAVITY_FILE } from '../../../src/shipped-file.js';
import { day } from '../../support/events.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

const reading = (content: unknown) => () => {
  const path = join(folder.path, 'gravity.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readGravityFile(path);
};

it('that comes with the service knows parts, and does not know what it leaves out', () => {
  const { gravityOf, source } = readGravityFile(GRAVITY_FILE);
  const on = (article: string) => gravityOf(article, day('2026-01-05'));
  expect(source).toContain('article 15');
  expect([on('234.4.3'), on('234.1'), on('28/220.1'), on('274')]).toEqual([
    'serious',
    'less-serious',
    'serious',
    'especially-serious',
  ]);
  expect([on('234.1-1'), on('234'), on('182.2.2'), on('AZ-OCC:274')]).toEqual([null, null, null, null]);
});

it('that comes with the service keeps to the rule that it names, from the heaviest punishment of each article', () => {
  const { source, articles } = JSON.parse(readFileSync('reference-data/gravity.json', 'utf8')) as {
    source: string;
    articles: { article: string; gravity: string; heaviest: string }[];
  };
  expect(source).toContain('minor up to 2 years, less serious up to 7, serious up to 12, especially serious beyond');
  const gravityOfTerm = (heaviest: string): string => {
    if (heaviest === 'life') return 'especially-serious';
    const years = Number(/^P(\d+)Y$/.exec(heaviest)?.[1]);
    return years <= 2 ? 'minor' : years <= 7 ? 'less-serious' : years <= 12 ? 'serious' : 'especially-serious';
  };
  expect(articles.map(({ article, gravity }) => [article, gravity])).toEqual(
    articles.map(({ article, heaviest }) => [article, gravityOfTerm(heaviest)]),
  );
});

it('of a reader may date its entries; the last one for a day counts', () => {
  const { gravityOf } = reading({
    source: 'mine',
    articles: [
      { article: '999', gravity: 'minor' },
      { article: '999', gravity: 'serious', from: '2020-01-01', to: '2025-01-01' },
    ],
  })();
  const on = (text: string) => gravityOf('999', day(text));
  expect([on('2019-12-31'), on('2020-01-01'), on('2024-12-31'), on('2025-01-01')]).toEqual([
    'minor',
    'serious',
    'serious',
    'minor',
  ]);
});

it.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /JSON/],
  ['no source', { articles: [] }, /\/source: expected text/],
  [
    'an unknown gravity',
    { source: 'x', articles: [{ article: '1', gravity: 'bad' }] },
    /\/articles\/0\/gravity: expected one of minor/,
  ],
  [
    'days in the wrong order',
    { source: 'x', articles: [{ article: '1', gravity: 'minor', from: '2025-01-02', to: '2025-01-01' }] },
    /\/articles\/0\/to: expected a day after from/,
  ],
])('with %s cannot be used', (_, content, message) => {
  expect(reading(content)).toThrow(BadGravityFile);
  expect(reading(content)).toThrow(message);
});
