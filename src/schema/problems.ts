/**
 * The catalogue of problem and error codes. Clients rely on the codes and their HTTP statuses, so these never change; the wording
 * may.
 */
import { findingCodes, type FindingCode } from '../domain/case/findings.js';

interface CodeWording {
  readonly title: string;
  readonly means: string;
}

/** Codes of errors in one field, parameter, header or cell. */
export const fieldErrorWordings = {
  'FIELD.UNKNOWN': { title: 'Unknown field', means: 'There is no field of this name here.' },
  'FIELD.MISSING': { title: 'Missing field', means: 'A field that is required is absent.' },
  'FIELD.NULL': {
    title: 'Null where a value is due',
    means:
      'Null stands where a value is due; what is unknown is left out. Only `described`, `instrument-amended`, and a correction of an optional field, clear by null.',
  },
  'FIELD.REPEATED': {
    title: 'Key twice',
    means: 'A key stands twice in an object, so that one of its values would be lost.',
  },
  'FIELD.WRONG_KIND': {
    title: 'Wrong kind of value',
    means: 'The value is of another kind (text, number, true or false, array, object); nothing is converted.',
  },
  'TEXT.EMPTY': { title: 'Empty text', means: 'The text is empty or only white space.' },
  'TEXT.UNTRIMMED': { title: 'White space around text', means: 'The text begins or ends with white space.' },
  'TEXT.TOO_LONG': { title: 'Text too long', means: 'The text has more characters than the field takes.' },
  'TEXT.CHARACTERS': {
    title: 'Characters that are no text',
    means:
      'The text has control characters or halves of characters (lone surrogates); or it is of one line and has characters that ' +
      'cannot be seen (soft hyphens, zero width, bidirectional controls) or end a line.',
  },
  'TEXT.FORM': { title: 'Wrong form', means: 'The text is not of the form that this field has.' },
  'VALUE.UNKNOWN': { title: 'Unknown value', means: 'The value is none of those that the field may have.' },
  'NUMBER.RANGE': {
    title: 'Number out of range',
    means: 'The number is no whole number within the bounds of the field.',
  },
  'DATE.INVALID': {
    title: 'No date',
    means: 'The text is no date in EDTF level 0, with an optional `~`, or names a day that does not exist.',
  },
  'DAY.INVALID': { title: 'No day', means: 'The text is no full day (YYYY-MM-DD), or one that does not exist.' },
  'TERM.INVALID': {
    title: 'No term',
    means: 'The text is no ISO 8601 duration in years, months, weeks and days, nor `unknown` where that may stand.',
  },
  'CORRECTION.EMPTY': { title: 'Nothing to correct', means: 'A correction names no field.' },
  'CORRECTION.FIXED_FIELD': {
    title: 'Field that is not corrected',
    means:
      'The type of an event, the event that a retraction names and the case that a merge names cannot be corrected; retract the ' +
      'event, or undo the merge, and record the right one. What the register itself recorded, as an edition, is not corrected.',
  },
  'CORRECTION.WRONG_TYPE': {
    title: 'Another type is corrected',
    means: '`correctedType` is not the type of the event that the correction names.',
  },
  'ARTICLE.INVALID': {
    title: 'No article',
    means: 'The text is no article, part or code as the register writes them.',
  },
  'ARRAY.LENGTH': { title: 'Too few or too many', means: 'The array has fewer or more items than the field takes.' },
  'ARRAY.DUPLICATE': { title: 'Twice the same', means: 'The array has the same item twice.' },
  'TYPE.MISSING': { title: 'No type', means: 'The event does not say its type.' },
  'TYPE.UNKNOWN': { title: 'Unknown type', means: 'There is no such type of event in this kind of stream.' },
  'TYPE.NOT_A_BEGINNING': {
    title: 'Another type begins it',
    means:
      'A case begins with `opened`, a list with `list-defined`, an instrument with `instrument-registered`, a claim with `claimed`.',
  },
  'TYPE.ONLY_BEGINS': { title: 'Begins only', means: 'A case is opened once, by being created.' },
  'SOURCE.NAMELESS': { title: 'Source without citation or URL', means: 'A source has a citation, a URL, or both.' },
  'SENTENCE.TERM_MISSING': {
    title: 'Imprisonment without a term',
    means: 'A sentence of imprisonment has a term (`unknown` where nobody reported it) or is for life.',
  },
  'SENTENCE.TERM_AND_LIFE': { title: 'Term and life', means: 'A sentence has a term or is for life, not both.' },
  'SENTENCE.LIFE_UNFIT': { title: 'Life without imprisonment', means: 'Only imprisonment is for life.' },
  'CLEMENCY.REDUCTION_MISSING': {
    title: 'Reduction not given',
    means: '`term-reduced` needs `reducedBy`, and nothing else has it.',
  },
  'CLEMENCY.REPLACEMENT_MISSING': {
    title: 'Replacement not given',
    means: '`replaced` needs `replacement`, and nothing else has it.',
  },
  'CONDITION.NOT_ONE': {
    title: 'Not one condition',
    means: 'A condition of a clause is about exactly one thing; several conditions are several items.',
  },
  'CONDITION.EMPTY': {
    title: 'Condition that says nothing',
    means: 'The condition names no value that a case is compared with.',
  },
  'AMENDMENT.EMPTY': { title: 'Nothing amended', means: 'An amendment sets or clears at least one field.' },
  'APPEAL.SENTENCE_MISSING': {
    title: 'New sentence not given',
    means: 'An appeal that reduced, increased or suspended the sentence needs `newSentence`, and no other has it.',
  },
  'ARREST.DAYS_UNFIT': {
    title: 'Days without administrative arrest',
    means: 'Only an administrative arrest is for a number of days.',
  },
  'CASE.UNNAMED': {
    title: 'Case not named',
    means: 'A row names its case by its id, or by a list and a reference in it.',
  },
  'DESCRIBED.NOTHING': { title: 'Nothing described', means: '`described` sets or clears at least one field.' },
  'NAME.NO_LANGUAGE': { title: 'No name in any language', means: 'A name is given in at least one language.' },
  'NAME.SCRIPT_CONTRADICTS': {
    title: 'Another script',
    means: 'The name has letters, and none of them is of the script that it is said to be in.',
  },
  'PARAMETER.REPEATED': { title: 'Parameter repeated', means: 'The parameter may stand only once.' },
  'PARAMETER.NEEDS': { title: 'Parameter needs another', means: 'The parameter needs another one, or excludes it.' },
  'KNOWN_AT.INVALID': {
    title: 'Nothing to know at',
    means: 'The text is no day, no instant with its offset, and no position of the log.',
  },
  'KNOWN_AT.IN_FUTURE': {
    title: 'Not known yet',
    means: 'The day or the instant of `knownAt` is still to come; nobody can say what will be known then.',
  },
  'KNOWN_AT.BEYOND_LOG': {
    title: 'Known beyond the log',
    means: 'The position of `knownAt` lies beyond the end of the log.',
  },
  'KNOWN_AT.BACKWARDS': {
    title: 'Known earlier than before',
    means: 'Differences lead from an earlier knowledge to a later one, and `fromKnown` is after `toKnown`.',
  },
  'CLAUSE.UNKNOWN': {
    title: 'Unknown clause',
    means: 'Nothing is recorded of what such a clause, or such a version of it, says.',
  },
  'CLAUSE.AMBIGUOUS': {
    title: 'Clause of several versions',
    means: 'Sources disagree on what the clause says; name one version of it, as clause@version.',
  },
  'EDITION.NOT_PUBLISHED': {
    title: 'No such edition',
    means: 'No edition of this id is known to have been published of the list.',
  },
  'INSTRUMENT.UNDATED': {
    title: 'Instrument without the day',
    means: 'The question needs the day on which the instrument enters into force, and it is not known to the day.',
  },
  'CLAIM.PARAMETERS': {
    title: 'Claim about nothing definite',
    means: 'What a claim is about lacks what its metric needs, or has what its metric does not have.',
  },
  'CLAIM.BACKWARDS': {
    title: 'Ends before it begins',
    means: 'The claim is about days of which the last lies before the first.',
  },
  'CLAIM.RANGE_EMPTY': {
    title: 'Empty range',
    means: 'A range has a least number, a greatest, or both in this order.',
  },
  'CLAIM.UNSAID': {
    title: 'Nothing claimed',
    means: 'A claim gives a number or a range, or denies that there is anybody: one of the three.',
  },
  'SPAN.OUTSIDE_WINDOW': {
    title: 'Days outside the window of the act',
    means: 'The act is not in force on any of these days, or its window has ended.',
  },
  'SPAN.TOO_LONG': { title: 'Too many days', means: 'There are more days between the two than may be asked at once.' },
  'TABLE.TOO_LARGE': {
    title: 'Too many numbers',
    means: 'The table, or the number of groups, would be larger than one answer may be: filter the people.',
  },
  'CURSOR.FOREIGN': {
    title: 'Foreign page cursor',
    means: 'The token or page cursor is none that this register gave out.',
  },
} as const satisfies Record<string, CodeWording>;

