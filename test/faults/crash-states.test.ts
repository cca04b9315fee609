// The small part of `npm run test:faults` that npm test runs: 200 states of a store after a
// crash, from a fixed seed. Not here: 200,000 of them, and the broken variants
// (crash-states.long.test.ts).
import { expect, test } from 'vitest';
import { caughtAfter, holdStates, underTheClock } from './crash-runs.ts';

underTheClock();

test('whatever a crash leaves: nothing torn is loaded, nothing committed is lost', async () => {
  expect((await holdStates(200, 1)).states).toBeGreaterThanOrEqual(200);
});

test('a store that overwrites the newest is caught', async () => {
  expect((await caughtAfter('the newest overwritten', 2000, 1)).by).toContain('lost');
});
