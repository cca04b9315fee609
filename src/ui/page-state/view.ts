// Which of the views the address names: `#pictures`, `#generate`, else Train. Links change the address, so
// the browser's Back button changes the view, too. Not here: whether there is a run (phase.ts).
import { type ReadonlySignal, signal } from '@preact/signals';

export type View = 'train' | 'pictures' | 'generate';

/** The view that `hash` names; `before` where it names none, as the link that skips to the pictures does. */
function viewOf(hash: string, before: View): View {
  switch (hash) {
    case '#pictures':
      return 'pictures';
    case '#generate':
      return 'generate';
    case '#train':
    case '':
      return 'train';
    default:
      return before;
  }
}

/** The view that the address names, now and after every change. Call it once per page. */
export function createView(): ReadonlySignal<View> {
  const view = signal(viewOf(location.hash, 'train'));
  addEventListener('hashchange', () => (view.value = viewOf(location.hash, view.value)));
  return view;
}
