/**
 * Applies an act or a decree to many persons as one job. Each person is recorded or refused by RecordEvents,
 * independently of the others, and never twice: event ids are computed from the job and the case, so a step that is
 * repeated after a kill finds its own events. Steps run one after the other, so a resumed job leaves the same log as an
 * undisturbed one.
 */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { CaseEvent } from '../domain/case/events.js';
import { finding } from '../domain/case/findings.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import { extendDefinition } from '../domain/definitions.js';
import type { Actor, Source } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import {
  applicationFindings,
  clauseEffectOf,
  type ApplicationStarted,
  type Effect,
} from '../domain/instrument/applications.js';
import type { Instrument } from '../domain/instrument/instrument.js';
import { toNfc } from '../domain/text.js';
import { parseEdtf } from '../domain/time.js';
import { EVENT_STORE, StoreBusy, StoreUnavailable, type EventStore } from '../event-store/port.js';
import type { DurableJobContext, JobItem, JobKind } from '../jobs/durable-job.js';
import { DurableJobs, type StartResult } from '../jobs/durable-jobs.js';
import type { JobContext, JobProgress } from '../jobs/job.js';
import { canonicalJson } from '../json/canonical.js';
import { findReferenceHolder } from './claim-references.js';
import {
  ELIGIBLE_PERSONS,
  type EligiblePersonsQuestion,
  type EligiblePerson,
  type EligiblePersons,
} from './eligible-persons.js';
import { keyedEventId, newApplicationId } from './ids.js';
import { loadMergeChain } from './merged-cases.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsRequest,
  type RecordEventsResult,
} from './record-events.js';
import { ReferenceDataLoader } from './reference-data-loader.js';
import { StreamQueue } from './stream-queue.js';
import { loadStream } from './streams.js';

/** A request to apply an instrument (amnesty act or pardon decree) to persons of a list. */
export interface Application extends Partial<Effect> {
  readonly instrument: string;
  /** As `clause@version`, or the clause alone. */
  readonly clause?: string;
  readonly list: string;
  readonly listDay?: string;
  /** References in the list, or everybody whom `clause` (then required) makes eligible on the day `amnestiedOn`. */
  readonly persons: 'eligible' | readonly string[];
  readonly amnestiedOn: string;
  readonly releasedOn?: string;
  /** Defaults to the instrument itself as the source. */
  readonly sources?: readonly Source[];
  /** Codes of `ask` findings that are acknowledged for every person. */
  readonly acknowledge: readonly string[];
}

export interface ApplicationRequest {
  readonly application: Application;
  readonly actor: Actor;
  /** Idempotency key: the same request with it is the same job. */
  readonly key?: string;
}

export type NotRecorded = Exclude<RecordEventsResult, { readonly outcome: 'recorded' }>;
export type StartApplicationResult = StartResult<NotRecorded>;

/** The parameters that are stored with the job; everything else is read from the `application-started` event. */
interface ApplicationParameters {
  readonly instrument: string;
  readonly list: string;
  readonly persons: Application['persons'];
  readonly acknowledge: readonly string[];
  readonly actor: Actor;
}

/** Persons after which the job's progress is saved; after a kill, at most so many are processed again. */
const PERSONS_PER_SAVE = 50;
/** The first pass tries all remaining persons, later ones those with POSTPONED_CODES. RecordEvents retries within each pass. */
const MAX_PASSES_OVER_PERSONS = 3;
/** Attempts at one person while the store is too busy. */
const MAX_BUSY_ATTEMPTS = 10;

/**
 * The process ended after the job was stored and before `application-started` was recorded; the client got no response.
 */
class NeverStarted extends Error {
  override readonly name = 'NeverStarted';
}

/**
 * Some persons were neither recorded nor refused: other writers kept changing their cases, or the store stayed busy. The
 * job can be resumed.
 */
class PersonsPostponed extends Error {
  override readonly name = 'PersonsPostponed';
}

/** Every person was recorded or refused, but `application-finished` could not be recorded. */
class NotFinished extends Error {
  override readonly name = 'NotFinished';
}

