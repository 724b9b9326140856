/** `habeas apply`: applies an act or a decree to many persons, and resumes such a job. */
import { readFileSync } from 'node:fs';
import type { NotRecorded, StartApplicationResult } from '../commands/apply-instrument.js';
import type { Actor } from '../domain/event.js';
import type { DurableJob } from '../jobs/durable-job.js';
import type { ResumeResult } from '../jobs/durable-jobs.js';
import type { JobContext } from '../jobs/job.js';
import { InstrumentApplication } from '../schema/applications.js';
import { read } from '../schema/read.js';
import { canonicalId } from '../schema/register-id.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun, EXIT, type ExitCode } from './exit.js';
import { withProgress } from './job-progress.js';
import { optionNameOf } from './option-name.js';
import { readCliOptions } from './read-options.js';
import { withRegister, type OpenRegister } from './register.js';
import { table } from './terminal.js';

export interface ApplyOptions {
  readonly data?: string;
  readonly list?: string;
  readonly listDay?: string;
  readonly clause?: string;
  readonly amnestiedOn?: string;
  readonly releasedOn?: string;
  readonly effect?: string;
  readonly reducedBy?: string;
  readonly acknowledge?: readonly string[];
  /** The path of a file with one reference per line. */
  readonly persons?: string;
  readonly eligible?: true;
  readonly resume?: string;
}

const APPLY_ACTOR: Actor = { kind: 'system', id: 'habeas-apply', asserted: false };

/** Refused persons that are printed; `GET /v1/jobs/{id}` has them all. */
const MAX_PRINTED_REFUSALS = 50;

export const applyCommand = async (
  instrument: string | undefined,
  references: readonly string[],
  { data, resume, ...options }: ApplyOptions,
  context: Context,
): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const [other] = [...(instrument === undefined ? [] : [instrument]), ...Object.keys(options).map(optionNameOf)];
  if (resume !== undefined && other !== undefined)
    throw new CannotRun(`--resume: expected alone, not with ${other}: the job goes on with what it was started with`);
  const start = resume === undefined ? startJobOf(instrument, references, options) : resumeJobOf(resume);
  return withRegister(settings, context, async (register) => {
    const job = await withProgress(context, (progress) => runJobUntilEnded(register, start, progress, context));
    return printOutcome(register, job, context);
  });
};

/** Starts or resumes a job. Throws CannotRun where that is refused. */
type StartJob = (register: OpenRegister, onProgress: JobContext['onProgress']) => Promise<DurableJob>;

const startJobOf = (instrument: string | undefined, references: readonly string[], options: ApplyOptions): StartJob => {
  if (instrument === undefined) throw new CannotRun('name an act or a decree, or a job by --resume');
  const { persons: file, eligible = false, list = 'union', ...fields } = options;
  const named = [...references, ...(file === undefined ? [] : nonEmptyLinesOf(file))];
  if (eligible && named.length > 0) throw new CannotRun('name persons, or say --eligible');
  const given = { ...fields, list, persons: eligible ? 'eligible' : named };
  const application = { ...readCliOptions(InstrumentApplication, given, undefined, read), instrument };
  return async ({ applications }, onProgress) =>
    requireStartedJob(await applications.start({ application, actor: APPLY_ACTOR }, onProgress));
};

const resumeJobOf =
  (job: string): StartJob =>
  ({ jobs }, onProgress) => {
    const result = jobs.resume(canonicalId(job), onProgress);
    if (result === null) return Promise.reject(new CannotRun(`there is no job ${job}`));
    return Promise.resolve(requireStartedJob(result));
  };

const nonEmptyLinesOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const requireStartedJob = (result: StartApplicationResult | ResumeResult): DurableJob => {
  switch (result.outcome) {
    case 'started':
      return result.job;
    case 'not-admitted':
      throw new CannotRun(refusalText(result.reason));
    case 'too-many-jobs':
      throw new CannotRun('other jobs of this register are still running');
  }
};

const refusalText = (reason: NotRecorded): string => {
  if (reason.outcome === 'refused')
    return reason.findings.map(({ code, expected }) => `${code}: ${expected}`).join('\n');
  return reason.outcome === 'unknown-subject' ? 'INSTRUMENT.UNKNOWN: no instrument of this id' : reason.outcome;
};

/** Starts the job and waits until it ends; interrupts it if the command is stopped. */
const runJobUntilEnded = async (
  register: OpenRegister,
  start: StartJob,
  { signal, onProgress }: JobContext,
  { err }: Context,
): Promise<DurableJob> => {
  const { jobs } = register;
  const { id } = await start(register, onProgress);
  err.write(`Job ${id}; stopped, \`habeas apply --resume ${id}\` goes on where it was.\n`);
  const interrupt = (): void => void jobs.interrupt(id);
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  await jobs.whenEnded(id);
  signal.removeEventListener('abort', interrupt);
  return jobs.get(id) as DurableJob;
};

const printOutcome = ({ jobs }: OpenRegister, job: DurableJob, { out, err }: Context): ExitCode => {
  const { reached = 0, refused = 0 } = job.progress?.results ?? {};
  const items = jobs.refusedItems(job.id, 0, MAX_PRINTED_REFUSALS);
  if (items.length > 0)
    err.write(
      `\n${table(
        ['no', 'reference', 'refused'],
        items.map(({ no, subject, codes }) => [no, subject, codes.join(' ')]),
      )}`,
    );
  if (refused > items.length)
    err.write(`  … and ${refused - items.length} more; GET /v1/jobs/${job.id} tells them all\n`);
  out.write(`\n${reached} reached, ${refused} refused.\n`);
  switch (job.state) {
    case 'done':
      return refused > 0 ? EXIT.refused : EXIT.ok;
    case 'failed':
      throw new CannotRun(`The job has failed: ${job.error ?? 'unknown error'}`);
    default:
      out.write('Stopped. What is recorded stays.\n');
      return EXIT.stopped;
  }
};
