/** The verdicts of a clause on a person, and of a condition. */

export const VERDICTS = ['eligible', 'possibly', 'not'] as const;
/** `possibly` where only some possible courses satisfy a clause. */
export type Verdict = (typeof VERDICTS)[number];

export const CONDITION_VERDICTS = ['yes', 'possibly', 'no'] as const;
export type ConditionOutcome = (typeof CONDITION_VERDICTS)[number];

/** The code of the verdict that precedes those of the conditions: whether the person is on the list on the day of the list. */
export const LISTED_CODE = 'listed';
