import { RecordEventsHandler } from './record-events.js';
import { RecordBatchHandler } from './record-batch.js';

export const COMMAND_HANDLERS = [RecordEventsHandler, RecordBatchHandler];
