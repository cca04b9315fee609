// An executor with only the methods that a test gives: every other method throws.
import type { Executor } from '../../src/engine/executor.ts';

const notGiven = (): never => {
  throw new Error('this test gives its executor no such method');
};

/** Give `step` alone, say, for a loop that only trains. */
export const idleExecutor = (given: Partial<Executor>): Executor => ({
  kind: 'eager',
  parameters: [],
  prepare: () => Promise.resolve(),
  setState: notGiven,
  step: notGiven,
  snapshot: notGiven,
  hold: notGiven,
  predict: notGiven,
  dispose: notGiven,
  ...given,
});
