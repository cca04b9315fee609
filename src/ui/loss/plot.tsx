// The chart with ticks, epoch lines, marks and the values under the pointer, all on one axis. Not here: the
// tools above it (loss.tsx).
import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';
import { type ChartAxis, fraction } from '../page-state/chart-axis.ts';
import * as format from '../format.ts';
import { createLossChart, type LossChart } from './loss-chart.ts';
import { type LossPicture, lossPicture } from './loss-picture.ts';
import { EpochLines, Marks, Ticks } from './plot-marks.tsx';
import type { LossSeries } from './use-loss-series.ts';

interface Hover {
  value: number;
  left: number;
}

/** Always shown with a run; without losses it says where they will appear. */
export function Plot({ series }: { series: LossSeries }) {
  const { state, looking } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const hover = useSignal<Hover | null>(null);
  const history = looking.losses.value;
  const axis = looking.axis.value;
  const log = looking.log.value;
  const columns = Math.max(64, host.current?.clientWidth ?? 752);
  const smoothed = series.smoothed.values;
  const picture = useMemo(
    () => lossPicture(history.values, series.index, smoothed, axis, columns, log),
    [history, smoothed, looking.smoothing.value, axis, columns, log],
  );
  const chart = useChart(host, hover);
  useEffect(() => chart.current?.draw(picture, axis.from, axis.to), [picture]);
  return (
    <div class="plot">
      {history.count > 0 && <Ticks picture={picture} log={log} />}
      <EpochLines axis={axis} />
      <div class="canvas" ref={host} role="img" aria-label={describe(history.count, smoothed)}>
        <span class="ink-raw" hidden />
        <span class="ink-smooth" hidden />
      </div>
      <Marks axis={axis} />
      <Tip axis={axis} picture={picture} count={history.count} />
      <HoverValues hover={hover} axis={axis} smoothed={smoothed} />
      {looking.zoom.value && (
        <button class="btn s whole" type="button" onClick={() => (looking.zoom.value = null)}>
          Whole run
        </button>
      )}
      {history.count === 0 && state.run.value && <p class="waiting">The loss of each step appears here.</p>}
    </div>
  );
}

function describe(count: number, smoothed: Float32Array): string {
  const first = smoothed[0];
  const last = smoothed[count - 1];
  if (first === undefined || last === undefined || count === 0) return 'Loss by step: none yet';
  return `Loss by step: from ${format.loss(first)} at the start to ${format.loss(last)} at step ${count}`;
}

function useChart(
  host: { current: HTMLDivElement | null },
  hover: Signal<Hover | null>,
): { current: LossChart | undefined } {
  const { looking } = useApp();
  const chart = useRef<LossChart>(undefined);
  useEffect(() => {
    if (!host.current) return;
    const made = createLossChart(host.current, {
      onHover: (at) => (hover.value = at),
      onZoom: (from, to) => (looking.zoom.value = [from, to]),
      onReset: () => (looking.zoom.value = null),
    });
    chart.current = made;
    const recolour = (): void => made.recolour();
    const theme = new MutationObserver(recolour);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', recolour);
    return () => {
      theme.disconnect();
      system.removeEventListener('change', recolour);
      made.destroy();
    };
  }, []);
  return chart;
}

/** The dot at the end of the smoothed line. */
function Tip({ axis, picture, count }: { axis: ChartAxis; picture: LossPicture; count: number }) {
  const y = picture.smooth.at(-1);
  const x = fraction(axis, count);
  if (y === undefined || y === null || x < 0 || x > 1) return null;
  const top = 1 - (y - picture.yFrom) / (picture.yTo - picture.yFrom);
  return <span class="tip" style={{ left: `${100 * x}%`, top: `${100 * top}%` }} />;
}

function HoverValues(props: {
  hover: ReadonlySignal<Hover | null>;
  axis: ChartAxis;
  smoothed: Float32Array;
}) {
  const { axis, smoothed } = props;
  const { looking } = useApp();
  const hover = props.hover.value;
  if (!hover) return null;
  const { values, count } = looking.losses.value;
  const step = Math.round(axis.toStep(hover.value));
  const raw = values[step - 1];
  if (step < 1 || step > count || raw === undefined) return null;
  const right = (hover.value - axis.from) / (axis.to - axis.from) > 0.5;
  return (
    <p class={right ? 'hover flip' : 'hover'} style={{ left: `${hover.left}px` }} aria-hidden="true">
      <b>step {format.count(step)}</b> <span>raw</span> {format.loss(raw)} <span>smoothed</span>{' '}
      {format.loss(smoothed[step - 1] ?? NaN)}
    </p>
  );
}
