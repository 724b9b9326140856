/**
 * Answers of a node with TLS and users. With ESDB_TLS_URL (administrator) and ESDB_TLS_STRANGER (certificate of an
 * unrelated authority) set, a real node is tested as well.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { AccessDeniedError, EventStoreDBClient, UnavailableError, jsonEvent } from '@eventstore/db-client';
import { temporaryFolder } from '../temporary-folder.js';
import { makeCertificates } from './certificates.js';
import { startDouble } from './double.js';

interface Target {
  /** The connection URL of the administrator. */
  readonly url: string;
  readonly strangerFile: string;
  stop(): Promise<void>;
}

const { ESDB_TLS_URL: url, ESDB_TLS_STRANGER: strangerFile } = process.env;
const targets: [string, () => Promise<Target>][] = [
  [
    'the double',
    async () => {
      const folder = await temporaryFolder();
      const { tls, untrustedCaFile: strangerFile } = makeCertificates(folder.path);
      const double = await startDouble({ tls, users: { admin: 'changeit', somebody: 'secret' } });
      const stop = async () => {
        await double.stop();
        await folder.remove();
      };
      return { url: double.url, strangerFile, stop };
    },
  ],
];
if (url !== undefined && strangerFile !== undefined)
  targets.push(['the node at ESDB_TLS_URL', async () => ({ url, strangerFile, stop: async () => undefined })]);

describe.each(targets)('with TLS and users, as a node was seen to answer: %s', (name, open) => {
  let target: Target;
  let clients: EventStoreDBClient[] = [];

  beforeAll(async () => {
    target = await open();
  });
  afterEach(async () => {
    for (const client of clients) await client.dispose();
    clients = [];
  });
  afterAll(() => target.stop());

  const connect = (change: (url: URL) => void): EventStoreDBClient => {
    const address = new URL(target.url);
    change(address);
    const client = EventStoreDBClient.connectionString(address.href);
    clients.push(client);
    return client;
  };
  const admin = () => connect(() => undefined);
  const wrong = () => connect((address) => (address.password = 'wrong'));
  const nobody = () => connect((address) => (address.username = address.password = ''));
  const append = (client: EventStoreDBClient, stream: string) =>
    client.appendToStream(stream, jsonEvent({ type: 'T', data: {} }), { expectedRevision: 'any' });
  const read = async (client: EventStoreDBClient, stream: string) => {
    const found = [];
    for await (const one of client.readStream(stream)) found.push(one);
    return found;
  };
  const readAll = async (client: EventStoreDBClient) => {
    for await (const one of client.readAll({ maxCount: 1 })) return one;
    return null;
  };
  const failing = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => null,
      (error: unknown) => error,
    );
  const aStream = () => `double${randomUUID()}`;

  it('lets the administrator do everything', async () => {
    const [client, stream] = [admin(), aStream()];
    await append(client, stream);
    const by = { credentials: { username: 'admin', password: 'changeit' } };
    await client.appendToStream(stream, jsonEvent({ type: 'T', data: {} }), by);
    expect(await read(client, stream)).toHaveLength(2);
    const subscription = client.subscribeToAll();
    await once(subscription, 'confirmation');
    await subscription.unsubscribe();
    await client.deleteStream(stream);
  });

  it('denies access to a wrong password, by code 16', async () => {
    const [client, stream] = [wrong(), aStream()];
    const by = { credentials: { username: 'admin', password: 'wrong' } };
    const attempts = [
      () => append(client, stream),
      () => client.appendToStream(stream, jsonEvent({ type: 'T', data: {} }), by),
      () => read(client, stream),
      () => client.deleteStream(stream),
      () => readAll(client),
    ];
    for (const attempt of attempts) {
      const error = await failing(attempt());
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(error).toMatchObject({ code: 16 });
    }
  });

  it('denies access to nobody: by code 7 on reads, without a code on appends', async () => {
    const [client, stream] = [nobody(), aStream()];
    const denied = await failing(append(client, stream));
    expect(denied).toBeInstanceOf(AccessDeniedError);
    expect((denied as { code?: unknown }).code).toBeUndefined();
    const attempts = [() => read(client, stream), () => client.deleteStream(stream), () => readAll(client)];
    for (const attempt of attempts) {
      const error = await failing(attempt());
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(error).toMatchObject({ code: 7 });
    }
  });

  it('cannot be reached by who does not trust its certificate', async () => {
    const client = connect((address) => address.searchParams.set('tlsCAFile', target.strangerFile));
    expect(await failing(read(client, aStream()))).toBeInstanceOf(UnavailableError);
    const error = await failing(append(client, aStream()));
    expect(error).toMatchObject({ code: 14 });
    expect((error as Error).message).toContain('certificate');
  });

  // A real node knows no other user unless one is made.
  (name === 'the double' ? it : it.skip)(
    'lets who is no administrator use streams, but not the whole log',
    async () => {
      const client = connect((address) => ([address.username, address.password] = ['somebody', 'secret']));
      const stream = aStream();
      await append(client, stream);
      await client.setStreamMetadata(stream, { maxCount: 1 });
      expect(await read(client, stream)).toHaveLength(1);
      const all = once(client.subscribeToAll(), 'error').then(([error]) => Promise.reject(error as Error));
      for (const attempt of [all, read(client, '$system')])
        expect(await failing(attempt)).toMatchObject({ type: 'access-denied', code: 7 });
      expect(await failing(append(client, '$system'))).toMatchObject({ type: 'access-denied' });
    },
  );
});
