/** The camera's stream: opened for one look, always closed after it. */

const WISHES = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } } };
const REASONS = { NotAllowedError: "blocked", SecurityError: "blocked", NotReadableError: "taken", AbortError: "taken" };

/** Say whether this page may ask for a camera at all. */
export function mayAsk() {
  return globalThis.isSecureContext && typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** Ask for the camera that looks away from the person. The error of a refusal goes to `reasonOf`. */
export function openStream() {
  return navigator.mediaDevices.getUserMedia(WISHES);
}

/** Name why there is no stream: `blocked`, `taken` by another program, or `absent`. */
export function reasonOf(error) {
  return REASONS[error.name] ?? "absent";
}

/** Show a stream. A camera that looks at the person is mirrored, as in a mirror one aims more easily. */
export async function show(stream, video) {
  const { facingMode } = stream.getVideoTracks()[0].getSettings();
  video.toggleAttribute("data-mirrored", facingMode !== "environment");
  video.srcObject = stream;
  await video.play();
}

/** Wait for the next frame that is new. */
export function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

/** Switch the camera off. */
export function close(stream, video) {
  stream?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}
