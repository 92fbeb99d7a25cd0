// How figures are written. Times are microseconds, as they are in the store.

export const duration = (us) => {
  if (us === null || us === undefined) return "";
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 10_000) return `${(us / 1000).toFixed(2)} ms`;
  if (us < 100_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  if (us < 60_000_000) return `${(us / 1_000_000).toFixed(2)} s`;
  return `${Math.floor(us / 60_000_000)} min ${Math.round((us % 60_000_000) / 1_000_000)} s`;
};

const two = (number) => String(number).padStart(2, "0");

export const clock = (us, withMs = true) => {
  const at = new Date(us / 1000);
  const text = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return withMs ? `${text}.${String(at.getMilliseconds()).padStart(3, "0")}` : text;
};

export const moment = (us) => {
  const at = new Date(us / 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(us)}`;
};

export const count = (number) => Math.round(number).toLocaleString("en");

export const rate = (perSecond) => {
  if (!perSecond) return "0/s";
  if (perSecond < 0.1) return `${(perSecond * 60).toFixed(1)}/min`;
  return perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${count(perSecond)}/s`;
};

export const share = (part, whole) => {
  if (!whole || !part) return "0 %";
  const percent = (100 * part) / whole;
  return percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
};

// Of a processor, or of a second: 0.012 is 1.2 %.
export const part = (value) => {
  if (value === null || value === undefined) return "–";
  if (value && value < 0.001) return "< 0.1 %";
  return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
};

export const bytes = (number) => {
  if (number < 1024) return `${Math.round(number)} B`;
  if (number < 1024 ** 2) return `${(number / 1024).toFixed(1)} KiB`;
  return number < 1024 ** 3 ? `${(number / 1024 ** 2).toFixed(number < 10 * 1024 ** 2 ? 1 : 0)} MiB` : `${(number / 1024 ** 3).toFixed(2)} GiB`;
};

export const many = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;
