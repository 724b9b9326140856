import { RecordFactsHandler } from './record-facts.js';
import { RecordManyHandler } from './record-many.js';

/** What the command bus must know of: providers of any module beside CqrsModule. */
export const commandHandlers = [RecordFactsHandler, RecordManyHandler];
