import type { Cursor } from '../../src/event-store/port.js';
import type { ReadModels } from '../../src/read-models/read-models.js';

/** Waits until the event of the token is projected: as long as a test may take, where a read would give up. */
export const projected = (models: Pick<ReadModels, 'waitFor'>, token: Cursor): Promise<void> =>
  models.waitFor(token, 180_000);
