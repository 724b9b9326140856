/** The bounds of what may come in. Lengths are counted in Unicode code points. */
export const LIMITS = {
  /** Names of people, lists, courts, facilities, places and the like. */
  name: 200,
  /** Notes, summaries, rationales. */
  note: 4_000,
  citation: 1_000,
  url: 2_000,
  reference: 64,
  /** Ids that people choose: of lists, categories, instruments, incidents, clauses. */
  slug: 64,
  /** Ids that the register makes. */
  id: 64,
  /** A token or the mark of a page. */
  cursor: 2_000,
  sources: 20,
  names: 30,
  references: 20,
  articles: 50,
  clauses: 100,
  /** Codes in `acknowledge`. */
  acknowledge: 20,
  /** Values of one filter. */
  alternatives: 50,
  /** Rows of a page: asked for at most, and where nothing is asked. */
  page: 500,
  defaultPage: 50,
  /** Movements of a page, asked for at most and where nothing is asked: those of a register's years on one page. */
  movements: 1_000,
  /** Rows written by one request. */
  rows: 1_000,
  /** Problems told of one body or row; the rest show when these are put right. */
  errors: 100,
} as const;
