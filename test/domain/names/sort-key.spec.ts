import { LAST, nameKey, referenceKey } from '../../../src/domain/names/sort-key.js';

const sorted = (key: (text: string) => string, texts: readonly string[]): readonly string[] =>
  [...texts].sort((a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b))));

describe('the key of a name', () => {
  it('follows the Azerbaijani alphabet, letter by letter', () => {
    const alphabet = [...'abcçdeəfgğhxıijkqlmnoöprsştuüvwyz'];
    expect(sorted(nameKey, [...alphabet].reverse())).toEqual(alphabet);
  });

  it('counts large and small letters alike, the dotted and the dotless i apart', () => {
    expect(nameKey('ƏLİ')).toBe(nameKey('əli'));
    expect(nameKey('I')).toBe(nameKey('ı'));
    expect(nameKey('İ')).toBe(nameKey('i'));
    expect(nameKey('I')).not.toBe(nameKey('İ'));
  });

  it('reads composed and decomposed letters alike', () => {
    expect(nameKey('Çiçək'.normalize('NFD'))).toBe(nameKey('Çiçək'));
  });

  it('counts foreign letters as their base and passes over apostrophes', () => {
    expect(nameKey('André')).toBe(nameKey('Andre'));
    expect(nameKey("D’Arc'")).toBe(nameKey('Darc'));
  });

  it('compares words one by one, whatever parts them', () => {
    expect(sorted(nameKey, ['Əliyev', 'Əli Zadə', 'Əli'])).toEqual(['Əli', 'Əli Zadə', 'Əliyev']);
    expect(nameKey(' Əli-Zadə. ')).toBe(nameKey('Əli  Zadə'));
  });

  it('puts digits first and other scripts after, ё with е, and nothing at all last', () => {
    expect(sorted(nameKey, ['Жук', 'Zal', '7 nömrə', 'Гейдар'])).toEqual(['7 nömrə', 'Zal', 'Гейдар', 'Жук']);
    expect(nameKey('Артём')).toBe(nameKey('Артем'));
    expect(nameKey('Йод')).not.toBe(nameKey('Иод'));
    expect(Buffer.compare(Buffer.from(LAST), Buffer.from(nameKey('Яя')))).toBe(1);
  });
});

describe('the key of a reference', () => {
  it('takes digits for numbers', () => {
    expect(sorted(referenceKey, ['AZ-10', 'AZ-2', 'AZ-0', 'B-1', 'az-3', 'AZ'])).toEqual([
      'AZ',
      'AZ-0',
      'AZ-2',
      'az-3',
      'AZ-10',
      'B-1',
    ]);
  });

  it('tells references apart that count alike', () => {
    expect(referenceKey('AZ-2')).not.toBe(referenceKey('AZ-02'));
    expect(sorted(referenceKey, ['AZ-02-5', 'AZ-2-10'])).toEqual(['AZ-02-5', 'AZ-2-10']);
  });

  it('passes over zeros in front, and over no other', () => {
    expect(sorted(referenceKey, ['100', '10', '0099', '00009', '002'])).toEqual(['002', '00009', '10', '0099', '100']);
  });

  it('orders numbers of any length', () => {
    expect(sorted(referenceKey, ['1234567890', '999999999'])).toEqual(['999999999', '1234567890']);
    const long = '9'.repeat(120);
    expect(sorted(referenceKey, [`${long}9`, '8'.repeat(99), long])).toEqual(['8'.repeat(99), long, `${long}9`]);
  });
});
