// The whole page: which parts it has in which state, view and phase. Not here: the parts.
import type { ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { runName } from '../app/run-names.ts';
import { Alert } from './frame/alert.tsx';
import { Announcer } from './frame/announcer.tsx';
import { useApp } from './page-state/app-context.ts';
import { Browse } from './browse/browse.tsx';
import { BrowseSide } from './browse/browse-side.tsx';
import { PictureDialog } from './browse/picture-dialog.tsx';
import { Calm } from './frame/calm.tsx';
import { DropTarget } from './files/drop.tsx';
import { FilesBar } from './files/files-bar.tsx';
import { PasteTarget } from './files/paste.tsx';
import { BroughtRecipe } from './generate/brought-recipe.tsx';
import { Generate } from './generate/generate.tsx';
import { Loss } from './loss/loss.tsx';
import { Notice } from './frame/notice.tsx';
import { focusOnce } from './frame/kept-focus.ts';
import { ExportDialog } from './files/export-dialog.tsx';
import { ImportDialog } from './files/import-dialog.tsx';
import { PicturesDialog } from './files/pictures-dialog.tsx';
import { QuestionDialog } from './frame/question-dialog.tsx';
import { SampleDialog } from './samples/sample-dialog.tsx';
import { Samples } from './samples/samples.tsx';
import { Setup } from './setup/setup.tsx';
import { HelpDialog } from './frame/help-dialog.tsx';
import { useShortcuts } from './frame/shortcuts.tsx';
import { GenerateSide, TrainSide } from './side.tsx';
import { StatusStrip } from './frame/status-strip.tsx';
import { TopBar } from './frame/top-bar.tsx';
import { ValidationSamples } from './samples/validation-samples.tsx';
import type { Phase } from './page-state/phase.ts';

/** Everything on the screen: bar, status strip, the main part and the right column of the view, dialogs. */
export function Page({ phase }: { phase: ReadonlySignal<Phase> }) {
  const { state, view } = useApp();
  const [help, setHelp] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  useShortcuts(openHelp);
  useTopOfPhase(phase.value);
  return (
    <div class="app" data-state={state.runState.value} data-view={view.value}>
      <a class="skip" href="#main">
        Skip to the pictures
      </a>
      <TopBar onHelp={openHelp} />
      <StatusStrip phase={phase} />
      {phase.value === 'run' && <Notice />}
      <div class="page">
        <main class="main" id="main" tabIndex={-1}>
          <Alert />
          {view.value === 'train' && <Main phase={phase} />}
          {view.value === 'pictures' && <Browse />}
          {view.value === 'generate' && <Generate />}
        </main>
        {view.value === 'train' && <TrainSide phase={phase} />}
        {view.value === 'pictures' && <BrowseSide />}
        {view.value === 'generate' && <GenerateSide />}
      </div>
      <Announcer />
      <QuestionDialog />
      <ExportDialog />
      <ImportDialog />
      <PicturesDialog />
      <PictureDialog />
      <SampleDialog />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
      <BroughtRecipe />
      <FilesBar />
      <DropTarget />
      <PasteTarget />
    </div>
  );
}

/** Another phase is read from its top; after New run by its heading, because the button is gone. */
function useTopOfPhase(phase: Phase): void {
  const before = useRef(phase);
  useEffect(() => {
    if (before.current === phase) return;
    before.current = phase;
    scrollTo(0, 0);
    if (phase === 'setup') focusOnce(document.querySelector('h1'));
  }, [phase]);
}

/** The main part of the view Train, by phase and state. */
function Main({ phase }: { phase: ReadonlySignal<Phase> }) {
  const { state } = useApp();
  const now = state.runState.value;
  const run = state.run.value;
  if (phase.value === 'setup') return now === 'elsewhere' || now === 'unavailable' ? <Calm /> : <Setup />;
  return (
    <>
      {now === 'validating' ? (
        <ValidationSamples />
      ) : (
        <>
          <h1 class="vh">Training run{run && `: ${runName(state.runs.value, run.runId)}`}</h1>
          {now === 'elsewhere' && <Calm />}
          <Samples />
        </>
      )}
      <Loss />
    </>
  );
}
