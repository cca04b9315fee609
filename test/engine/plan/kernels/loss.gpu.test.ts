// The mean squared error of each picture and the gradient of the step's loss agree with float64.
import { test } from 'vitest';
import { claimLoss } from './loss-claims.ts';
import { REGISTERS } from '../targets.ts';

test('registers: pictures of odd size, over two micro-batches', async () => {
  await claimLoss(REGISTERS, { batch: 3, perPicture: 1029 });
  await claimLoss(REGISTERS, { batch: 1, perPicture: 3 });
});
