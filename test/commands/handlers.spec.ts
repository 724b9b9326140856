import { expect, it } from '@jest/globals';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { COMMAND_HANDLERS } from '../../src/commands/handlers.js';
import { newCaseId } from '../../src/commands/ids.js';
import { MERGED_CASES, NO_MERGED_CASES } from '../../src/commands/merged-cases.js';
import { CHECKPOINT_SIGNER, EDITION_DRAFTS } from '../../src/commands/publish-edition.js';
import { RecordEvents } from '../../src/commands/record-events.js';
import { CLOCK } from '../../src/domain/clock.js';
import { EVENT_STORE } from '../../src/event-store/port.js';
import { ANNA, opened, Register, request } from './support.js';

it('handles a command from the bus, with store and clock injected', async () => {
  const register = await Register.open();
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      ...COMMAND_HANDLERS,
      { provide: EVENT_STORE, useValue: register.store },
      { provide: CLOCK, useValue: register.clock },
      { provide: MERGED_CASES, useValue: NO_MERGED_CASES },
      { provide: EDITION_DRAFTS, useValue: {} },
      { provide: CHECKPOINT_SIGNER, useValue: {} },
    ],
  }).compile();
  await module.init();
  const id = newCaseId(ANNA);
  const answer = await module.get(CommandBus).execute(new RecordEvents(request(id, [opened('AZ-1')])));
  expect(answer).toMatchObject({ outcome: 'recorded', subject: { kind: 'case', id }, revision: 0 });
  await module.close();
  await register.store.close();
});