export type FieldErrorCode = keyof typeof fieldErrorWordings;

/** Codes of problem documents, with their HTTP status. */
export const requestProblems = {
  'REQUEST.INVALID': {
    status: 400,
    title: 'The request has errors',
    means: 'Fields, parameters or headers are wrong; `errors` names each.',
  },
  'REQUEST.MALFORMED': { status: 400, title: 'Malformed request', means: 'The URL or the headers cannot be read.' },
  'BODY.NOT_JSON': { status: 400, title: 'The body is not JSON', means: 'The body is not a JSON text (RFC 8259).' },
  'BODY.NOT_UTF8': { status: 400, title: 'The body is not UTF-8', means: 'The body has bytes that are not UTF-8.' },
  'AUTH.TOKEN_REQUIRED': {
    status: 401,
    title: 'Token required',
    means: 'The register asks for `Authorization: Bearer` with its token.',
  },
  'HOST.REFUSED': {
    status: 403,
    title: 'Unknown host name',
    means: 'The `Host` header names neither loopback nor a host in HABEAS_ALLOWED_HOSTS.',
  },
  'ORIGIN.REFUSED': {
    status: 403,
    title: 'Foreign origin',
    means: 'The request comes from a page of another origin than the register.',
  },
  'JOB.OF_THE_REGISTER': {
    status: 403,
    title: 'A job of the register itself',
    means:
      'The register verifies its log and rebuilds its read models itself; that is neither interrupted nor run again.',
  },
  'ROUTE.UNKNOWN': { status: 404, title: 'Nothing here', means: 'There is nothing at this path.' },
  'SUBJECT.UNKNOWN': {
    status: 404,
    title: 'Unknown subject',
    means: 'The register has no case, list, instrument, claim or statistic of this id, or no case of this reference.',
  },
  'EVENT.UNKNOWN': { status: 404, title: 'Unknown event', means: 'The register has no event of this id.' },
  'EDITION.UNKNOWN': {
    status: 404,
    title: 'Unknown edition',
    means: 'The list has no edition of this id, or had none then; or there is no such list.',
  },
  'JOB.UNKNOWN': {
    status: 404,
    title: 'Unknown job',
    means: 'The register has no job of this id, or it ended long ago.',
  },
  'PROOF.NO_CHECKPOINT': {
    status: 404,
    title: 'No checkpoint',
    means: 'No checkpoint of the log was signed yet.',
  },
  'PROOF.NO_TREE': {
    status: 404,
    title: 'No tree',
    means: 'The log has events from before there were leaf hashes, and was not adopted; so it has no tree.',
  },
  'PROOF.NO_TILE': {
    status: 404,
    title: 'No such tile',
    means: 'The tree has no such tile, or a narrower one; or the path is not that of a tile.',
  },
  'PROOF.SIZE_BEYOND_LOG': {
    status: 404,
    title: 'The log is shorter',
    means: 'The log has fewer events than `size`, `from` or `to` names.',
  },
  'PROOF.EVENT_BEYOND_SIZE': {
    status: 404,
    title: 'The event came later',
    means: 'The event is in the log, and not among the first `size` events, or those of the last checkpoint.',
  },
  'METHOD.NOT_ALLOWED': {
    status: 405,
    title: 'Method not allowed',
    means: 'The path takes other methods; `Allow` names them.',
  },
  'REQUEST.TIMEOUT': {
    status: 408,
    title: 'Too slow',
    means: 'The request did not arrive in time, or made no progress.',
  },
  'SUBJECT.EXISTS': {
    status: 409,
    title: 'Exists already',
    means: 'A case, list or instrument of this id exists already.',
  },
  'SUBJECT.FULL': { status: 409, title: 'Too many events', means: 'The subject has as many events as one may have.' },
  'REFERENCE.TAKEN': {
    status: 409,
    title: 'Reference taken',
    means: 'The reference stands for another case in this list.',
  },
  'REVISION.RACED': {
    status: 409,
    title: 'Others were faster',
    means: 'Others wrote to the same subject again and again; ask again.',
  },
  'POSITION.BEYOND_LOG': {
    status: 410,
    title: 'Beyond the end of the log',
    means:
      'The position to go on from (`after`, `Last-Event-ID`, a page cursor) lies beyond the log, which was put back to an earlier state or is another one. Forget what was read, and begin anew.',
  },
  'REVISION.STALE': {
    status: 412,
    title: 'Not the current revision',
    means: 'The subject has another revision than `If-Match` names; `revision` is the current one.',
  },
  'BODY.TOO_LARGE': {
    status: 413,
    title: 'Body too large',
    means: 'The body is larger than 256 KiB, or than 4 MiB for many rows at once.',
  },
  'ROWS.TOO_MANY': { status: 413, title: 'Too many rows', means: 'The body has more rows than `limit`.' },
  'EVENT.TOO_LARGE': {
    status: 413,
    title: 'Event too large',
    means: 'The events are too large to be stored together.',
  },
  'REQUEST.TOO_LONG': { status: 414, title: 'URL too long', means: 'A part of the path is too long.' },
  'REQUEST.HEADERS_TOO_LARGE': {
    status: 431,
    title: 'Headers too large',
    means: 'The URL and the headers together are too large.',
  },
  'AUTH.TOO_MANY_WRONG_TOKENS': {
    status: 429,
    title: 'Too many wrong tokens',
    means: 'Too many wrong tokens came from this address; for a while none of its tokens is looked at.',
  },
  'CLIENT.BUSY': {
    status: 429,
    title: 'Too much at once from one address',
    means: 'Too many requests of this address are under way; nothing was recorded. Ask again.',
  },
  'CLIENT.FEEDS_FULL': {
    status: 429,
    title: 'No room for another feed of one address',
    means: 'As many feeds of this address are open as may be at once. Ask again when one of them has ended.',
  },
  'BODY.NOT_DECLARED_JSON': {
    status: 415,
    title: 'Not application/json',
    means:
      'A write must be of the media type application/json, in UTF-8; for many rows at once also application/x-ndjson.',
  },
  'BODY.ENCODED': {
    status: 415,
    title: 'Compressed body',
    means: 'A body is sent as it is, neither compressed nor otherwise coded: without `Content-Encoding`.',
  },
  'EVENT.REFUSED': {
    status: 422,
    title: 'Refused',
    means: 'No possible course of events allows it; `findings` says why.',
  },
  'EVENT.UNACKNOWLEDGED': {
    status: 422,
    title: 'Probably a mistake',
    means: 'Probably a mistake or a double report; it is recorded if the request names the codes in `acknowledge`.',
  },
  'KEY.REUSED': {
    status: 422,
    title: 'Idempotency key reused',
    means: 'The key was used before with another body.',
  },
  'REFERENCE.NOT_GIVEN': {
    status: 424,
    title: 'An earlier row was not recorded',
    means: 'The row names its case by a reference that an earlier row was to give it, and that row was not recorded.',
  },
  'REGISTER.FAULT': {
    status: 500,
    title: 'Fault of the register',
    means: 'The register failed; its log has the request id.',
  },
  'REGISTER.DAMAGED': {
    status: 503,
    title: 'The log is damaged',
    means:
      'The log holds an event that cannot be read, or lacks events that were there; nothing is recorded until people have seen to it. Reads are answered from what is known.',
  },
  'REGISTER.VERIFYING': {
    status: 503,
    title: 'The log is being verified',
    means:
      'The log is compared with its last checkpoint from the first event on; nothing is recorded until that is done. Reads go on. Ask again.',
  },
  'REGISTER.CLOCK_BEHIND': {
    status: 503,
    title: 'The clock is behind the log',
    means:
      'The clock of the register is far behind the last event recorded; nothing is recorded until people have seen to it. Reads go on.',
  },
  'REGISTER.UNAVAILABLE': {
    status: 503,
    title: 'Cannot write or read now',
    means: 'The store cannot be reached or cannot write; nothing is known to have been recorded. Ask again.',
  },
  'REGISTER.BUSY': {
    status: 503,
    title: 'Too much at once',
    means: 'Too many requests are under way, or too many writes wait; nothing was recorded. Ask again.',
  },
  'REGISTER.OVERDUE': {
    status: 503,
    title: 'No answer in time',
    means: 'The answer took too long; what was asked may still be recorded. Ask again, with the same key.',
  },
  'READS.UNAVAILABLE': {
    status: 503,
    title: 'Cannot read now',
    means: 'The read models cannot be read; where they are damaged, they are being built anew. Ask again.',
  },
  'READS.BEHIND': {
    status: 503,
    title: 'Not caught up',
    means:
      'The read models do not yet reach the token in `atLeast`, or the position after which a feed begins. Ask again.',
  },
  'JOBS.FULL': {
    status: 503,
    title: 'No room for another job',
    means: 'As many jobs run as may at once; nothing was recorded. Ask again when one of them has ended.',
  },
  'PROOF.TREE_BEHIND': {
    status: 503,
    title: 'The tree is being built',
    means: 'The tree over the log is being built; it will reach the end of the log. Ask again.',
  },
  'FEEDS.FULL': {
    status: 503,
    title: 'No room for another feed',
    means: 'As many feeds are open as may be at once, or the service is stopping. Ask again.',
  },
} as const satisfies Record<string, CodeWording & { status: number }>;

