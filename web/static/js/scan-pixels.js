/** What a worker was sent, as pixels: an ImageData stays one, an ImageBitmap is drawn here, away from the page. */

let canvas = null;

export function pixelsOf(picture) {
  if (!("close" in picture)) return picture;
  const { width, height } = picture;
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  picture.close();
  return pen.getImageData(0, 0, width, height);
}
