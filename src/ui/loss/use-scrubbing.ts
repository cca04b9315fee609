// The pointer on the time strip: drags the earlier frame where it is pressed, else the shown one. Not here:
// the frames (samples-through-time.tsx).
import { useRef } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';
import { fraction } from '../page-state/chart-axis.ts';
import { showStep, nearestStep } from '../page-state/looking.ts';

/** Pixels around the earlier frame's centre in which the pointer takes that frame. */
const GRIP = 26;

interface Handlers {
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
}

/** Pointer handlers for the element of the strip; they change the shown or the earlier step. */
export function useScrubbing(film: { current: HTMLElement | null }): Handlers {
  const { looking } = useApp();
  const held = useRef<'shown' | 'earlier' | null>(null);
  const xOf = (event: PointerEvent): { x: number; width: number } => {
    const box = film.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), width: box?.width ?? 1 };
  };
  const move = (event: PointerEvent): void => {
    const { x, width } = xOf(event);
    const axis = looking.axis.value;
    const value = axis.from + (Math.min(width, Math.max(0, x)) / width) * (axis.to - axis.from);
    const step = nearestStep(looking.steps.value, axis.toStep(value));
    if (step === null) return;
    if (held.current === 'earlier') looking.chosenEarlier.value = step;
    else showStep(looking, step);
  };
  const release = (): void => {
    held.current = null;
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      const earlier = looking.earlierMark.value;
      const { x, width } = xOf(event);
      const near = earlier !== null && Math.abs(fraction(looking.axis.value, earlier) * width - x) < GRIP;
      held.current = near ? 'earlier' : 'shown';
      film.current?.setPointerCapture(event.pointerId);
      move(event);
    },
    onPointerMove: (event) => held.current && move(event),
    onPointerUp: release,
    onPointerCancel: release,
  };
}
