// How long a run is to be, where the user asks for it: a number of steps that a run can have, and an end
// after the checkpoint that a run starts from. Not here: steps and epochs (settings/calendar.ts).
import { endingAt, lastStep } from '../settings/calendar.ts';
import { parseSetting } from '../settings/parse-settings.ts';
import { type RunConfig, SETTINGS } from '../settings/settings.ts';
import { type Fault, FaultError } from '../fault.ts';
import type { FileFacts } from './checkpoint-file.ts';

/** Throws FaultError kind `setting` where no run may end at step `last`. */
export function mustBeSteps(last: number): void {
  const { fault } = parseSetting('maxSteps', String(last), SETTINGS.maxSteps.max);
  if (fault) throw new FaultError(fault);
}

/**
 * The settings of a run that starts from a checkpoint: its own, `changes`, and where `moreSteps` is given an
 * end so many steps after the checkpoint. Throws FaultError kind `setting` where no step would be left.
 */
export function forkConfig(
  { name, globalStep, config, dataset }: FileFacts,
  changes: Partial<RunConfig>,
  moreSteps: number | null,
): RunConfig {
  const changed = { ...config, ...changes };
  if (moreSteps !== null) mustBeSteps(globalStep + moreSteps);
  const fork = moreSteps === null ? changed : endingAt(globalStep + moreSteps, changed, dataset.count);
  const last = lastStep(fork, dataset.count);
  if (last <= globalStep) throw new FaultError(noStepLeft(name, globalStep, last));
  return fork;
}

const noStepLeft = (name: string, globalStep: number, last: number): Fault => ({
  kind: 'setting',
  title: `From ${name} no step is left to train`,
  what: 'A run from here would be finished at once. Nothing was changed.',
  expected: `a run that ends after step ${globalStep}`,
  got: `one that ends at step ${last}`,
  todo: ['Say how many steps more it is to train, or choose an earlier checkpoint.'],
});
