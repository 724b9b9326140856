/** Everything that is measured, with what it is compared to and the aim. */
import type { DataSet } from './data-sets.js';
import { LONGEST_TURN, type Item, type LazyItem } from './item.js';
import { peerItems } from './peers/items.js';

/** The aim for the figure of the measured variant divided by that of the baseline; without one, for the figure itself. */
export type Aim = { readonly atLeast: number } | { readonly atMost: number };

export interface Comparison {
  readonly name: string;
  readonly what: string;
  readonly unit: 'a second' | 'ms' | '%' | 'MiB';
  readonly item: LazyItem;
  /** The data sets that its variants read. */
  readonly on: readonly DataSet[];
  /** Names of the measured variant and of the baseline, if there is one. */
  readonly variant: string;
  readonly baseline: string | null;
  /** The other measurement of the item that is compared instead of its value. */
  readonly measurement?: string;
  /** Null where the figure is for information only. */
  readonly aim: Aim | null;
  /** Adds two milliseconds to each flush. */
  readonly slowDisk?: true;
  /** Whether it is of a peer, or of the register for the same rounds. */
  readonly isOfPeers?: true;
}

type ItemNames<Module> = { [Name in keyof Module]: Module[Name] extends Item ? Name : never }[keyof Module];

/** The items of a module by name: always the same one, so that comparisons can share the runs of an item. */
const itemsOf = <Module>(load: () => Promise<Module>): ((name: ItemNames<Module>) => LazyItem) => {
  const items = new Map<keyof Module, LazyItem>();
  return (name) => {
    const item = items.get(name) ?? (async () => (await load())[name] as Item);
    items.set(name, item);
    return item;
  };
};

const appends = itemsOf(() => import('./items/appends.js'));
const exports = itemsOf(() => import('./items/exports.js'));
const names = itemsOf(() => import('./items/names.js'));
const pages = itemsOf(() => import('./items/pages.js'));
const proofs = itemsOf(() => import('./items/proofs.js'));
const readings = itemsOf(() => import('./items/readings.js'));
const statistics = itemsOf(() => import('./items/statistics.js'));
const commands = itemsOf(() => import('./items/commands.js'))('commands');
const eligibilityOverWindow = itemsOf(() => import('./items/eligibility.js'))('eligibilityOverWindow');
const eventLoop = itemsOf(() => import('./items/event-loop.js'))('eventLoop');
const lag = itemsOf(() => import('./items/lag.js'))('lag');
const rebuild = itemsOf(() => import('./items/rebuilds.js'))('rebuild');

/** Where docs/benchmarks.md shows a comparison. */
export type Section = 'figures' | 'event-loop' | 'peers';

export const sectionOf = ({ isOfPeers, item }: Comparison): Section =>
  isOfPeers ? 'peers' : item === eventLoop ? 'event-loop' : 'figures';

type Pair = readonly [variant: string, baseline: string];
const RAW: Pair = ['habeas', 'raw'];

const compare =
  (unit: Comparison['unit']) =>
  (
    name: string,
    what: string,
    item: LazyItem,
    on: Comparison['on'],
    aim: Aim | null,
    [variant, baseline]: Pair = RAW,
  ): Comparison => ({ name, what, unit, item, on, variant, baseline, aim });
const aSecond = compare('a second');
const inMs = compare('ms');
const inPercent = compare('%');

/** Two figures of the thread that answers: the delay of 99 in 100 turns of its event loop, and the longest. */
const onLoop = (name: string, doing: string, on: DataSet, variant: string): readonly Comparison[] => {
  const common = { unit: 'ms', item: eventLoop, on: [on], variant, baseline: null } as const;
  return [
    { ...common, name, what: `event loop while ${doing}, p99`, aim: { atMost: 20 } },
    {
      ...common,
      name: `${name}-longest`,
      what: 'the same, the longest turn',
      measurement: LONGEST_TURN,
      aim: { atMost: 200 },
    },
  ];
};

const PAGE_100: Pair = ['page 100', 'page 1'];

/** The variants of the register, and of peers, so that all are measured in the same rounds. */
const besides =
  (own: LazyItem, peers: Item): LazyItem =>
  async () => ({ ...(await own()), ...peers });

