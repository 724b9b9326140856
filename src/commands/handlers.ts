import { RecordEventsHandler } from './record-events.js';
import { RecordBatchHandler } from './record-batch.js';

/** What the command bus must know of: providers of any module beside CqrsModule. */
export const COMMAND_HANDLERS = [RecordEventsHandler, RecordBatchHandler];
