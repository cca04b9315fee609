// Hands the session's state and commands, and what the user looks at, to every component. Not here: making
// them (app/state.ts, app/session.ts, looking.ts).
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Commands } from '../../app/commands.ts';
import type { State } from '../../app/state.ts';
import type { ReadonlySignal } from '@preact/signals';
import type { Browsing } from './browsing.ts';
import type { GenerateForm } from './generate-form.ts';
import type { Looking } from './looking.ts';
import type { Sheets } from './sheets.ts';
import type { View } from './view.ts';

export interface App {
  state: State;
  commands: Commands;
  looking: Looking;
  sheets: Sheets;
  /** Train, Pictures or Generate. */
  view: ReadonlySignal<View>;
  /** The form of the view Generate. */
  asking: GenerateForm;
  /** What is looked for in the view Pictures. */
  browsing: Browsing;
}

export const AppContext = createContext<App | null>(null);

/** The app around a component. Throws outside of mount.tsx' provider. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a component outside of AppContext');
  return app;
}
