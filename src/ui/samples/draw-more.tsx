// 16 more samples from the current weights, with another seed. Not here: the choice of weights (above the
// grid, samples.tsx).
import { useState } from 'preact/hooks';
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { parseSetting } from '../../settings/parse-settings.ts';
import { useApp } from '../page-state/app-context.ts';
import { NewSeed } from '../controls/new-seed.tsx';

/** Under the grid while the run is paused or finished. */
export function DrawMore() {
  const { state, commands, looking } = useApp();
  const [text, setText] = useState('1');
  const seed = parseSetting('seed', text, 0);
  const draws = state.samples.value?.complete === false;
  const draw = (event: Event): void => {
    event.preventDefault();
    if (seed.fault) return;
    looking.chosen.value = null;
    commands.drawSamples(seed.value, looking.weights.value);
    setText(String((seed.value + 1) % 2 ** 32)); // pressed again: other samples
  };
  return (
    <form class="draw" onSubmit={draw}>
      <label>
        Seed
        <input
          class="field"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          aria-invalid={seed.fault ? true : undefined}
          aria-describedby={seed.fault ? 'draw-wrong' : undefined}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <NewSeed onSeed={setText} />
      <button class="btn" type="submit" disabled={draws || seed.fault !== null}>
        Draw {SAMPLE_COUNT} more
      </button>
      {seed.fault && (
        <span class="vh" id="draw-wrong">
          {seed.fault.what}
        </span>
      )}
    </form>
  );
}
