/** `npm run test:fuzz -- --requests 20000 --seed 7` */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const env = { ...process.env };
if (values.requests !== undefined) env.FUZZ_REQUESTS = values.requests;
if (values.seed !== undefined) env.FUZZ_SEED = values.seed;
process.exitCode = spawnSync('jest', ['test/fuzz'], { env, stdio: 'inherit' }).status ?? 1;
