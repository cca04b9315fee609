// Light, dark, or what the system says. Not here: the colours (styles/tokens.css).
const KEY = 'perennial.theme';

type Theme = 'light' | 'dark';

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** The theme that was chosen here, if one was. Before the first paint. */
export function applyStoredTheme(): void {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored;
  } catch {
    return; // no storage in this window: the system's theme
  }
}

/** To the other theme; back to following the system where that is the same. */
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
