import { addDuplicateFinding, type PossibleDuplicates } from '../../src/commands/possible-duplicates.js';
import type { Decision, EventWithId } from '../../src/domain/event.js';
import type { AnyEvent } from '../../src/domain/events.js';

const opened: AnyEvent = {
  type: 'opened',
  names: [{ text: 'Nümunə', script: 'Latn', language: 'az', kind: 'full' }],
  sources: [{ kind: 'press', citation: 'x' }],
  reliability: 'reported',
};
const newEvents: readonly EventWithId<AnyEvent>[] = [{ id: 'o', event: opened }];
const accepted: Decision = { outcome: 'accepted', findings: [], acknowledged: [] };
const ask = (candidatesFor: PossibleDuplicates['candidatesFor'], decision: Decision = accepted) =>
  addDuplicateFinding({ candidatesFor }, { newEvents, acknowledge: [] }, decision);

const notCompared = {
  decision: { outcome: 'accepted', findings: [{ code: 'CASE.NOT_COMPARED', grade: 'warn', events: ['o'] }] },
  candidates: [],
};

it('says so where nobody was compared, and not where nobody was found', async () => {
  expect(await ask(() => Promise.resolve(null))).toMatchObject(notCompared);
  expect(await ask(() => Promise.reject(new Error('the file cannot be read')))).toMatchObject(notCompared);
  expect(await ask(() => Promise.resolve([]))).toEqual({ decision: accepted, candidates: [] });
});

it('leaves a refusal as it is', async () => {
  const refused: Decision = { outcome: 'refused', findings: [] };
  expect(await ask(() => Promise.resolve(null), refused)).toEqual({ decision: refused, candidates: [] });
});
