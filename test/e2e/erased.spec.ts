/** A register whose personal data were all erased: leaves, proofs and checkpoints stay valid, and it can be served, exported and imported. */
import Database from '../../src/sqlite/database.js';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { runCli } from '../support/command-line.js';
import { copyDemonstration } from '../support/demonstration.js';
import { startOutsider } from '../support/outsider.js';
import { Service, type Loose } from '../support/service.js';

const program = startOutsider();
let service: Service;
const at = (name: string): string => join(service.data, name);
const habeas = async (...args: readonly string[]): Promise<string> => {
  const result = await runCli([...args, '--data', service.data]);
  expect(result).toMatchObject({ code: 0 });
  return result.out;
};
const onFile = (sql: string): void => {
  const db = new Database(at('events.sqlite'));
  db.exec(sql);
  db.close();
};
const rootIn = (printed: string): string | undefined => /^Root .*$/m.exec(printed)?.[0];
const answered = async (path: string): Promise<Loose> => {
  for (;;) {
    const { status, body } = await service.get(path);
    if (status !== 503) return { status, ...body };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

beforeAll(async () => {
  service = await Service.start({}, {}, copyDemonstration);
});
afterAll(async () => {
  await program.stop();
  await service.remove();
});

it('stands as it was signed, and answers without what was erased', async () => {
  const editionPath = '/v1/lists/union/editions/october';
  const published = await service.post('/v1/lists/union/editions', { id: 'october', asOf: '2025-10-07' });
  const edition = (await service.getAfter(published, `${editionPath}?limit=500`)).body;
  await new ProofFiles(service.data).makeKey('register.example/log');
  const publicKey = (await habeas('keys')).trim();
  writeFileSync(at('checkpoint'), await habeas('checkpoint'));
  const root = rootIn(await habeas('verify'));
  const first = (await answered('/v1/history?limit=1'))['items'] as readonly Loose[];
  const proofPath = `/v1/log/proof/inclusion?event=${String(first[0]?.['id'])}`;
  const proof = await answered(proofPath);

  await service.stop();
  onFile(`UPDATE events SET payload = json_set(payload, '$.personal', json('null'))`);
  for (const suffix of ['', '-wal', '-shm']) rmSync(at(`read-models.sqlite${suffix}`), { force: true });
  const printed = await habeas('verify', '--against', at('checkpoint'));
  expect(rootIn(printed)).toBe(root);
  expect(printed).toMatch(/Of \d{4} the personal part was erased\./);
  await service.restart();

  expect(await answered(proofPath)).toEqual(proof);
  // The salts of the edition are gone, too. Its hash is that of the hashes of its lines.
  expect(await answered(`${editionPath}?limit=500`)).toEqual({
    ...edition,
    status: 200,
    members: (edition['members'] as readonly Loose[]).map((member) => ({
      ...member,
      name: '[erased]',
      salt: null,
      reproduced: 'erased',
    })),
  });
  for (const path of ['/v1/counts?list=union&by=category', '/v1/lists/union/members?limit=200', '/v1/cases?limit=200'])
    expect(await answered(path)).toMatchObject({ status: 200 });
  const [person] = (await answered('/v1/cases?limit=1'))['items'] as readonly Loose[];
  expect(await answered(`/v1/cases/${String(person?.['caseId'])}`)).toMatchObject({ status: 200 });
  expect(await answered('/v1/history?limit=200')).toMatchObject({ status: 200 });

  writeFileSync(at('log'), await habeas('export'));
  const verify = () => program.verify(at('log'), at('checkpoint'), publicKey);
  expect(await verify()).toMatchObject({ code: 0, text: expect.stringContaining('was erased') as string });
  expect(await runCli(['import', at('log'), '--data', at('imported')])).toMatchObject({ code: 0 });
  expect(rootIn((await runCli(['verify', '--data', at('imported')])).out)).toBe(root);
  expect(await runCli(['backup', at('backup'), '--data', service.data])).toMatchObject({ code: 0 });
});
