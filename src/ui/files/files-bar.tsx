// A bar at the foot of the page, with Stop: files are read and recognised, or pictures imported where the
// view does not show it. Not here: an import before a run (setup/own-pictures.tsx), what it reads
// (app/inspection.ts).
import type { State } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

interface Doing {
  name: string;
  text: string;
  /** The command that ends it. */
  stop: 'stopLooking' | 'stopImport';
}

/** In every view; files that are read in a moment are not mentioned. */
export function FilesBar() {
  const { state, commands, view } = useApp();
  const isShown = view.value === 'pictures' || (view.value === 'train' && !state.run.value);
  const now = doing(state, isShown);
  if (!now) return null;
  return (
    <section class="files-bar" aria-label={now.name}>
      <p>{now.text}</p>
      <button class="btn s" type="button" onClick={() => commands[now.stop]()}>
        Stop
      </button>
    </section>
  );
}

/** `isShown`: the view shows the import itself. */
function doing({ inspecting, importing }: State, isShown: boolean): Doing | null {
  if (inspecting.value) {
    const { files } = inspecting.value;
    const many = files === 0 ? 'the files' : files === 1 ? '1 file' : `${count(files)} files`;
    return { name: 'Looking at files', text: `Looking at ${many}`, stop: 'stopLooking' };
  }
  if (!importing.value || isShown) return null;
  const { done, total } = importing.value;
  const text = `Importing ${count(done)} of ${count(total)} pictures`;
  return { name: 'Import beside the run', text, stop: 'stopImport' };
}
