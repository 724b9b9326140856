import { RecordEventsHandler } from './record-events.js';
import { PublishEditionHandler } from './publish-edition.js';
import { RecordBatchHandler } from './record-batch.js';

export const COMMAND_HANDLERS = [RecordEventsHandler, RecordBatchHandler, PublishEditionHandler];
