// The progress that `npm run learn` reports, and its wording. Not here: the work (learn.ts).

export type News =
  | { about: 'machine'; gpu: string; executor: string; pictures: string; count: number; size: number }
  | { about: 'compiling'; done: number; total: number }
  /** weights: `untrained` or `trained`. done, total: samples. */
  | { about: 'drawing'; weights: string; done: number; total: number }
  /** loss: mean of the last steps. secondsLeft: includes the samples that are drawn after the last step. */
  | {
      about: 'step';
      step: number;
      last: number;
      loss: number;
      stepsPerSecond: number | null;
      secondsLeft: number | null;
    };

export function wordsOf(news: News): string {
  switch (news.about) {
    case 'machine':
      return `${news.executor} on ${news.gpu}; ${news.count} pictures of ${news.pictures}, ${news.size} x ${news.size}`;
    case 'compiling':
      return `compiling shaders: ${news.done} of ${news.total}`;
    case 'drawing':
      return `drawing with ${news.weights} weights: ${news.done} of ${news.total}`;
    case 'step': {
      const rate = news.stepsPerSecond === null ? '' : `   ${news.stepsPerSecond.toFixed(2)} steps/s`;
      const left = news.secondsLeft === null ? '' : `   ${duration(news.secondsLeft)} left`;
      return `step ${news.step} of ${news.last}   loss ${news.loss.toFixed(4)}${rate}${left}`;
    }
  }
}

/** "1 min 5 s" */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
