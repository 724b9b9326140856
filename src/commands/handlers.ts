import { RecordFactsHandler } from './record-facts.js';

/** What the command bus must know of: providers of any module beside CqrsModule. */
export const commandHandlers = [RecordFactsHandler];
