/** Limits of requests, answers and jobs. Text lengths are counted in Unicode code points. */
export const LIMITS = {
  /** Names of people, lists, courts, facilities, places and the like. */
  name: 200,
  /** Notes, summaries, rationales. */
  note: 4_000,
  citation: 1_000,
  url: 2_000,
  reference: 64,
  /** Ids that clients choose, such as those of lists, categories, instruments, incidents, clauses, claims and editions. */
  slug: 64,
  /** Ids that the register generates. */
  id: 64,
  /** A token or a page cursor. */
  cursor: 2_000,
  sources: 20,
  names: 30,
  references: 20,
  articles: 50,
  clauses: 100,
  /** Conditions of one clause. */
  conditions: 20,
  /** Codes in `acknowledge`. */
  acknowledge: 20,
  /** Values of one filter. */
  alternatives: 50,
  /** Rows of a page that a client may ask for. */
  page: 500,
  /** Rows of a page where the client does not say how many. */
  defaultPage: 50,
  /** Bytes of JSON after which a page ends, even with fewer rows than asked for; one event may be up to a quarter of this size. */
  pageBytes: 4 * 1024 * 1024,
  /** Movements of a page, maximum and default: enough for several years of a register. */
  movements: 1_000,
  /** Days on which eligibility is asked at once. */
  askedDays: 1_100,
  /** Claims of a page that a client may ask for; each is compared with what the register counts. */
  claims: 100,
  /** Claims of a page where the client does not say how many. */
  defaultClaims: 50,
  /** Contradicting claims that are listed with a claim; further ones are left out. */
  conflicts: 50,
  /** Days of a statistic over several days: some eleven years. */
  seriesDays: 4_000,
  /** Numbers of one statistic: rows by columns. */
  tableCells: 100_000,
  /** Groups into which the people of a list are counted. */
  groups: 10_000,
  /** Rows of one batch request. */
  rows: 1_000,
  /** Persons to whom an instrument is applied by one request. */
  persons: 50_000,
  /** Possible duplicates (pairs of cases) that one search of the register finds at most; it stops when it has as many. */
  duplicatePairs: 100_000,
  /** Members of one edition: the hashes of their lines are stored as one event. */
  editionMembers: 7_500,
  /** Field errors reported per body or row; further ones are cut off. */
  errors: 100,
} as const;
