import { HTTP_LIMITS } from '../../src/http/limits.js';
import { WrongTokens } from '../../src/http/wrong-tokens.js';

it('counts a bounded number of clients, and evicts the least recently seen', () => {
  let wrong = 0;
  const wrongTokens = new WrongTokens({ ...HTTP_LIMITS, wrongTokens: 1, wrongTokenClients: 100 }, () => (wrong += 1));
  for (let i = 0; i < 100_000; i += 1) wrongTokens.countWrongToken(`client ${String(i)}`);
  const kept = Array.from({ length: 100_000 }, (_, i) => `client ${String(i)}`).filter(
    (client) => wrongTokens.secondsToWait(client) > 0,
  );
  expect(kept).toEqual(Array.from({ length: 100 }, (_, i) => `client ${String(99_900 + i)}`));
  expect(wrong).toBe(100_000);
});
