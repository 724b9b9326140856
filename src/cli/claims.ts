/** `habeas claims`: what was claimed, beside what the register counts. */
import { ClaimsQueryParameters } from '../http/claims/parameters.js';
import { pick } from '../http/parameters.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import { readSettings } from '../settings.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { readCliOptions } from './read-options.js';
import { withRegisterToRead } from './register.js';
import { allClaims, claimTable } from './show-claims.js';

export interface ClaimsOptions {
  readonly data?: string;
  readonly list?: string;
  readonly instrument?: string;
  readonly about?: string;
  readonly on?: string;
  readonly knownAt?: string;
}

/** Prints every claim. Throws CannotRun for options that the REST interface would refuse. */
export const claimsCommand = async ({ data, ...options }: ClaimsOptions, context: Context): Promise<ExitCode> => {
  const settings = readSettings({ ...context.environment, ...(data && { HABEAS_DATA: data }) });
  const query = readCliOptions(ClaimsQueryParameters, options);
  const { on, knownAt } = query;
  const scope = new Scope(UNRESTRICTED, { ...(on && { asOf: on }), ...(knownAt && { knownAt }) });
  return withRegisterToRead(settings, context, async ({ queries }) => {
    const items = await allClaims(queries, scope, pick(query, ['list', 'instrument', 'about']));
    context.out.write(items.length === 0 ? 'Nothing is claimed.\n' : claimTable(items));
    return EXIT.ok;
  });
};
