/** `npm test` tries little of what takes long, `npm run test:thorough` (THOROUGH=1) as much as a night allows. */
export const THOROUGH = process.env['THOROUGH'] === '1';

/** How much is tried: a number of runs, rounds, requests. */
export const effort = (usual: number, thorough: number): number => (THOROUGH ? thorough : usual);
