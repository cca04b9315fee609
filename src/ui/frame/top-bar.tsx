// The bar at the top: name, the views, offline readiness, update, installation, theme, help. Not here:
// what the views show.
import { useApp } from '../page-state/app-context.ts';
import { Icon } from '../controls/icon.tsx';
import type { View } from '../page-state/view.ts';
import { toggleTheme } from './theme.ts';

/** Always shown. `onHelp` opens the help. */
export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { state, commands } = useApp();
  const { offlineReady, updateReady, installable } = state.update.value;
  return (
    <header class="bar">
      <span class="brand">
        <Icon name="mark" />
        <span>Perennial</span>
      </span>
      <nav class="views" aria-label="Views">
        <ViewLink to="train">Train</ViewLink>
        <ViewLink to="pictures">Pictures</ViewLink>
        <ViewLink to="generate">Generate</ViewLink>
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
            aria-label="Install"
            title="Install as an app"
            onClick={() => commands.install()}
          >
            <Icon name="install" />
            <span>Install</span>
          </button>
        )}
        <button class="btn square ghost" type="button" aria-label="Theme" title="Theme" onClick={toggleTheme}>
          <Icon name="theme" />
        </button>
        <button class="btn square ghost" type="button" aria-label="Help" title="Help" onClick={onHelp}>
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

function ViewLink({ to, children }: { to: View; children: string }) {
  const { view } = useApp();
  return (
    <a href={`#${to}`} aria-current={view.value === to ? 'page' : undefined}>
      {children}
    </a>
  );
}
