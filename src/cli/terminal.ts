/** Tables and progress on the terminal. */
import { Presets, SingleBar } from 'cli-progress';
import type { Writable } from 'node:stream';

/** A text table; columns of numbers are aligned right. By hand: cli-table3 pads the last cell, and would need more options than this has lines. */
export const table = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const texts = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => widthOf(row[column] ?? ''))));
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - widthOf(text));
        return isNumber[column] === true ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((n) => '-'.repeat(n)).join('  '), ...texts.slice(1).map(line)]
    .map((text) => `  ${text}\n`)
    .join('');
};

const widthOf = (text: string): number => [...text].length;

export interface ProgressBar {
  update(done: number, total: number, note: string): void;
  end(): void;
}

/** Milliseconds between two progress lines where the output is no terminal. */
const LINE_EVERY_MS = 2_000;

/** A bar on a terminal; elsewhere a line every few seconds, and one at the end. */
export const progressBar = (label: string, out: Writable & { readonly isTTY?: boolean }): ProgressBar =>
  out.isTTY === true ? terminalBar(label, out) : progressLines(label, out);

const terminalBar = (label: string, stream: Writable): ProgressBar => {
  const bar = new SingleBar(
    {
      format: `  ${label}  {bar} {percentage}%  {value}/{total}  {note}`,
      stream: stream,
      hideCursor: false,
      gracefulExit: false,
      fps: 15,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(done, total, note) {
      if (started) bar.update(done, { note });
      else bar.start(total, done, { note });
      started = true;
    },
    end() {
      if (started) bar.stop();
    },
  };
};

const progressLines = (label: string, out: Writable): ProgressBar => {
  let last: string | undefined;
  let written: string | undefined;
  let since = Date.now();
  const write = (): void => {
    if (last !== undefined && last !== written) out.write(last);
    written = last;
  };
  return {
    update(done, total, note) {
      last = `  ${label}  ${done}/${total}  ${note}\n`;
      if (Date.now() - since < LINE_EVERY_MS) return;
      since = Date.now();
      write();
    },
    end: write,
  };
};
