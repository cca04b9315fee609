// The page while it cannot train: another tab trains, or there is no GPU until the browser restarts. Not
// here: the alert with the reason (alert.tsx).
import { useApp } from '../page-state/app-context.ts';
import { pressedText } from '../page-state/pressed.ts';

/** Shown in the states `elsewhere` and `unavailable`; nothing in all others. */
export function Calm() {
  const { state, commands } = useApp();
  const now = state.runState.value;
  if (now === 'elsewhere')
    return (
      <div class="calm">
        <h1>Running in another tab</h1>
        <p>
          Only one tab may train and save. Use here asks the other tab to save and let go, and the run goes on
          in this one. Close that tab, and this one takes over by itself.
          {state.checkpoints.value.length > 0 && ' Stored checkpoints are listed here.'}
        </p>
        <button
          class="btn primary"
          type="button"
          disabled={state.pressed.value !== null}
          onClick={() => commands.useHere()}
        >
          {pressedText(state) ?? 'Use here'}
        </button>
      </div>
    );
  if (now === 'unavailable')
    return (
      <div class="calm">
        <h1>Training waits for the GPU</h1>
        <p>
          Close every window of this browser and open Perennial again to get the GPU back. Nothing is lost:
          the run goes on from its newest checkpoint, and checkpoints can be exported now.
        </p>
      </div>
    );
  return null;
}
