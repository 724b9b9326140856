/** Files of rows and definitions in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFINITIONS } from './real-register.js';

type Item = Record<string, unknown> & { id: string };
/** The part of the definitions that tests change. */
export interface Definitions {
  lists: (Item & {
    categories: (Item & { name: { en: string } })[];
    policy: { from: string; custody: string[] }[];
  })[];
  instruments: Item[];
}

export class Files {
  private readonly folder = mkdtempSync(join(tmpdir(), 'habeas-files-'));

  /** A CSV file of rows, with the columns of the first. */
  rows(name: string, ...rows: readonly Readonly<Record<string, string>>[]): string {
    const columns = Object.keys(rows[0]!);
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]!))];
    return this.text(name, lines.map((cells) => cells.map(quoted).join(',')).join('\n'));
  }

  text(name: string, text: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** The demonstration's definitions, changed. */
  definitions(change: (definitions: Definitions) => void): string {
    const definitions = JSON.parse(readFileSync(DEFINITIONS, 'utf8')) as Definitions;
    change(definitions);
    return this.text('register.json', JSON.stringify(definitions));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
