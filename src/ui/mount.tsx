// Puts the screen into the page: styles, theme, state and commands. Called once by main.ts.
import { effect } from '@preact/signals';
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import type { Commands } from '../app/commands.ts';
import type { State } from '../app/state.ts';
import { AppContext } from './page-state/app-context.ts';
import { createBrowsing } from './page-state/browsing.ts';
import { createGenerateForm } from './page-state/generate-form.ts';
import { createLooking } from './page-state/looking.ts';
import { Page } from './page.tsx';
import { Sheets } from './page-state/sheets.ts';
import './styles.css';
import { createView } from './page-state/view.ts';
import { applyStoredTheme } from './frame/theme.ts';
import { createPhase } from './page-state/phase.ts';
import { keepFocus } from './frame/kept-focus.ts';

/**
 * Draws `state` into `root` and follows every change; what the user does calls `commands`. `view`: the
 * address's, unless the gallery gives one.
 */
export function mount(root: HTMLElement, state: State, commands: Commands, view = createView()): void {
  applyStoredTheme();
  const looking = createLooking(state);
  const sheets = new Sheets((step, runId) => commands.sheet(step, runId));
  renewSheets(state, sheets);
  const phase = createPhase(state);
  const asking = createGenerateForm();
  const browsing = createBrowsing(state);
  // What index.html shows until now.
  root.replaceChildren();
  render(
    <AppContext.Provider value={{ state, commands, looking, sheets, view, asking, browsing }}>
      <Page phase={phase} />
    </AppContext.Provider>,
    root,
  );
  keepFocus(root);
}

function renewSheets(state: State, sheets: Sheets): void {
  let runId = state.run.peek()?.runId;
  effect(() => {
    void state.frames.value;
    const now = state.run.value?.runId;
    sheets.renew(now !== runId);
    runId = now;
  });
}
