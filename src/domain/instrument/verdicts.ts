/** The verdicts of a clause on a person, and of a condition. */

export const VERDICTS = ['eligible', 'possibly', 'not'] as const;
/** `possibly` where only some possible courses satisfy a clause. */
export type Verdict = (typeof VERDICTS)[number];

export const CONDITION_VERDICTS = ['yes', 'possibly', 'no'] as const;
export type ConditionHolds = (typeof CONDITION_VERDICTS)[number];

/**
 * The code of the verdict on whether the person is on the list on its day, which is evaluated before the conditions.
 */
export const LISTED_CODE = 'listed';
