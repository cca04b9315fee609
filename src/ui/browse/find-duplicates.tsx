// Asking for pictures that are alike: the same files, or files that look alike, and how much so. Not here:
// the groups (duplicate-groups.tsx), comparing (data/).
import { useEffect, useId } from 'preact/hooks';
import { Segments } from '../controls/segments.tsx';
import { useApp } from '../page-state/app-context.ts';
import type { Likeness } from '../page-state/browsing.ts';

/** Bits of a 64-bit hash in which near duplicates may differ, at most. */
const MOST_BITS = 10;
/** From the last move of the slider to the search. */
const MOVING_MS = 250;

/** In the right column, of every set. */
export function FindDuplicates() {
  const { state, commands, browsing } = useApp();
  const { likeness, ticked } = browsing;
  const { kind, distance } = likeness.value;
  const isShown = state.duplicates.value !== null;
  const choose = (next: Likeness): void => {
    likeness.value = next;
    ticked.value = new Set();
  };
  const shown = state.duplicates.value;
  const isOld = shown !== null && (shown.kind !== kind || shown.distance !== distance);
  useEffect(() => {
    if (!isOld) return;
    const timer = setTimeout(() => commands.findDuplicates({ kind, distance }), MOVING_MS);
    return () => clearTimeout(timer);
  }, [commands, isOld, kind, distance]);
  return (
    <section aria-labelledby="h-duplicates">
      <div class="head">
        <h2 id="h-duplicates">Duplicates</h2>
        <Segments
          label="How alike"
          class="end"
          chosen={kind}
          choices={[
            ['exact', 'The same', 'Pictures of the same file'],
            ['near', 'Alike', 'Pictures that look alike: another size, another quality, a small change'],
          ]}
          onChoose={(next) => choose({ kind: next, distance })}
        />
      </div>
      {kind === 'near' && (
        <Slider distance={distance} onDistance={(next) => choose({ kind, distance: next })} />
      )}
      <button
        class="btn"
        type="button"
        onClick={() => (isShown ? commands.dismissDuplicates() : commands.findDuplicates({ kind, distance }))}
      >
        {isShown ? 'Show all pictures' : 'Find duplicates'}
      </button>
    </section>
  );
}

function Slider({ distance, onDistance }: { distance: number; onDistance: (distance: number) => void }) {
  const id = useId();
  return (
    <div class="likeness">
      <label for={id}>How much they may differ</label>
      <input
        id={id}
        type="range"
        min={0}
        max={MOST_BITS}
        value={distance}
        aria-valuetext={`${distance} of 64 bits`}
        onInput={(event) => onDistance(Number(event.currentTarget.value))}
      />
      <output for={id}>{distance} of 64 bits</output>
    </div>
  );
}
