// What was changed last in the set that is looked at, and Undo. Not here: the changes (app/browsed-set.ts).
import { useRef } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';

/** Its sentence is read out when it comes. `sinceHere`: changes from before this was shown are not said. */
export function Changed({ sinceHere = false }: { sinceHere?: boolean }) {
  const { state, commands } = useApp();
  const changed = state.browsed.value?.changed ?? null;
  const before = useRef(sinceHere ? changed : null);
  const shown = changed === before.current ? null : changed;
  return (
    <div class="changed">
      <p class="quiet" role="status" aria-label="Last change">
        {shown?.said}
      </p>
      {shown?.canUndo && (
        <button class="btn s" type="button" onClick={() => void commands.undoChange()}>
          Undo
        </button>
      )}
    </div>
  );
}
