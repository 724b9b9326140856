/**
 * Applies an act or a decree to many persons as one job: each is recorded or refused for himself, by the command that records any
 * event, and nobody twice. The ids of the events are made from the job and the case, so that a step that is done again after a kill
 * finds what it recorded. Steps are done one after the other: a resumed job leaves the log that an undisturbed one would have left.
 */
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseEvent } from '../domain/case/events.js';
import { finding } from '../domain/case/findings.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import { extendDefinition } from '../domain/definitions.js';
import type { Actor, Source } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import { effectOf, type ApplicationStarted, type Effect } from '../domain/instrument/applications.js';
import type { Instrument } from '../domain/instrument/instrument.js';
import { parseEdtf } from '../domain/time.js';
import { EVENT_STORE, StoreUnavailable, type EventStore } from '../event-store/port.js';
import type { DurableJobContext, JobItem, JobKind } from '../jobs/durable-job.js';
import { DurableJobs, type StartResult } from '../jobs/durable-jobs.js';
import type { JobContext, JobProgress } from '../jobs/job.js';
import { holderOf } from './claim-references.js';
import {
  ELIGIBLE_PERSONS,
  type EligibilityQuestion,
  type EligiblePerson,
  type EligiblePersons,
} from './eligible-persons.js';
import { keyedEventId, newApplicationId } from './ids.js';
import { chainFrom } from './merged-cases.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsRequest,
  type RecordEventsResult,
} from './record-events.js';
import { loadStream } from './streams.js';

/** What a client asks to be applied. */
export interface Application extends Partial<Effect> {
  readonly instrument: string;
  /** As `clause@version`, or the clause alone. */
  readonly clause?: string;
  readonly list: string;
  readonly listDay?: string;
  /** References in the list, or all whom the clause, which is then given, makes eligible on the day it is applied. */
  readonly persons: 'eligible' | readonly string[];
  readonly amnestiedOn: string;
  readonly releasedOn?: string;
  /** The instrument itself, where absent. */
  readonly sources?: readonly Source[];
  /** Codes of `ask` findings to record the events of every person in spite of. */
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

/** What the job keeps; all else is in the event that says that it was started. */
interface Parameters {
  readonly instrument: string;
  readonly list: string;
  readonly persons: Application['persons'];
  readonly acknowledge: readonly string[];
  readonly actor: Actor;
}

/** Persons between two notes in the file of the jobs: after a kill, at most so many are looked at again. */
const SAVE_EVERY = 50;
/** Between attempts while the store is not available. */
const RETRY_MS = 1_000;

/** The job was stored, and its process ended before it was recorded that it was started. Whoever asked for it got no answer. */
class NeverStarted extends Error {
  override readonly name = 'NeverStarted';
}

@Injectable()
export class ApplyInstrument implements JobKind<Parameters> {
  readonly name = 'apply-instrument';

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly recordEvents: RecordEventsHandler,
    private readonly jobs: DurableJobs,
    @Inject(ELIGIBLE_PERSONS) private readonly eligiblePersons: EligiblePersons,
  ) {
    jobs.register(this);
  }

  describe({ instrument, list }: Parameters): Readonly<Record<string, string>> {
    return { instrument, list };
  }

  /** Records that the instrument is being applied, and starts the job. Throws the store's errors. */
  start(
    { application, actor, key }: ApplicationRequest,
    onProgress?: JobContext['onProgress'],
  ): Promise<StartApplicationResult> {
    const { instrument, list, persons, acknowledge } = application;
    const id = newApplicationId(actor, instrument, key);
    const parameters: Parameters = { instrument, list, persons, acknowledge, actor };
    return this.jobs.start(this, id, parameters, () => this.recordStart(id, application, actor), onProgress);
  }

  async run(id: string, parameters: Parameters, { signal, onProgress, items, save }: DurableJobContext): Promise<void> {
    const { instrument, started, startedId } = await this.whileUnavailable(signal, () => this.load(id, parameters));
    const persons = await this.whileUnavailable(signal, () => this.personsOf(parameters, started));
    const seen = new Set(items.flatMap(({ caseId }) => caseId ?? []));
    let reached = items.filter(({ codes }) => codes.length === 0).length;
    let unsaved: JobItem[] = [];
    let no = items.length;
    const saveItems = (): void => {
      save(progressOf(no, persons.length, reached), unsaved);
      unsaved = [];
    };
    try {
      for (const person of persons.slice(no)) {
        signal.throwIfAborted();
        const item = await this.whileUnavailable(signal, () =>
          this.reach(parameters.list, person, seen, (caseId) => ({
            subject: { kind: 'case', id: caseId },
            begins: false,
            events: eventsOf(instrument, started),
            acknowledge: parameters.acknowledge,
            causationId: startedId,
            ...identityOf(id, parameters.actor),
          })),
        );
        no += 1;
        unsaved.push({ no, ...item });
        if (item.caseId !== null) seen.add(item.caseId);
        if (item.codes.length === 0) reached += 1;
        if (unsaved.length >= SAVE_EVERY) saveItems();
        else onProgress(progressOf(no, persons.length, reached));
      }
    } finally {
      saveItems();
    }
    await this.whileUnavailable(signal, () =>
      this.recordFinish(id, parameters, { ...started, reached, refused: no - reached }, startedId),
    );
  }

