// The bar at the top: name, whether the app works offline, an update, installing, theme, keyboard shortcuts.
import { useApp } from './app-context.ts';
import { Icon } from './icon.tsx';
import { toggleTheme } from './theme.ts';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { state, commands } = useApp();
  const { offlineReady, updateReady, installable } = state.update.value;
  return (
    <header class="bar">
      <span class="brand">
        <Icon name="mark" />
        Perennial
      </span>
      <div class="bar-end">
        {offlineReady && <span class="quiet wide">Works offline</span>}
        {updateReady && (
          <button
            class="btn s"
            type="button"
            onClick={() => commands.applyUpdate()}
            title="Saves first, then reloads"
          >
            <Icon name="sync" />
            Update ready
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
