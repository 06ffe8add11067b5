/**
 * A page that somebody sees reports its scan, once: the answer itself wrote nothing.
 *   <input type="hidden" name="scan" value="token" data-behaviour="report-scan">
 * Pages that are fetched or drawn ahead of time, and previews that run no script, report nothing. A token that is
 * sent again, here or by the form it stands in, is the same scan. Whatever goes wrong, the visitor sees nothing of it,
 * but for one thing: a tag's answer that somebody else reported first (409) is not new any more. The page is then asked
 * for again, and says so; it reports a scan without a tap, so this happens once.
 */

const LATE = 409;
const isSeen = () => !document.prerendering && document.visibilityState === "visible";

function report(token) {
  fetch("/scans", {
    method: "POST",
    body: new URLSearchParams({ scan: token }),
    keepalive: true, // also when the visitor goes on at once
  })
    .then((answer) => answer.status === LATE && location.reload())
    .catch(() => {});
}

function reportWhenSeen(field) {
  const tries = new AbortController();
  const attempt = () => {
    if (!isSeen()) return;
    tries.abort();
    report(field.value);
  };
  document.addEventListener("visibilitychange", attempt, { signal: tries.signal });
  document.addEventListener("prerenderingchange", attempt, { signal: tries.signal });
  attempt();
}

document.querySelectorAll('[data-behaviour~="report-scan"]').forEach(reportWhenSeen);
