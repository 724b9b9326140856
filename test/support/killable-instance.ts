/** Instances of the built service over one EventStoreDB, each a process with a data folder of its own, which can be killed. */
import { BuiltService } from './built-service.js';
import { runCli } from './command-line.js';
import type { Instance } from './instances.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

export class KillableInstance implements Instance {
  private constructor(
    private readonly folder: TemporaryFolder,
    private readonly environment: Readonly<Record<string, string>>,
    private service: BuiltService,
  ) {}

  static async start(url: string): Promise<KillableInstance> {
    const folder = await temporaryFolder();
    const environment = { EVENT_STORE: 'esdb', ESDB_URL: url, HABEAS_LOG_LEVEL: 'silent' };
    return new KillableInstance(folder, environment, await BuiltService.start(folder.path, { environment }));
  }

  /** Ends the process without a warning, and starts another one in its data folder. */
  async killAndRestart(): Promise<void> {
    await this.service.stop('SIGKILL');
    this.service = await BuiltService.start(this.folder.path, { environment: this.environment });
  }

  get(path: string): ReturnType<BuiltService['get']> {
    return this.service.get(path);
  }

  post(path: string, body: object, headers?: Record<string, string>): ReturnType<BuiltService['post']> {
    return this.service.post(path, body, headers);
  }

  /** Stops the service and compares every row of its read models with those that the log gives. Returns what the command prints. */
  async stopAndCheck(): Promise<{ readonly code: number | null; readonly out: string }> {
    await this.service.stop();
    const { code, out } = await runCli(
      ['rebuild', '--check', '--data', this.folder.path],
      undefined,
      undefined,
      this.environment,
    );
    return { code, out };
  }

  async remove(): Promise<void> {
    await this.service.stop();
    await this.folder.remove();
  }
}
