/** The commands of `habeas` and their help. Each command's module is imported when it runs, so that help is fast. */
import { Command, CommanderError, Option } from 'commander';
import type { FilterEntry } from '../read-models/list/filters.js';
import { LEFT_OUT_OF_LIST_FILE } from '../register-files/list-export-row.js';
import type { ApplyOptions } from './apply.js';
import type { BackupCommandOptions, DataOption } from './backup.js';
import type { ClaimsOptions } from './claims.js';
import type { Context } from './context.js';
import type { CopyCommandOptions } from './copy.js';
import type { DifferencesOptions } from './differences.js';
import type { DemoOptions } from './demo.js';
import type { EditionOptions, PublishOptions } from './edition.js';
import { CannotRun, EXIT, exitCodeOf, describeError, isAbort, stackOf, type ExitCode } from './exit.js';
import type { ExportOptions } from './export.js';
import type { FindOptions } from './find.js';
import type { ShowOptions } from './show-case.js';
import type { ImportCommandOptions } from './import.js';
import type { KeysOptions, VerifyOptions } from './proof.js';
import type { RebuildOptions } from './rebuild.js';
import type { ReplayOptions } from './replay.js';
import type { ServeOptions } from './serve.js';
import type { StatisticsOptions } from './statistics.js';

/** Runs a command line and returns the exit code. Never throws; errors are printed on standard error. */
export const run = async (args: readonly string[], context: Context): Promise<ExitCode> => {
  let code: ExitCode = EXIT.ok;
  const complete: SetExitCode = async (work) => {
    code = await work;
  };
  try {
    // Only for `export`: this module loads class-validator, which would slow down the help of other commands.
    const { FILTERS } = args.includes('export') ? await import('../read-models/list/filters.js') : { FILTERS: [] };
    await createProgram(context, complete, FILTERS).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.couldNotRun;
    if (isAbort(error)) {
      context.err.write('Stopped.\n');
      return EXIT.stopped;
    }
    context.err.write(`${describeError(error)}\n`);
    if (/^(debug|trace)$/.test(context.environment['HABEAS_LOG_LEVEL'] ?? '')) context.err.write(`${stackOf(error)}\n`);
    return exitCodeOf(error);
  }
};

/** Sets the exit code to the result of a command, since commander's actions cannot return one. */
type SetExitCode = (work: Promise<ExitCode>) => Promise<void>;

const HELP_TEXT = `
Begin here:
  $ habeas demo                         a register of synthetic people, to look around in
  $ habeas import --dry-run register.json register.csv
  $ habeas import register.json register.csv
  $ habeas serve                        then open http://127.0.0.1:3000/v1/docs
  $ habeas backup /media/backups        also while the register is served

Exit codes: 0 all went well; 1 some rows were refused; 2 it could not run; 3 the log is damaged, or holds less than is known
to have been in it; 4 rows differ from those that the log gives (rebuild --check); 130 stopped by Ctrl-C
(serve and demo: 0).
Settings that are not given as options come from the environment (HABEAS_DATA, HABEAS_PORT …; see docs/operations.md).
`;

const createProgram = (context: Context, complete: SetExitCode, filters: readonly FilterEntry[]): Command => {
  const habeas = new Command('habeas')
    .description(
      'The register of political prisoners that can prove its own history: events about cases go into a log, and the ' +
        'current list, the counts and the audit history are made from it.',
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out.write(text), writeErr: (text) => context.err.write(text) })
    .showHelpAfterError('(habeas --help, or habeas <command> --help, says more)')
    .addHelpText('after', HELP_TEXT)
    .hook('preAction', (_, command) => refuseEmptyOptions(command));
  addServe(habeas, context, complete);
  addDemo(habeas, context, complete);
  addImport(habeas, context, complete);
  addApply(habeas, context, complete);
  addFind(habeas, context, complete);
  addShow(habeas, context, complete);
  addExport(habeas, context, complete, filters);
  addEdition(habeas, context, complete);
  addDifferences(habeas, context, complete);
  addClaims(habeas, context, complete);
  addStatistics(habeas, context, complete);
  addReplay(habeas, context, complete);
  addBackup(habeas, context, complete);
  addRestore(habeas, context, complete);
  addRebuild(habeas, context, complete);
  addCopy(habeas, context, complete);
  addKeys(habeas, context, complete);
  addCheckpoint(habeas, context, complete);
  addVerify(habeas, context, complete);
  addProve(habeas, context, complete);
  return habeas;
};

