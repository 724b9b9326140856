import * as fc from 'fast-check';
import { LineReader } from '../../src/json/lines.js';
import { assertProperty } from '../support/property.js';

const read = (chunks: readonly Buffer[], maxBytes = 100): readonly [number, string | null][] => {
  const reader = new LineReader(maxBytes);
  const lines = [...chunks.flatMap((chunk) => [...reader.read(chunk)]), ...reader.end()];
  return lines.map(({ number, bytes }) => [number, bytes === null ? null : bytes.toString()]);
};
const readText = (text: string, maxBytes?: number) => read([Buffer.from(text)], maxBytes);

describe('lines', () => {
  it.each([
    [
      'a\nb\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a\r\nb\r\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      '\ufeffa\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    ['\ufeff\n\ra', [[2, '\ra']]],
    [
      'a\n\ufeffb',
      [
        [1, 'a'],
        [2, '\ufeffb'],
      ],
    ],
    [
      '\n\n \t\r\na\n\r\n\nb\n\n',
      [
        [4, 'a'],
        [7, 'b'],
      ],
    ],
    ['', []],
    ['\ufeff', []],
  ])('%j: each with its number, without blank ones and the mark at the beginning', (text, lines) =>
    expect(readText(text)).toEqual(lines),
  );

  it('are the same however their bytes come', () => {
    assertProperty(
      fc.property(
        fc.array(fc.constantFrom('a', 'ə', '\n', '\r', '\r\n', ' ', '\ufeff', '{}')),
        fc.array(fc.nat(20)),
        fc.constantFrom(1, 2, 3, 100),
        (parts, cuts, maxBytes) => {
          const bytes = Buffer.from(parts.join(''));
          const chunks: Buffer[] = [];
          let rest = bytes;
          for (const cut of cuts) {
            chunks.push(rest.subarray(0, cut));
            rest = rest.subarray(cut);
          }
          expect(read([...chunks, rest], maxBytes)).toEqual(read([bytes], maxBytes));
        },
      ),
      500,
    );
  });

  it('that are too long are told of by their number, and end it', () => {
    expect(readText(`a\n${'x'.repeat(100)}\n${'y'.repeat(101)}\nb`)).toEqual([
      [1, 'a'],
      [2, 'x'.repeat(100)],
      [3, null],
    ]);
    expect(read([Buffer.from('\ufeffabc\r'), Buffer.from('\nd')], 3)).toEqual([
      [1, 'abc'],
      [2, 'd'],
    ]);
    const endless = new LineReader(100);
    expect([...endless.read(Buffer.alloc(200, 'x'))]).toEqual([{ number: 1, bytes: null }]);
    expect([...endless.read(Buffer.from('\na\n')), ...endless.end()]).toEqual([]);
  });
});
