// How many pictures are drawn at once and how their sheet is laid out: each number once, for trainer, page
// and bench. Not here: drawing (trainer/samples/), what the user can set (settings.ts).

/** Samples of a run's own set, and the most pictures that one denoising call computes. */
export const SAMPLE_COUNT = 16;

/** Columns of a sheet that holds one set; stored PNGs and the page's reference runs have the same. */
export const SHEET_COLUMNS = 4;

/** Pictures that the view Generate draws at most on one request. */
export const MOST_PICTURES = 64;
