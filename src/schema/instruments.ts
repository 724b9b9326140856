/** DTO classes of the events of instruments, but for what their clauses say (clauses.ts). */
import { INSTRUMENT_KINDS } from '../domain/instrument/events.js';
import { IsEdtf, IsInteger, IsNullable, IsOneOf, IsOptional, IsSlug, IsText, ObjectRule } from './decorators.js';
import { DEFAULT_CLAUSE_VERSION } from './clauses.js';
import { LIMITS } from './limits.js';
import { CommonFields } from './parts.js';

const WORDING_DESCRIPTION = 'Its wording, or where that can be read.';

export class InstrumentRegistered extends CommonFields {
  @IsOneOf(INSTRUMENT_KINDS)
  kind: (typeof INSTRUMENT_KINDS)[number];

  @IsOptional()
  @IsText(LIMITS.name)
  title?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  issuer?: string;

  @IsOptional()
  @IsEdtf()
  issued?: string;

  @IsOptional()
  @IsEdtf()
  submitted?: string;

  @IsOptional()
  @IsEdtf()
  adopted?: string;

  @IsOptional()
  @IsEdtf()
  inForce?: string;

  @IsOptional()
  @IsEdtf({ description: 'The last day on which it may be applied.' })
  windowEnd?: string;

  @IsOptional()
  @IsInteger(0, 100_000_000, { description: 'For how many people, as its authors said.' })
  forecast?: number;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true, description: WORDING_DESCRIPTION })
  text?: string;

  @IsOptional()
  @IsSlug({ each: { min: 0, max: LIMITS.clauses } })
  clauses?: string[];
}

export const AMENDABLE_INSTRUMENT_FIELDS = [
  'title',
  'issuer',
  'issued',
  'submitted',
  'adopted',
  'inForce',
  'windowEnd',
  'forecast',
  'text',
] as const;

export class InstrumentAmended extends CommonFields {
  @ObjectRule<InstrumentAmended>('AMENDMENT.EMPTY', '', 'at least one field that is set or cleared', (amended) =>
    AMENDABLE_INSTRUMENT_FIELDS.some((field) => amended[field] !== undefined),
  )
  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.name)
  title?: string | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.name)
  issuer?: string | null;

  @IsOptional()
  @IsNullable()
  @IsEdtf()
  issued?: string | null;

  @IsOptional()
  @IsNullable()
  @IsEdtf()
  submitted?: string | null;

  @IsOptional()
  @IsNullable()
  @IsEdtf()
  adopted?: string | null;

  @IsOptional()
  @IsNullable()
  @IsEdtf()
  inForce?: string | null;

  @IsOptional()
  @IsNullable()
  @IsEdtf({ description: 'The last day on which it may be applied.' })
  windowEnd?: string | null;

  @IsOptional()
  @IsNullable()
  @IsInteger(0, 100_000_000, { description: 'For how many people, as its authors said.' })
  forecast?: number | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.note, { multiline: true, description: WORDING_DESCRIPTION })
  text?: string | null;
}

export class ClauseWithdrawn extends CommonFields {
  @IsSlug()
  clause: string;

  @IsSlug()
  version: string = DEFAULT_CLAUSE_VERSION;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}
