// What the page calls a class of a set. Not here: where classes are shown (classes.tsx, find-bar.tsx).

/** Pictures that are in no class have '' as theirs. */
export const classTitle = (name: string): string => (name === '' ? 'No class' : name);