const items = {
  append: besides(appends('appendsAlone'), peerItems.append),
  'append-64': besides(appends('appendsInFlight'), peerItems['append-64']),
  'append-bulk': besides(appends('appendsInBulk'), peerItems['append-bulk']),
  load: besides(readings('loadAndFold'), peerItems.load),
  replay: besides(readings('replay'), peerItems.replay),
  rebuild: besides(rebuild, peerItems.rebuild),
} as const satisfies Record<keyof typeof peerItems, LazyItem>;

/** What the register is compared with peers in; the aim is for its figure divided by that of the best of them. */
export interface PeerItem {
  readonly name: keyof typeof peerItems;
  readonly what: string;
  readonly on: readonly DataSet[];
  readonly aim: Aim | null;
}

export const besidePeers: readonly PeerItem[] = [
  { name: 'append', what: 'appends, one after the other', on: [], aim: null },
  { name: 'append-64', what: 'appends, 64 in flight', on: [], aim: { atLeast: 8 } },
  { name: 'append-bulk', what: 'events in bulk', on: [], aim: { atLeast: 6 } },
  { name: 'load', what: 'cases loaded and folded', on: ['log'], aim: { atLeast: 10 } },
  { name: 'replay', what: 'events replayed, folded', on: ['log'], aim: { atLeast: 1 } },
  { name: 'rebuild', what: 'events rebuilt into list and history', on: ['short log'], aim: { atLeast: 10 } },
];

const ofPeers: readonly Comparison[] = besidePeers.flatMap(({ name, what, on }) =>
  ['habeas', ...Object.keys(peerItems[name])].map((variant) => ({
    ...aSecond(`${name}/${variant}`, `${what}: ${variant}`, items[name], on, null, [variant, 'raw']),
    isOfPeers: true,
  })),
);

