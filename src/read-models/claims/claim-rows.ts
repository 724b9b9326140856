/**
 * Claims in row versions, each valid over the positions [known_from, known_to). A claim is folded whenever one of its
 * events is stored: the row keeps the few events of its stream, so that a rebuild needs no index of the log.
 */
import { foldClaim, type Claim } from '../../domain/claim/claim.js';
import type { ClaimEvent } from '../../domain/claim/events.js';
import type { EventWithId } from '../../domain/event.js';
import { MAX_DAY, parseEdtf } from '../../domain/time.js';
import { canonicalJson } from '../../json/canonical.js';
import { STILL_KNOWN, type Db } from '../table.js';

/** The table of claims. It holds personal data, since a claim names its speaker. */
export const PERSONAL_CLAIMS_TABLE = 'personal_claims';

/**
 * Column `claim` is null where the events so far claim nothing, as once the claim is retracted. Column `about` is the canonical JSON of the
 * subject of the claim: equal texts, same subject.
 */
export const CREATE_CLAIM_TABLES = [
  `CREATE TABLE ${PERSONAL_CLAIMS_TABLE} (stream INTEGER NOT NULL, known_from INTEGER NOT NULL, known_to INTEGER NOT NULL,
    revision INTEGER NOT NULL, metric TEXT, list TEXT, instrument TEXT, about TEXT, said_day INTEGER, claim TEXT, events TEXT NOT NULL,
    PRIMARY KEY (stream, known_from)) WITHOUT ROWID`,
  `CREATE INDEX claims_in_order ON ${PERSONAL_CLAIMS_TABLE} (about, said_day, stream)`,
];

export interface StoredClaimEvent extends EventWithId<ClaimEvent> {
  readonly stream: number;
  readonly revision: number;
  readonly position: number;
}

export class ClaimRowWriter {
  readonly #last;
  readonly #close;
  readonly #insert;

  constructor(db: Db) {
    this.#last = db
      .prepare(`SELECT events FROM ${PERSONAL_CLAIMS_TABLE} WHERE stream = ? AND known_to = ${STILL_KNOWN}`)
      .pluck();
    this.#close = db.prepare(
      `UPDATE ${PERSONAL_CLAIMS_TABLE} SET known_to = ? WHERE stream = ? AND known_to = ${STILL_KNOWN}`,
    );
    this.#insert = db.prepare(
      `INSERT INTO ${PERSONAL_CLAIMS_TABLE} VALUES (?, ?, ${STILL_KNOWN}, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Adds the next event of a claim, after it was stored in the log tables. */
  add({ stream, revision, position, id, event }: StoredClaimEvent): void {
    const before = this.#last.get(stream) as string | undefined;
    const events = [...(before === undefined ? [] : (JSON.parse(before) as EventWithId<ClaimEvent>[])), { id, event }];
    const claim = foldClaim(events);
    const { metric = null, list = null, instrument = null } = claim?.about ?? {};
    this.#close.run(position, stream);
    this.#insert.run(
      ...[stream, position, revision, metric, list, instrument],
      claim && canonicalJson(claim.about),
      claim && saidDay(claim),
      claim && JSON.stringify(claim),
      JSON.stringify(events),
    );
  }
}

const saidDay = ({ saidOn }: Claim): number => parseEdtf(saidOn)?.earliest ?? MAX_DAY;
