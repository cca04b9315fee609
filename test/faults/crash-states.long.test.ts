// The first part of `npm run test:faults`: states of a store after a crash, by the store's own code over a
// disk in memory, and broken variants of its protocol, which must all be caught. CRASH_STATES: how many
// (200,000 by that command); FAULTS_SEED: where to begin; FAULTS_REPORT: the file for what came of it.
import { writeFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { caughtAfter, holdStates, underTheClock } from './crash-runs.ts';
import { BROKEN } from './store-variant.ts';

const states = Number(process.env['CRASH_STATES'] ?? 5000);
const seed = Number(process.env['FAULTS_SEED'] ?? 1);
const report: Record<string, unknown> = { test: 'crash states', seed };

underTheClock();
console.info(`crash states: ${states} from seed ${seed}`);

afterAll(async () => {
  const file = process.env['FAULTS_REPORT'];
  if (file) await writeFile(file, JSON.stringify(report));
});

test('whatever a crash leaves: nothing torn is loaded, nothing committed is lost', async () => {
  const sum = await holdStates(states, seed);
  Object.assign(report, sum, { torn: 0, lost: 0 });
  expect(sum.states).toBeGreaterThanOrEqual(states);
});

test.each(Object.keys(BROKEN))('a broken store is caught: %s', async (variant) => {
  const caught = await caughtAfter(variant, 40_000, seed);
  report['caught'] = { ...(report['caught'] as object), [variant]: caught };
  expect(caught.by).not.toBe('');
});
