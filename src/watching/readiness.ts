/** Readiness of the log and of the read models, with a code for each reason why one is not ready. */
import type { Readiness, ReadModels } from '../read-models/read-models.js';
import { MAX_CLOCK_BEHIND_MS } from './log-time.js';
import type { WatchedStore } from './watched-store.js';

/** The largest lag behind the log, in milliseconds, with which read models are ready. */
export const MAX_READY_LAG_MS = 10_000;

/** What docs/operations.md says about a code: what it means, and what to do. */
export interface MeaningAndRemedy {
  readonly meaning: string;
  readonly remedy: string;
}

/** Why the log is not ready. */
export const LOG_READINESS_CODES = {
  STORE_UNAVAILABLE: {
    meaning: 'The log cannot be read now, and so not written either.',
    remedy: 'See to the disk, or to the server of the log. It goes on by itself.',
  },
  STORE_UNWRITABLE: {
    meaning: 'Nothing can be recorded: the disk is full, the file locked or read-only. Reading goes on.',
    remedy: 'Free the disk, give the permission back, end what holds the lock. It goes on by itself.',
  },
  STORE_DAMAGED: {
    meaning:
      'The log holds something that cannot be read; or it is not the one that the read models were made from: missing, empty, shorter, or with other events; or its files were removed or replaced under the service. Reading goes on; every write is refused (`REGISTER.DAMAGED`).',
    remedy:
      'Where the files were removed under the service: save what it still reads before it is stopped (below). Else stop it, keep a copy of the folder, see to the volume, the address or `ESDB_REGISTER`, restore the last backup or repair the file; then start it again. To go on with the log as it is: `habeas rebuild --accept-log --by person:<id>`.',
  },
  VERIFYING: {
    meaning:
      'The log is compared with its last checkpoint from the first event on, since what its end is compared with is missing. Reading goes on; every write is refused (`REGISTER.VERIFYING`).',
    remedy: 'Wait for it: it takes as long as the log is read.',
  },
  CLOCK_BEHIND: {
    meaning: `The clock is more than ${MAX_CLOCK_BEHIND_MS / 1_000} seconds behind the last event of the log: it was set back, or that event was recorded while it was ahead. Reading goes on; every write is refused (\`REGISTER.CLOCK_BEHIND\`).`,
    remedy:
      'Set the clock right. It goes on by itself once the clock has passed the last event. Where the clock is right, and was wrong then: `HABEAS_ACCEPT_CLOCK` (below).',
  },
} as const satisfies Record<string, MeaningAndRemedy>;

/** Why the read models are not ready. */
export const READ_MODEL_READINESS_CODES = {
  STORE_UNAVAILABLE: {
    meaning: 'The log cannot be read; what was projected before can be asked.',
    remedy: 'As for the log. They go on by themselves.',
  },
  STORE_DAMAGED: {
    meaning:
      'They have stopped before an event that cannot be read, or were made from more events than the log holds, or from others. They are kept as they are, and can be asked.',
    remedy: 'As for the log. They may be the last trace of what was lost: do not delete them.',
  },
  EVENT_NOT_TAKEN_IN: {
    meaning: 'They have stopped before an event that this build cannot project: a fault of Habeas, or an older build.',
    remedy: 'Run the build that wrote the event; else report the fault, with the lines of the log.',
  },
  READ_MODELS_UNREADABLE: {
    meaning: 'Their file cannot be read: no memory, a disk that fails. Questions get 503 `READS.UNAVAILABLE`.',
    remedy: 'See to the disk and the memory of the machine. They go on by themselves.',
  },
  READ_MODELS_UNWRITABLE: {
    meaning:
      'Their file cannot be written: the disk is full, the file locked or read-only. What was projected can be asked.',
    remedy: 'As for STORE_UNWRITABLE. They go on by themselves.',
  },
  READ_MODELS_DAMAGED: {
    meaning: 'Their file is damaged. It is being built anew; until then it is read from where it is whole.',
    remedy: 'Wait for it. Have the disk looked at.',
  },
  PROJECTION_ENDED: {
    meaning: 'The thread that projects the log has ended, and is started again. What was projected can be asked.',
    remedy: 'Nothing, the first time. If it comes again: see to the memory of the process, and report the fault.',
  },
  BUILDING: {
    meaning: 'They are being built for the first time or for a new build; nothing can be asked yet.',
    remedy: 'Wait for it; `habeas_rebuild_done` tells how far it is.',
  },
  BEHIND: {
    meaning: `They lie more than ${MAX_READY_LAG_MS / 1_000} seconds behind the log.`,
    remedy: 'Wait, after a large import; else see to the load of the machine and to its disk.',
  },
} as const satisfies Record<Exclude<Readiness['problem'], null>['code'] | 'BUILDING' | 'BEHIND', MeaningAndRemedy>;

