/** Whom a clause makes eligible. Not a rule of a case: the read models answer it. */

export interface EligibilityQuestion {
  readonly instrument: string;
  /** As `clause@version`, or the clause alone where it has one version. */
  readonly clause: string;
  readonly list: string;
  readonly listDay?: string;
  readonly day: string;
}

export interface EligiblePerson {
  readonly caseId: string;
  /** In the list, null where the case has none there. */
  readonly reference: string | null;
}

export interface EligiblePersons {
  /**
   * The position up to which a question is answered that takes account of an event, given by its cursor. Throws where the question
   * cannot be asked, and where the read models do not get there in time.
   */
  positionAfter(cursor: string | null, question: EligibilityQuestion): Promise<number>;
  /** Those who are certainly eligible, as known at a position, always in the same order. */
  knownAt(position: number, question: EligibilityQuestion): Promise<readonly EligiblePerson[]>;
}

/** Injection token of EligiblePersons. */
export const ELIGIBLE_PERSONS = Symbol('EligiblePersons');
