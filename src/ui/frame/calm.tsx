// The page while it cannot train: another tab trains, or there is no GPU until the browser restarts. Not
// here: the alert with the reason (alert.tsx).
import { useApp } from '../page-state/app-context.ts';

/** Shown in the states `elsewhere` and `unavailable`; nothing in all others. */
export function Calm() {
  const { state } = useApp();
  const now = state.runState.value;
  if (now === 'elsewhere')
    return (
      <div class="calm">
        <h1>Running in another tab</h1>
        <p>
          Perennial is open in another tab or window of this browser, and only one tab may write checkpoints.
          Use that tab, or close it: this page then takes over by itself. Stored checkpoints are listed here.
        </p>
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
