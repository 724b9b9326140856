import { SORTS_LAST, nameSortKey, referenceSortKey } from '../../../src/domain/names/sort-key.js';

const sorted = (key: (text: string) => string, texts: readonly string[]): readonly string[] =>
  [...texts].sort((a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b))));

describe('the key of a name', () => {
  it('follows the Azerbaijani alphabet, letter by letter', () => {
    const alphabet = [...'abcçdeəfgğhxıijkqlmnoöprsştuüvwyz'];
    expect(sorted(nameSortKey, [...alphabet].reverse())).toEqual(alphabet);
  });

  it('counts large and small letters alike, the dotted and the dotless i apart', () => {
    expect(nameSortKey('ƏLİ')).toBe(nameSortKey('əli'));
    expect(nameSortKey('I')).toBe(nameSortKey('ı'));
    expect(nameSortKey('İ')).toBe(nameSortKey('i'));
    expect(nameSortKey('I')).not.toBe(nameSortKey('İ'));
  });

  it('reads composed and decomposed letters alike', () => {
    expect(nameSortKey('Çiçək'.normalize('NFD'))).toBe(nameSortKey('Çiçək'));
  });

  it('counts foreign letters as their base and passes over apostrophes', () => {
    expect(nameSortKey('André')).toBe(nameSortKey('Andre'));
    expect(nameSortKey("D’Arc'")).toBe(nameSortKey('Darc'));
  });

  it('compares words one by one, whatever parts them', () => {
    expect(sorted(nameSortKey, ['Əliyev', 'Əli Zadə', 'Əli'])).toEqual(['Əli', 'Əli Zadə', 'Əliyev']);
    expect(nameSortKey(' Əli-Zadə. ')).toBe(nameSortKey('Əli  Zadə'));
  });

  it('puts digits first and other scripts after, ё with е, and nothing at all last', () => {
    expect(sorted(nameSortKey, ['Жук', 'Zal', '7 nömrə', 'Гейдар'])).toEqual(['7 nömrə', 'Zal', 'Гейдар', 'Жук']);
    expect(nameSortKey('Артём')).toBe(nameSortKey('Артем'));
    expect(nameSortKey('Йод')).not.toBe(nameSortKey('Иод'));
    expect(Buffer.compare(Buffer.from(SORTS_LAST), Buffer.from(nameSortKey('Яя')))).toBe(1);
  });
});

describe('the key of a reference', () => {
  it('takes digits for numbers', () => {
    expect(sorted(referenceSortKey, ['AZ-10', 'AZ-2', 'AZ-0', 'B-1', 'az-3', 'AZ'])).toEqual([
      'AZ',
      'AZ-0',
      'AZ-2',
      'az-3',
      'AZ-10',
      'B-1',
    ]);
  });

  it('tells references apart that count alike', () => {
    expect(referenceSortKey('AZ-2')).not.toBe(referenceSortKey('AZ-02'));
    expect(sorted(referenceSortKey, ['AZ-02-5', 'AZ-2-10'])).toEqual(['AZ-02-5', 'AZ-2-10']);
  });

  it('passes over zeros in front, and over no other', () => {
    expect(sorted(referenceSortKey, ['100', '10', '0099', '00009', '002'])).toEqual([
      '002',
      '00009',
      '10',
      '0099',
      '100',
    ]);
  });

  it('orders numbers of any length', () => {
    expect(sorted(referenceSortKey, ['1234567890', '999999999'])).toEqual(['999999999', '1234567890']);
    const long = '9'.repeat(120);
    expect(sorted(referenceSortKey, [`${long}9`, '8'.repeat(99), long])).toEqual(['8'.repeat(99), long, `${long}9`]);
  });
});
