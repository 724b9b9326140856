/** Constants and names of several words in comments exist: a rename reaches the code by itself, but not what comments say of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const files = ['src', 'test', 'bench', 'tools', 'verify']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file))))
  .filter((file) => /\.(ts|mjs|cjs)$/.test(file) && !file.includes('node_modules') && join(root, file) !== __filename);

/** Names of products, protocols and other programs. */
const FOREIGN_WORDS = new Set([
  'BatchAppend',
  'CommonJS',
  'EventSource',
  'JavaScript',
  'KurrentDB',
  'NestJS',
  'TypeScript',
  'fsGroup',
  'gRPC',
  'uXXXX',
]);

interface Comment {
  readonly place: string;
  readonly text: string;
}

/** The comments of a file, and its text without them. */
const takeApart = (file: string): { readonly comments: readonly Comment[]; readonly code: string } => {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    const around = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const range of around) ranges.set(range.pos, range);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const comments: Comment[] = [];
  let [code, end] = ['', 0];
  for (const range of [...ranges.values()].sort((a, b) => a.pos - b.pos)) {
    if (range.pos < end) continue;
    const line = source.getLineAndCharacterOfPosition(range.pos).line + 1;
    comments.push({ place: `${file}:${line}`, text: text.slice(range.pos, range.end) });
    code += ` ${text.slice(end, range.pos)}`;
    end = range.end;
  }
  return { comments, code: code + text.slice(end) };
};

/** A name in code that is made of several words, such as `MAX_LENGTH`, `eventsOf` or `EventStore`; no word of plain English is. */
const COMPOUND_WORD = /\b(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*)\b/g;

it('what comments name is in the code', () => {
  const parts = files.map(takeApart);
  const words = new Set(parts.flatMap(({ code }) => code.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []));
  const isUnknown = (word: string): boolean => !words.has(word) && !FOREIGN_WORDS.has(word);
  const comments = parts.flatMap((part) => part.comments);
  expect(comments.length).toBeGreaterThan(3_000);
  expect(
    comments.flatMap(({ place, text }) =>
      (text.match(COMPOUND_WORD) ?? []).filter(isUnknown).map((word) => `${place} ${word}`),
    ),
  ).toEqual([]);
});