export type ProblemCode = keyof typeof requestProblems;

/** One error in a body or row. `pointer` is a JSON Pointer (RFC 6901) to the field; `expected` describes a valid value. */
export interface FieldError {
  readonly code: FieldErrorCode;
  readonly pointer: string;
  readonly expected: string;
}

export interface CatalogueEntry extends CodeWording {
  readonly code: FieldErrorCode | ProblemCode | FindingCode;
  /** Where the code stands: in a problem document, in one of its `errors`, or in a finding. */
  readonly in: 'problem' | 'error' | 'finding';
  /** The HTTP status of the response; null for findings that do not block a write. */
  readonly status: number | null;
  readonly grade?: string;
}

const typedEntries = <C extends string, M>(map: Readonly<Record<C, M>>): readonly [C, M][] =>
  Object.entries(map) as [C, M][];

/** All codes, including those of findings. */
export const codeCatalogue: readonly CatalogueEntry[] = [
  ...typedEntries(requestProblems).map(([code, entry]) => ({ code, in: 'problem' as const, ...entry })),
  ...typedEntries(fieldErrorWordings).map(([code, entry]) => ({ code, in: 'error' as const, status: 400, ...entry })),
  ...typedEntries(findingCodes).map(([code, { grade, means }]) => ({
    code,
    in: 'finding' as const,
    status: grade === 'warn' ? null : 422,
    grade,
    title: means,
    means,
  })),
];