export const comparisons: readonly Comparison[] = [
  aSecond('append', 'appends, one after the other', items.append, [], { atLeast: 0.9 }),
  aSecond('append-64', 'appends, 64 in flight', items['append-64'], [], { atLeast: 9 }),
  aSecond(
    'append-64-together',
    'appends, 64 in flight, beside 64 a transaction',
    items['append-64'],
    [],
    { atLeast: 0.7 },
    ['habeas', 'raw, 64 a transaction'],
  ),
  {
    ...aSecond('append-64-slow', 'appends, 64 in flight, each flush 2 ms longer', items['append-64'], [], {
      atLeast: 35,
    }),
    slowDisk: true,
  },
  aSecond('append-bulk', 'events in bulk', items['append-bulk'], [], { atLeast: 0.9 }),
  aSecond(
    'append-leaves',
    'appends with leaf hashes, one after the other, beside without',
    proofs('appendsWithLeafHashes'),
    [],
    { atLeast: 0.9 },
    ['with leaf hashes', 'without'],
  ),
  aSecond('load', 'cases loaded and folded', items.load, ['log'], { atLeast: 0.9 }),
  aSecond('decide', 'cases loaded and decided on', readings('loadAndDecide'), ['log'], null),
  aSecond('replay', 'events replayed of 1,000,000, folded', items.replay, ['log'], { atLeast: 1 }),
  aSecond(
    'verify',
    'events of 1,000,000 verified, beside replayed and folded',
    proofs('verification'),
    ['log'],
    { atLeast: 0.5 },
    ['verified', 'replayed'],
  ),
  aSecond('rebuild', 'events of 100,000 rebuilt into list and history', items.rebuild, ['short log'], { atLeast: 0.5 }),
  {
    name: 'lag',
    what: 'from the answer of a command to a query that sees it, 64 connections, p99',
    unit: 'ms',
    item: lag,
    on: ['short log'],
    variant: 'habeas',
    baseline: null,
    aim: { atMost: 100 },
  },
  inMs('page', 'the first page of 100,000 people, by name', pages('pageNow'), ['list'], { atMost: 3 }),
  inMs('page-category', 'the first page of one category of them', pages('pageOfCategory'), ['list'], { atMost: 3 }),
  inMs('page-earlier', 'the first page as of an earlier day', pages('pageEarlier'), ['list'], { atMost: 3 }),
  inMs(
    'page-category-earlier',
    'the first page of one category as of an earlier day',
    pages('pageOfCategoryEarlier'),
    ['list'],
    { atMost: 3 },
  ),
  inMs(
    'page-two-times',
    'the first page as of an earlier day and as known earlier, 5 % of the people corrected',
    pages('pageOnTwoTimes'),
    ['corrected list'],
    { atMost: 5 },
  ),
  inMs(
    'page-corrected',
    'the first page of now, 5 % of the people corrected, beside that of a register without corrections',
    pages('pageNowCorrected'),
    ['corrected list', 'list'],
    { atMost: 1.1 },
    ['corrected', 'uncorrected'],
  ),
  inMs('page-100', 'page 100, beside page 1', pages('hundredth'), ['list'], { atMost: 1.2 }, PAGE_100),
  inMs(
    'page-100-earlier',
    'page 100 as of an earlier day, beside page 1',
    pages('hundredthEarlier'),
    ['list'],
    { atMost: 1.2 },
    PAGE_100,
  ),
  inMs(
    'page-many',
    'the first page of 100,000 people, beside that of 12,500',
    pages('pageOfMany'),
    ['list', 'short list'],
    { atMost: 1.1 },
    ['of many', 'of few'],
  ),
  inMs(
    'counts',
    'counts of now by category, beside the same computed',
    pages('countsNow'),
    ['list'],
    { atMost: 1 / 1000 },
    ['habeas', 'computed'],
  ),
  inMs(
    'statistics-stage',
    'members of 1,000,000 people by category and stage, computed, beside the query by hand',
    statistics('stageByCategory'),
    ['varied list'],
    { atMost: 3 },
  ),
  inMs('statistics-time-left', 'the same by time left of the sentence', statistics('timeLeft'), ['varied list'], {
    atMost: 3,
  }),
  inMs('statistics-time-held', 'the same by time held', statistics('timeHeld'), ['varied list'], { atMost: 3 }),
  inMs(
    'eligibility',
    'whom an act reaches in its window, of 1,000,000 people, beside reading their standings',
    eligibilityOverWindow,
    ['varied list'],
    null,
  ),
  inMs(
    'name',
    'a search for a whole name among 1,000,000, beside FTS5',
    names('nameSearch'),
    ['names'],
    { atMost: 3 },
    ['habeas', 'FTS5, ranked'],
  ),
  inMs('name-unranked', 'the same, beside FTS5 in any order', names('nameSearch'), ['names'], null, [
    'habeas',
    'FTS5, the first',
  ]),
  inMs(
    'name-begun',
    'a search for the beginning of a name, beside FTS5',
    names('namePrefixSearch'),
    ['names'],
    { atMost: 3 },
    ['habeas', 'FTS5, ranked'],
  ),
  inMs('name-begun-unranked', 'the same, beside FTS5 in any order', names('namePrefixSearch'), ['names'], null, [
    'habeas',
    'FTS5, the first',
  ]),
  inPercent(
    'name-recall',
    'spellings in `names.json` on the first page, beside trigrams',
    names('nameRecall'),
    [],
    { atLeast: 1 },
    ['habeas', 'trigrams'],
  ),
  inMs(
    'name-added',
    'an event appended and projected, with a name and without',
    names('nameAdded'),
    [],
    { atMost: 1.2 },
    ['with a name', 'without one'],
  ),
  aSecond(
    'export-log',
    'events of 100,000 exported as lines, beside their text written to a file',
    exports('exportOfLog'),
    ['short log'],
    null,
  ),
  aSecond('export-csv', 'people of 100,000 exported as CSV', exports('exportOfListAsCsv'), ['list'], null),
  aSecond('export-xlsx', 'people of 100,000 exported as a workbook', exports('exportOfListAsWorkbook'), ['list'], null),
  aSecond('command', 'whole commands over HTTP, 64 connections', commands, ['short log'], { atLeast: 0.8 }, [
    'habeas',
    'fastify',
  ]),
  aSecond(
    'command-raw',
    'the same, beside bare Fastify with nothing of the register',
    commands,
    ['short log'],
    { atLeast: 0.5 },
    ['habeas', 'raw command'],
  ),
  ...onLoop('loop-rebuild', 'read models of 100,000 events are rebuilt', 'short log', 'rebuilding'),
  ...onLoop('loop-import', '20,000 rows are imported over REST', 'short log', 'importing'),
  ...onLoop('loop-export-log', 'a log of 300,000 events is exported', 'list', 'exporting the log'),
  ...onLoop('loop-export-csv', 'a list of 100,000 people is exported as CSV', 'list', 'exporting CSV'),
  ...onLoop('loop-export-xlsx', 'the same as a workbook', 'list', 'exporting a workbook'),
  ...onLoop('loop-project', '64 writers record and the log is projected', 'short log', 'projecting'),
  ...ofPeers,
];
