// Keyboard shortcuts. None works while the user types or a dialog is open, and those of a run only in the
// view Train, where the run is seen. Not here: the list of keys (help-dialog.tsx), Ctrl Enter, which is of
// the view Generate (generate-controls.tsx).
import { useEffect } from 'preact/hooks';
import { waitsForPressed } from '../page-state/pressed.ts';
import { endsAfterSamples, waitsAfterSamples } from '../page-state/after-samples.ts';
import { type App, useApp } from '../page-state/app-context.ts';

/**
 * True where the key belongs to what has the focus: a field, or for the space bar anything that can be
 * pressed and was reached by keyboard (`byKeyboard`). What was pressed by pointer keeps the focus, unseen.
 */
function isTaken(event: KeyboardEvent, byKeyboard: boolean): boolean {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (
    target?.closest(
      'input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]',
    )
  )
    return true;
  return event.key === ' ' && byKeyboard && !!target?.closest('button, a, summary, input');
}

/** Carries out the command of a key; true where the key has one now. */
function press({ state, commands, view }: App, key: string): boolean {
  if (view.value !== 'train' || waitsForPressed(state)) return false;
  const now = state.runState.value;
  const goesOn = now === 'validating' && !waitsAfterSamples(state) && !endsAfterSamples(state);
  const pausable = now === 'training' || goesOn;
  if (key === ' ' && pausable) commands.pause();
  else if (key === ' ' && now === 'paused') commands.resume();
  else if (key === 's' && state.pressed.value === null && (now === 'training' || now === 'paused'))
    commands.saveCheckpoint();
  else if (key === 'e' && now !== 'elsewhere' && state.checkpoints.value.length > 0)
    commands.exportCheckpoint('newest');
  else return false;
  return true;
}

/** Listens on the whole page while the component lives. `onHelp` opens the help. */
export function useShortcuts(onHelp: () => void): void {
  const app = useApp();
  useEffect(() => {
    let taken: string | null = null;
    let byKeyboard = false;
    const onKey = (event: KeyboardEvent): void => {
      if (isTaken(event, byKeyboard)) return;
      if (event.key === '?') onHelp();
      else if (!press(app, event.key.toLowerCase())) return;
      event.preventDefault();
      taken = event.key;
    };
    // Firefox presses a button when the space bar is released.
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key === taken) event.preventDefault();
      taken = null;
    };
    // Asked when the focus comes: at the key itself every focus counts as visible.
    const onFocus = ({ target }: FocusEvent): void => {
      byKeyboard = target instanceof Element && target.matches(':focus-visible');
    };
    const onPointer = (): void => {
      byKeyboard = false;
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    addEventListener('keydown', onKey, { signal });
    addEventListener('keyup', onKeyUp, { signal });
    addEventListener('focusin', onFocus, { signal });
    addEventListener('pointerdown', onPointer, { signal });
    return () => listeners.abort();
  }, [app, onHelp]);
}
