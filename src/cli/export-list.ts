/** A list as a file for people. */
import { CsvQuery, filtersOf, PeopleQuery, pick } from '../http/parameters.js';
import { exportList, type ListExportRequest, type TableFormat } from '../register-files/list-export.js';
import { readParameters } from '../schema/read.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { into } from './export-file.js';
import { withRegisterToRead } from './register.js';
import { gauge } from './terminal.js';

/** The list, and the day, the filters and the order by their names in a URL. */
export type AskedOfList = Readonly<Record<string, string | string[]>>;

/** Gives what there is to say of it. Throws CannotRun for parameters that are none. */
export const exportPeople = (
  format: TableFormat,
  parameters: AskedOfList,
  out: string | undefined,
  settings: Settings,
  context: Context,
): Promise<string> => {
  const asked = listAsked(parameters, format);
  return withRegisterToRead(settings, context, async ({ queries }) => {
    const shown = gauge('people', context.err);
    let people = 0;
    const exported = await exportList(queries, asked, format, (rows) => shown.show(rows, people, ''));
    if (exported === null) throw new CannotRun(`There is no list ${asked.list}`);
    people = exported.people;
    await into(out, exported.content, context, shown);
    const { asOf, position, leavesOut } = exported;
    return `${people} people of ${asked.list} on ${asOf}, as known at position ${position}.\nNot in the file: ${leavesOut}.\n`;
  });
};

const listAsked = ({ list = 'union', ...parameters }: AskedOfList, format: TableFormat): ListExportRequest => {
  const read = readParameters<CsvQuery>(format === 'csv' ? CsvQuery : PeopleQuery, parameters);
  if ('errors' in read) {
    const lines = read.errors.map(
      ({ pointer, expected }) => `${optionOf(pointer.split('/')[1] ?? '')}: expected ${expected}`,
    );
    throw new CannotRun(lines.join('\n'));
  }
  return { list: String(list), filters: filtersOf(read.value), ...pick(read.value, ['asOf', 'sort', 'separator']) };
};

const optionOf = (parameter: string): string =>
  `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
