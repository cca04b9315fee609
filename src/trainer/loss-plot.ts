// The loss plot of a run as a PNG, stored beside a checkpoint. Not here: the page's chart (ui/loss).
import { context2d } from '../formats/canvas-2d.ts';

const PLOT = { width: 960, height: 480, left: 72, right: 24, top: 40, bottom: 48 };

/** Loss by step, log scale, 960 x 480 pixels: faint each column's range, strong the mean of the last 100. */
export async function lossPlotPng(losses: Float32Array, title: string): Promise<Blob> {
  const context = context2d(PLOT.width, PLOT.height);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, PLOT.width, PLOT.height);
  context.fillStyle = '#1c1d1b';
  context.font = '16px sans-serif';
  context.fillText(title, PLOT.left, 26);
  const [low, high] = logRange(losses);
  const width = PLOT.width - PLOT.left - PLOT.right;
  const height = PLOT.height - PLOT.top - PLOT.bottom;
  const x = (step: number) => PLOT.left + (width * step) / Math.max(1, losses.length - 1);
  const y = (loss: number) =>
    PLOT.top + (height * (Math.log(high) - Math.log(Math.max(low, loss)))) / (Math.log(high) - Math.log(low));
  drawGrid(context, low, high, y);
  context.fillText(`0`, PLOT.left, PLOT.height - 20);
  context.fillText(`step ${losses.length}`, PLOT.width - PLOT.right - 96, PLOT.height - 20);
  drawRaw(context, losses, width, x, y);
  drawSmoothed(context, losses, x, y);
  return context.canvas.convertToBlob({ type: 'image/png' });
}

function logRange(losses: Float32Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const loss of losses) {
    if (!(loss > 0)) continue;
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  return low < high ? [low * 0.9, high * 1.1] : [0.01, 1];
}

function drawGrid(
  context: OffscreenCanvasRenderingContext2D,
  low: number,
  high: number,
  y: (loss: number) => number,
): void {
  context.strokeStyle = '#e2e2de';
  for (let decade = 1e-5; decade < 1e5; decade *= 10) {
    for (const factor of [1, 2, 5]) {
      const value = decade * factor;
      if (value < low || value > high) continue;
      context.fillText(Number(value.toPrecision(1)).toString(), 16, y(value) + 5);
      context.beginPath();
      context.moveTo(PLOT.left, y(value));
      context.lineTo(PLOT.width - PLOT.right, y(value));
      context.stroke();
    }
  }
}

type Axis = (value: number) => number;

function drawRaw(
  context: OffscreenCanvasRenderingContext2D,
  losses: Float32Array,
  columns: number,
  x: Axis,
  y: Axis,
): void {
  context.strokeStyle = 'rgba(28, 29, 27, 0.3)';
  context.beginPath();
  const perColumn = Math.max(1, Math.ceil(losses.length / columns));
  for (let from = 0; from < losses.length; from += perColumn) {
    const column = losses.subarray(from, from + perColumn);
    let low = Infinity;
    let high = -Infinity;
    for (const loss of column) {
      low = Math.min(low, loss);
      high = Math.max(high, loss);
    }
    context.lineTo(x(from), y(high));
    context.lineTo(x(from), y(low));
  }
  context.stroke();
}

const SMOOTHED_OVER = 100;

function drawSmoothed(
  context: OffscreenCanvasRenderingContext2D,
  losses: Float32Array,
  x: Axis,
  y: Axis,
): void {
  context.strokeStyle = '#1a7a48';
  context.lineWidth = 2;
  context.beginPath();
  let sum = 0;
  for (let i = 0; i < losses.length; i++) {
    sum += losses[i] ?? 0;
    if (i >= SMOOTHED_OVER) sum -= losses[i - SMOOTHED_OVER] ?? 0;
    context.lineTo(x(i), y(sum / Math.min(i + 1, SMOOTHED_OVER)));
  }
  context.stroke();
}
