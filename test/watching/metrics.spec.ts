/** Metrics are rendered from the state of the service. */
import { Metrics } from '../../src/watching/metrics.js';

const render = async (isVerificationFailing: boolean): Promise<string> => {
  const metrics = new Metrics(() =>
    Promise.resolve({
      ...{ parts: { log: null, 'read-models': null }, pendingAppends: 0, events: 1, logCheck: null, rebuild: null },
      ...{ caughtUp: true, position: 1, lag: 0, problem: null, canAnswerQueries: true },
      proof: { checkpointSize: 1, isCheckpointFailing: false, isVerificationFailing, witnesses: [] },
    }),
  );
  return (await metrics.render()).text;
};

it.each([
  [true, 1],
  [false, 0],
])('a verification that is failing (%s) is %i', async (isFailing, value) => {
  expect(await render(isFailing)).toMatch(new RegExp(`^habeas_verification_failing ${value}$`, 'm'));
});
