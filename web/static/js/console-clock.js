/* console-clock: a step begins at the moment on the clock of whoever writes it.
   <form data-behaviour="console-clock">..<input name="at" type="datetime-local"><select name="zone">..</form>
   Only while both still say what the page filled in for UTC: what somebody chose stays. */
const twoDigits = (number) => String(number).padStart(2, "0");

export function zoneOf(minutesWest) {
  const minutes = Math.abs(minutesWest);
  const sign = minutesWest > 0 ? "-" : "+";
  return `${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

export function localMinute(moment) {
  const day = `${moment.getFullYear()}-${twoDigits(moment.getMonth() + 1)}-${twoDigits(moment.getDate())}`;
  return `${day}T${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`;
}

for (const form of document.querySelectorAll("[data-behaviour~=console-clock]")) {
  const at = form.elements.namedItem("at");
  const zone = form.elements.namedItem("zone");
  const written = Date.parse(`${at.value}${zone.value}`);
  const own = zoneOf(new Date().getTimezoneOffset());
  const offered = [...zone.options].some((option) => option.value === own);
  const untouched = at.defaultValue === at.value && Date.now() - written < 120_000;
  if (offered && zone.value === "+00:00" && untouched) {
    zone.value = own;
    at.value = localMinute(new Date(written));
  }
}
