/**
 * Why two names agree, or do not quite:
 * - same-spelling: the same sounds letter by letter (Elşən, Elshan);
 * - other-spelling: the keys are equal (Həsənov, Гасанов);
 * - other-order: given name and surname change places (Hasanov Elshan);
 * - initial: a name is abbreviated (E. Hasanov);
 * - beginning: the last word is not typed to its end (Elshan Hasan);
 * - resembles: keys are near each other (a slip of the pen; Mehdiyev, Мехтиев);
 * - other-ending: equal without the endings of surnames (Hasanov, Hasanova, Hasanli);
 * - partial: one name has words that the other lacks;
 * - other-patronymic: both name the father, and not the same one: usually another person of the same name.
 */
export const MATCH_REASONS = [
  'same-spelling',
  'other-spelling',
  'other-order',
  'initial',
  'beginning',
  'resembles',
  'other-ending',
  'partial',
  'other-patronymic',
] as const;

export type MatchReason = (typeof MATCH_REASONS)[number];

/** Why two cases may be of one person, or why not: their names, years of birth, sex, days of arrest and places. */
export const LIKENESS_REASONS = [
  ...MATCH_REASONS,
  'birth-agrees',
  'birth-differs',
  'sex-differs',
  'arrest-agrees',
  'place-agrees',
] as const;

export type LikenessReason = (typeof LIKENESS_REASONS)[number];
