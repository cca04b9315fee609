// What was changed last in the set that is looked at, and Undo. Not here: the changes (app/browsed-set.ts).
import { useRef } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';

/**
 * Its sentence is read out when it comes. `sinceHere`: changes from before this was shown are neither said
 * nor undone.
 */
export function Changed({ sinceHere = false }: { sinceHere?: boolean }) {
  const { state, commands } = useApp();
  const changed = state.browsed.value?.changed ?? null;
  const before = useRef(sinceHere ? changed : null);
  const undoable = changed?.undoable ?? [];
  const earlier = useRef(sinceHere ? undoable.length : 0);
  earlier.current = Math.min(earlier.current, undoable.length);
  const next = undoable.length > earlier.current ? undoable.at(-1) : undefined;
  const shown = changed === before.current ? null : changed;
  return (
    <div class="changed">
      <p class="quiet" role="status" aria-label="Last change">
        {shown?.said}
      </p>
      {shown && next !== undefined && (
        <button
          class="btn s"
          type="button"
          aria-label={`Undo: ${next}`}
          onClick={() => void commands.undoChange()}
        >
          Undo
        </button>
      )}
    </div>
  );
}
