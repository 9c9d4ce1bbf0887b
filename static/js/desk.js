/* The agents' desk: what the inbox and a ticket need beside veren.js. Without it every form still works, page by page.

   data-row-goes="#id"     of the row that was last in focus: opens its ticket there
   data-row-posts="path/"  of that row: posts data-row-values to the ticket's path
   data-keeps-draft        a textarea whose words are kept in the browser at once, and on the server after a pause
   data-until="moment"     stands there until then, and counts its seconds
   data-counts-sms="id"    counts the parts of an SMS, and says them in the element with that id */
"use strict";
(() => {
  const PAUSE = 1500; // milliseconds without a key after which a draft is kept
  const TYPING = 8000;
  const IDLE = 60000; // without a key or a movement for so long nobody is at work here
  const SMS = { latin: [160, 153], other: [70, 67] };
  const LATIN = /^[\n\r @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[\]~|€]*$/;
  let row = null;
  let typedAt = 0;
  let movedAt = Date.now();
  let keeping = 0;

  const token = () => (document.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";

  /* Rows of the inbox */
  function rowNow() {
    return (row && document.getElementById(row)) || document.querySelector(".rows .ticket");
  }

  function mark(event) {
    const ticket = event.target.closest && event.target.closest(".rows .ticket");
    if (ticket) row = ticket.id;
  }

  function act(button) {
    const ticket = rowNow();
    if (!ticket) return;
    if (button.dataset.rowGoes) {
      location.href = ticket.href + button.dataset.rowGoes;
      return;
    }
    const values = { ...JSON.parse(button.dataset.rowValues), version: ticket.dataset.version, from: "inbox" };
    htmx.ajax("POST", ticket.getAttribute("href") + button.dataset.rowPosts, {
      values, source: ticket, target: "#said", swap: "innerHTML", headers: { "X-CSRFToken": token() },
    });
    ticket.focus();
  }

  /* What a page asks for from time to time says what stands there already. */
  function tell(event) {
    const { elt, parameters, headers } = event.detail;
    if (elt.id === "poll") {
      parameters.have = [...document.querySelectorAll("#rows > [data-row]")]
        .map((one) => `${one.dataset.row}:${one.dataset.have}`).join(",");
      parameters.counts = document.getElementById("counted").dataset.counts;
    }
    if (elt.id === "pulse") {
      parameters.states = [...document.querySelectorAll("[data-message-state]")].slice(-20)
        .map((one) => `${one.dataset.message}:${one.dataset.messageState}`).join(",");
      parameters.typing = Date.now() - typedAt < TYPING ? "yes" : "";
      parameters.active = Date.now() - movedAt < IDLE ? "yes" : "";
      parameters.menu = document.querySelector("#head details[open]") ? "open" : "";
    }
    const newest = document.getElementById("newest");
    if (newest && event.detail.verb === "post") {
      parameters.newest = newest.value;
      parameters.writing = reply() && reply().value && elt.id !== "reply" ? "yes" : "";
    }
    if (event.detail.verb === "post" && !headers["X-CSRFToken"]) headers["X-CSRFToken"] = token();
  }

  // Two answers that were on their way at once both bring what is new: what stands already is not put there again. What
  // changed of it comes by itself.
  function once({ detail }) {
    if (detail.target.id !== "messages") return;
    for (const item of [...detail.fragment.children]) {
      if (item.id && document.getElementById(item.id)) item.remove();
    }
  }

  // Nobody looks at a page in the background: it asks for nothing, and does not say that somebody reads.
  function rest(event) {
    if (document.hidden && ["poll", "pulse", "ringing"].includes(event.detail.elt.id)) event.preventDefault();
  }

  /* The reply */
  const reply = () => document.getElementById("text");
  const draftName = (field) => `veren-draft-${field.dataset.keepsDraft}`;

  function keep(field) {
    try {
      if (field.value) localStorage.setItem(draftName(field), JSON.stringify({ text: field.value, at: Date.now() }));
      else localStorage.removeItem(draftName(field));
    } catch { /* a full or closed store: the server keeps it too */ }
    clearTimeout(keeping);
    keeping = setTimeout(() => keepAfar(field), PAUSE);
  }

  function keepAfar(field) {
    const form = field.form;
    const values = { text: field.value, kind: (form.querySelector("[name=kind]:checked") || {}).value || "reply" };
    htmx.ajax("POST", field.dataset.draftUrl, {
      values, source: field, swap: "none", headers: { "X-CSRFToken": token() },
    });
  }

  function forget(field) {
    clearTimeout(keeping);
    try { localStorage.removeItem(draftName(field)); } catch { /* as above */ }
  }

  // The newer of what the browser and the server kept.
  function restore() {
    const field = reply();
    if (!field || !field.dataset.keepsDraft) return;
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(draftName(field))); } catch { kept = null; }
    if (kept && kept.text && kept.at > Number(field.dataset.savedAt || 0)) field.value = kept.text;
    count(field);
  }

  function count(field) {
    const place = document.getElementById(field.dataset.countsSms || "");
    if (!place) return;
    const [one, each] = LATIN.test(field.value) ? SMS.latin : SMS.other;
    const length = field.value.length;
    const parts = length <= one ? (length ? 1 : 0) : Math.ceil(length / each);
    place.hidden = !parts;
    place.querySelector("[data-parts]").textContent = parts;
    place.querySelector("[data-left]").textContent = parts <= 1 ? one - length : parts * each - length;
  }

  function typed(event) {
    const field = event.target;
    if (!field.dataset || !field.dataset.keepsDraft) return;
    typedAt = Date.now();
    keep(field);
    count(field);
  }

  function write(text, replaces) {
    const field = reply();
    if (!field) return;
    field.value = replaces || !field.value ? text : `${field.value}\n${text}`;
    keep(field);
    count(field);
    field.focus();
  }

  function sent() {
    const field = reply();
    if (!field) return;
    forget(field);
    field.value = "";
    const files = field.form.querySelector("[type=file]");
    if (files) files.value = "";
    field.form.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
    const answer = field.form.querySelector("[name=kind][value=reply]");
    if (answer) answer.checked = true;
    count(field);
    bottom();
  }

  function bottom() {
    const talk = document.getElementById("messages");
    if (talk) talk.scrollTop = talk.scrollHeight;
  }

  function choose(kind) {
    const choice = document.querySelector(`[name=kind][value=${kind}]`);
    if (choice) choice.checked = true;
    if (reply()) reply().focus();
  }

  /* What can be taken back, for as long as it can. */
  function tick() {
    for (const one of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Date.parse(one.dataset.until) - Date.now()) / 1000);
      if (left <= 0) one.remove();
      else {
        const seconds = one.querySelector("[data-seconds]");
        if (seconds) seconds.textContent = left;
      }
    }
  }

  function click(event) {
    const button = event.target.closest("[data-row-goes], [data-row-posts]");
    if (button) act(button);
    const kind = event.target.closest("[data-chooses-kind]");
    if (kind) choose(kind.dataset.choosesKind);
    const opener = event.target.closest("[data-opens-menu]");
    if (opener) openMenu(document.getElementById(opener.dataset.opensMenu));
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest(closer.dataset.closes).remove();
    const words = event.target.closest("[data-writes]");
    if (words) write(document.getElementById(words.dataset.writes).textContent.trim(), false);
  }

  function openMenu(menu) {
    if (!menu) return;
    menu.open = true;
    const first = menu.querySelector("input:not([type=hidden]), select, textarea, button");
    if (first) first.focus();
  }

  // An address that names a part of a ticket opens it: “put off” from the inbox.
  function arrive() {
    const named = location.hash && document.querySelector(location.hash);
    if (!named) return;
    if (named.matches("details")) openMenu(named);
    else if (named.matches("textarea")) named.focus();
  }

  for (const sign of ["keydown", "pointermove", "wheel", "touchstart"]) {
    document.addEventListener(sign, () => { movedAt = Date.now(); }, { passive: true });
  }
  document.addEventListener("focusin", mark);
  document.addEventListener("click", click);
  document.addEventListener("input", typed);
  document.addEventListener("htmx:configRequest", tell);
  document.addEventListener("htmx:beforeRequest", rest);
  document.addEventListener("htmx:oobBeforeSwap", once);
  document.addEventListener("reload", () => location.reload());
  document.addEventListener("reply-sent", sent);
  document.addEventListener("taken-back", (event) => write(event.detail.text, false));
  document.addEventListener("macro-words", (event) => write(event.detail.text, false));
  setInterval(tick, 1000);
  restore();
  bottom();
  arrive();
})();
