/** Runs the specs of all mutated code as one module: loading what they share would cost more than running them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const PURE = /^(domain\/.*|read-models\/.*\/rows)\.spec\.ts$/;

for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort())
  if (PURE.test(file)) jest.requireActual(join(__dirname, file));
