import type { ReportedEvent } from '../domain/amendments.js';
import type { Constructor } from './field.js';

/** The DTO class of an event: its fields are those of the event as a client reports it, without `type`. */
export type EventClass<E> = Constructor<Omit<ReportedEvent<E>, 'type'> & object>;
