/** DTO classes of the events of claims. */
import {
  METRIC_DESCRIPTIONS,
  CLAIM_METRICS,
  type ClaimedRange as ClaimedRangeOf,
  type ClaimSubject as ClaimSubjectOf,
  type Metric,
} from '../domain/claim/events.js';
import {
  IsBoolean,
  IsClauseName,
  IsDay,
  IsEdtf,
  IsInteger,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsText,
  ObjectRule,
} from './decorators.js';
import { LIMITS } from './limits.js';
import { CommonFields } from './parts.js';

const MAX_CLAIMED_NUMBER = 100_000_000;

const parametersText = (metric: Metric): string => {
  const { required, optional } = METRIC_DESCRIPTIONS[metric];
  return `${metric} has ${required.join(', ')}${optional.length === 0 ? '' : ` and may have ${optional.join(', ')}`}`;
};

const hasParametersOfMetric = ({ metric, ...given }: ClaimSubject): boolean => {
  const { required, optional } = METRIC_DESCRIPTIONS[metric];
  const names = Object.entries(given as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  return (
    required.every((name) => names.includes(name)) &&
    names.every((name) => [...required, ...optional].some((one) => one === name))
  );
};

export class ClaimSubject implements ClaimSubjectOf {
  @ObjectRule<ClaimSubject>('CLAIM.PARAMETERS', '', CLAIM_METRICS.map(parametersText).join('; '), hasParametersOfMetric)
  @IsOneOf(CLAIM_METRICS, {
    description: `What the claim is about. ${CLAIM_METRICS.map((metric) => `\`${metric}\`: ${METRIC_DESCRIPTIONS[metric].means}.`).join(' ')}`,
  })
  metric: Metric;

  @IsOptional()
  @IsSlug()
  list?: string;

  @IsOptional()
  @IsSlug()
  category?: string;

  @IsOptional()
  @IsDay({ description: 'The day that a number of people is about.' })
  on?: string;

  @IsOptional()
  @IsDay({ description: 'Movements are those after the end of this day; eligibility is asked from this day on.' })
  from?: string;

  @ObjectRule<ClaimSubject>(
    'CLAIM.BACKWARDS',
    'to',
    'a day not before from',
    ({ from, to }) => from === undefined || to === undefined || from <= to,
  )
  @IsOptional()
  @IsDay({ description: 'The last day.' })
  to?: string;

  @IsOptional()
  @IsSlug({ description: 'How they left, as movements name it: amnesty, pardon, died.' })
  reason?: string;

  @IsOptional()
  @IsSlug()
  instrument?: string;

  @IsOptional()
  @IsClauseName()
  clause?: string;

  @IsOptional()
  @IsDay({ description: 'Whoever is on the list on this day; the eve of the act in force where absent.' })
  listDay?: string;
}

export class ClaimedRange implements ClaimedRangeOf {
  @ObjectRule<ClaimedRange>(
    'CLAIM.RANGE_EMPTY',
    '',
    'atLeast, atMost, or both, with atLeast not above atMost',
    ({ atLeast, atMost }) =>
      (atLeast !== undefined || atMost !== undefined) && (atLeast ?? 0) <= (atMost ?? MAX_CLAIMED_NUMBER),
  )
  @IsOptional()
  @IsInteger(0, MAX_CLAIMED_NUMBER)
  atLeast?: number;

  @IsOptional()
  @IsInteger(0, MAX_CLAIMED_NUMBER)
  atMost?: number;
}

export class Claimed extends CommonFields {
  @IsText(LIMITS.name, { description: 'Who said it, as the source names them.' })
  speaker: string;

  @IsOptional()
  @IsText(LIMITS.name, { description: 'For whom the speaker spoke.' })
  organisation?: string;

  @IsObjectOf(ClaimSubject)
  about: ClaimSubject;

  @ObjectRule<Claimed>(
    'CLAIM.UNSAID',
    '',
    'one of value, range, and denies: true',
    ({ value, range, denies }) =>
      denies !== false && [value, range, denies].filter((said) => said !== undefined).length === 1,
  )
  @IsOptional()
  @IsInteger(0, MAX_CLAIMED_NUMBER, { description: 'The number that was said.' })
  value?: number;

  @IsOptional()
  @IsObjectOf(ClaimedRange, { description: '“More than fifty” is at least 51.' })
  range?: ClaimedRange;

  @IsOptional()
  @IsBoolean({ description: 'True: the speaker denies that there is anybody.' })
  denies?: boolean;

  @IsEdtf({ description: 'When it was said.' })
  saidOn: string;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true, description: 'The words of the claim.' })
  text?: string;
}

export class ClaimWithdrawn extends CommonFields {
  @IsText(LIMITS.note, { multiline: true })
  reason: string;

  @IsOptional()
  @IsEdtf()
  withdrawnOn?: string;
}
