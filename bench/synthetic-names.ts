/** Invented names by number, as unevenly spread as real ones: a few given names and surnames are those of many people. */
import { pseudoRandom } from './synthetic.js';

const GIVEN = (
  'Elşən Məmməd Əli Rəşad Elçin Anar Vüqar Hüseyn Cavid Tofiq Leyla Aysel Sevinc Günel Ramiz Heydər Fərid Orxan Nicat ' +
  'Ülvi Zaur Emin Kamran Tural Xədicə Yusif Bəxtiyar Cahangir Toğrul Qalib Azər Şahin Nərgiz Rövşən Teymur Pərviz'
).split(' ');
const STEMS = 'Məmməd Əli Həsən Hüseyn Quli İsmayıl Əhməd Rəhim Kərim Qasım Cəfər Abbas Nəbi Mustafa Xəlil'.split(' ');
const SYLLABLES = 'ba çi də el fa gü ha is ka lə mi no pü ra sə to və xu qa ce şi zə yu or'.split(' ');
const ENDINGS = ['ov', 'ova', 'yev', 'yeva', 'li', 'lı', 'zadə', 'bəyli'];

/** The n-th of a million names: given name, surname, and often the father between them or the surname first. */
export const personName = (n: number): string => {
  const given = fewOften(GIVEN, share(n, 11));
  const surname = surnameOf(n);
  const form = share(n, 12);
  const father = GIVEN[pseudoRandom(n, 13) % GIVEN.length] ?? '';
  const name =
    form < 0.5 ? `${given} ${father} oğlu ${surname}` : form < 0.75 ? `${given} ${surname}` : `${surname} ${given}`;
  return share(n, 14) < 0.5 ? name : inEnglish(name);
};

/** The name without the father, as somebody would search for it. */
export const searchedName = (n: number): string => personName(n).replace(/ \S+ o[gğ]lu/u, '');

const SURNAMES = 14_000;
const surnameOf = (n: number): string => {
  const number = Math.floor(SURNAMES ** share(n, 15)) - 1;
  const ending = ENDINGS[pseudoRandom(n, 16) % ENDINGS.length] ?? '';
  const invented = [1, SYLLABLES.length, SYLLABLES.length ** 2]
    .map((size) => SYLLABLES[Math.floor(number / size) % SYLLABLES.length] ?? '')
    .join('');
  return (STEMS[number] ?? invented.charAt(0).toLocaleUpperCase('az') + invented.slice(1)) + ending;
};

/** A pseudo-random number from 0 to 1. */
const share = (n: number, purpose: number): number => pseudoRandom(n, purpose) / 2 ** 32;

/** The first of the list are chosen far more often than the last. */
const fewOften = (list: readonly string[], at: number): string => list[Math.floor(list.length ** at) - 1] ?? '';

const ENGLISH: ReadonlyMap<string, string> = new Map(
  Object.entries({ ə: 'a', c: 'j', ç: 'ch', ş: 'sh', x: 'kh', q: 'g', ü: 'u', ö: 'o', ğ: 'gh', ı: 'i', İ: 'I' }),
);
const inEnglish = (name: string): string =>
  [...name]
    .map((letter) => {
      const small = ENGLISH.get(letter);
      if (small !== undefined) return small;
      const capital = ENGLISH.get(letter.toLocaleLowerCase('az'));
      return capital === undefined ? letter : capital.charAt(0).toUpperCase() + capital.slice(1);
    })
    .join('');
