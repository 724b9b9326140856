/** The routes that record events, each with a request that is recorded where nothing stands in its way. */
import { latinName, WITH_SOURCES, type Service } from './service.js';

/** How many routes record events. */
export const RECORDING_ROUTES = 11;

/** A claim, without its id. */
export const CLAIM = {
  about: { metric: 'count', list: 'union', on: '2026-01-05' },
  value: 3,
  speaker: 'Nümunə Natiqova',
  saidOn: '2026-01-05',
  ...WITH_SOURCES,
};
const APPLICATION = {
  list: 'union',
  persons: ['AZ-1'],
  effect: 'released-from-imprisonment',
  amnestiedOn: '2025-12-22',
  releasedOn: '2025-12-23',
};
const REPORT = { type: 'mistreated', kind: 'other', occurredOn: '2024', ...WITH_SOURCES };

/**
 * Path and body of a request to every such route, except the batch, in a register of `createListAndAct` with a case AZ-1 and the claim
 * `a-claim`.
 */
const recordingRequests = (path: string): readonly (readonly [path: string, body: object])[] => [
  [`${path}/events`, REPORT],
  ['/v1/cases', { names: [latinName('Yeni')], ...WITH_SOURCES }],
  ['/v1/lists', { id: 'another-list', name: { en: 'Another' }, ...WITH_SOURCES }],
  ['/v1/lists/union/events', { type: 'category-defined', category: 'new', name: { en: 'New' }, ...WITH_SOURCES }],
  ['/v1/lists/union/editions', { id: 'an-edition', asOf: '2026-01-05' }],
  ['/v1/instruments', { id: 'another-act', kind: 'amnesty-act', ...WITH_SOURCES }],
  ['/v1/instruments/amnesty-2025/events', { type: 'instrument-amended', title: 'Amended', ...WITH_SOURCES }],
  ['/v1/instruments/amnesty-2025/applications', APPLICATION],
  ['/v1/claims', { id: 'another-claim', ...CLAIM }],
  ['/v1/claims/a-claim/events', { type: 'claim-withdrawn', reason: 'mistaken', ...WITH_SOURCES }],
];

/** Status and code of what every route that records events answers; `path` is that of a case. */
export const answersOfRecordingRoutes = async (
  service: Service,
  path: string,
): Promise<readonly (readonly [status: unknown, code: unknown])[]> => {
  const rows = [{ case: { id: path.replace('/v1/cases/', '') }, ...REPORT }];
  const many = await service.post('/v1/events', rows, { 'idempotency-key': `rows-${Math.random()}` });
  const [row] = many.body['items'] as readonly { readonly status: number; readonly body: { readonly code: string } }[];
  const answers: (readonly [unknown, unknown])[] = [[row?.status, row?.body.code]];
  for (const [to, body] of recordingRequests(path)) {
    const reply = await service.post(to, body);
    answers.push([reply.status, reply.body['code']]);
  }
  return answers;
};
