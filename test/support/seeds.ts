/** The seed of every run, and one that no run had before; a failure names it, and `FC_SEED` brings it back. */
const FIXED = 20_260_325;
const fresh = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

/** Runs a suite with each of the two seeds, which are printed. */
export function describeWithSeeds(title: string, suite: (seed: number) => void): void {
  process.stdout.write(`${title}: seeds ${FIXED} and ${fresh}\n`);
  describe.each([
    ['the fixed seed', FIXED],
    ['a fresh seed', fresh],
  ])(`${title}, with %s %i`, (_, seed) => suite(seed));
}
