// An executor of which a test gives only the methods it needs: each other one throws when it is called.
import type { Executor } from '../../src/engine/executor.ts';

const notGiven = (): never => {
  throw new Error('this test gives its executor no such method');
};

export const idleExecutor = (given: Partial<Executor>): Executor => ({
  kind: 'eager',
  parameters: [],
  setState: notGiven,
  step: notGiven,
  snapshot: notGiven,
  hold: notGiven,
  predict: notGiven,
  dispose: notGiven,
  ...given,
});
