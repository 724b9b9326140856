/**
 * How many people entered and left a list (the numbers that claims are compared with), on random registers: must equal what a brute-force
 * model counts in every possible course. `REGISTER_SEED=17 npx jest test/simulation/possible-movements` repeats one register.
 */
import { countPossibleMovements } from '../../src/read-models/counts/possible-movements.js';
import { parseDay } from '../../src/domain/time.js';
import { BruteForceModel } from '../support/brute-force-model.js';
import { effort } from '../support/effort.js';
import { projectRegister, text } from '../support/projected-register.js';
import { CATEGORIES, Random, randomRegister } from '../support/random-register.js';

const { REGISTER_SEED, REGISTER_SEEDS = effort(12, 200) } = process.env;
const seeds =
  REGISTER_SEED === undefined ? Array.from({ length: Number(REGISTER_SEEDS) }, (_, at) => at) : [Number(REGISTER_SEED)];

const REASONS = ['bail', 'health', 'unfounded', 'pardon', 'died', 'escaped', 'delisted', 'none', 'policy'];

test.each(seeds)('register %i counts the movements of every course', async (seed) => {
  const register = randomRegister(seed);
  const random = new Random(seed + 3_000_000);
  const slow = new BruteForceModel(register);
  const { reader, close } = await projectRegister(register, random);
  const context = await reader.contextAt();
  const { position } = context;
  const dayOf = (day: number): number => parseDay(text(day)) ?? 0;
  for (const { id } of register.lists) {
    const list = context.logTables.listAt(id, position)?.definition;
    if (list === undefined) throw new Error('no list');
    for (let no = 0; no < 12; no += 1) {
      const [from = 0, to = 0] = [random.below(register.days + 2) - 1, random.below(register.days + 2) - 1].sort(
        (a, b) => a - b,
      );
      const categories = random.chance(40) ? [random.pick(CATEGORIES)] : undefined;
      const kind = random.pick(['entered', 'left'] as const);
      const reason = kind === 'left' && random.chance(60) ? random.pick(REASONS) : undefined;
      const asked = { list, kind, reason, categories, from: dayOf(from), to: dayOf(to) };
      const counted = await countPossibleMovements(reader, context, position, asked);
      const question = { id, kind, reason, categories, from, to };
      expect({ ...question, ...counted }).toEqual({
        ...question,
        ...slow.moved(id, [from, to], kind, { categories, reason }),
      });
    }
  }
  await close();
});
