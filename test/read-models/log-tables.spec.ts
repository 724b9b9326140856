import type { LogEvent } from '../../src/event-store/port.js';
import { emptyFile, Log, opened } from './support.js';

it('stores events after a transaction that failed as if it had never begun', async () => {
  const log = new Log();
  await log.append('case', 'a', opened('Bir'));
  await log.append('case', 'b', opened('İki'));
  await log.append('case', 'a', { type: 'named', name: { text: 'Üç', script: 'Latn', language: 'az', kind: 'full' } });
  const [first, second, third] = (await log.events()) as [LogEvent, LogEvent, LogEvent];
  const file = emptyFile();
  const unreadable = { ...third, event: null } as unknown as LogEvent;
  expect(() => file.store([first, second, unreadable])).toThrow(TypeError);
  // Other streams get the numbers that the failed transaction gave.
  file.store([{ ...first, stream: second.stream }]);
  file.store([{ ...second, stream: first.stream }, third]);
  expect(file.logTables.recordedEvents(0, -1, null, null).map(({ subject }) => subject.id)).toEqual(['b', 'a', 'a']);
  expect(file.logTables.recordingTimes.positionAtUnlessAtEnd(new Date(0))).toBe(0);
  file.close();
  await log.store.close();
});
