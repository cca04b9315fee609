// What to expect of few pictures: said before a run, and in the view Pictures. Not here: the number
// (set-facts.tsx).
import { pictures } from '../format.ts';

/** Pictures from which on a model of these sizes varies what it was shown. */
const VARIES_FROM = 500;

/** Nothing where there are enough. */
export function Enough({ among }: { among: number }) {
  if (among >= VARIES_FROM) return null;
  return (
    <p class="note">
      {pictures(among)}: the model will learn {among === 1 ? 'it' : 'them'} by heart. From about {VARIES_FROM}{' '}
      it varies them.
    </p>
  );
}
