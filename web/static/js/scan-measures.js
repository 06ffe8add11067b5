/**
 * Cheap measures of a frame, and what to advise from them: more light, closer, still. Pure, so that a test can ask.
 */

export const SAMPLE_SIDE_PX = 240;
const DARK_MAX = 48;
const SMALL_MAX = 0.22;

/** Give the mean luminance (0 to 255) and the sharpness (variance of the Laplacian) of RGBA pixels. */
export function measure({ data, width, height }) {
  const light = new Float32Array(width * height);
  let total = 0;
  for (let i = 0; i < light.length; i++) {
    light[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
    total += light[i];
  }
  return { light: total / light.length, sharpness: laplacianVariance(light, width, height) };
}

/**
 * Advise. `unread` is the side of a symbol found and not read lately, as a share of the square; 0 where none was.
 * Gives dark, closer, still, or nothing.
 */
export function advise({ light, unread }) {
  if (light < DARK_MAX) return "dark";
  if (unread > 0) return unread < SMALL_MAX ? "closer" : "still";
  return "";
}

function laplacianVariance(light, width, height) {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const edge = 4 * light[i] - light[i - 1] - light[i + 1] - light[i - width] - light[i + width];
      sum += edge;
      squares += edge * edge;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}