/** The state of checkpoints and witnesses. */
export interface ProofHealth {
  readonly checkpointSize: number | null;
  readonly isCheckpointFailing: boolean;
  readonly isVerificationFailing: boolean;
  readonly witnesses: readonly { readonly isFailing: boolean; readonly failures: number }[];
}

/** Warnings of a service that is ready nevertheless. */
export const WARNINGS = {
  VERIFICATION_FAILING: {
    meaning:
      'The log could not be verified, for an error that was not foreseen. It is tried again, after five minutes at the latest; where nothing tells that the end of the log is what it was, writes are refused until then (`VERIFYING`).',
    remedy: 'See the name of the error in the log of the service, and report the fault.',
  },
  CHECKPOINT_FAILING: {
    meaning: 'No checkpoint can be signed: the log cannot be read, or the data folder cannot be written.',
    remedy: 'As for the log. It goes on by itself.',
  },
  WITNESS_FAILING: {
    meaning:
      'A witness did not take the last checkpoint; `habeas_witness_failing` says which. It is sent the next one.',
    remedy: 'See to the file, the command or the address in `HABEAS_WITNESSES`.',
  },
} as const satisfies Record<string, MeaningAndRemedy>;

export const warningsOf = (proof: ProofHealth | null): readonly (keyof typeof WARNINGS)[] => [
  ...(proof?.isVerificationFailing === true ? (['VERIFICATION_FAILING'] as const) : []),
  ...(proof?.isCheckpointFailing === true ? (['CHECKPOINT_FAILING'] as const) : []),
  ...(proof?.witnesses.some(({ isFailing }) => isFailing) === true ? (['WITNESS_FAILING'] as const) : []),
];

export type ReadinessCodeByPart = {
  readonly log: keyof typeof LOG_READINESS_CODES | null;
  readonly 'read-models': keyof typeof READ_MODEL_READINESS_CODES | null;
};

/** The code of each part (null: ready), and the figures that they are derived from. */
export const readinessOf = async (
  store: WatchedStore,
  readModels: ReadModels,
): Promise<Readiness & { readonly parts: ReadinessCodeByPart }> => {
  const readiness = await readModels.readiness();
  const parts = { log: await logCode(store, readiness), 'read-models': readModelsCode(readiness) };
  return { ...readiness, parts };
};

/** By error name, because watching/ does not import proof/. */
const UNWRITABLE_CODE_BY_NAME: Readonly<Record<string, keyof typeof LOG_READINESS_CODES>> = {
  ClockBehind: 'CLOCK_BEHIND',
  LogUnverified: 'VERIFYING',
};

const logCode = async (store: WatchedStore, { lag, problem }: Readiness): Promise<ReadinessCodeByPart['log']> => {
  const isDamaged = (): boolean => store.isDamaged || problem?.code === 'STORE_DAMAGED';
  // The lag is null if the log could not be read; a second call to it would time out too.
  if (lag === null) return isDamaged() ? 'STORE_DAMAGED' : 'STORE_UNAVAILABLE';
  const unwritable = await store.checkWritable().then(
    () => null,
    (error: unknown) => UNWRITABLE_CODE_BY_NAME[error instanceof Error ? error.name : ''] ?? 'STORE_UNWRITABLE',
  );
  return isDamaged() ? 'STORE_DAMAGED' : unwritable;
};

const readModelsCode = ({
  problem,
  canAnswerQueries,
  lag,
  caughtUp,
}: Readiness): ReadinessCodeByPart['read-models'] => {
  if (problem !== null) return problem.code;
  if (!canAnswerQueries) return 'BUILDING';
  return caughtUp || (lag !== null && lag < MAX_READY_LAG_MS) ? null : 'BEHIND';
};
