/**
 * Whether an instrument may be applied to many persons at once, and with what effect. Each person's own events are
 * decided with the case.
 */
import { finding } from '../case/findings.js';
import type { Finding } from '../event.js';
import type { ListDefinition } from '../list/list.js';
import { parseEdtf } from '../time.js';
import type { ClauseFields, InstrumentEvent } from './events.js';
import type { Instrument } from './instrument.js';

export type ApplicationStarted = Extract<InstrumentEvent, { readonly type: 'application-started' }>;

/** The findings that refuse to start an application. `instrument`: as it was before the start; null where it was not registered. */
export const applicationFindings = (
  id: string,
  {
    clause,
    version,
    list,
    amnestiedOn,
    releasedOn,
  }: Pick<ApplicationStarted, 'clause' | 'version' | 'list' | 'amnestiedOn' | 'releasedOn'>,
  instrument: Instrument | null,
  lists: ReadonlyMap<string, ListDefinition>,
): readonly Finding[] => {
  const applied = parseEdtf(amnestiedOn);
  const released = parseEdtf(releasedOn ?? '');
  const inForce = parseEdtf(instrument?.inForce ?? instrument?.issued ?? '');
  const windowEnd = parseEdtf(instrument?.windowEnd ?? '');
  const versions = (instrument?.clauseVersions ?? []).filter((standing) => standing.clause === clause);
  return [
    ...(clause === undefined || instrument?.clauses.includes(clause) === true
      ? []
      : [finding('INSTRUMENT.CLAUSE_UNKNOWN', id)]),
    ...(version === undefined || versions.some((standing) => standing.version === version)
      ? []
      : [finding('CLAUSE.VERSION_UNKNOWN', id)]),
    ...(lists.has(list) ? [] : [finding('LIST.UNKNOWN', id)]),
    ...(applied !== null && inForce !== null && applied.latest < inForce.earliest
      ? [finding('INSTRUMENT.NOT_IN_FORCE', id)]
      : []),
    ...(applied !== null && windowEnd !== null && applied.earliest > windowEnd.latest
      ? [finding('APPLICATION.AFTER_WINDOW', id)]
      : []),
    ...(applied !== null && released !== null && released.latest < applied.earliest
      ? [finding('APPLICATION.RELEASE_BEFORE', id)]
      : []),
  ];
};

/** The effect of an instrument on a person to whom it is applied. */
export type Effect = Pick<ClauseFields, 'effect' | 'reducedBy' | 'replacement'>;

/**
 * The effect of the named version of a clause, or of all standing versions if they agree. Null if they disagree, if no
 * such version stands, or if no clause is named.
 */
export const clauseEffectOf = (
  { clauseVersions }: Instrument,
  clause: string | undefined,
  version: string | undefined,
): Effect | null => {
  const effects = clauseVersions
    .filter((standing) => standing.clause === clause && (version === undefined || standing.version === version))
    .map(({ effect, reducedBy, replacement }) => ({
      effect,
      ...(reducedBy === undefined ? {} : { reducedBy }),
      ...(replacement === undefined ? {} : { replacement }),
    }));
  const [first = null, ...others] = effects;
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : null;
};
