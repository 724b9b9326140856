import type { DurableJob, JobItem } from '../../jobs/durable-job.js';
import type { Job, JobState } from '../../jobs/jobs.js';
import { IsNullable, IsObjectOf, IsOneOf, IsOptional } from '../../schema/decorators.js';
import { intersectionOf } from '../../schema/field.js';
import { IsCount, IsCountMap, IsInstant, IsString, IsTextMap } from '../../schema/view-decorators.js';

const JOB_STATES: readonly JobState[] = ['running', 'done', 'stopped', 'failed'];

export class JobProgressView {
  @IsString({ description: 'What is being done, and counted by `done` and `total`.' })
  readonly stage: string;

  @IsCount()
  readonly done: number;

  @IsNullable()
  @IsCount({ description: 'Null while it is unknown.' })
  readonly total: number | null;

  @IsOptional()
  @IsCountMap({ description: 'Numbers of steps by their result.' })
  readonly results?: Readonly<Record<string, number>>;
}

export class JobView {
  @IsString()
  readonly id: string;

  @IsString({
    description: '`apply-instrument` or `find-duplicates`; `verify` and `rebuild` are jobs of the register itself.',
  })
  readonly kind: string;

  @IsTextMap({ description: 'What it is about: ids by their names.' })
  readonly about: Readonly<Record<string, string>>;

  @IsOneOf(JOB_STATES, { description: '`stopped` was interrupted, and may be run again like `failed`.' })
  readonly state: JobState;

  @IsNullable()
  @IsObjectOf(JobProgressView)
  readonly progress: JobProgressView | null;

  @IsNullable()
  @IsString({ description: 'The name of the error that it failed with; the log of the service has its id.' })
  readonly error: string | null;

  @IsNullable()
  @IsInstant({ description: 'Null for jobs of the register itself.' })
  readonly startedAt: string | null;

  @IsNullable()
  @IsInstant()
  readonly endedAt: string | null;
}

export class RefusedItem {
  @IsCount({ description: 'Its number among those that the job was asked to do.' })
  readonly no: number;

  @IsString({
    description:
      'The reference or the id by which it was named; empty where that was neither, since it may have been a name.',
  })
  readonly subject: string;

  @IsNullable()
  @IsString({ description: 'The case; null where there is none.' })
  readonly caseId: string | null;

  @IsString({
    each: true,
    description:
      'Why: codes of findings and problems. After `REVISION.RACED` or `REGISTER.BUSY` it is tried again when the job is run again.',
  })
  readonly codes: readonly string[];
}

class RefusedItemsPage {
  @IsObjectOf(RefusedItem, { each: true, description: 'Whom or what it refused, a page of it.' })
  readonly refused: readonly RefusedItem[];

  @IsNullable()
  @IsCount({ description: 'The number to go on after, as `after`; null at the end.' })
  readonly next: number | null;
}

/** One job with a page of the items that it refused. */
export class JobWithRefusedView extends intersectionOf(JobView, RefusedItemsPage) {}

export class JobsView {
  @IsObjectOf(JobView, { each: true })
  readonly items: readonly JobView[];
}

/** A job as answers show it: without its parameters, which may be long. */
export const toJobView = ({ id, kind, about, state, progress, error, startedAt, endedAt }: DurableJob): JobView => ({
  id,
  kind,
  about,
  state,
  progress,
  error,
  startedAt,
  endedAt,
});

/** The view of a job that is not durable: it ends with its process. */
export const toNonDurableJobView = ({ id, state, progress }: Job): JobView => ({
  id,
  kind: id,
  about: {},
  state,
  progress,
  error: null,
  startedAt: null,
  endedAt: null,
});

/** `items` holds one item more than `limit` if there is a next page. */
export const toRefusedItemsPage = (items: readonly JobItem[], limit: number): RefusedItemsPage => {
  const refused = items.slice(0, limit);
  return { refused, next: items.length > limit ? (refused.at(-1)?.no ?? null) : null };
};
