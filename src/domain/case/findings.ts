/** The catalogue of findings: stable code, grade and meaning. Stored events contain the codes, so codes never change. */
import type { Finding, Grade } from '../event.js';

export const findingCodes = {
  'CORRECTION.EVENT_UNKNOWN': {
    grade: 'refuse',
    means: 'No event of this id was recorded before in the stream of the case, list, instrument or claim.',
  },
  'CORRECTION.EVENT_RETRACTED': { grade: 'refuse', means: 'The event, or an event that it corrects, was retracted.' },
  'CORRECTION.OVERRIDDEN': {
    grade: 'refuse',
    means:
      'A later correction says something else of the same field, and stays in force; it, or the event itself, is corrected instead.',
  },
  'CORRECTION.CHANGES_NOTHING': { grade: 'refuse', means: 'The event already says what the correction says.' },
  'CORRECTION.NOT_RETRACTABLE': {
    grade: 'refuse',
    means:
      'A merge is undone by `unmerged`, and that by another merge; and that an instrument was applied to many, or an edition published, stays recorded. None of them is retracted.',
  },
  'CORRECTION.BEGINNING_RETRACTED': {
    grade: 'refuse',
    means: 'A case, list, instrument or claim has events that stand, but the event that begins it does not stand.',
  },
  'CASE.ALREADY_OPENED': { grade: 'refuse', means: 'A case is opened once.' },
  'CASE.DECEASED': { grade: 'refuse', means: 'Custody or proceedings cannot change after death.' },
  'CASE.ORDER_CONTRADICTS': {
    grade: 'refuse',
    means: 'An event is said to follow one that happened later, or that itself follows it.',
  },
  'CASE.AFTER_UNKNOWN': { grade: 'refuse', means: '`after` names no dated event of this case.' },
  'CORRECTION.OTHER_STREAM': {
    grade: 'refuse',
    means: 'The events of cases that were merged are corrected each in a request of its own.',
  },
  'CASE.MERGED_WITH_ITSELF': { grade: 'refuse', means: 'A case is merged into another case, not into itself.' },
  'CASE.MERGE_UNKNOWN': { grade: 'refuse', means: 'No case has the id in `into`.' },
  'CASE.ALREADY_MERGED': { grade: 'refuse', means: 'The case is merged already; `unmerged` undoes that first.' },
  'CASE.MERGE_CIRCLE': { grade: 'refuse', means: 'The case in `into` is itself merged, in the end, into this case.' },
  'CASE.MERGED_TOO_OFTEN': { grade: 'refuse', means: 'As many cases are merged into one another as may be.' },
  'CASE.NOT_MERGED': { grade: 'refuse', means: 'The case is not merged, so there is nothing to undo.' },
  'CASE.DISTINGUISHED_FROM_ITSELF': {
    grade: 'refuse',
    means: 'A case is told apart from another case; `from` is this one, or one with it by merges.',
  },
  'CASE.DISTINGUISHED_UNKNOWN': { grade: 'refuse', means: 'No case has the id in `from`.' },
  'CASE.MERGE_VOID': {
    grade: 'warn',
    means:
      'Two merges recorded at the same moment closed a circle; the later one has no effect, until `unmerged` makes room for another.',
  },
  'CASE.AFTER_RETRACTED': { grade: 'warn', means: '`after` names an event of this case that was retracted.' },
  'DATE.FUTURE': { grade: 'refuse', means: 'The earliest day that the date may mean is after today.' },
  'LIST.UNKNOWN': { grade: 'refuse', means: 'No list of this id is defined.' },
  'LIST.ALREADY_DEFINED': { grade: 'refuse', means: 'The list was defined before.' },
  'CATEGORY.UNKNOWN': { grade: 'refuse', means: 'The list has no category of this id.' },
  'RECOGNITION.CRITERIA_REQUIRED': {
    grade: 'refuse',
    means: "The list's policy of that day demands the letters of PACE Resolution 1900 (2012) with a rationale each.",
  },
  'INSTRUMENT.UNKNOWN': { grade: 'refuse', means: 'No instrument of this id is registered.' },
  'INSTRUMENT.ALREADY_REGISTERED': { grade: 'refuse', means: 'The instrument was registered before.' },
  'INSTRUMENT.WRONG_KIND': {
    grade: 'refuse',
    means: 'A pardon is granted by a pardon decree, an amnesty by an amnesty act.',
  },
  'INSTRUMENT.CLAUSE_UNKNOWN': { grade: 'refuse', means: 'The act has no clause of this name.' },
  'INSTRUMENT.NOT_IN_FORCE': {
    grade: 'refuse',
    means: 'The instrument was not in force on any day that the date may mean.',
  },
  'INSTRUMENT.DATES_CONTRADICT': {
    grade: 'refuse',
    means: 'An instrument is submitted, adopted and in force in this order, and its window ends after that.',
  },
  'CLAUSE.VERSION_TAKEN': {
    grade: 'refuse',
    means: 'This version of the clause stands already; what another source says is another version.',
  },
  'CLAUSE.VERSION_UNKNOWN': { grade: 'refuse', means: 'No such version of the clause stands.' },
  'CLAUSE.CONTRADICTS_ITSELF': { grade: 'refuse', means: 'Nobody can meet the conditions of the clause together.' },
  'APPLICATION.AFTER_WINDOW': {
    grade: 'refuse',
    means: 'An instrument is applied to many on a day of its window, not after it.',
  },
  'APPLICATION.RELEASE_BEFORE': {
    grade: 'refuse',
    means: 'Those whom an instrument reaches are released on the day on which it is applied to them, or later.',
  },
  'APPLICATION.EFFECT_UNSAID': {
    grade: 'refuse',
    means:
      'What an instrument does to those whom it reaches is said by the version of its clause, where all its versions say the same also by these, or by whoever applies it.',
  },
  'APPLICATION.PERSON_TWICE': {
    grade: 'refuse',
    means: 'Whoever an instrument is applied to is named once: two of the references are of one person.',
  },
  'EDITION.ID_TAKEN': { grade: 'refuse', means: 'The list has an edition of this id.' },
  'EDITION.NOT_SINCE_LAST': {
    grade: 'refuse',
    means: 'Another edition was published meanwhile, and the flow does not begin with it; ask again.',
  },
  'EDITION.DOES_NOT_RECONCILE': {
    grade: 'refuse',
    means:
      'The numbers of an edition follow from those of the edition before it, in all and in each group: opening + revised + entered - left + moved = closing.',
  },
  'CLAIM.UNKNOWN': { grade: 'refuse', means: 'No claim of this id was made.' },
  'CLAIM.ALREADY_MADE': {
    grade: 'refuse',
    means: 'The claim was made before; what somebody else says, or says again, is another claim.',
  },
  'CLAIM.ALREADY_WITHDRAWN': { grade: 'refuse', means: 'The claim was withdrawn before.' },
  'CLAIM.DATES_CONTRADICT': {
    grade: 'refuse',
    means: 'A claim is withdrawn on the day on which it was said, or later.',
  },
  'EDITION.TOO_LARGE': { grade: 'refuse', means: 'The list has more members than an edition may have.' },
  'CLAIM.REASON_UNKNOWN': {
    grade: 'ask',
    means:
      'Movements know no such reason of leaving a list, so that the register will count nobody: probably misspelt.',
  },
  'CASE.ALREADY_HELD': { grade: 'ask', means: 'Arrested while held: probably a double report.' },
  'CASE.ARRESTED_UNBORN': {
    grade: 'ask',
    means: 'Arrested before the birth, as the last event that dates it says: one of the two dates is probably wrong.',
  },
  'CASE.NOT_HELD': {
    grade: 'ask',
    means: 'Released, also from imprisonment by an act or a decree, transferred, remanded or escaped while not held.',
  },
  'CASE.CONVICTED_WHILE_SERVING': {
    grade: 'warn',
    means:
      'A sentence of imprisonment runs already. A further one may count from any day between arrest and conviction, unless `countedFrom` says from which; a fine, a restriction or a suspended sentence leaves the first as it is. Where both are one judgment, one of them is retracted.',
  },
  'CASE.NOT_ARRESTED': {
    grade: 'ask',
    means: 'Convicted with no arrest before it in the episode, and not in absentia.',
  },
  'CASE.NOT_CONVICTED': {
    grade: 'ask',
    means: 'Appealed, pardoned, paroled or amnestied from a sentence with no conviction before it in the episode.',
  },
  'CASE.ALREADY_REACHED': {
    grade: 'ask',
    means: 'The act or the decree was applied to the person before: probably a double report.',
  },
  'CASE.NOT_RECOGNISED': {
    grade: 'ask',
    means: 'Recategorised or delisted by a list that does not recognise the person.',
  },
  'NAME.MIXED_SCRIPT': {
    grade: 'ask',
    means: 'A word of a name has letters of several scripts: probably a slip of the keyboard.',
  },
  'CASE.POSSIBLE_DUPLICATE': {
    grade: 'ask',
    means:
      'A case of this name, in some spelling, and of this year of birth stands in the register: probably the same person.',
  },
  'CASE.NOT_COMPARED': {
    grade: 'warn',
    means:
      'The case was opened without looking for cases of the same person, since the read models are being built: look for it by name once they are.',
  },
  'CASE.RELEASE_UNFOUNDED': {
    grade: 'ask',
    means:
      'Released by a pardon, an amnesty or on parole with no such event before it in the episode, or the sentence served with none whose end has come.',
  },
  'CASE.RECOGNISED_NOT_HELD': { grade: 'warn', means: 'Recognised while not held.' },
  'CASE.RELEASE_DELAYED': { grade: 'warn', means: 'Days passed between the amnesty and the release.' },
  'INSTRUMENT.WINDOW_CLOSED': { grade: 'warn', means: "Amnestied after the act's window." },
} as const satisfies Record<string, { grade: Grade; means: string }>;

export type FindingCode = keyof typeof findingCodes;

/** Makes a finding about the events of these ids; null ids are skipped. */
export const finding = (code: FindingCode, ...events: readonly (string | null)[]): Finding => ({
  code,
  grade: findingCodes[code].grade,
  events: [...new Set(events)].filter((id) => id !== null).sort(),
  expected: findingCodes[code].means,
});
