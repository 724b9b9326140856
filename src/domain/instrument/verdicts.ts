/** The verdicts of a clause on a person, and of a condition. */

export const VERDICTS = ['eligible', 'possibly', 'not'] as const;
/** `possibly` where only some possible courses satisfy a clause. */
export type Verdict = (typeof VERDICTS)[number];

export const CONDITION_VERDICTS = ['yes', 'possibly', 'no'] as const;
export type ConditionHolds = (typeof CONDITION_VERDICTS)[number];

/** The code of a verdict that is no condition's: whether the person is on the list on its day, which is asked before the conditions. */
export const LISTED_CODE = 'listed';
