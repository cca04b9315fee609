// The right column of the view Pictures: the set as a whole, its words and classes, and what can be changed.
// Not here: the parts.
import { useApp } from '../page-state/app-context.ts';
import { Classes } from './classes.tsx';
import { EditCaptions } from './edit-captions.tsx';
import { ExportCaptions } from './export-captions.tsx';
import { FindDuplicates } from './find-duplicates.tsx';
import { SetFacts } from './set-facts.tsx';
import { Words } from './words.tsx';

/** Built-in sets are looked at, counted and compared; only the user's own are changed. */
export function BrowseSide() {
  const { state, browsing } = useApp();
  const info = state.runState.value === 'elsewhere' ? null : browsing.set.value;
  return (
    <aside class="side" aria-label="The whole set">
      {info && (
        <>
          <SetFacts info={info} />
          <Words />
          {!info.builtIn && <EditCaptions />}
          <Classes />
          <FindDuplicates />
          {!info.builtIn && <ExportCaptions info={info} />}
        </>
      )}
    </aside>
  );
}
