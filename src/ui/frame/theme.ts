// Light or dark: the user's choice, else the system's. Not here: the colours (styles/tokens.css).
const KEY = 'perennial.theme';

type Theme = 'light' | 'dark';

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** Applies the theme that the user chose on this device, if any. Call it before the first paint. */
export function applyStoredTheme(): void {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored;
  } catch {
    return; // no storage in this window: the system's theme
  }
}

/** Switches to the other theme. Where that is the system's theme, the page follows the system again. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const now = root.dataset['theme'] ?? systemTheme();
  const next: Theme = now === 'dark' ? 'light' : 'dark';
  const follows = next === systemTheme();
  if (follows) delete root.dataset['theme'];
  else root.dataset['theme'] = next;
  try {
    if (follows) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    return; // chosen for this visit only
  }
}