  /** Null once it is recorded, also if it was before. Throws what asking who is eligible throws. */
  private async recordStart(id: string, application: Application, actor: Actor): Promise<NotRecorded | null> {
    const instrument = await this.loadInstrument(application.instrument);
    if (instrument === null) return { outcome: 'unknown-subject' };
    const identity = identityOf(id, actor);
    const eventId = idOf(identity, application.instrument);
    const before = await this.findStart(application.instrument, eventId);
    const knownAt =
      application.persons !== 'eligible'
        ? undefined
        : (before?.knownAt ??
          (await this.eligiblePersons.positionAfter(await this.store.head(), questionOf(application))));
    const event = startOf(id, application, instrument, knownAt);
    if (event === null) return { outcome: 'refused', findings: [finding('APPLICATION.EFFECT_UNSAID', eventId)] };
    const days = [event.amnestiedOn, event.releasedOn ?? ''].map(parseEdtf).filter((day) => day !== null);
    if (days.some(({ earliest }) => earliest > this.clock.today()))
      return { outcome: 'refused', findings: [finding('DATE.FUTURE', eventId)] };
    const result = await this.record({
      subject: { kind: 'instrument', id: application.instrument },
      begins: false,
      events: [event],
      acknowledge: [],
      ...identity,
    });
    return result.outcome === 'recorded' ? null : result;
  }

  /** A person whose step is done again may have been refused for another reason meanwhile; what is in the log then stays. */
  private async recordFinish(
    id: string,
    { instrument, actor }: Parameters,
    { sources, reliability, reached, refused }: Pick<ApplicationStarted, 'sources' | 'reliability'> & Reached,
    causationId: string,
  ): Promise<void> {
    await this.record({
      subject: { kind: 'instrument', id: instrument },
      begins: false,
      events: [{ type: 'application-finished', application: id, reached, refused, sources, reliability }],
      acknowledge: [],
      causationId,
      ...identityOf(id, actor),
      key: `${keyOf(id)} finished`,
    });
  }

  /** The instrument, and the event that says how it is applied. */
  private async load(
    id: string,
    { instrument: instrumentId, actor }: Parameters,
  ): Promise<{ readonly instrument: Instrument; readonly started: ApplicationStarted; readonly startedId: string }> {
    const startedId = idOf(identityOf(id, actor), instrumentId);
    const started = await this.findStart(instrumentId, startedId);
    const instrument = await this.loadInstrument(instrumentId);
    if (started === null || instrument === null) throw new NeverStarted();
    return { instrument, started, startedId };
  }

  private async findStart(instrument: string, startedId: string): Promise<ApplicationStarted | null> {
    const events = await loadStream(this.store, streamName('instrument', instrument));
    const event = events.find(({ id }) => id === startedId)?.event;
    return event?.type === 'application-started' ? event : null;
  }

  /** The same persons in the same order whenever the job is resumed. */
  private async personsOf(
    { instrument, persons }: Parameters,
    { knownAt, clause, version, list, listDay, amnestiedOn }: ApplicationStarted,
  ): Promise<readonly Person[]> {
    if (persons !== 'eligible') return persons.map((reference) => ({ caseId: null, reference }));
    const text = version === undefined ? clause : `${clause}@${version}`;
    const question = {
      instrument,
      clause: text,
      list,
      ...(listDay === undefined ? {} : { listDay }),
      day: amnestiedOn,
    };
    if (text === undefined || knownAt === undefined) throw new NeverStarted();
    return this.eligiblePersons.knownAt(knownAt, { ...question, clause: text });
  }

  private async loadInstrument(id: string): Promise<Instrument | null> {
    const events = await loadStream(this.store, streamName('instrument', id));
    return extendDefinition('instrument', id, undefined, events)?.definition ?? null;
  }

