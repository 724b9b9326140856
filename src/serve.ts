/** Starts the HTTP service of a register. */
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino, type DestinationStream } from 'pino';
import { AppModule } from './app.module.js';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.js';
import { configureServer, createAdapter, createTransportLimits, nestLogger } from './http/server.js';
import type { ProjectionThread } from './projection.js';
import type { Settings } from './settings.js';

export interface RunningService {
  /** The address it listens on: `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Drains requests, then closes store and data folder. A second call waits for the first. */
  close(): Promise<void>;
}

/** Time for connections to end once the service stops; with the rest of the shutdown it stays below five seconds. */
const DRAIN_MS = 2_500;

/**
 * Opens the register and listens. Logs go to standard error, one JSON object a line. Throws DataFolderInUse and errors of the store,
 * the file system or the network, after closing what it had opened.
 */
export const serve = async (
  settings: Settings,
  destination: DestinationStream = pino.destination(2),
  limits: HttpLimits = HTTP_LIMITS,
  projection: ProjectionThread = 'own',
): Promise<RunningService> => {
  const log = pino({ level: settings.logLevel, base: null }, destination);
  const options = { abortOnError: false, bodyParser: false, logger: nestLogger(log) };
  const module = AppModule.forSettings(settings, { isService: true, projection });
  const transport = createTransportLimits(settings, limits);
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(log, transport), options);
  try {
    await configureServer(app, settings, transport);
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return { url: urlOf(app), app, close: () => (closing ??= closeServer(app)) };
};

const closeServer = async (app: NestFastifyApplication): Promise<void> => {
  const server = app.getHttpServer() as { closeAllConnections(): void };
  const timeout = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timeout);
  }
};

const urlOf = (app: NestFastifyApplication): string => {
  const { address, family, port } = app.getHttpServer().address() as { address: string; family: string; port: number };
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
};
