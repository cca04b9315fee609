// The trainer's faults, and Results turned back into exceptions.
// Not here: what is done about a fault (trainer.ts).
import { type Fault, FaultError, type Result } from '../fault.ts';
import type { Run } from './run.ts';

/** The result's value. Throws its fault as FaultError. */
export function must<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FaultError(result.fault);
}

/** The fault of work that a lost device ended. */
export function deviceLost(): FaultError {
  return new FaultError({
    kind: 'gpu',
    title: 'The GPU stopped answering',
    what: 'Checkpoints are safe.',
    expected: 'a working device',
    got: 'the device was lost',
    todo: ['Reload the page: the run goes on from its newest checkpoint.'],
  });
}

/** The fault of a lost device that could not be started again. `fault`: the loss, and the tries' reports. */
export function gpuUnavailable(fault: Fault, run: Run | null): Fault {
  const at = run ? ` at step ${run.globalStep}` : '';
  return {
    kind: 'gpu',
    title: 'The GPU stopped answering',
    what: `Training stopped${at}, and restarting the GPU failed twice. Your checkpoints are safe.`,
    expected: 'a working device',
    got: fault.got,
    todo: [
      'Close every window of this browser and open Perennial again. It goes on from the newest checkpoint, with the same result.',
      'If it happens again, close other programs that use the GPU, or choose a smaller batch.',
    ],
  };
}

/** The fault of Save checkpoint where `fault` came before the checkpoint was in the store. */
export function notSaved(fault: Fault, run: Run | null): Fault {
  const at = run ? ` Step ${run.globalStep} is not in the store.` : '';
  return {
    ...fault,
    title: 'The checkpoint was not saved',
    what: `${fault.title}.${at} The run goes on from its newest checkpoint.`,
    todo: ['Press Save checkpoint again once the run trains.'],
  };
}

/** The fault of a run that could not be written into the store. */
export function storageRefused(): Fault {
  return {
    kind: 'storage',
    title: 'The checkpoint could not be written into the store',
    what: 'Nothing was changed.',
    expected: 'free storage for one checkpoint',
    got: 'the store refused it',
    todo: ['Delete checkpoints that you do not need, then try again.'],
  };
}
