/** The port by which commands ask whom a clause makes eligible: only the read models know, since no single stream does. */

export interface EligiblePersonsQuestion {
  readonly instrument: string;
  /** As `clause@version`, or the clause alone where it has one version. */
  readonly clause: string;
  readonly list: string;
  readonly listDay?: string;
  readonly day: string;
}

export interface EligiblePerson {
  readonly caseId: string;
  /** The reference in the list; null where the case has none there. */
  readonly reference: string | null;
}

export interface EligiblePersons {
  /**
   * A log position at or after the event of this cursor: a query as known at this position includes the event. 0 if the list or the
   * instrument is unknown. Throws if the question is otherwise invalid, and if the read models do not reach the event in time.
   */
  positionAfter(cursor: string | null, question: EligiblePersonsQuestion): Promise<number>;
  /** The persons who are certainly eligible, as known at a position, always in the same order. */
  knownAt(position: number, question: EligiblePersonsQuestion): Promise<readonly EligiblePerson[]>;
}

/** Injection token of EligiblePersons. */
export const ELIGIBLE_PERSONS = Symbol('EligiblePersons');
