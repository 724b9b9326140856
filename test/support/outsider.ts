/** Runs `verify/verify.mjs` many times in one process, since starting Node takes longer than verifying a short log. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export interface OutsiderAnswer {
  readonly code: number;
  readonly text: string;
}

/** A module of another address runs again, as if it were started again. */
const DRIVER = `
import { createInterface } from 'node:readline';
let text = '';
console.log = console.error = (line) => void (text += line + '\\n');
let runs = 0;
for await (const line of createInterface({ input: process.stdin })) {
  [text, process.exitCode] = ['', 0];
  process.argv = [process.execPath, 'verify.mjs', ...JSON.parse(line)];
  await import(\`\${process.env.VERIFIER}?\${runs++}\`);
  process.stdout.write(JSON.stringify({ code: process.exitCode, text }) + '\\n');
}
process.exitCode = 0;
`;

export const startOutsider = () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', DRIVER], {
    env: { ...process.env, VERIFIER: pathToFileURL('verify/verify.mjs').href },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** What the verifier says with these arguments. One call at a time. */
    async verify(...args: readonly string[]): Promise<OutsiderAnswer> {
      child.stdin.write(`${JSON.stringify(args)}\n`);
      const { value } = (await answers.next()) as { readonly value: string };
      return JSON.parse(value) as OutsiderAnswer;
    },
    async stop(): Promise<void> {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};