/** Throws CannotRun for an option without a text, such as `--data "$REGISTER"` of a variable that is not set: its default is not meant. */
const refuseEmptyOptions = (command: Command): void => {
  for (const option of command.options)
    if (command.getOptionValue(option.attributeName()) === '') throw new CannotRun(`${option.flags}: expected a value`);
};

const DATA_OPTION = '--data <folder>';
const KNOWN_AT_DESCRIPTION = 'as the register knew it then: a day, an instant or position:1234; all without it';
const DATA_DESCRIPTION = 'the folder of the register (HABEAS_DATA, else ./data)';

const addServe = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('serve')
    .description('serve a register over HTTP until Ctrl-C; a folder that does not exist becomes an empty register')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option(
      '--host <address>',
      'where to listen (HABEAS_HOST, else 127.0.0.1); beyond this machine it needs HABEAS_TOKEN',
    )
    .option('--port <number>', 'the port (HABEAS_PORT, else 3000); 0 takes a free one')
    .addHelpText(
      'after',
      `
Examples:
  $ habeas serve
  $ habeas serve --data /srv/register --port 8080
`,
    )
    .action((options: ServeOptions) =>
      complete(import('./serve.js').then(({ serveCommand }) => serveCommand(options, context))),
    );
};

const addDemo = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('demo')
    .description('make a demonstration register (synthetic people, real aggregates), show it, and serve it')
    .option('--once', 'end after showing it, without serving')
    .option(DATA_OPTION, 'the folder of the demonstration', 'data-demo')
    .option('--port <number>', 'the port (HABEAS_PORT, else 3000); 0 takes a free one')
    .addHelpText(
      'after',
      `
Its today is 2026-01-05. Run again, it finds everything imported; stopped by Ctrl-C, it goes on where it was.

Examples:
  $ habeas demo
  $ habeas demo --once
  $ habeas demo --port 0
`,
    )
    .action((options: DemoOptions) =>
      complete(import('./demo.js').then(({ demoCommand }) => demoCommand(options, context))),
    );
};

const addImport = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('import')
    .description(
      'import register files: definitions and claims (JSON), rows of the register, of an amnesty and of published editions, one event a line (CSV, NDJSON); ' +
        'or an exported log (NDJSON)',
    )
    .argument(
      '<files...>',
      'files in any order; definitions are imported first, then the register, the amnesty, events, editions',
    )
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--list <id>', 'the list whose references and categories the rows speak of', 'union')
    .option('--dry-run', 'judge everything, against the register and each other, and record nothing')
    .option(
      '--correct',
      'correct what an earlier import of the rows recorded, where a cell has changed or is empty now; without it, such rows are refused',
    )
    .option('--report <file>', 'write every wrong cell to a .csv or .json file (row, column, code, what was expected)')
    .addHelpText(
      'after',
      `
A row enters whole or not at all, and so do the lines of events of one case. The same file again changes nothing, a newly filled cell adds its event, and a changed or
emptied one is reported, or with --correct becomes a correction; a dry run shows each with what stood there before. Stopped by Ctrl-C, the same command goes on where it was.
The report names rows and columns, never what stands in them. docs/register-files.md describes the files.

An exported log is imported alone, into a register that is empty or was stopped in importing the same log. Its events keep
their ids, times, order and positions, are not judged again, and are compared with the file at the end.

Examples:
  $ habeas import --dry-run register.json register-2025-10-07.csv
  $ habeas import register.json register-2025-10-07.csv --report wrong.csv
  $ habeas import register-2025-10-07.csv --correct --dry-run
  $ habeas import amnesty-applications-2026-01-05.csv --list union
  $ habeas import events.ndjson second-list.csv --list another
  $ habeas import editions.csv claims.json --dry-run
  $ habeas import log.ndjson --data copy
`,
    )
    .action((files: readonly string[], options: ImportCommandOptions) =>
      complete(import('./import.js').then(({ importCommand }) => importCommand(files, options, context))),
    );
};