@Injectable()
export class ApplyInstrument implements JobKind<ApplicationParameters> {
  readonly name = 'apply-instrument';
  /**
   * Runs requests for one job one after the other, so that the first request under an idempotency key defines the job.
   */
  private readonly startQueueByJob = new StreamQueue();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly recordEvents: RecordEventsHandler,
    private readonly jobs: DurableJobs,
    @Inject(ELIGIBLE_PERSONS) private readonly eligiblePersons: EligiblePersons,
    /**
     * Delay before a retry (milliseconds): while the store is not available, and before another pass over the postponed
     * persons.
     */
    @Optional() private readonly retryMs: number = 1_000,
  ) {
    jobs.registerKind(this);
  }

  describe({ instrument, list }: ApplicationParameters): Readonly<Record<string, string>> {
    return { instrument, list };
  }

  /** Records that the instrument is being applied, and starts the job. Throws the store's errors. */
  async start(
    { application, actor, key }: ApplicationRequest,
    onProgress?: JobContext['onProgress'],
  ): Promise<StartApplicationResult> {
    const { instrument, list, acknowledge } = application;
    const id = newApplicationId(actor, instrument, key);
    const persons = await this.blankNonReferences(application);
    const parameters: ApplicationParameters = { instrument, list, persons, acknowledge, actor };
    const requestHash = key === undefined ? undefined : requestHashOf(application, key);
    const admit = (): Promise<NotRecorded | null> => this.recordStart(id, application, actor, requestHash);
    return this.startQueueByJob.run(id, () => this.jobs.start(this, id, parameters, admit, onProgress));
  }

  async run(
    id: string,
    parameters: ApplicationParameters,
    { signal, onProgress, earlierItems, save }: DurableJobContext,
  ): Promise<void> {
    const { instrument, started, startedEventId, finishedCounts } = await this.retryWhileUnavailable(signal, () =>
      this.loadRecordedApplication(id, parameters),
    );
    // The log says that the job is finished, the job file does not (file lost, or kill before the last save): only save the counts.
    if (finishedCounts !== null) {
      save(finalProgress(finishedCounts), []);
      return;
    }
    if (started === null || instrument === null) throw new NeverStarted();
    let steps = await this.retryWhileUnavailable(signal, () => this.stepsLeft(parameters, started, earlierItems));
    const settled = earlierItems.filter((item) => !isPostponed(item));
    const total = settled.length + steps.length;
    const seen = new Set(settled.flatMap(({ caseId }) => caseId ?? []));
    const numbers = { reached: settled.filter(isRecorded).length, refused: settled.filter(isRefused).length };
    const requestOf = (caseId: string): RecordEventsRequest => ({
      subject: { kind: 'case', id: caseId },
      isNewSubject: false,
      events: eventsPerPerson(instrument, started),
      acknowledge: parameters.acknowledge,
      causationId: startedEventId,
      ...jobRequestIdentity(id, parameters.actor),
    });
    let unsaved: JobItem[] = [];
    let postponed: ApplicationStep[] = [];
    const saveItems = (): void => {
      save(progressOf(total, numbers, postponed.length), unsaved);
      unsaved = [];
    };
    try {
      for (let pass = 1; steps.length > 0 && pass <= MAX_PASSES_OVER_PERSONS; pass += 1) {
        if (pass > 1) await sleep(this.retryMs, undefined, { signal, ref: false });
        postponed = [];
        for (const step of steps) {
          signal.throwIfAborted();
          const item = {
            no: step.no,
            ...(await this.recordPerson(signal, parameters.list, step.person, seen, requestOf)),
          };
          unsaved.push(item);
          if (isPostponed(item)) postponed.push(step);
          else if (isRecorded(item)) numbers.reached += 1;
          else numbers.refused += 1;
          if (item.caseId !== null && !isPostponed(item)) seen.add(item.caseId);
          if (unsaved.length >= PERSONS_PER_SAVE) saveItems();
          else onProgress(progressOf(total, numbers, postponed.length));
        }
        steps = postponed;
      }
    } finally {
      saveItems();
    }
    if (steps.length > 0) throw new PersonsPostponed();
    const end = await this.retryWhileUnavailable(signal, () =>
      this.recordFinish(id, parameters, { ...started, ...numbers }, startedEventId),
    );
    save(finalProgress(end), []);
  }

  /**
   * The references to store with the job. The job file must not hold personal data, and a client may have typed a name
   * for a reference: a text that neither looks like a reference nor is one of a case is stored as an empty
   * text, which is later refused as unknown.
   */
  private async blankNonReferences({ list, persons }: Application): Promise<Application['persons']> {
    if (persons === 'eligible') return persons;
    return pLimit(CONCURRENT_READS).map(persons, async (text) =>
      LOOKS_LIKE_REFERENCE.test(text) || (await findReferenceHolder(this.store, this.clock, list, text)) !== null
        ? text
        : '',
    );
  }

  /**
   * Records `application-started`. Returns null if it is recorded, now or by an earlier attempt of the same request, else
   * why not. Throws the errors of the eligibility query.
   */
  private async recordStart(
    id: string,
    application: Application,
    actor: Actor,
    requestHash: string | undefined,
  ): Promise<NotRecorded | null> {
    const { instrument, started, startedEventId } = await this.loadRecordedApplication(id, { ...application, actor });
    if (started !== null) return started.requestHash === requestHash ? null : KEY_REUSED;
    if (instrument === null) return { outcome: 'unknown-subject' };
    const knownAt =
      application.persons === 'eligible'
        ? await this.eligiblePersons.positionAfter(await this.store.head(), eligibilityQuestionOf(application))
        : undefined;
    const start = newStartedEvent(id, application, instrument, { knownAt, requestHash });
    const effect = effectToApply(application, instrument);
    if (effect === null) {
      const lists = await new ReferenceDataLoader(this.store).loadLists(new Set([application.list]));
      const findings = applicationFindings(startedEventId, start, instrument, lists);
      return { outcome: 'refused', findings: [...findings, finding('APPLICATION.EFFECT_UNSAID', startedEventId)] };
    }
    const days = [start.amnestiedOn, start.releasedOn ?? ''].map(parseEdtf).filter((day) => day !== null);
    if (days.some(({ earliest }) => earliest > this.clock.today()))
      return { outcome: 'refused', findings: [finding('DATE.FUTURE', startedEventId)] };
    const result = await this.record({
      subject: { kind: 'instrument', id: application.instrument },
      isNewSubject: false,
      events: [{ ...start, ...effect }],
      acknowledge: [],
      ...jobRequestIdentity(id, actor),
    });
    if (result.outcome !== 'key-reused') return result.outcome === 'recorded' ? null : result;
    // Another instance recorded `application-started` meanwhile, perhaps with another `knownAt`.
    const other = await this.loadRecordedApplication(id, { ...application, actor });
    return other.started?.requestHash === requestHash ? null : KEY_REUSED;
  }

  /**
   * Records `application-finished` and returns the numbers that the log has: another instance may have finished first,
   * with other refusals.
   */
  private async recordFinish(
    id: string,
    parameters: ApplicationParameters,
    {
      sources,
      reliability,
      reached,
      refused,
    }: Pick<ApplicationStarted, 'sources' | 'reliability'> & ReachedAndRefusedCounts,
    causationId: string,
  ): Promise<ReachedAndRefusedCounts> {
    const result = await this.record({
      subject: { kind: 'instrument', id: parameters.instrument },
      isNewSubject: false,
      events: [{ type: 'application-finished', application: id, reached, refused, sources, reliability }],
      acknowledge: [],
      causationId,
      ...jobRequestIdentity(id, parameters.actor),
      key: finishKeyOf(id),
    });
    if (result.outcome === 'recorded') return { reached, refused };
    const { finishedCounts } = await this.loadRecordedApplication(id, parameters);
    if (finishedCounts === null) throw new NotFinished(`${result.outcome}: ${id}`);
    return finishedCounts;
  }

  /**
   * The instrument with its `application-started` and `application-finished` for this job; null for each that is not
   * recorded.
   */
  private async loadRecordedApplication(
    id: string,
    { instrument, actor }: Pick<ApplicationParameters, 'instrument' | 'actor'>,
  ): Promise<{
    readonly instrument: Instrument | null;
    readonly startedEventId: string;
    readonly started: ApplicationStarted | null;
    readonly finishedCounts: ReachedAndRefusedCounts | null;
  }> {
    const events = await loadStream(this.store, streamName('instrument', instrument));
    const identity = jobRequestIdentity(id, actor);
    const startedEventId = applicationEventId(identity, instrument);
    const finishedId = applicationEventId({ ...identity, key: finishKeyOf(id) }, instrument);
    const [started, finished] = [startedEventId, finishedId].map(
      (own) => events.find((event) => event.id === own)?.event,
    );
    return {
      instrument: extendDefinition('instrument', instrument, undefined, events)?.definition ?? null,
      startedEventId,
      started: started?.type === 'application-started' ? started : null,
      finishedCounts: finished?.type === 'application-finished' ? finished : null,
    };
  }

  /**
   * The remaining steps: persons that an earlier run postponed, with the step numbers they had, and persons not tried yet. Persons
   * named in the request are matched with saved items by step number. Eligible persons are computed again, and may be others than in
   * the first run if reference data changed, so they are matched by case.
   */
  private async stepsLeft(
    parameters: ApplicationParameters,
    started: ApplicationStarted,
    items: readonly JobItem[],
  ): Promise<readonly ApplicationStep[]> {
    if (parameters.persons !== 'eligible') {
      const settled = new Set(items.filter((item) => !isPostponed(item)).map(({ no }) => no));
      return parameters.persons
        .map((reference, index) => ({ no: index + 1, person: { caseId: null, reference } }))
        .filter(({ no }) => !settled.has(no));
    }
    const known = new Set<string | undefined>();
    for (const { caseId } of items) if (caseId !== null) known.add(await this.survivorOf(caseId));
    const left: TargetPerson[] = [];
    for (const person of await this.loadEligiblePersons(parameters, started))
      if (known.size === 0 || !known.has(await this.survivorOf(person.caseId))) left.push(person);
    const last = items.at(-1)?.no ?? 0;
    return [
      ...items.filter(isPostponed).map(({ no, caseId, subject: reference }) => ({ no, person: { caseId, reference } })),
      ...left.map((person, index) => ({ no: last + index + 1, person })),
    ];
  }

  private async loadEligiblePersons(
    { instrument }: ApplicationParameters,
    { knownAt, clause, version, list, listDay, amnestiedOn }: ApplicationStarted,
  ): Promise<readonly EligiblePerson[]> {
    if (clause === undefined || knownAt === undefined) throw new NeverStarted();
    const text = version === undefined ? clause : `${clause}@${version}`;
    const application = { instrument, clause: text, list, ...(listDay === undefined ? {} : { listDay }), amnestiedOn };
    return this.eligiblePersons.knownAt(knownAt, eligibilityQuestionOf(application));
  }

  /** The last case of the chain of merges from `caseId`, or the case itself; undefined for an unknown case. */
  private async survivorOf(caseId: string): Promise<string | undefined> {
    return (await loadMergeChain(this.store, caseId)).at(-1);
  }

  /** Records the events of one person. `seen`: the cases of persons recorded or refused before; a second step for one is refused. */
  private async recordPerson(
    signal: AbortSignal,
    list: string,
    { caseId: known, reference }: TargetPerson,
    seen: ReadonlySet<string>,
    requestOf: (caseId: string) => RecordEventsRequest,
  ): Promise<Omit<JobItem, 'no'>> {
    const subject = reference ?? known ?? '';
    const caseId = await this.retryWhileUnavailable(signal, async () => {
      const named = known ?? (await findReferenceHolder(this.store, this.clock, list, subject))?.caseId;
      // The events of a merged case are recorded for the survivor.
      return named === undefined ? null : ((await this.survivorOf(named)) ?? null);
    });
    if (caseId === null) return { subject, caseId, codes: ['SUBJECT.UNKNOWN'] };
    if (seen.has(caseId)) return { subject, caseId, codes: ['APPLICATION.PERSON_TWICE'] };
    try {
      const result = await this.retryWhileUnavailable(signal, () => this.record(requestOf(caseId)), MAX_BUSY_ATTEMPTS);
      return { subject, caseId, codes: refusalCodesOf(result) };
    } catch (error) {
      if (!(error instanceof StoreBusy)) throw error;
      return { subject, caseId, codes: ['REGISTER.BUSY'] };
    }
  }

  private record(request: RecordEventsRequest): Promise<RecordEventsResult> {
    return this.recordEvents.execute(new RecordEvents(request));
  }

  /**
   * Retries idempotent work until the store is available. Rejects with an AbortError once the signal has aborted, and with StoreBusy
   * when `busyAttempts` attempts have failed with it.
   */
  private async retryWhileUnavailable<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    busyAttempts = Infinity,
  ): Promise<T> {
    for (let busy = 0; ;)
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof StoreBusy) busy += 1;
        if (!(error instanceof StoreUnavailable) || busy >= busyAttempts) throw error;
        await sleep(this.retryMs, undefined, { signal, ref: false });
      }
  }
}

