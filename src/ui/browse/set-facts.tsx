// The set as a whole: how many pictures, how large, what to expect of so few; training on it. Not here: its
// title among the others (find-bar.tsx).
import type { DatasetInfo } from '../../trainer/api.ts';
import { pictures, storage } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { Enough } from './enough.tsx';
import { OwnSet } from './own-set.tsx';

/** First in the right column. */
export function SetFacts({ info }: { info: DatasetInfo }) {
  const { state } = useApp();
  const browsed = state.browsed.value;
  const bytes = browsed?.query.dataset === info.id ? browsed.bytes : null;
  return (
    <section aria-labelledby="h-set">
      <div class="head">
        <h2 id="h-set">
          <bdi>{info.title}</bdi>
        </h2>
      </div>
      <p class="note first">
        {pictures(info.count)}, stored at {info.storedSize} × {info.storedSize} pixels
        {bytes !== null && bytes > 0 && `, ${storage(bytes)} on this computer`}. {info.credit}
      </p>
      <Enough among={info.count} />
      {info.builtIn ? (
        <p class="note">These pictures come with Perennial: they can be looked at, not changed.</p>
      ) : (
        <OwnSet info={info} />
      )}
      <TrainOnThese info={info} />
    </section>
  );
}

/** Not where a run is open, or the form has the set already. */
function TrainOnThese({ info }: { info: DatasetInfo }) {
  const { state, commands } = useApp();
  if (state.run.value || state.form.value.dataset === info.id) return null;
  return (
    <p class="note">
      <a href="#train" onClick={() => commands.setForm({ dataset: info.id })}>
        Train on these pictures
      </a>
    </p>
  );
}
