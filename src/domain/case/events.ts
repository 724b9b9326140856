/**
 * The events of a case stream. To add a type, add its key to CaseFields and caseEvents; the compiler then demands its rule
 * (rules.ts) and its class (schema/). The order of keys is the last but one tie-breaker in order.ts.
 */
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { Edtf, EventDescription, EventOf } from '../event.js';

export const NAME_KINDS = ['full', 'transliteration', 'alias', 'former'] as const;
export const SCRIPTS = ['Latn', 'Cyrl', 'Arab', 'Geor', 'Armn', 'Hebr'] as const;

/** A spelling of a person's name. `language` is a BCP 47 primary subtag, `script` an ISO 15924 code. */
export interface Name {
  readonly text: string;
  readonly script: (typeof SCRIPTS)[number];
  readonly language: string;
  readonly kind: (typeof NAME_KINDS)[number];
}

export const SEXES = ['f', 'm', 'other'] as const;

/** The number of a case in one organisation's list, unique within the list. */
export interface Reference {
  readonly list: string;
  readonly reference: string;
}

/** Descriptive fields. In `described`, null clears a field. */
interface PersonDescription {
  readonly born: Edtf;
  readonly sex: (typeof SEXES)[number];
  readonly occupation: string;
  readonly affiliation: string;
  readonly region: string;
  readonly summary: string;
}

/** The Criminal Code of Azerbaijan. */
export const DEFAULT_CRIMINAL_CODE = 'AZ-CC';

/** An article of a code: article 234, part 4.3. `generalPart` (28, 29, 32.5) is given for preparation, attempt and complicity. */
export interface Article {
  readonly code: string;
  readonly article: string;
  readonly part?: string;
  readonly generalPart?: string;
}

/** The term or kind of a sentence that no source reports. */
export const UNREPORTED = 'unknown';

export const SENTENCE_KINDS = ['imprisonment', 'suspended', 'restriction', 'fine', UNREPORTED] as const;

/**
 * A sentence as a court passed it. Imprisonment has a term (ISO 8601 duration in years, months, weeks, days) or is for life.
 * `kind` and `term` may be `unknown`.
 */
export interface Sentence {
  readonly kind: (typeof SENTENCE_KINDS)[number];
  readonly term?: string;
  readonly life?: boolean;
}

export const ARREST_KINDS = ['criminal', 'administrative'] as const;
export const REMAND_MEASURES = ['detention', 'house-arrest'] as const;
export const APPEAL_OUTCOMES = ['upheld', 'reduced', 'increased', 'suspended', 'quashed', 'retrial'] as const;
export const MISTREATMENT_KINDS = [
  'torture',
  'ill-treatment',
  'hunger-strike',
  'denial-of-care',
  'denial-of-counsel',
  'incommunicado',
  'solitary-confinement',
  'other',
] as const;
export const PACE_LETTERS = ['a', 'b', 'c', 'd', 'e'] as const;

/** A criterion of PACE Resolution 1900 (2012), paragraph 3, and why it is met. */
export interface PaceCriterion {
  readonly letter: (typeof PACE_LETTERS)[number];
  readonly rationale: string;
}

export const CLEMENCY_EFFECTS = [
  'released-from-imprisonment',
  'term-reduced',
  'released-from-non-custodial',
  'released-from-liability',
  'replaced',
  'record-expunged',
] as const;

/** `reducedBy` belongs to the effect `term-reduced`, `replacement` to `replaced`. */
interface Clemency {
  readonly effect: (typeof CLEMENCY_EFFECTS)[number];
  readonly reducedBy?: string;
  readonly replacement?: Sentence;
}

export const RELEASE_REASONS = [
  'pardon',
  'amnesty',
  'sentence-served',
  'parole',
  'acquittal',
  'charges-dropped',
  'bail',
  'appeal',
  'health',
  'exchange',
  'other',
] as const;

/** The fields of each event type. An absent optional field means unknown. */
export interface CaseFields extends AmendmentFields {
  opened: { readonly references?: readonly Reference[]; readonly names: readonly Name[] } & Partial<PersonDescription>;
  named: { readonly name: Name };
  referenced: Reference;
  described: { readonly [K in keyof PersonDescription]?: PersonDescription[K] | null };
  arrested: {
    readonly kind?: (typeof ARREST_KINDS)[number];
    readonly days?: number;
    readonly authority?: string;
    readonly place?: string;
    readonly incident?: string;
  };
  charged: { readonly articles: readonly Article[] };
  remanded: {
    readonly measure: (typeof REMAND_MEASURES)[number];
    readonly court?: string;
    readonly until?: Edtf;
    readonly facility?: string;
  };
  tried: { readonly court?: string };
  convicted: {
    readonly articles: readonly Article[];
    readonly sentence: Sentence;
    readonly countedFrom?: Edtf;
    readonly court?: string;
    readonly facility?: string;
    readonly inAbsentia?: boolean;
  };
  appealed: { readonly instance?: string };
  'appeal-decided': {
    readonly outcome: (typeof APPEAL_OUTCOMES)[number];
    readonly instance?: string;
    readonly newSentence?: Sentence;
  };
  transferred: { readonly facility: string; readonly medical?: boolean };
  mistreated: { readonly kind: (typeof MISTREATMENT_KINDS)[number]; readonly detail?: string };
  proposed: { readonly list: string };
  recognised: { readonly list: string; readonly category: string; readonly criteria?: readonly PaceCriterion[] };
  recategorised: { readonly list: string; readonly category: string };
  pardoned: { readonly decree: string } & Clemency;
  amnestied: { readonly act: string; readonly clause?: string; readonly executingBody?: string } & Clemency;
  paroled: { readonly court?: string; readonly until?: Edtf };
  'charges-dropped': { readonly ground?: string };
  acquitted: { readonly court?: string };
  released: { readonly reason: (typeof RELEASE_REASONS)[number] };
  deported: { readonly destination?: string };
  exchanged: { readonly destination?: string };
  escaped: { readonly place?: string };
  wanted: { readonly authority?: string };
  declined: { readonly list: string; readonly reason: string };
  delisted: { readonly list: string; readonly reason: string };
  died: { readonly place?: string; readonly statedCause?: string; readonly inCustody?: boolean };
  /** Stands in the stream of the absorbed case, whose events count for the surviving case `into` from then on. */
  merged: { readonly into: string; readonly reason: string };
  unmerged: { readonly reason: string };
  distinguished: { readonly from: string; readonly reason: string };
}