/** A person by case id, or by a reference, whose case is looked up when it is the person's turn. */
type TargetPerson = EligiblePerson | { readonly caseId: null; readonly reference: string };

/** One step of the job: one person to record; `no` is the number of the step, from 1. */
interface ApplicationStep {
  readonly no: number;
  readonly person: TargetPerson;
}

/** How many persons were recorded and how many were refused. */
interface ReachedAndRefusedCounts {
  readonly reached: number;
  readonly refused: number;
}

/** A text of which each word has a digit: `AZ-0137`, `17/2`. */
const LOOKS_LIKE_REFERENCE = /^\s*[^\s\d]*\d\S*(\s+[^\s\d]*\d\S*)*\s*$/;
/** References that are looked up at once. */
const CONCURRENT_READS = 32;

const KEY_REUSED = { outcome: 'key-reused' } as const;

/** Codes of results that are tried again: another writer was changing the case, or the store was busy. */
const POSTPONED_CODES: readonly string[] = ['REVISION.RACED', 'REGISTER.BUSY'];

const isPostponed = ({ codes }: JobItem): boolean => codes.some((code) => POSTPONED_CODES.includes(code));
const isRecorded = ({ codes }: JobItem): boolean => codes.length === 0;
const isRefused = (item: JobItem): boolean => !isRecorded(item) && !isPostponed(item);

