/* What survives a reload, in this tab alone: words in the box, and words that were not delivered. They go with what
   they were for, with a quick exit, and with the tab. */

const DRAFT = "draft";
const UNDELIVERED = "undelivered"; // [{key, text}], oldest first
const UNSENT = "unsent"; // the conversation holds something that has not gone out

function read(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
  } catch { // nothing may be kept here: the page works on without
    return otherwise;
  }
}

function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, JSON.stringify(value));
    else sessionStorage.removeItem(name);
  } catch { // as above
  }
}

export const draft = () => read(DRAFT, "");
export const keepDraft = (text) => keep(DRAFT, text);

export const undelivered = () => read(UNDELIVERED, []);
export const keepUndelivered = (entries) => keep(UNDELIVERED, entries.length ? entries : null);

export const hadUnsent = () => read(UNSENT, false);
export const keepUnsent = (has) => keep(UNSENT, has);

export function forgetAll() {
  for (const name of [DRAFT, UNDELIVERED, UNSENT]) keep(name, null);
}
