// The losses as the chart needs them, updated as they grow: block ranges and the smoothed line. Not here:
// what is drawn (loss-picture.ts).
import { useRef } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';
import { LossIndex } from './loss-index.ts';
import { Smoothed, smoothingShare } from './smoothing.ts';

export interface LossSeries {
  index: LossIndex;
  smoothed: Smoothed;
}

/** Updated with the losses and the slider at each drawing; reads only new losses. */
export function useLossSeries(): LossSeries {
  const { looking } = useApp();
  const { values, count } = looking.losses.value;
  const share = smoothingShare(looking.smoothing.value);
  const ref = useRef<LossSeries>(undefined);
  ref.current ??= { index: new LossIndex(), smoothed: new Smoothed() };
  const { index, smoothed } = ref.current;
  if (index.replaced(values, count)) smoothed.reset();
  index.update(values, count);
  smoothed.update(values, count, share);
  return ref.current;
}
