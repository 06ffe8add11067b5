/**
 * Pictures out of the moving one. A decoder looks in turn at the whole square that the page shows, and at its middle
 * from close by, in the camera's own pixels: a small code has no pixels to lose.
 */

const SIDE_MAX_PX = 960;
const NEAR_SHARE = 0.5;
const NEAR_ENLARGED_MAX = 2;

/** The two ways to look, in turn: each says which part of the square it cuts out. */
export const WHOLE = 1;
export const NEAR = NEAR_SHARE;

/** Cut out the middle `share` of the square; gives something that may be posted to a worker, once. */
export async function cut(video, share) {
  const { left, top, side, drawn } = measuresOf(video, share);
  if (globalThis.OffscreenCanvas) {
    const sizes = { resizeWidth: drawn, resizeHeight: drawn, resizeQuality: "medium" };
    try {
      return await createImageBitmap(video, left, top, side, side, sizes);
    } catch {
      // A browser without these sizes: drawn here, below.
    }
  }
  const canvas = drawnOn(document.createElement("canvas"), video, share, drawn);
  return canvas.getContext("2d").getImageData(0, 0, drawn, drawn);
}

/** Name what `cut` gives for posting: its memory goes with it. */
export function memoryOf(picture) {
  return "close" in picture ? picture : picture.data.buffer;
}

/** Draw the middle `share` of the square on a canvas, `drawn` pixels wide. */
export function drawnOn(canvas, video, share, drawn) {
  const { left, top, side } = measuresOf(video, share);
  if (canvas.width !== drawn || canvas.height !== drawn) Object.assign(canvas, { width: drawn, height: drawn });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, left, top, side, side, 0, 0, drawn, drawn);
  return canvas;
}

function measuresOf({ videoWidth: width, videoHeight: height }, share) {
  const side = Math.floor(Math.min(width, height) * share);
  const enlarged = share === WHOLE ? side : side * NEAR_ENLARGED_MAX;
  const drawn = Math.max(1, Math.min(SIDE_MAX_PX, enlarged));
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side, drawn };
}
