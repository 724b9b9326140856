/** The service alone, as `nest start` runs it; `habeas serve` does the same. */
import { serve, untilStopped } from './serve.js';
import { BadSettings, readSettings } from './settings.js';

try {
  const serving = await serve(readSettings(process.env));
  console.log(`Habeas listens on ${serving.url}`);
  await untilStopped(serving);
} catch (error) {
  console.error(error instanceof BadSettings ? error.message : error);
  process.exitCode = 2;
}
