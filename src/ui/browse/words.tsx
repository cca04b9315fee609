// The words of the captions by how often they come: a press shows only the pictures that have one. Not here:
// changing words (edit-captions.tsx).
import { useState } from 'preact/hooks';
import { WordChips } from '../controls/word-chips.tsx';
import { count, pictures } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { lookFor } from '../page-state/browsing.ts';

const SHOWN_FIRST = 24;

/** Of the pictures that were found. */
export function Words() {
  const { state, browsing } = useApp();
  const [all, setAll] = useState(false);
  const { words, found } = state.browsed.value ?? { words: null, found: null };
  const times = new Map(words?.map((one) => [one.word, one.times]));
  const shown = words?.slice(0, all ? undefined : SHOWN_FIRST).map(({ word }) => word) ?? [];
  const chosen = browsing.word.value;
  return (
    <section aria-labelledby="h-words">
      <div class="head">
        <h2 id="h-words">Words</h2>
        {words && found && <p class="quiet">of the {pictures(found.indices.length)} shown</p>}
      </div>
      {words?.length === 0 && found?.indices.length !== 0 && (
        <p class="note first">No captions, so no words.</p>
      )}
      <WordChips
        words={shown}
        note={(word) => count(times.get(word) ?? 0)}
        chosen={chosen}
        onWord={(word) => lookFor(browsing, { word: word === chosen ? null : word })}
      />
      {words && words.length > SHOWN_FIRST && (
        <button class="btn s more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${count(words.length)} words`}
        </button>
      )}
    </section>
  );
}
