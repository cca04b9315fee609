// The classes of the set and their balance: bars, the largest class first; a press shows only its pictures.
// And whether the next run draws them evenly. Not here: drawing them (data/even-classes.ts).
import { useState } from 'preact/hooks';
import type { ClassCount } from '../../trainer/api.ts';
import { SettingField } from '../controls/setting-field.tsx';
import { count } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { lookFor } from '../page-state/browsing.ts';
import { classTitle } from './class-title.ts';

const SHOWN_FIRST = 10;

/** So many times as many pictures in one class as in another: the small one is hardly learnt. */
const UNBALANCED = 10;

/** Nothing for a set without classes. */
export function Classes() {
  const { state, browsing, commands } = useApp();
  const [all, setAll] = useState(false);
  const classes = state.browsed.value?.classes ?? [];
  if (classes.length < 2) return null;
  const sorted = [...classes].sort((a, b) => b.count - a.count);
  const most = sorted[0]?.count ?? 1;
  const chosen = browsing.className.value;
  return (
    <section aria-labelledby="h-classes">
      <div class="head">
        <h2 id="h-classes">Classes</h2>
        <p class="quiet">{count(classes.length)}</p>
      </div>
      <Balance sorted={sorted} />
      <ul class="classes" aria-labelledby="h-classes">
        {sorted.slice(0, all ? undefined : SHOWN_FIRST).map(({ name, count: many }) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={name === chosen}
              onClick={() => lookFor(browsing, { className: name === chosen ? null : name })}
            >
              <bdi>{classTitle(name)}</bdi> <small>{count(many)}</small>
              <span class="meter" aria-hidden="true">
                <i style={{ width: `${(100 * many) / most}%` }} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {sorted.length > SHOWN_FIRST && (
        <button class="btn s more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${count(sorted.length)} classes`}
        </button>
      )}
      <SettingField
        name="evenClasses"
        value={state.form.value.evenClasses}
        onValue={(value) => commands.setForm({ evenClasses: value === true })}
      />
      {state.run.value && <p class="quiet">For the next run: this one keeps its settings.</p>}
    </section>
  );
}

function Balance({ sorted }: { sorted: readonly ClassCount[] }) {
  const [largest, smallest] = [sorted[0], sorted.at(-1)];
  const times = Math.floor((largest?.count ?? 0) / (smallest?.count || 1));
  if (!largest || !smallest || times < UNBALANCED) return null;
  return (
    <p class="warns">
      <bdi>{classTitle(largest.name)}</bdi> has {count(times)} times as many pictures as{' '}
      <bdi>{classTitle(smallest.name)}</bdi>: the model learns the small classes worse.
    </p>
  );
}
