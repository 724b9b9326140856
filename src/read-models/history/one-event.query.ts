/** One event: as it was recorded, as it stands, and who corrected or retracted it, when and why. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { amendmentEffectsOf, isAmendment, withFields } from '../../domain/corrections.js';
import type { EventWithId } from '../../domain/event.js';
import type { AnyEvent } from '../../domain/events.js';
import { IsBoolean, IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { IsCount, IsEvent, IsString } from '../../schema/view-decorators.js';
import type { FullEventEntry, LogTables } from '../log-tables.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { jsonBytes, takePage } from '../take-page.js';
import { toEventEntry } from './entry.js';
import { EventEntryView } from './history-entry.view.js';

/** A correction or retraction of an event, or of another amendment of the event. */
export class AmendmentView extends EventEntryView {
  @IsBoolean({ description: 'False once it is retracted itself.' })
  readonly stands: boolean;
}

export class EventDetails extends EventEntryView {
  @IsNullable()
  @IsString()
  readonly causationId: string | null;

  @IsNullable()
  @IsEvent({ description: 'With its corrected fields; null once it is retracted.' })
  readonly standing: AnyEvent | null;

  @IsObjectOf(AmendmentView, { each: true, description: 'In order of recording.' })
  readonly amendments: readonly AmendmentView[];

  @IsNullable()
  @IsCount({
    description:
      'Where amendments are left out for their size: they follow in the history of the subject after this position. Null where all are here.',
  })
  readonly amendmentsAfter: number | null;

  @IsString({ each: true, description: 'The ids in `after` and `causationId` whose events are retracted.' })
  readonly retractedReferences: readonly string[];

  @IsString()
  readonly knownAt: string;
}

export class OneEvent extends Query<EventDetails | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

/** Asks for one event; null if no event of this id was known. */
@QueryHandler(OneEvent)
export class OneEventHandler implements IQueryHandler<OneEvent> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: OneEvent): Promise<EventDetails | null> {
    const { logTables, scope } = await openScope(this.reader, asked);
    const { position, knownAt } = scope;
    const recorded = logTables.eventWithAmendments(id, position);
    const entry = recorded.find(({ eventWithId }) => eventWithId.id === id);
    if (entry === undefined) return null;
    const events = recorded.map(({ eventWithId }) => eventWithId);
    const { retractedIds } = amendmentEffectsOf(events);
    const standing = eventAsItStands(entry.eventWithId, events);
    const references = [standing?.after, entry.causationId].filter((other) => typeof other === 'string');
    const amendments = takePage(
      amendmentsIn(recorded, id).map((amendment) => ({
        ...toEventEntry(amendment),
        stands: !retractedIds.has(amendment.eventWithId.id),
      })),
      Infinity,
      jsonBytes,
    );
    return {
      ...toEventEntry(entry),
      causationId: entry.causationId,
      standing,
      amendments: amendments.rows,
      amendmentsAfter: amendments.hasMore ? (amendments.rows.at(-1)?.position ?? null) : null,
      retractedReferences: references.filter((other) => isRetracted(logTables, other, position)),
      knownAt,
    };
  }
}

/** The event as it stands; null if it is retracted. A correction stands with its fields as later corrections left them. */
const eventAsItStands = (
  { id, event }: EventWithId<AnyEvent>,
  events: readonly EventWithId<AnyEvent>[],
): AnyEvent | null => {
  const { correctedFieldsById, retractedIds } = amendmentEffectsOf(events);
  if (retractedIds.has(id)) return null;
  return event.type === 'corrected'
    ? { ...event, data: { ...event.data, ...correctedFieldsById.get(id) } }
    : withFields(event, correctedFieldsById.get(id));
};

/** The amendments of an event, the amendments of these amendments, and so on. */
const amendmentsIn = (recorded: readonly FullEventEntry[], id: string): readonly FullEventEntry[] => {
  const ids = new Set([id]);
  return recorded.filter(({ eventWithId }) => {
    if (!isAmendment(eventWithId.event) || !ids.has(eventWithId.event.event)) return false;
    ids.add(eventWithId.id);
    return true;
  });
};

const isRetracted = (logTables: LogTables, id: string, upTo: number): boolean =>
  amendmentEffectsOf(logTables.eventWithAmendments(id, upTo).map(({ eventWithId }) => eventWithId)).retractedIds.has(
    id,
  );
