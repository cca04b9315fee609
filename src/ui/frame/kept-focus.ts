// Keeps the keyboard's place: where the element with the focus is disabled or removed, the focus goes to what
// stands there now, never to the page's body. Not here: dialogs, which give the focus back themselves.

/** Where the focus was last, outside of dialogs. */
interface Place {
  element: HTMLElement;
  /** From the inside out: each element around it, its children, and the index of the one on the way to it. */
  around: { parent: Element; children: Element[]; index: number }[];
}

const FOCUSABLE = [
  ...['button:enabled', 'input:enabled', 'select:enabled', 'textarea:enabled'],
  ...['a[href]', 'summary', '[tabindex]'],
]
  .map((one) => `${one}:not([tabindex="-1"])`)
  .join(', ');

const usable = (element: Element): boolean => element.isConnected && !element.matches(':disabled');

function placeOf(element: HTMLElement): Place {
  const around: Place['around'] = [];
  for (let child: Element = element; child.parentElement; child = child.parentElement) {
    const parent = child.parentElement;
    const children = [...parent.children];
    around.push({ parent, children, index: children.indexOf(child) });
  }
  return { element, around };
}

function firstFocusable(within: Element | undefined): HTMLElement | null {
  if (within instanceof HTMLElement && within.matches(FOCUSABLE)) return within;
  return within?.querySelector<HTMLElement>(FOCUSABLE) ?? null;
}

/**
 * What has the place of a removed element: the next row, the button that came in place of another. Where all
 * beside it were replaced too, the places have no more to do with each other: the first of the new ones.
 */
function successorOf({ element, around }: Place): HTMLElement | null {
  if (element.isConnected) return null;
  const nearest = around.find(({ parent }) => parent.isConnected);
  if (!nearest) return null;
  const now = nearest.parent.children;
  const index = nearest.children.some((child) => child.isConnected) ? nearest.index : 0;
  return firstFocusable(now[Math.min(index, now.length - 1)]);
}

/** The section that holds a place: it keeps the focus until something there can take it. */
function sectionOf({ around }: Place): HTMLElement | null {
  const inside = around.find(({ parent }) => parent.isConnected && parent.matches('section, aside, main'));
  return (inside?.parent as HTMLElement | undefined) ?? document.querySelector('main');
}

/** Gives the focus to an element that the Tab key does not reach. */
export function focusOnce(element: HTMLElement | null): void {
  if (!element) return;
  element.tabIndex = -1;
  element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
  element.focus({ preventScroll: true });
}

/** Watches the page in `root` for good. Call it once per page. */
export function keepFocus(root: HTMLElement): void {
  let place: Place | null = null;
  let waiting: HTMLElement | null = null;
  root.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement) || target === waiting || target.closest('dialog')) return;
    waiting = null;
    place = placeOf(target);
  });
  root.addEventListener('focusout', ({ target, relatedTarget }) => {
    // A press beside everything: the user took the focus away.
    const left = place;
    if (relatedTarget || target !== left?.element || !document.hasFocus()) return;
    queueMicrotask(() => {
      if (place === left && usable(left.element) && document.activeElement === document.body) place = null;
    });
  });
  const mend = (): void => {
    if (!place || root.querySelector('dialog[open]')) return;
    const active = document.activeElement;
    const isLost = active === null || active === document.body || active === place.element;
    if (!isLost && active !== waiting) return;
    if (usable(place.element)) {
      if (active === waiting) place.element.focus();
      return;
    }
    const successor = successorOf(place);
    if (successor) return successor.focus();
    const section = sectionOf(place);
    if (section === active) return;
    waiting = section;
    focusOnce(section);
  };
  const attributeFilter = ['disabled', 'open'];
  new MutationObserver(mend).observe(root, { subtree: true, childList: true, attributeFilter });
}