const addApply = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('apply')
    .description('apply an amnesty act or a pardon decree to many persons, each recorded or refused for himself')
    .argument('[instrument]', 'the id of the act or the decree')
    .argument('[references...]', 'references of persons in the list')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--persons <file>', 'a file with more references, one a line')
    .option('--eligible', 'everybody of the list whom the clause reaches on the day')
    .option('--list <id>', 'the list of the references (union unless another is named)')
    .option('--list-day <day>', 'the day of the list about which it is asked who is eligible')
    .option('--clause <id>', 'a clause of the act, with its version where several stand: six-months-drugs@rolling')
    .option('--amnestied-on <date>', 'when it was applied to them, or they were pardoned')
    .option('--released-on <date>', 'when they were released; without it they are not')
    .option('--effect <effect>', 'what it does to them, where the clause does not say it')
    .option('--reduced-by <term>', 'by how much the effect term-reduced reduces the term: P6M')
    .option('--acknowledge <code...>', 'findings to record the events of every person in spite of')
    .option('--resume <job>', 'go on with a job that was stopped, killed or has failed')
    .addHelpText(
      'after',
      `
It is a job: stopped by Ctrl-C or killed, it goes on by --resume, also by a service (POST /v1/jobs/{id}/runs), and reaches nobody
twice. A job that was killed is resumed by the next service that opens the register.

Examples:
  $ habeas apply amnesty-2025 AZ-0018 AZ-0137 --amnestied-on 2025-12-22 --released-on 2025-12-23
  $ habeas apply decree-2025-05 --persons pardoned.txt --amnestied-on 2025-05-26 --released-on 2025-05-26
  $ habeas apply amnesty-2025 --eligible --clause six-months-drugs@rolling --amnestied-on 2025-12-22
  $ habeas apply --resume 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b
`,
    )
    .action((instrument: string | undefined, references: readonly string[], options: ApplyOptions) =>
      complete(import('./apply.js').then(({ applyCommand }) => applyCommand(instrument, references, options, context))),
    );
};

const addFind = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('find')
    .description('find people by name, in any spelling, or by words of what is on record, the best match first')
    .argument('<text...>', 'a name, or its beginning, in Azerbaijani, Russian or English spelling; with --words, words')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--words', 'those whose facility, an article or whose summary has all these words, in any spelling')
    .option('--as-of <day>', 'their custody on this day; today without it')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .option('--limit <number>', 'how many; 20 without it')
    .addHelpText(
      'after',
      `
Həsənov, Hasanov, Gasanov and Гасанов are one name. Initials, another order and a missing or added father's name are
allowed for, another ending (Hasanova, Hasanli) is ranked last. The same name does not make two cases one person.

Examples:
  $ habeas find Gasanov
  $ habeas find Гасанов Э.
  $ habeas find Elshan Hasan --as-of 2025-10-07
  $ habeas find --words Kürdəxanı
`,
    )
    .action((words: readonly string[], options: FindOptions) =>
      complete(import('./find.js').then(({ findCommand }) => findCommand(words, options, context))),
    );
};

const addShow = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('show')
    .description('show one case on a day, as the register knows it or knew it, and what is on record of it')
    .argument('<case>', 'the id of a case, or a list and a reference in it: union:AZ-0137')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--as-of <day>', 'what was true on this day; today without it')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .addHelpText(
      'after',
      `
Corrected events are shown with their right fields, and only from the time of the correction on.

Examples:
  $ habeas show union:AZ-0018
  $ habeas show union:AZ-0018 --as-of 2025-10-07 --known-at 2025-12-31
`,
    )
    .action((identifier: string, options: ShowOptions) =>
      complete(import('./show-case.js').then(({ showCommand }) => showCommand(identifier, options, context))),
    );
};

const addExport = (habeas: Command, context: Context, complete: SetExitCode, filters: readonly FilterEntry[]): void => {
  const command = habeas
    .command('export')
    .description('write the log, which can be imported again (NDJSON), or a list for people (CSV, XLSX)')
    .addOption(new Option('--format <format>', 'what to write').choices(['ndjson', 'csv', 'xlsx']).default('ndjson'))
    .option('--out <file>', 'the file to write, which stands there when it is whole; the standard output without it')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--list <id>', 'which list (union unless another is named)')
    .option('--as-of <day>', 'the list on this day; today without it')
    .option('--known-at <when>', 'as the register knew it then: a day, an instant or position:1234; all without it')
    .option('--sort <order>', 'name, recognised or reference, descending with - before it')
    .option('--separator <name>', 'what separates the cells of a CSV file: comma, semicolon or tab; comma without it');
  for (const { name, valuePlaceholder, isRepeatable, phraseAfterWordOnly } of filters)
    command.option(`--${name} <${valuePlaceholder}${isRepeatable ? '...' : ''}>`, `only ${phraseAfterWordOnly}`);
  command
    .addHelpText(
      'after',
      `
NDJSON is the whole log, an event a line, and leaves out nothing: \`habeas import\` makes an equal register of it.
CSV and XLSX are one list on one day, as filtered, a person a row. They leave out ${LEFT_OUT_OF_LIST_FILE}.
A spreadsheet in Azerbaijani or Russian wants --separator semicolon; XLSX opens alike everywhere.
A text that a spreadsheet could take for a formula has an apostrophe before it, which an import takes off again.
The lists of a register that is being served are exported from a copy, which is removed afterwards.

Examples:
  $ habeas export --out log.ndjson
  $ habeas export --format csv --as-of 2026-01-05 --category believers --out believers.csv
  $ habeas export --format xlsx --list union --sort reference --out union.xlsx
`,
    )
    .action((options: ExportOptions) =>
      complete(import('./export.js').then(({ exportCommand }) => exportCommand(options, context))),
    );
};

