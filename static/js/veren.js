/* The one script of Veren's own pages. It adds keys and small comforts; every page works without it.

   data-keys="n"          pressing n focuses the field or presses the link or button ("g c": one after the other)
   data-keys-say="…"      how the map of keys calls it, where its own words are not enough
   data-opens="id"        opens the <dialog> with that id
   data-focuses="id"      puts the cursor into the field with that id */
"use strict";
(() => {
  const PAUSE = 900; // milliseconds within which a second key belongs to the first
  let typed = "";
  let typedAt = 0;

  const writes = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const named = () => [...document.querySelectorAll("[data-keys]")].filter((element) => !element.closest("[hidden]"));

  function act(element) {
    if (element.matches("input, textarea, select")) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  }

  function press(event) {
    if (event.key === "Escape") return leave(event);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return choose(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const before = Date.now() - typedAt < PAUSE ? typed : "";
    const found = named();
    const tried = readings(event);
    const hit = [...tried.map((key) => before && `${before} ${key}`), ...tried]
      .map((keys) => found.find((element) => element.dataset.keys === keys)).find(Boolean);
    typed = hit ? "" : tried[tried.length - 1];
    typedAt = Date.now();
    if (hit) {
      event.preventDefault();
      act(hit);
    } else if (tried.includes("j") || tried.includes("k")) {
      step(tried.includes("j") ? 1 : -1);
    }
  }

  // The same key says “т” in a Cyrillic layout and “n” in a Latin one: what it says comes first, then where it lies.
  function readings(event) {
    const lies = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.code === "Slash" ? (event.shiftKey ? "?" : "/") : "";
    return lies && lies !== event.key ? [event.key, lies] : [event.key];
  }

  // From row to row of a list.
  function step(by) {
    const rows = [...document.querySelectorAll("#result_list tbody th a, .found > li a, .rows > li > a")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
    if (next) next.focus();
  }

  // In the search box: down and up among what it suggests; Enter opens a suggestion, or searches.
  function choose(event) {
    const box = event.target.closest(".find");
    if (!box) return;
    const stops = [box.querySelector("input"), ...box.querySelectorAll(".suggestions a")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  function send(event) {
    const form = event.target.closest("form");
    if (form && writes(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  function leave(event) {
    const menu = event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.target.closest(".suggestions")) {
      event.target.closest(".find").querySelector("input").focus();
    } else if (writes(event.target) && !event.target.closest("dialog")) {
      event.target.blur();
    }
  }

  function open(dialog) {
    const map = dialog.querySelector("[data-keys-map]");
    if (map) draw(map);
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
    dialog.showModal();
  }

  function draw(map) {
    const rows = [...new Map(named().map((one) => [one.dataset.keys, one]).reverse())].reverse()
      .map(([keys, element]) => [keys, say(element)]); // of two with one key the first has it
    const also = [...document.querySelectorAll("[data-keys-also]")].map((element) => element.dataset.keysAlso.split("="));
    map.replaceChildren(...[...rows, ...also].flatMap(([keys, words]) => {
      const key = document.createElement("dt");
      const meaning = document.createElement("dd");
      for (const one of keys.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = one;
        key.append(cap, " ");
      }
      meaning.textContent = words;
      return [key, meaning];
    }));
  }

  function say(element) {
    if (element.dataset.keysSay) return element.dataset.keysSay;
    const label = element.labels && element.labels[0];
    if (label) return label.textContent.trim();
    const words = element.cloneNode(true);
    words.querySelectorAll("kbd, svg, .count").forEach((part) => part.remove());
    return (element.getAttribute("aria-label") || words.textContent).trim();
  }

  function click(event) {
    const opener = event.target.closest("[data-opens]");
    if (opener) open(document.getElementById(opener.dataset.opens));
    if (event.target.closest("[data-closes-trouble]")) settle();
    const pointer = event.target.closest("[data-focuses]");
    if (pointer) {
      event.preventDefault();
      document.getElementById(pointer.dataset.focuses).focus();
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }

  // A turn of the history replaces the link that asked for it: the focus goes on to the first thing that came.
  let turned = null;
  function markTurn(event) {
    const target = event.detail.target;
    if (!target.matches(".turn")) return;
    turned = target.id === "older" ? target.previousElementSibling : target.nextElementSibling;
  }
  function followTurn() {
    if (!turned) return;
    const later = turned.nextElementSibling;
    const came = later && later.closest("li") ? later : turned;
    turned = null;
    came.tabIndex = -1;
    came.focus({ preventScroll: true });
  }

  // An address names what was chosen, and nothing that was left empty.
  function leaveOutEmpty(event) {
    const { verb, formData } = event.detail;
    if (verb !== "get") return;
    for (const [name, value] of [...formData.entries()]) if (value === "") formData.delete(name);
  }

  /* What did not reach the server, or was refused there, is said: nobody believes that it was done. */
  const REFUSALS = { 401: "signed-out", 403: "refused", 404: "gone", 410: "gone", 429: "busy" };
  let troubled = null; // what was not done, until it is
  const trouble = () => document.getElementById("trouble");
  const asksByItself = (element) => /\bevery\b/.test(element.getAttribute("hx-trigger") || "");

  function complain(kind, element) {
    const box = trouble();
    if (!box) return;
    troubled = { kind, element };
    for (const words of box.querySelectorAll("[data-trouble]")) words.hidden = words.dataset.trouble !== kind;
    box.hidden = false;
  }

  function refused(event) {
    const { elt, xhr } = event.detail;
    if (!asksByItself(elt)) complain(REFUSALS[xhr.status] || "failed", elt);
  }

  // Whoever is signed out is led to the door: that page is no answer to what was asked.
  function turnedAway(event) {
    const box = trouble();
    const { xhr, elt } = event.detail;
    if (!box || !xhr.responseURL || new URL(xhr.responseURL).pathname !== box.dataset.signIn) return;
    event.preventDefault();
    complain("signed-out", elt);
  }

  // A lost connection is back with any answer; anything else, once the same thing is done.
  function calm(event) {
    if (!troubled || !event.detail.successful) return;
    if (troubled.kind === "away" || troubled.element === event.detail.elt) settle();
  }

  function settle() {
    troubled = null;
    trouble().hidden = true;
  }

  document.addEventListener("htmx:configRequest", leaveOutEmpty);
  document.addEventListener("htmx:responseError", refused);
  document.addEventListener("htmx:sendError", (event) => complain("away", event.detail.elt));
  document.addEventListener("htmx:timeout", (event) => complain("away", event.detail.elt));
  document.addEventListener("htmx:beforeOnLoad", turnedAway);
  document.addEventListener("htmx:afterOnLoad", calm);
  document.addEventListener("keydown", press);
  document.addEventListener("click", click);
  document.addEventListener("htmx:beforeSwap", markTurn);
  document.addEventListener("htmx:afterSettle", followTurn);
})();
