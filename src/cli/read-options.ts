import type { Constructor } from '../schema/field.js';
import { readParameters, type ReadResult } from '../schema/read.js';
import { CannotRun } from './exit.js';
import { optionNameOf } from './option-name.js';

/** Options under the names of parameters; one that is not given is undefined. */
export type Options = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads options into a `type`. Throws CannotRun that names each wrong one; `argument` is the field that is a positional argument. */
export const readCliOptions = <T extends object>(
  type: Constructor<T>,
  options: Options,
  argument?: string,
  readBy: (
    type: Constructor<T>,
    input: Readonly<Record<string, string | readonly string[]>>,
  ) => ReadResult<T> = readParameters,
): T => {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const read = readBy(type, Object.fromEntries(given));
  if ('value' in read) return read.value;
  const lines = read.errors.map(({ pointer, expected }) => {
    const name = pointer.slice(1);
    return `${name === argument ? name : optionNameOf(name)}: expected ${expected}`;
  });
  throw new CannotRun(lines.join('\n'));
};
