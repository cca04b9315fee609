// What a run that waits for its pictures loses by it, and what to do. Not here: measuring it
// (trainer/rate-meter.ts).
import { augmentationOf } from '../../settings/augmentation.ts';
import type { RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

/** The part of the time from which on it is worth a word. */
const WORTH_SAYING = 0.01;

/** A row of the machine's facts while steps wait for pictures in more than 1 % of the time; else nothing. */
export function Waiting() {
  const { state, looking } = useApp();
  const share = looking.numbers.value.waitShare ?? 0;
  const run = state.run.value;
  if (!run || state.runState.value !== 'training' || share <= WORTH_SAYING) return null;
  const stored = state.datasets.value.find(({ id }) => id === run.dataset.id)?.storedSize ?? 0;
  return (
    <>
      <dt>Waiting</dt>
      <dd>
        {Math.round(100 * share)} % of the time for pictures
        <small>{whatToDo(run, stored)}</small>
      </dd>
    </>
  );
}

/** `stored`: edge of the pictures in the store, in pixels. */
function whatToDo({ config, dataset }: RunSummary, stored: number): string {
  const { randomCrop, colorJitter } = augmentationOf(config, dataset.count);
  const others = 'Close other programs that use the disk or the processor.';
  if (randomCrop || colorJitter)
    return `${others} A run without Random crop and Colour change has its pictures sooner.`;
  if (stored > dataset.size)
    return `${others} The pictures are stored at ${stored} px: imported at ${dataset.size} px they need no resizing.`;
  return others;
}