/**
 * Identifies a repeated request among the events of the instrument. The idempotency key, which is not stored, is hashed
 * too, so that nobody can guess the content of the request by trying values.
 */
const requestHashOf = (application: Application, key: string): string =>
  createHash('sha256')
    .update(toNfc(canonicalJson([key, application])))
    .digest('base64');

/** The idempotency key of what a job records. Those that clients send contain no space, so that it equals none of them. */
const jobKeyOf = (id: string): string => `application ${id}`;
const finishKeyOf = (id: string): string => `${jobKeyOf(id)} finished`;

/** Common fields of the requests that a job sends to RecordEvents. The job id is the correlation id, so a resumed job keeps it. */
const jobRequestIdentity = (id: string, actor: Actor) => ({ actor, key: jobKeyOf(id), correlationId: id });

/** The id of `application-started` or `application-finished`, from the identity of the request that records it. */
const applicationEventId = ({ actor, key }: ReturnType<typeof jobRequestIdentity>, instrument: string): string =>
  keyedEventId({ actor, stream: streamName('instrument', instrument) }, key, 0);

/** The event `application-started` without its effect fields, which the caller adds (`effectToApply`). */
const newStartedEvent = (
  id: string,
  application: Application,
  instrument: Instrument,
  { knownAt, requestHash }: { readonly knownAt: number | undefined; readonly requestHash: string | undefined },
): Omit<ApplicationStarted, keyof Effect> => {
  const { list, listDay, persons, amnestiedOn, releasedOn, sources } = application;
  return {
    type: 'application-started',
    application: id,
    persons: persons === 'eligible' ? persons : 'named',
    list,
    ...splitClauseVersionName(application),
    ...(listDay === undefined ? {} : { listDay }),
    ...(knownAt === undefined ? {} : { knownAt }),
    amnestiedOn,
    ...(releasedOn === undefined ? {} : { releasedOn }),
    ...(requestHash === undefined ? {} : { requestHash }),
    sources: sources ?? [{ kind: 'official', citation: instrument.title ?? instrument.id }],
    reliability: 'reported',
  };
};

