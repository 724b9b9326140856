/**
 * The bodies of commands. The fields of an event in a body are those of its DTO class; request options stand beside them. The OpenAPI
 * document composes its schemas from the same classes.
 */
import type { SubjectKind } from '../../domain/events.js';
import type { Constructor } from '../../schema/field.js';
import { eventClasses } from '../../schema/read-event.js';
import { RequestOptions, RequestOptionsWithId, RowOptions } from './parameters.js';

/** A body that holds one event about one subject. */
export interface EventBody {
  /** The name of its schema. */
  readonly name: string;
  readonly kind: SubjectKind;
  /** Whether the event begins its subject; the body may then leave out `type`. */
  readonly begins: boolean;
  /** The DTO classes of the events that it may hold, by type. */
  readonly classes: Readonly<Record<string, Constructor>>;
  readonly options: Constructor<RequestOptions & { id?: string }>;
}

const { opened, ...reportedOfCases } = eventClasses.case;

export const openCaseBody: EventBody = {
  name: 'OpenCase',
  kind: 'case',
  begins: true,
  classes: { opened },
  options: RequestOptions,
};

export const caseEventBody: EventBody = {
  name: 'CaseEvent',
  kind: 'case',
  begins: false,
  classes: reportedOfCases,
  options: RequestOptions,
};

export const defineListBody: EventBody = {
  name: 'DefineList',
  kind: 'list',
  begins: true,
  classes: { 'list-defined': eventClasses.list['list-defined'] },
  options: RequestOptionsWithId,
};

export const listEventBody: EventBody = {
  name: 'ListEvent',
  kind: 'list',
  begins: false,
  classes: eventClasses.list,
  options: RequestOptions,
};

export const registerInstrumentBody: EventBody = {
  name: 'RegisterInstrument',
  kind: 'instrument',
  begins: true,
  classes: { 'instrument-registered': eventClasses.instrument['instrument-registered'] },
  options: RequestOptionsWithId,
};

export const instrumentEventBody: EventBody = {
  name: 'InstrumentEvent',
  kind: 'instrument',
  begins: false,
  classes: eventClasses.instrument,
  options: RequestOptions,
};

export const EVENT_BODIES = [
  openCaseBody,
  caseEventBody,
  defineListBody,
  listEventBody,
  registerInstrumentBody,
  instrumentEventBody,
] as const;

/** A row of a batch, which says what case it is about. */
export const rowBody = { name: 'Row', classes: eventClasses.case, options: RowOptions } as const;

/** Rows as a JSON array; as lines of JSON, each line is a row. */
export const rowsBody = { name: 'Rows' } as const;
