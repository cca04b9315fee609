// The bar at the top: name, the two views, whether the app works offline, an update, installing, theme, keyboard shortcuts.
import { useApp } from '../page-state/app-context.ts';
import { Icon } from '../controls/icon.tsx';
import type { Tab } from '../page-state/view.ts';
import { toggleTheme } from './theme.ts';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { state, commands } = useApp();
  const { offlineReady, updateReady, installable } = state.update.value;
  return (
    <header class="bar">
      <span class="brand">
        <Icon name="mark" />
        <span>Perennial</span>
      </span>
      <nav class="tabs" aria-label="Views">
        <TabLink to="train">Train</TabLink>
        <TabLink to="generate">Generate</TabLink>
      </nav>
      <div class="bar-end">
        {offlineReady && <span class="quiet wide">Works offline</span>}
        {updateReady && (
          <button
            class="btn s"
            type="button"
            aria-label="Update ready"
            onClick={() => commands.applyUpdate()}
            title="Saves first, then reloads"
          >
            <Icon name="sync" />
            <span>Update ready</span>
          </button>
        )}
        {installable && (
          <button
            class={updateReady ? 'btn s ghost wide' : 'btn s ghost'}
            type="button"
            onClick={() => commands.install()}
          >
            Install
          </button>
        )}
        <button class="btn square ghost" type="button" aria-label="Theme" title="Theme" onClick={toggleTheme}>
          <Icon name="theme" />
        </button>
        <button
          class="btn square ghost"
          type="button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts"
          onClick={onHelp}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

function TabLink({ to, children }: { to: Tab; children: string }) {
  const { tab } = useApp();
  return (
    <a href={`#${to}`} aria-current={tab.value === to ? 'page' : undefined}>
      {children}
    </a>
  );
}
