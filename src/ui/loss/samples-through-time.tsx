// The time strip under the chart: frames of samples on the chart's axis, and the scrubber. Two range inputs
// choose the shown and the earlier step by keyboard; the pointer drags either frame. Not here: the pointer
// (use-scrubbing.ts).
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';
import { fraction } from '../page-state/chart-axis.ts';
import { count, roughly, shortStep } from '../format.ts';
import { showStep, nearestStep } from '../page-state/looking.ts';
import { promptText } from '../page-state/prompt-text.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { thinFrames } from './thin-frames.ts';
import { useScrubbing } from './use-scrubbing.ts';
import { useNearestSheet } from '../page-state/use-sheet.ts';

/**
 * Edge of a frame and the least distance between the centres of two frames, in pixels, on a strip of `width`.
 */
function frameSize(width: number): { edge: number; apart: number } {
  if (width >= 700) return { edge: 48, apart: 51 };
  return width >= 500 ? { edge: 40, apart: 43 } : { edge: 32, apart: 40 };
}

/** Shown with a run; empty until the first samples. */
export function SamplesThroughTime() {
  const { looking } = useApp();
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const axis = looking.axis.value;
  const steps = looking.steps.value;
  const shown = looking.shown.value;
  const earlier = looking.earlierMark.value;
  const next = looking.nextSamples.value;
  const place = (step: number): number => fraction(axis, step) * width;
  const { edge, apart } = frameSize(width);
  const nextOn =
    next !== null && looking.zoom.value === null && !looking.byTime.value && fraction(axis, next) <= 1;
  const first = [shown, nextOn ? next : null, earlier, steps.at(-1) ?? null, steps[0] ?? null];
  const frames = thinFrames(steps, first, place, width, apart);
  const showsNext = nextOn && next !== null && frames.includes(next) && !steps.includes(next);
  return (
    <>
      <div class={steps.length > 0 ? 'film' : 'film none'} ref={ref} {...useScrubbing(ref)}>
        <StepRange
          name="Step of the samples shown"
          class="of-shown"
          value={shown}
          onStep={(step) => showStep(looking, step)}
        />
        <StepRange
          name="Step of the earlier samples"
          class="of-then"
          value={looking.earlier.value}
          onStep={(step) => {
            looking.chosenEarlier.value = step;
            looking.wanted.value = 'earlier';
          }}
        />
        {frames
          .filter((step) => steps.includes(step))
          .map((step) => (
            <Frame
              key={step}
              step={step}
              left={place(step)}
              edge={edge}
              chosen={step === shown ? 'on' : step === earlier ? 'then' : ''}
            />
          ))}
        {showsNext && <Next step={next} left={place(next)} edge={edge} />}
      </div>
      {steps.length > 0 && <Which />}
    </>
  );
}

/** The sample that the strip shows, by its prompt; nothing where the model knows no words. */
function Which() {
  const { state, looking } = useApp();
  const index = looking.sample.value;
  const prompt = state.run.value?.prompts?.[index];
  if (prompt === undefined) return null;
  return (
    <p class="film-of" title={promptText(prompt)}>
      Sample {index + 1}: <bdi>{promptText(prompt)}</bdi>
    </p>
  );
}

function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(752);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 752));
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

interface FrameProps {
  step: number;
  left: number;
  edge: number;
}

function Frame({ step, left, edge, chosen }: FrameProps & { chosen: string }) {
  const { looking } = useApp();
  const { sheet, own } = useNearestSheet(step);
  const byTime = looking.axis.value.kind === 'time';
  return (
    <span class={`frame ${chosen}`} style={{ left: `${left}px`, width: `${edge}px` }} aria-hidden="true">
      <PictureCanvas class={own ? '' : 'dim'} picture={sheet && { sheet, index: looking.sample.value }} />
      <span>{byTime ? roughly(looking.axis.value.toValue(step)) : shortStep(step)}</span>
    </span>
  );
}

function Next({ step, left, edge }: FrameProps) {
  const { looking } = useApp();
  const { globalStep } = looking.numbers.value;
  const each = looking.stepSeconds.value;
  return (
    <span class="frame next" style={{ left: `${left}px`, width: `${edge}px` }} aria-hidden="true">
      <i>{each && roughly((step - globalStep) * each.seconds)}</i>
      <span>{shortStep(step)}</span>
    </span>
  );
}

interface RangeProps {
  name: string;
  class: string;
  value: number | null;
  onStep: (step: number) => void;
}

const MOVES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -5,
  PageUp: 5,
};

/** A range input over the steps that rests only on steps with samples. */
function StepRange({ name, class: className, value, onStep }: RangeProps) {
  const { looking } = useApp();
  const steps = looking.steps.value;
  const choose = (step: number | null | undefined): void => {
    if (step !== null && step !== undefined) onStep(step);
  };
  const onKey = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined || value === null) return;
    event.preventDefault();
    choose(steps[Math.min(steps.length - 1, Math.max(0, steps.indexOf(value) + move))]);
  };
  return (
    <input
      class={className}
      type="range"
      aria-label={name}
      aria-valuetext={value === null ? 'none yet' : `step ${count(value)}`}
      disabled={value === null}
      min={steps[0] ?? 0}
      max={steps.at(-1) ?? 1}
      step={1}
      value={value ?? 0}
      onKeyDown={onKey}
      onInput={(event) => choose(nearestStep(steps, event.currentTarget.valueAsNumber))}
    />
  );
}
