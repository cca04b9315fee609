// Which of the two views the address names: `#generate`, else Train. Links change it, so that the browser's Back does, too.
// Not here: which of Train's own views there is (view.ts).
import { type ReadonlySignal, signal } from '@preact/signals';

export type Tab = 'train' | 'generate';

/** Anything else, such as the link that skips to the pictures, changes nothing. */
function tabOf(hash: string, before: Tab): Tab {
  if (hash === '#generate') return 'generate';
  return hash === '#train' || hash === '' ? 'train' : before;
}

/** The view that the address names now and from now on. Once per page. */
export function createTab(): ReadonlySignal<Tab> {
  const tab = signal(tabOf(location.hash, 'train'));
  addEventListener('hashchange', () => (tab.value = tabOf(location.hash, tab.value)));
  return tab;
}