const addEdition = (habeas: Command, context: Context, complete: SetExitCode): void => {
  const edition = habeas
    .command('edition')
    .description('publish a list as it is on a day, and show what was published');
  edition.addHelpText(
    'after',
    `
Nothing that is recorded later changes an edition. It leads on from the edition before it, by day: what was learned late or
corrected stands in it as revised. Where there is a key, a checkpoint of the log is signed.

Examples:
  $ habeas edition publish 2025-10-07 --as-of 2025-10-07
  $ habeas edition list
  $ habeas edition show 2025-10-07
`,
  );
  edition
    .command('publish')
    .description('publish the list as it was on a day, as far as is known now')
    .argument('<edition>', 'the id by which it will be known')
    .requiredOption('--as-of <day>', 'the day')
    .option('--list <id>', 'which list', 'union')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .action((id: string, options: PublishOptions) =>
      complete(import('./edition.js').then(({ publishCommand }) => publishCommand(id, options, context))),
    );
  edition
    .command('list')
    .description('list the editions in the order in which they were published')
    .option('--list <id>', 'which list', 'union')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .action((options: EditionOptions) =>
      complete(import('./edition.js').then(({ editionsCommand }) => editionsCommand(options, context))),
    );
  edition
    .command('show')
    .description('show one edition: its numbers, its hash and its members')
    .argument('<edition>', 'its id')
    .option('--list <id>', 'which list', 'union')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .action((id: string, options: EditionOptions) =>
      complete(import('./edition.js').then(({ editionCommand }) => editionCommand(id, options, context))),
    );
};

const addDifferences = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('differences')
    .description('tell what differs between a list on two days, each as the register knew it at its own time')
    .requiredOption('--from <day>', 'the earlier day; or an edition, as it was published: edition:2025-10-07')
    .requiredOption('--to <day>', 'the later day, or an edition')
    .option(
      '--from-known <when>',
      'what was known of the earlier day: a day, an instant or position:1234; as --to-known without it',
    )
    .option('--to-known <when>', 'what was known of the later day, likewise; all without it')
    .option('--list <id>', 'which list', 'union')
    .option('--set <set>', 'certain members (certain), or those possibly on the list (possible); certain without it')
    .option('--category <id...>', 'only these categories')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .addHelpText(
      'after',
      `
What was learned late was so on the earlier day already, and became known only later: by a late report, a correction, a
retraction or a merge. What happened since happened between the two days. The numbers of both steps add up.

Examples:
  $ habeas differences --from 2025-10-07 --to 2026-01-05
  $ habeas differences --from 2025-10-07 --from-known 2025-10-07 --to 2025-10-07
  $ habeas differences --from edition:2025-06-10 --to edition:2025-10-07
`,
    )
    .action((options: DifferencesOptions) =>
      complete(import('./differences.js').then(({ differencesCommand }) => differencesCommand(options, context))),
    );
};

const addClaims = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('claims')
    .description('show what others claim about the numbers, each beside what the register counts')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--list <id>', 'only claims about this list')
    .option('--instrument <id>', 'only claims about this act or decree')
    .option('--about <metric>', 'only claims about this: count, entered, left, eligible, remaining, beneficiaries')
    .option('--on <day>', 'the day for which the register counts; the day of each claim without it')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .addHelpText(
      'after',
      `
Claims are attributed to who made them, stand side by side where they contradict each other, and are never counted.

Examples:
  $ habeas claims --list union --about count
  $ habeas claims --instrument amnesty-2025
`,
    )
    .action((options: ClaimsOptions) =>
      complete(import('./claims.js').then(({ claimsCommand }) => claimsCommand(options, context))),
    );
};

