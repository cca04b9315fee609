// The time the page takes to redraw the loss chart of a long run. Plain numbers, no GPU and no canvas. Not
// here: how many losses a redraw reads (test/ui/loss/loss-picture.test.ts), the drawing on the canvas
// (uPlot's).
import { LossIndex } from '../src/ui/loss/loss-index.ts';
import { lossPicture } from '../src/ui/loss/loss-picture.ts';
import { Smoothed, smoothingShare } from '../src/ui/loss/smoothing.ts';
import { stepAxis } from '../src/ui/page-state/chart-axis.ts';
import { losses } from '../test/ui/gallery-losses.ts';
import type { Row } from './row.ts';
import { median } from './steps.ts';
import { rounded } from './summary.ts';

/** As many steps as a month of training makes on a fast GPU. */
const COUNT = 3_750_000;
const NEW_PER_REDRAW = 100;
const REDRAWS = 10;
const COLUMNS = 1600;
const SHARE = smoothingShare(82);

/** The row `chart`: ms for one redraw after 100 new steps, and for taking in the whole history anew. */
export function chartRow(): Row {
  const values = losses(COUNT);
  const [index, smoothed] = [new LossIndex(), new Smoothed()];
  const takeIn = (count: number): void => {
    index.update(values, count);
    smoothed.update(values, count, SHARE);
  };
  const wholeMs = msOf(() => takeIn(COUNT - REDRAWS * NEW_PER_REDRAW));
  const redrawMs = Array.from({ length: REDRAWS }, (_, redraw) =>
    msOf(() => {
      takeIn(COUNT - (REDRAWS - 1 - redraw) * NEW_PER_REDRAW);
      lossPicture(values, index, smoothed.values, stepAxis(0, COUNT), COLUMNS, true);
    }),
  );
  return {
    row: 'chart',
    losses: COUNT,
    columns: COLUMNS,
    redraw_ms_median: rounded(median(redrawMs)),
    whole_ms: rounded(wholeMs),
  };
}

function msOf(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