/**
 * The effect that the request names, else that of the clause. If neither gives one: release from imprisonment where a day of release is
 * given and the instrument has no such clause, else null.
 */
const effectToApply = (application: Application, instrument: Instrument): Effect | null => {
  const { effect, reducedBy, replacement, releasedOn } = application;
  const { clause, version } = splitClauseVersionName(application);
  if (effect !== undefined)
    return {
      effect,
      ...(reducedBy === undefined ? {} : { reducedBy }),
      ...(replacement === undefined ? {} : { replacement }),
    };
  const ofClause = clauseEffectOf(instrument, clause, version);
  if (ofClause !== null) return ofClause;
  const isSaid = instrument.clauseVersions.some((standing) => standing.clause === clause);
  return releasedOn === undefined || isSaid ? null : { effect: 'released-from-imprisonment' };
};

/** The clause and the version of a text such as `six-months-drugs@rolling`. */
const splitClauseVersionName = ({
  clause: text,
}: Pick<Application, 'clause'>): { readonly clause?: string; readonly version?: string } => {
  const [clause, version] = text?.split('@') ?? [];
  return { ...(clause === undefined ? {} : { clause }), ...(version === undefined ? {} : { version }) };
};

const eligibilityQuestionOf = ({
  instrument,
  clause = '',
  list,
  listDay,
  amnestiedOn,
}: Pick<Application, 'instrument' | 'clause' | 'list' | 'listDay' | 'amnestiedOn'>): EligiblePersonsQuestion => ({
  instrument,
  clause,
  list,
  ...(listDay === undefined ? {} : { listDay }),
  day: amnestiedOn,
});

