/** The register beside peers, as Markdown. */
import { besidePeers, type PeerItem } from '../comparisons.js';
import { median } from '../item.js';
import type { Run } from '../machine.js';
import { aimText, comparisonOf, ratios, reachedText, short, spread, type Outcome } from '../table.js';
import { PEERS } from './peer.js';

/** Rates, and in brackets how many times that of raw; the register divided by the best peer of each round; faults of peers. */
export const peersTable = (outcomes: readonly Outcome[], runs: readonly Run[]): string => {
  const { packages = {} } = runs.find(({ at }) => at === outcomes[0]?.run) ?? {};
  const names = Object.entries(PEERS).map(([name, peer]) => `${name} ${packages[peer.package] ?? ''}`);
  return [
    `| a second (× raw) | raw | Habeas | ${names.join(' | ')} | Habeas ÷ the best peer, median [min–max] | aim | reached | rounds |`,
    `| --- | --: | --: | ${names.map(() => '--:').join(' | ')} | --: | --: | --- | --: |`,
    ...besidePeers.flatMap((item) => peersRow(item, outcomes)),
    '',
    ...outcomes.flatMap(faultsOf),
    `- PostgreSQL: ${packages['PostgreSQL'] ?? 'not installed'}.`,
  ].join('\n');
};

const peersRow = ({ name, what, aim }: PeerItem, outcomes: readonly Outcome[]): readonly string[] => {
  const habeas = outcomes.find((outcome) => outcome.name === `${name}/habeas`);
  if (habeas === undefined) return [];
  const ofVariant = (variant: string): Outcome | undefined =>
    outcomes.find((outcome) => outcome.name === `${name}/${variant}` && outcome.run === habeas.run);
  const peers = Object.keys(PEERS).map(ofVariant);
  const best = habeas.of.map((_, round) => Math.max(...peers.map((peer) => peer?.of[round] ?? 0)));
  const toBest = ratios({ of: habeas.of, to: best });
  const rate = (outcome: Outcome | undefined): string =>
    outcome === undefined ? '–' : `${short(median(outcome.of))} (${short(median(ratios(outcome)))})`;
  const cells = [what, short(median(habeas.to)), rate(habeas), ...peers.map(rate)];
  const result = [spread(toBest), aimText(aim), reachedText(aim, median(toBest)), habeas.of.length];
  return [`| ${[...cells, ...result].join(' | ')} |`];
};

/** What went wrong for a peer: rounds without a figure, and other measurements, all of which count faults. */
const faultsOf = (outcome: Outcome): readonly string[] => {
  const { what } = comparisonOf(outcome);
  const failed = outcome.of.filter((figure) => figure === 0).length;
  const counted = Object.entries(outcome.seen).flatMap(([fault, counts]) =>
    PEERS[comparisonOf(outcome).variant] && Math.max(...counts) > 0 ? `${counts.map(short).join(', ')} ${fault}` : [],
  );
  const faults = failed > 0 ? [`failed in ${failed} of ${outcome.of.length} rounds`, ...counted] : counted;
  return faults.length === 0 ? [] : [`- ${what}: ${faults.join('; ')}.`];
};
