import { Scope, UNRESTRICTED, type ScopeParameters } from '../../src/read-models/scope.js';

type Asked = { readonly [Name in keyof ScopeParameters]?: string | undefined };

export const scopeOf = (asked: Asked = {}): Scope => new Scope(UNRESTRICTED, asked as ScopeParameters);

/** Today, with all that is known. */
export const NOW = scopeOf();