export type CaseEventType = keyof CaseFields;
export type CaseEvent = EventOf<CaseFields>;
export type CaseEventOf<T extends CaseEventType> = Extract<CaseEvent, { type: T }>;

export const caseEvents: { readonly [T in CaseEventType]: EventDescription<CaseFields[T]> } = {
  opened: {
    means: 'A dossier begins.',
    version: 1,
    dated: false,
    personal: ['names', 'born', 'sex', 'occupation', 'affiliation', 'region', 'summary'],
  },
  named: { means: 'Another spelling, script or alias.', version: 1, dated: false, personal: ['name'] },
  referenced: { means: 'Another reference.', version: 1, dated: false, personal: [] },
  described: {
    means: 'Descriptive fields were set or cleared.',
    version: 1,
    dated: false,
    personal: ['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'],
  },
  arrested: { means: 'Liberty was taken.', version: 1, dated: true, personal: ['place'] },
  charged: {
    means: 'The person was accused, or the charges changed; an earlier conviction stands beside them.',
    version: 2,
    dated: true,
    personal: [],
  },
  remanded: { means: 'A court ordered or extended custody.', version: 1, dated: true, personal: [] },
  tried: { means: 'The case went to court.', version: 1, dated: true, personal: [] },
  convicted: { means: 'Judgment of guilt, with its sentence.', version: 2, dated: true, personal: [] },
  appealed: { means: 'An appeal was filed.', version: 1, dated: true, personal: [] },
  'appeal-decided': { means: 'An appeal was decided.', version: 2, dated: true, personal: [] },
  transferred: { means: 'The person was moved.', version: 1, dated: true, personal: [] },
  mistreated: {
    means: 'Torture, hunger strike, denial of care or counsel.',
    version: 1,
    dated: true,
    personal: ['detail'],
  },
  proposed: { means: 'The person was proposed for a list.', version: 1, dated: true, personal: [] },
  recognised: { means: 'A list recognised the person.', version: 1, dated: true, personal: ['criteria'] },
  recategorised: { means: 'The person moved to another category of a list.', version: 1, dated: true, personal: [] },
  pardoned: {
    means: 'The head of state showed mercy to this person by a pardon decree.',
    version: 2,
    dated: true,
    personal: [],
  },
  amnestied: { means: 'An amnesty act was applied to this person.', version: 2, dated: true, personal: [] },
  paroled: { means: 'A court granted conditional early release.', version: 1, dated: true, personal: [] },
  'charges-dropped': {
    means: 'The case ended without guilt; one about a charge after a conviction leaves that as it is.',
    version: 1,
    dated: true,
    personal: ['ground'],
  },
  acquitted: {
    means: 'A court found the person not guilty: of the charge after a conviction, if there was one.',
    version: 1,
    dated: true,
    personal: [],
  },
  released: { means: 'The person walked out.', version: 1, dated: true, personal: [] },
  deported: { means: 'The person was sent out of the country.', version: 1, dated: true, personal: ['destination'] },
  exchanged: {
    means: 'The person left in an exchange of prisoners.',
    version: 1,
    dated: true,
    personal: ['destination'],
  },
  escaped: { means: 'The person escaped.', version: 1, dated: true, personal: ['place'] },
  wanted: { means: 'The person is sought.', version: 1, dated: true, personal: [] },
  declined: { means: 'A list declined to recognise the person.', version: 1, dated: true, personal: ['reason'] },
  delisted: { means: 'A list took the person off.', version: 2, dated: true, personal: ['reason'] },
  died: { means: 'The person died.', version: 1, dated: true, personal: ['place', 'statedCause'] },
  ...amendmentEvents,
  merged: {
    means: 'This case is about the same person as another, which its events count for from now on.',
    version: 1,
    dated: false,
    personal: ['reason'],
  },
  unmerged: {
    means: 'This case was merged by mistake; it stands for itself again.',
    version: 1,
    dated: false,
    personal: ['reason'],
  },
  distinguished: {
    means: 'A person decided that this case is about another person than a case of a like name.',
    version: 1,
    dated: false,
    personal: ['reason'],
  },
};

export const CASE_EVENT_TYPES = Object.keys(caseEvents) as readonly CaseEventType[];

/** Whether the type of an event is one that adds names of the person. */
export const isNamingEvent = (event: { readonly type: string }): event is CaseEventOf<'opened' | 'named'> =>
  event.type === 'opened' || event.type === 'named';

/** The names that an event tells; none for most types. */
export const namesIn = (event: { readonly type: string }): readonly Name[] => {
  if (!isNamingEvent(event)) return [];
  return event.type === 'opened' ? event.names : [event.name];
};