  /** Records the events of one person. `seen`: the cases that earlier steps were about. */
  private async reach(
    list: string,
    person: Person,
    seen: ReadonlySet<string>,
    requestOf: (caseId: string) => RecordEventsRequest,
  ): Promise<Omit<JobItem, 'no'>> {
    const subject = person.reference ?? person.caseId ?? '';
    const named = person.caseId ?? (await holderOf(this.store, this.clock, list, subject))?.caseId;
    // A case that is merged into another one counts for that.
    const caseId = named === undefined ? null : ((await chainFrom(this.store, named)).at(-1) ?? null);
    if (caseId === null) return { subject, caseId, codes: ['SUBJECT.UNKNOWN'] };
    if (seen.has(caseId)) return { subject, caseId, codes: ['APPLICATION.PERSON_TWICE'] };
    return { subject, caseId, codes: codesOf(await this.record(requestOf(caseId))) };
  }

  private record(request: RecordEventsRequest): Promise<RecordEventsResult> {
    return this.recordEvents.execute(new RecordEvents(request));
  }

  /** Repeats idempotent work until the store is available. Rejects with an AbortError once the signal has aborted. */
  private async whileUnavailable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StoreUnavailable)) throw error;
        await sleep(RETRY_MS, undefined, { signal, ref: false });
      }
  }
}

/** Named by a reference, or by a case, of which the reference is only told. */
type Person = EligiblePerson | { readonly caseId: null; readonly reference: string };

interface Reached {
  readonly reached: number;
  readonly refused: number;
}

/** Keys of requests contain no space, so that of a job never equals that of a request. */
const keyOf = (id: string): string => `application ${id}`;

/** The correlation id is that of the job, so that it stays the same when the job is resumed. */
const identityOf = (id: string, actor: Actor) => ({ actor, key: keyOf(id), correlationId: id });

/** The id of the event that says that the job was started. */
const idOf = ({ actor, key }: ReturnType<typeof identityOf>, instrument: string): string =>
  keyedEventId({ actor, stream: streamName('instrument', instrument) }, key, 0);

/** Null where nobody says what the instrument does to those whom it reaches. */
const startOf = (
  id: string,
  application: Application,
  instrument: Instrument,
  knownAt: number | undefined,
): ApplicationStarted | null => {
  const { list, listDay, persons, amnestiedOn, releasedOn, sources } = application;
  const effect = effectIn(application, instrument);
  if (effect === null) return null;
  return {
    type: 'application-started',
    application: id,
    persons: persons === 'eligible' ? persons : 'named',
    list,
    ...clauseOf(application),
    ...(listDay === undefined ? {} : { listDay }),
    ...(knownAt === undefined ? {} : { knownAt }),
    amnestiedOn,
    ...(releasedOn === undefined ? {} : { releasedOn }),
    ...effect,
    sources: sources ?? [{ kind: 'official', citation: instrument.title ?? instrument.id }],
    reliability: 'reported',
  };
};

/** As whoever applies it says, or else its clause; a release follows from nothing but release from imprisonment. */
const effectIn = (application: Application, instrument: Instrument): Effect | null => {
  const { effect, reducedBy, replacement, releasedOn } = application;
  const { clause, version } = clauseOf(application);
  if (effect !== undefined)
    return {
      effect,
      ...(reducedBy === undefined ? {} : { reducedBy }),
      ...(replacement === undefined ? {} : { replacement }),
    };
  const ofClause = effectOf(instrument, clause, version);
  if (ofClause !== null) return ofClause;
  const isSaid = instrument.clauseVersions.some((standing) => standing.clause === clause);
  return releasedOn === undefined || isSaid ? null : { effect: 'released-from-imprisonment' };
};

/** The clause and the version of a text such as `six-months-drugs@rolling`. */
const clauseOf = ({
  clause: text,
}: Pick<Application, 'clause'>): { readonly clause?: string; readonly version?: string } => {
  const [clause, version] = text?.split('@') ?? [];
  return { ...(clause === undefined ? {} : { clause }), ...(version === undefined ? {} : { version }) };
};

const questionOf = ({ instrument, clause = '', list, listDay, amnestiedOn }: Application): EligibilityQuestion => ({
  instrument,
  clause,
  list,
  ...(listDay === undefined ? {} : { listDay }),
  day: amnestiedOn,
});

/** What is recorded of each person. */
const eventsOf = (instrument: Instrument, started: ApplicationStarted): readonly CaseEvent[] => {
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
const codesOf = (result: RecordEventsResult): readonly string[] => {
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

const progressOf = (done: number, total: number, reached: number): JobProgress => ({
  stage: 'persons',
  done,
  total,
  results: { reached, refused: done - reached },
});
