/** Serves a register over HTTP. */
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino, type DestinationStream } from 'pino';
import { AppModule } from './app.module.js';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.js';
import { createAdapter, intakeOf, nestLogger, setUp } from './http/server.js';
import type { Settings } from './settings.js';

export interface Serving {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Answers what is under way, then lets go of everything. A second call waits for the first. */
  close(): Promise<void>;
}

/** Milliseconds that a connection may take to end once the service stops: with what comes after, it has ended within five seconds. */
const GRACE = 2_500;

/**
 * Opens the register of these settings and listens. Logs go to the standard error, one JSON object a line. Throws what stands
 * in the way: DataFolderInUse, errors of the store, of the file system or of the network; nothing is held then.
 */
export const serve = async (
  settings: Settings,
  destination: DestinationStream = pino.destination(2),
  limits: HttpLimits = HTTP_LIMITS,
): Promise<Serving> => {
  const log = pino({ level: settings.logLevel, base: null }, destination);
  const options = { abortOnError: false, bodyParser: false, logger: nestLogger(log) };
  const module = AppModule.forSettings(settings, { serving: true });
  const intake = intakeOf(settings, limits);
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(log, intake), options);
  try {
    await setUp(app, settings, intake);
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return { url: urlOf(app), app, close: () => (closing ??= close(app)) };
};

const close = async (app: NestFastifyApplication): Promise<void> => {
  const server = app.getHttpServer() as { closeAllConnections(): void };
  const late = setTimeout(() => server.closeAllConnections(), GRACE);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
  }
};

const urlOf = (app: NestFastifyApplication): string => {
  const { address, family, port } = app.getHttpServer().address() as { address: string; family: string; port: number };
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
};