const addStatistics = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('statistics')
    .description('count the people of a list in a table: by stage, act, gravity, time, month, day')
    .argument('<name>', 'which table; a wrong name is answered with all')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--list <id>', 'which list', 'union')
    .option('--as-of <day>', 'the day, or the last of several; today without it')
    .option('--from <day>', 'the first of several days; a year before the last without it')
    .option('--set <set>', 'over several days: certain members (certain), or those possibly on the list (possible)')
    .option('--category <id...>', 'only these categories')
    .option('--known-at <when>', KNOWN_AT_DESCRIPTION)
    .addHelpText(
      'after',
      `
What is certain stands as a number, whom only some possible courses of events count as +n?.

Examples:
  $ habeas statistics stage-by-category --as-of 2026-01-05
  $ habeas statistics category-by-instrument
  $ habeas statistics daily --from 2025-12-15 --as-of 2026-01-05
`,
    )
    .action((name: string, options: StatisticsOptions) =>
      complete(import('./statistics.js').then(({ statisticsCommand }) => statisticsCommand(name, options, context))),
    );
};

const addReplay = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('replay')
    .description(
      'show the register built event by event: what each changed of its case, of the lists and of their numbers',
    )
    .option('--from <position>', 'the first event; 1 without it')
    .option('--to <position>', 'the last event; the end of the log without it')
    .option(
      '--case <case>',
      'only this case, by its id or a list and a reference: union:AZ-0137; without numbers of lists',
    )
    .option('--as-of <day>', 'the day on which the lists are looked at; today without it')
    .addOption(
      new Option('--format <format>', 'text for people, or an event a line (NDJSON)')
        .choices(['text', 'ndjson'])
        .default('text'),
    )
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .addHelpText(
      'after',
      `
Each event stands with who recorded it, when, and what it changed: days of custody, proceedings, sentence and recognition, and who
came on a list, left it or moved in it, with the new total. The totals before the first event come first.

Examples:
  $ habeas replay --to 100
  $ habeas replay --case union:AZ-0018 --as-of 2025-10-07
  $ habeas replay --format ndjson > replay.ndjson
`,
    )
    .action((options: ReplayOptions) =>
      complete(import('./replay.js').then(({ replayCommand }) => replayCommand(options, context))),
    );
};

const addBackup = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('backup')
    .description('copy the log into one file, also while the register is served, and check every event of the copy')
    .argument('<path>', 'a file that is not there yet, or a folder, in which the backup is named by its time')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--previous <backup>', 'the backup to compare with; without it the newest one in the same folder')
    .addHelpText(
      'after',
      `
The backup holds what was recorded before it began. The read models are not in it: they are made anew from the log. Its
SHA-256 (.sha256) and what it holds (.json) are written beside it. It is compared with the previous backup and with what the
read models have seen: a log that is shorter, or has other events, is backed up, told, and ends with 3. Stopped by Ctrl-C it
leaves nothing behind.

Examples:
  $ habeas backup /media/backups
  $ habeas backup today.sqlite --previous /media/backups/habeas-2026-01-05T10-20-30Z.sqlite
  $ habeas backup before-the-amnesty.sqlite --data /srv/register
`,
    )
    .action((path: string, options: BackupCommandOptions) =>
      complete(import('./backup.js').then(({ backupCommand }) => backupCommand(path, options, context))),
    );
};

const addRestore = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('restore')
    .description('make a register of a backup, in a folder that holds none')
    .argument('<backup>', 'a file that `habeas backup` wrote')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .addHelpText(
      'after',
      `
The copy is checked against the SHA-256 beside the backup, where there is one, and event by event, before it takes its place.
A backup that was told to be shorter than its predecessor is restored and told again, and ends with 3.
A folder that holds a register is left as it is.

Example:
  $ habeas restore /media/backups/habeas-2026-01-05T10-20-30Z.sqlite --data /srv/register
`,
    )
    .action((path: string, options: DataOption) =>
      complete(import('./backup.js').then(({ restoreCommand }) => restoreCommand(path, options, context))),
    );
};

const addRebuild = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('rebuild')
    .description('make the read models anew from the log; the log itself is not touched')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--check', 'build them beside, compare every row with those in use, and change nothing')
    .option('--accept-log', 'go on with the log as it is, although the read models were made from another one')
    .option('--by <person>', 'who decides to accept it, which the log says: person: and an opaque id')
    .addHelpText(
      'after',
      `
Read models that were made from more events than the log holds, or from others, are the last trace of what was lost. They
are neither rebuilt nor deleted until you say --accept-log; then they are kept beside, as read-models.lost-….sqlite.

Examples:
  $ habeas rebuild --data /srv/register
  $ habeas rebuild --check --data /srv/register
  $ habeas rebuild --accept-log --by person:7f3a --data /srv/register
`,
    )
    .action((options: RebuildOptions) =>
      complete(import('./rebuild.js').then(({ rebuildCommand }) => rebuildCommand(options, context))),
    );
};

