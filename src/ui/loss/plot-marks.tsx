// Lines and words over the chart: ticks of the loss, ends of epochs, steps at which a session resumed, the
// shown steps. Not here: the two lines of losses (loss-chart.ts).
import type { Origin } from '../../settings/settings.ts';
import { FROM_THE_START } from '../../settings/calendar.ts';
import type { RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { type ChartAxis, fraction } from '../page-state/chart-axis.ts';
import { type LossPicture, verticalTicks } from './loss-picture.ts';

const MOST_TICKS = 6;

/** The values of the vertical axis; once there are losses. */
export function Ticks({ picture, log }: { picture: LossPicture; log: boolean }) {
  return (
    <>
      {verticalTicks(picture.yFrom, picture.yTo, log, MOST_TICKS).map(([text, top]) => (
        <span class="ytick" key={text} style={{ top: `${100 * top}%` }} aria-hidden="true">
          {text}
        </span>
      ))}
    </>
  );
}

/** More epochs than this are thinned to every second, fifth, tenth... */
const MOST_EPOCHS = 6;

/** Epochs before an import are not marked: nothing tells where they ended. */
const originOf = ({ config }: RunSummary): Origin => config.origin ?? FROM_THE_START;

function epochsToMark(from: number, to: number, run: RunSummary): number[] {
  const { globalStep, epoch: before } = originOf(run);
  const first = before + Math.max(1, Math.ceil((from - globalStep) / run.stepsPerEpoch));
  const last = before + Math.floor((to - globalStep) / run.stepsPerEpoch);
  const every = roundUp((last - first) / MOST_EPOCHS);
  const marks: number[] = [];
  for (let epoch = Math.ceil(first / every) * every; epoch <= last; epoch += every) marks.push(epoch);
  return marks;
}

/** The least of 1, 2, 5, 10, 20, 50... that is not below `value`. */
function roundUp(value: number): number {
  if (value <= 1) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * ([1, 2, 5].find((factor) => factor * decade >= value) ?? 10);
}

/** Share of the axis that "epoch 12" (right of its line) and "resumed" (left of its line) take together. */
const WORDS = 0.17;

/** A line where an epoch is complete, labelled with the number that the page shows from there on. */
export function EpochLines({ axis }: { axis: ChartAxis }) {
  const { state, looking } = useApp();
  const run = state.run.value;
  if (!run) return null;
  const end = Math.min(axis.toStep(axis.to), looking.losses.value.count);
  const resumed = fraction(axis, looking.losses.value.resumedAt.at(-1) ?? -Infinity);
  const { globalStep, epoch: before } = originOf(run);
  const stepOf = (epoch: number): number => globalStep + (epoch - before) * run.stepsPerEpoch;
  const hasRoom = (x: number): boolean => x < 0.92 && !(x <= resumed && resumed - x < WORDS);
  return (
    <>
      {epochsToMark(axis.toStep(axis.from), end, run).map((epoch) => (
        <span class="epoch" key={epoch} style={place(axis, stepOf(epoch))} aria-hidden="true">
          {hasRoom(fraction(axis, stepOf(epoch))) && `epoch ${epoch}`}
        </span>
      ))}
    </>
  );
}

const MOST_RESUMED = 12;

/** Lines where a session resumed (the last 12), and at the shown and the earlier step. */
export function Marks({ axis }: { axis: ChartAxis }) {
  const { looking } = useApp();
  const resumed = [...new Set(looking.losses.value.resumedAt)].slice(-MOST_RESUMED);
  const last = resumed.at(-1);
  return (
    <>
      {resumed
        .filter((step) => isOn(axis, step))
        .map((step) => (
          <span class="resumed" key={step} style={place(axis, step)} aria-hidden="true">
            {step === last && fraction(axis, step) > 0.12 && 'resumed'}
          </span>
        ))}
      <Cursor axis={axis} step={looking.earlierMark.value} then />
      <Cursor axis={axis} step={looking.shown.value} />
    </>
  );
}

function Cursor({ axis, step, then = false }: { axis: ChartAxis; step: number | null; then?: boolean }) {
  if (step === null || !isOn(axis, step)) return null;
  return <span class={then ? 'cursor then' : 'cursor'} style={place(axis, step)} aria-hidden="true" />;
}

const isOn = (axis: ChartAxis, step: number): boolean => {
  const x = fraction(axis, step);
  return x >= 0 && x <= 1;
};

const place = (axis: ChartAxis, step: number): { left: string } => ({
  left: `${100 * fraction(axis, step)}%`,
});
