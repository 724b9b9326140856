/** What a command says on the terminal: lines, small tables, and how far it is. */
import { Presets, SingleBar } from 'cli-progress';
import type { Writable } from 'node:stream';

/** A table of plain text: columns as wide as their widest cell, numbers to the right. */
export const table = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const texts = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => width(row[column] ?? ''))));
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - width(text));
        return isNumber[column] === true ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((n) => '-'.repeat(n)).join('  '), ...texts.slice(1).map(line)]
    .map((text) => `  ${text}\n`)
    .join('');
};

const width = (text: string): number => [...text].length;

export interface Gauge {
  show(done: number, total: number, note: string): void;
  end(): void;
}

/** Milliseconds between two lines where there is no terminal to draw a bar on. */
const LINE_EVERY_MS = 2_000;

/** A bar on a terminal; elsewhere a line now and then, and one at the end. */
export const gauge = (label: string, out: Writable & { readonly isTTY?: boolean }): Gauge =>
  out.isTTY === true ? bar(label, out) : lines(label, out);

const bar = (label: string, stream: Writable): Gauge => {
  const drawn = new SingleBar(
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
    show(done, total, note) {
      if (started) drawn.update(done, { note });
      else drawn.start(total, done, { note });
      started = true;
    },
    end() {
      if (started) drawn.stop();
    },
  };
};

const lines = (label: string, out: Writable): Gauge => {
  let last: string | undefined;
  let written: string | undefined;
  let since = Date.now();
  const write = (): void => {
    if (last !== undefined && last !== written) out.write(last);
    written = last;
  };
  return {
    show(done, total, note) {
      last = `  ${label}  ${done}/${total}  ${note}\n`;
      if (Date.now() - since < LINE_EVERY_MS) return;
      since = Date.now();
      write();
    },
    end: write,
  };
};