const addCopy = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('copy')
    .description('copy the whole log into another store, and compare every event at the end')
    .requiredOption('--from <store>', 'sqlite:<folder>, esdb://…, or esdb for the address in ESDB_URL')
    .requiredOption('--to <store>', 'the same; it must be empty, or hold the beginning of the same log')
    .addHelpText(
      'after',
      `
Ids, order, positions and times stay. Stopped by Ctrl-C or by a fault, the same command goes on where it was. Nobody may
write to either register meanwhile. An address on the command line is seen by other users of the machine: with a password
in it, put it into ESDB_URL and say esdb. ESDB_REGISTER names the register on the server.

Examples:
  $ ESDB_URL='esdb://user:password@node:2113' habeas copy --from sqlite:data --to esdb
  $ habeas copy --from 'esdb://127.0.0.1:2113?tls=false' --to sqlite:copy-of-data
`,
    )
    .action((options: CopyCommandOptions) =>
      complete(import('./copy.js').then(({ copyCommand }) => copyCommand(options, context))),
    );
};

const addKeys = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('keys')
    .description('show the public keys of the log; with a name, make the key that signs its checkpoints')
    .argument('[name]', 'the name of the log, which everybody who checks it sees: register.example/log')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--replace', 'make a new key although there is one; what the old one signed stays valid')
    .addHelpText(
      'after',
      `
The key stands in the data folder (log-key) and never leaves it; the public halves of all keys stand in log-keys.txt. Give
the line that this command prints to everybody who shall be able to check the log.

Examples:
  $ habeas keys register.example/log
  $ habeas keys
`,
    )
    .action((name: string | undefined, options: KeysOptions) =>
      complete(import('./proof.js').then(({ keysCommand }) => keysCommand(name, options, context))),
    );
};

const addCheckpoint = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('checkpoint')
    .description('verify the log, then sign and print its size and root, also while the register is served')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .addHelpText(
      'after',
      `
Send the checkpoint to people who keep it: nobody, not even the holder of the key, can then change or cut what it covers
without their seeing it. A log that does not continue the one of the last checkpoint is not signed, and the command ends with 3.

Example:
  $ habeas checkpoint > checkpoint.txt
`,
    )
    .action((options: DataOption) =>
      complete(import('./proof.js').then(({ checkpointCommand }) => checkpointCommand(options, context))),
    );
};

const addVerify = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('verify')
    .description(
      'verify every event of the log, and the whole against the last checkpoint and against one kept elsewhere',
    )
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .option('--against <checkpoint>', 'a file with a checkpoint that somebody kept, or with one a line')
    .option('--public-key <key>', 'the key that signed it, where that is none of this register')
    .option('--adopt', 'first give leaf hashes to the events recorded before there were any, and record that')
    .option('--by <person>', 'who decides to adopt them: person: and an opaque id')
    .addHelpText(
      'after',
      `
The first event that differs is named by its position, and the command ends with 3. docs/proof.md says what can be found.
--adopt wants the service to be stopped. It vouches for the events as they stand now, not for what they were before.

Examples:
  $ habeas verify
  $ habeas verify --against checkpoint.txt
  $ habeas verify --adopt --by person:7f3a
`,
    )
    .action((options: VerifyOptions) =>
      complete(import('./proof.js').then(({ verifyCommand }) => verifyCommand(options, context))),
    );
};

const addProve = (habeas: Command, context: Context, complete: SetExitCode): void => {
  habeas
    .command('prove')
    .description('print one event without its personal data, and the proof that the log holds it (JSON)')
    .argument('<event>', 'the id of the event')
    .option(DATA_OPTION, DATA_DESCRIPTION)
    .addHelpText(
      'after',
      `
The proof leads from the event to a checkpoint that is made now. node verify/verify.mjs --proof checks it.

Example:
  $ habeas prove 0194b3f0-8a5b-7e90-b1c2-d3e4f5061728 > proof.json
`,
    )
    .action((event: string, options: DataOption) =>
      complete(import('./proof.js').then(({ proveCommand }) => proveCommand(event, options, context))),
    );
};