/** The events that are recorded for each person. */
const eventsPerPerson = (instrument: Instrument, started: ApplicationStarted): readonly CaseEvent[] => {
  const { effect, reducedBy, replacement, clause, amnestiedOn, releasedOn, sources, reliability } = started;
  const clemency = {
    occurredOn: amnestiedOn,
    effect,
    ...(reducedBy === undefined ? {} : { reducedBy }),
    ...(replacement === undefined ? {} : { replacement }),
    sources,
    reliability,
  };
  const reached: CaseEvent =
    instrument.kind === 'pardon-decree'
      ? { type: 'pardoned', decree: instrument.id, ...clemency }
      : { type: 'amnestied', act: instrument.id, ...(clause === undefined ? {} : { clause }), ...clemency };
  if (releasedOn === undefined) return [reached];
  const reason = instrument.kind === 'pardon-decree' ? 'pardon' : 'amnesty';
  return [reached, { type: 'released', occurredOn: releasedOn, reason, sources, reliability }];
};

/** Why a person was refused; empty where the events are recorded, now or by an earlier run. */
const refusalCodesOf = (result: RecordEventsResult): readonly string[] => {
  switch (result.outcome) {
    case 'recorded':
      return [];
    case 'refused':
      return [...new Set(result.findings.map(({ code }) => code))].sort();
    case 'unknown-subject':
      return ['SUBJECT.UNKNOWN'];
    case 'too-many-events':
      return ['SUBJECT.FULL'];
    case 'conflict':
      return ['REVISION.RACED'];
    case 'key-reused':
      return ['KEY.REUSED'];
    case 'already-exists':
    case 'reference-taken':
    case 'invalid':
      throw new Error(`nothing is opened, referenced or corrected: ${result.outcome}`);
  }
};

const progressOf = (total: number, { reached, refused }: ReachedAndRefusedCounts, postponed: number): JobProgress => ({
  stage: 'persons',
  done: reached + refused,
  total,
  results: { reached, refused, ...(postponed === 0 ? {} : { postponed }) },
});

const finalProgress = ({ reached, refused }: ReachedAndRefusedCounts): JobProgress =>
  progressOf(reached + refused, { reached, refused }, 0);
