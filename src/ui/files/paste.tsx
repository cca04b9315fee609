// Files pasted anywhere on the page, as if they were dropped. Not here: dropped files (drop.tsx), telling a
// model from pictures (trainer/import/).
import { useEffect } from 'preact/hooks';
import { given } from '../../app/given-files.ts';
import { type App, useApp } from '../page-state/app-context.ts';

/** Programs that copy text with pictures in it: into a field goes the text. */
function isText({ target, clipboardData }: ClipboardEvent): boolean {
  const typing = target instanceof Element && target.matches('input, textarea, select');
  return typing && (clipboardData?.types.includes('text/plain') ?? false);
}

/** Pictures come one by one: they join the chosen set where it is the user's own and no run has it. */
function take({ state, commands, looking }: App, files: File[]): void {
  if (state.runState.value === 'elsewhere') return;
  const chosen = state.datasets.value.find(({ id }) => id === state.form.value.dataset);
  const joins = chosen && !chosen.builtIn && !looking.bringsOwn.value && state.runState.value === 'idle';
  const title = 'Pasted pictures';
  looking.bringsOwn.value = false;
  const arePictures = files.every(({ type }) => type.startsWith('image/'));
  commands.takeFiles(given(files, title), joins && arePictures ? chosen.id : undefined);
}

/** Takes the files that are pasted. */
export function PasteTarget() {
  const app = useApp();
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || isText(event)) return;
      event.preventDefault();
      take(app, files);
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, [app]);
  return null;
}
