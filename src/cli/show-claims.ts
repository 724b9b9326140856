/** Claims as a table: who said what about which number, and what the register counts. */
import type { ClaimSubject } from '../domain/claim/events.js';
import type { ClaimsView, RegisteredClaim } from '../read-models/claims/claim.view.js';
import { Claims } from '../read-models/claims/claims.query.js';
import type { Scope } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { LIMITS } from '../schema/limits.js';
import { table } from './terminal.js';

const CLAIM_TABLE_COLUMNS = ['said on', 'by', 'about', 'claimed', 'register', ''] as const;

export const claimTable = (claims: readonly RegisteredClaim[]): string =>
  table(CLAIM_TABLE_COLUMNS, claims.map(tableRowOf));

const tableRowOf = (claim: RegisteredClaim): readonly string[] => [
  claim.saidOn,
  claim.speaker,
  aboutText(claim.about),
  claimedText(claim),
  countedText(claim),
  agreementText(claim),
];

const aboutText = ({ metric, list, category, on, from, to, reason, instrument, clause }: ClaimSubject): string => {
  const listText = [list, category].filter((part) => part !== undefined).join(', ');
  switch (metric) {
    case 'count':
      return `on ${listText}, ${on}`;
    case 'entered':
      return `entered ${listText}, ${from} to ${to}`;
    case 'left':
      return `left ${listText}${reason === undefined ? '' : ` by ${reason}`}, ${from} to ${to}`;
    case 'eligible':
    case 'remaining': {
      const act = [instrument, clause].filter((part) => part !== undefined).join(' ');
      return `${metric === 'eligible' ? 'reached' : 'not reached'} by ${act} of ${listText}, ${from} to ${to}`;
    }
    case 'beneficiaries':
      return `${instrument} applied to${list === undefined ? '' : `, of ${list}`}, by ${on}`;
  }
};

const claimedText = ({ value, range, denies }: RegisteredClaim): string => {
  if (denies) return 'nobody';
  if (value !== null) return String(value);
  const { atLeast, atMost } = range ?? {};
  if (atLeast === undefined) return `at most ${atMost}`;
  return atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
};

const countedText = ({ register, unanswered }: RegisteredClaim): string => {
  if (register === null) return unanswered ?? '';
  const { yes, uncertain } = register;
  return uncertain === 0 ? String(yes) : `${yes} to ${yes + uncertain}`;
};

const agreementText = ({ agreement, difference, withdrawn, register }: RegisteredClaim): string => {
  if (withdrawn !== null) return 'withdrawn';
  if (agreement !== 'differs') return agreement ?? '';
  const reasons = register?.flow?.leftByReason.map(({ reason, count }) => `${reason} ${count}`) ?? [];
  const flow = register?.flow;
  const signed = `${difference !== null && difference > 0 ? '+' : ''}${difference}`;
  if (flow === null || flow === undefined) return `differs by ${signed}`;
  const left = `${flow.left} left${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`;
  return `differs by ${signed}: since ${flow.from} ${flow.entered} came, ${left}`;
};

/** Walks all pages. */
export const allClaims = async (
  queries: RegisterAccess['queries'],
  scope: Scope,
  filters: Omit<Claims['parameters'], 'limit' | 'after'>,
): Promise<readonly RegisteredClaim[]> => {
  const items: RegisteredClaim[] = [];
  for (let after: string | null | undefined; after !== null;) {
    const page: ClaimsView = await queries.execute(
      new Claims(scope, { ...filters, limit: LIMITS.claims, ...(after && { after }) }),
    );
    items.push(...page.items);
    after = page.next;
  }
  return items;
};

/** A table of the claims made since a day, and how many of the earlier claims about the list agree with the register. */
export const claimsText = async (
  queries: RegisterAccess['queries'],
  scope: Scope,
  { list, since }: { readonly list: string; readonly since: string },
): Promise<string> => {
  const items = await allClaims(queries, scope, {});
  const recent = items.filter(({ saidOn }) => saidOn >= since);
  const earlier = items.filter(({ saidOn, about }) => saidOn < since && about.list === list);
  if (items.length === 0) return '';
  const agreeing = earlier.filter(({ agreement }) => agreement === 'agrees').length;
  return [
    '\nWhat others claim, and what the register counts\n',
    claimTable(recent),
    `\nOf ${earlier.length} numbers in published editions of the list, the register counts ${agreeing} likewise.\n`,
  ].join('');
};
