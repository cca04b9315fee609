// The loss and the time axis: number, tools, chart, time strip. Not here: the drawing (loss-chart.ts).
import { useApp } from '../page-state/app-context.ts';
import { SamplesThroughTime } from './samples-through-time.tsx';
import * as format from '../format.ts';
import { Plot } from './plot.tsx';
import { Segments } from '../controls/segments.tsx';
import { smooths, smoothingShare } from './smoothing.ts';
import { useLossSeries } from './use-loss-series.ts';

/** Shown in the main part of the view Train while there is a run. */
export function Loss() {
  const { state, looking } = useApp();
  const history = looking.losses.value;
  const series = useLossSeries();
  const now = history.count > 0 ? series.smoothed.values[history.count - 1] : undefined;
  const share = smoothingShare(looking.smoothing.value);
  const loading = state.run.value === null;
  return (
    <section class="loss" aria-label="Loss">
      <div class="head">
        <h2>Loss</h2>
        <p class="big">
          <b data-testid="loss">{now === undefined ? format.UNKNOWN : format.loss(now)}</b>
        </p>
        {now !== undefined && (
          <p class="quiet wide">
            {smooths(share, history.count) ? 'smoothed' : `step ${format.count(history.count)}`}
          </p>
        )}
        <Tools />
      </div>
      <div class="axis">
        <Plot series={series} />
        {!loading && <SamplesThroughTime />}
      </div>
    </section>
  );
}

function Tools() {
  const { looking } = useApp();
  const hasClock = looking.losses.value.clock.length > 1;
  return (
    <div class="tools">
      <label class="tool">
        <span>Smoothing</span>
        <input
          type="range"
          min={0}
          max={100}
          aria-label="Smoothing"
          value={looking.smoothing.value}
          onInput={(event) => (looking.smoothing.value = event.currentTarget.valueAsNumber)}
        />
      </label>
      <label class="tool">
        <input
          type="checkbox"
          aria-label="Log scale"
          checked={looking.log.value}
          onChange={(event) => (looking.log.value = event.currentTarget.checked)}
        />
        <span>
          Log<span class="wide"> scale</span>
        </span>
      </label>
      <Segments
        class="wide"
        label="Horizontal axis"
        chosen={looking.byTime.value && hasClock ? 'time' : 'step'}
        choices={[
          ['step', 'Step'],
          ['time', 'Time', 'Seconds of work since this page was opened'],
        ]}
        disabled={hasClock ? [] : ['time']}
        onChoose={(kind) => {
          looking.byTime.value = kind === 'time';
          looking.zoom.value = null;
        }}
      />
    </div>
  );
}
