/* The player of scripts on a ticket. Every step is a plain form that works without it; here are the comforts.

   data-leaves="script"     the button that Escape presses, where nothing else is left to escape from
   data-filters="id"        a field that shows, of the children of that id, those whose data-searched has what is typed
   data-shortcut="refund"   the button that /refund and Enter press in the field of the answer */
"use strict";
(() => {
  const SHORTCUT = /^\/\S*$/;
  let active = -1;

  const field = () => document.getElementById("text");
  const menu = () => document.getElementById("macros-list");
  const plain = (text) => text.toLowerCase().replaceAll("ё", "е").trim();
  const writes = (element) => element && element.closest("input:not([type=checkbox], [type=radio]), textarea, select");

  /* Choosing in the menu */
  function filter(input) {
    const words = plain(input.value).split(/\s+/);
    const list = document.getElementById(input.dataset.filters);
    for (const one of list.querySelectorAll("[data-searched]")) {
      one.hidden = !words.every((word) => one.dataset.searched.includes(word));
    }
    for (const title of list.querySelectorAll("[data-folder]")) title.hidden = !hasAny(title);
  }

  function hasAny(title) {
    for (let next = title.nextElementSibling; next && !next.matches("[data-folder]"); next = next.nextElementSibling) {
      if (!next.hidden) return true;
    }
    return false;
  }

  function walk(event) {
    const list = event.target.closest("#macros-list");
    if (!list || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    const stops = [list.querySelector("[data-filters]"), ...list.querySelectorAll("[data-searched]:not([hidden]) button:not(:disabled)")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Enter") {
      if (at !== 0) return;
      event.preventDefault();
      if (stops[1]) stops[1].click();
      return;
    }
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  // An open menu begins with its search; what was chosen closes it.
  function opened(event) {
    if (event.target.id !== "macros" || !event.target.open) return;
    const search = event.target.querySelector("[data-filters]");
    if (search) search.focus();
  }

  function loaded(event) {
    const search = event.target.querySelector && menu() && menu().querySelector("[data-filters]");
    const its = document.getElementById("macros");
    if (search && its && its.open && document.activeElement !== search && its.contains(event.target)) search.focus();
    if (field() && SHORTCUT.test(field().value)) offer();
  }

  /* /shortcut in the field of the answer */
  const shown = () => [...document.querySelectorAll("#shortcuts [role=option]")];

  function offer() {
    const typed = field() ? field().value : "";
    if (!SHORTCUT.test(typed)) return hide();
    if (!menu() || !menu().querySelector("[data-filters]")) {
      const opener = document.querySelector("#macros summary");
      if (opener) htmx.trigger(opener, "focus");
      return;
    }
    const asked = plain(typed.slice(1));
    const found = [...menu().querySelectorAll("[data-shortcut]")]
      .filter((button) => button.dataset.shortcut.startsWith(asked) || (asked.length > 2 && button.form.dataset.searched.includes(asked)))
      .sort((one, other) => other.dataset.shortcut.startsWith(asked) - one.dataset.shortcut.startsWith(asked))
      .slice(0, 7);
    draw(found);
  }

  function draw(found) {
    const list = document.getElementById("shortcuts");
    list.replaceChildren(...found.map((button, at) => {
      const option = document.createElement("li");
      option.id = `shortcut-${at}`;
      option.setAttribute("role", "option");
      option.dataset.takes = button.dataset.shortcut;
      option.textContent = `${button.firstChild.textContent.trim()} /${button.dataset.shortcut}`;
      return option;
    }));
    list.hidden = !found.length;
    point(found.length ? 0 : -1);
  }

  function point(at) {
    active = at;
    shown().forEach((option, number) => option.setAttribute("aria-selected", number === at));
    if (at >= 0) field().setAttribute("aria-activedescendant", `shortcut-${at}`);
    else field().removeAttribute("aria-activedescendant");
  }

  function hide() {
    const list = document.getElementById("shortcuts");
    if (!list || list.hidden) return;
    list.hidden = true;
    list.replaceChildren();
    point(-1);
  }

  function take(shortcut) {
    const button = menu().querySelector(`[data-shortcut="${CSS.escape(shortcut)}"]`);
    empty();
    if (button) button.click();
  }

  // By the same way as a key does it: what keeps the draft hears of it.
  function empty() {
    field().value = "";
    field().dispatchEvent(new Event("input", { bubbles: true }));
    field().blur();
  }

  function typeShortcut(event) {
    const options = shown();
    if (event.target !== field() || !options.length || event.ctrlKey || event.metaKey) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      point((active + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length);
    } else if (event.key === "Enter" || event.key === "Tab") {
      take(options[active].dataset.takes);
    } else if (event.key === "Escape") {
      hide();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /* The script itself */
  function press(event) {
    if (typeShortcut(event) || event.defaultPrevented) return;
    walk(event);
    if (event.key === "Escape") leave(event);
  }

  function leave(event) {
    if (writes(event.target) || event.target.closest("details.menu[open], dialog")) return;
    if (document.querySelector("details.menu[open], dialog[open]")) return;
    const button = document.querySelector("[data-leaves=script]");
    if (button) button.click();
  }

  // What was pressed is gone from the page: the next step takes the focus, unless somebody is writing.
  function moved() {
    document.querySelectorAll("#macros[open]").forEach((one) => { one.open = false; });
    if (writes(document.activeElement)) return;
    const next = document.querySelector("section#script");
    const place = next || document.getElementById("messages");
    if (place) place.focus({ preventScroll: !next });
  }

  function begun(event) {
    if (event.detail.typed && field() && SHORTCUT.test(field().value.trim())) empty();
    moved();
  }

  document.addEventListener("keydown", press, true);
  document.addEventListener("input", (event) => {
    if (event.target.dataset.filters) filter(event.target);
    if (event.target === field()) offer();
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#shortcuts [role=option]");
    if (!option) return;
    event.preventDefault();
    take(option.dataset.takes);
  });
  document.addEventListener("focusout", (event) => { if (event.target === field()) hide(); });
  document.addEventListener("toggle", opened, true);
  document.addEventListener("htmx:afterSettle", loaded);
  document.addEventListener("script-moved", moved);
  document.addEventListener("script-begun", begun);
})();
