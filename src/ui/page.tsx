// The whole page: which parts there are in which state and view. Not here: the parts.
import type { ReadonlySignal } from '@preact/signals';
import { useCallback, useState } from 'preact/hooks';
import { Alert } from './frame/alert.tsx';
import { Announcer } from './frame/announcer.tsx';
import { useApp } from './page-state/app-context.ts';
import { Calm } from './frame/calm.tsx';
import { DropTarget } from './files/drop.tsx';
import { Generate } from './generate/generate.tsx';
import { Loss } from './loss/loss.tsx';
import { Notice } from './frame/notice.tsx';
import { ExportDialog } from './files/export-dialog.tsx';
import { ImportDialog } from './files/import-dialog.tsx';
import { QuestionDialog } from './frame/question-dialog.tsx';
import { SampleDialog } from './samples/sample-dialog.tsx';
import { Samples } from './samples/samples.tsx';
import { Setup } from './setup/setup.tsx';
import { ShortcutsDialog, useShortcuts } from './frame/shortcuts.tsx';
import { GenerateSide, TrainSide } from './side.tsx';
import { StatusStrip } from './frame/status-strip.tsx';
import { TopBar } from './frame/top-bar.tsx';
import { ValidationSamples } from './samples/validation-samples.tsx';
import type { View } from './page-state/phase.ts';

export function Page({ view }: { view: ReadonlySignal<View> }) {
  const { state, tab } = useApp();
  const generates = tab.value === 'generate';
  const [help, setHelp] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  useShortcuts(openHelp);
  return (
    <div class="app" data-state={state.runState.value}>
      <a class="skip" href="#main">
        Skip to the pictures
      </a>
      <TopBar onHelp={openHelp} />
      <StatusStrip view={view} />
      {view.value === 'run' && <Notice />}
      <div class="page">
        <main class="main" id="main" tabIndex={-1}>
          <Alert />
          {generates ? <Generate /> : <Main view={view} />}
        </main>
        {generates ? <GenerateSide /> : <TrainSide view={view} />}
      </div>
      <Announcer />
      <QuestionDialog />
      <ExportDialog />
      <ImportDialog />
      <SampleDialog />
      {help && <ShortcutsDialog onClose={() => setHelp(false)} />}
      <DropTarget />
    </div>
  );
}

function Main({ view }: { view: ReadonlySignal<View> }) {
  const { state } = useApp();
  const now = state.runState.value;
  if (view.value === 'setup') return now === 'elsewhere' || now === 'unavailable' ? <Calm /> : <Setup />;
  return (
    <>
      {now === 'validating' ? (
        <ValidationSamples />
      ) : (
        <>
          <h1 class="vh">Training run</h1>
          {now === 'elsewhere' && <Calm />}
          <Samples />
        </>
      )}
      <Loss />
    </>
  );
}
