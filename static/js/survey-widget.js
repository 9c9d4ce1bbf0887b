/* A question on a shop's site, by one line in its pages:

     <script src="https://crm.shop.example/static/js/survey-widget.js" data-survey="…" defer></script>

   It asks once, after data-after-seconds (20), and not again for data-pause-days (90), whatever the visitor does: that
   is remembered in the visitor's own browser and nowhere else, and where nothing can be remembered nobody is asked.
   Nothing is loaded from us before the visitor wants to answer. The shop's Content-Security-Policy needs our address in
   script-src and frame-src; nothing else, and no inline style. */
"use strict";
(() => {
  const script = document.currentScript;
  if (!script || !script.dataset.survey) return;

  const WORDS = {
    bg: { ask: "Ще ни кажете ли какво мислите? Отнема минута.", yes: "Отговарям", no: "Не сега", name: "Анкета", close: "Затваряне на анкетата" },
    ru: { ask: "Расскажете, что думаете о нас? Это займёт минуту.", yes: "Ответить", no: "Не сейчас", name: "Опрос", close: "Закрыть опрос" },
    en: { ask: "Would you tell us what you think? It takes a minute.", yes: "Answer", no: "Not now", name: "Survey", close: "Close the survey" },
  };
  const KEPT = "veren-survey";
  const DAY = 86_400_000;
  const told = script.dataset;
  const house = new URL(script.src).origin;
  const language = (told.language || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const words = WORDS[language] || WORDS.en;
  const isPreview = told.preview === "1";
  const number = (value, otherwise) => (Number(value) >= 0 && value ? Number(value) : otherwise);
  const query = new URLSearchParams({ from: "site", frame: "1", language: WORDS[language] ? language : "en" });
  if (isPreview) query.set("preview", "1");
  const source = `${house}/s/${encodeURIComponent(told.survey)}/?${query}`;

  /* Whether this browser was asked lately; true too where it cannot remember. */
  function mayAsk() {
    if (isPreview) return true;
    try {
      const asked = Number(localStorage.getItem(KEPT) || 0);
      if (Date.now() - asked < number(told.pauseDays, 90) * DAY) return false;
      localStorage.setItem(KEPT, String(Date.now()));
      return true;
    } catch {
      return false;
    }
  }

  const make = (name, style, more) => {
    const element = Object.assign(document.createElement(name), more);
    Object.assign(element.style, style);
    return element;
  };
  const isPhone = matchMedia("(max-width: 480px)").matches;
  const edge = isPhone ? "0" : "16px";
  const box = make("section", {
    position: "fixed", insetBlockEnd: edge, insetInlineEnd: edge, zIndex: "2147482000", boxSizing: "border-box",
    width: isPhone ? "100%" : "min(24rem, calc(100vw - 32px))", display: "flex", flexDirection: "column",
    background: "Canvas", color: "CanvasText", borderRadius: isPhone ? "16px 16px 0 0" : "12px", overflow: "hidden",
    font: "400 16px/1.5 system-ui, sans-serif", boxShadow: "0 12px 48px -12px rgb(0 0 0 / .5)",
  });
  box.setAttribute("aria-label", words.name);
  box.setAttribute("lang", WORDS[language] ? language : "en");
  const button = (label, isMain) => make("button", {
    minHeight: "48px", padding: "0 20px", border: isMain ? "0" : "1px solid currentColor", borderRadius: "24px",
    background: isMain ? told.colour || "#2f4fc0" : "transparent", color: isMain ? "#fff" : "inherit",
    font: "600 16px/1 system-ui, sans-serif", cursor: "pointer",
  }, { type: "button", textContent: label });

  let frame = null;

  function ask() {
    const row = make("div", { display: "flex", flexWrap: "wrap", gap: "12px" });
    const yes = button(words.yes, true);
    const no = button(words.no, false);
    const inside = make("div", { padding: "16px 20px 20px" });
    inside.append(make("p", { margin: "0 0 16px" }, { textContent: words.ask }), row);
    row.append(yes, no);
    box.replaceChildren(inside);
    yes.addEventListener("click", answer);
    no.addEventListener("click", leave);
    document.body.append(box);
  }

  function answer() {
    const close = make("button", {
      alignSelf: "end", width: "48px", minHeight: "48px", border: "0", background: "transparent", color: "inherit",
      font: "400 24px/1 system-ui, sans-serif", cursor: "pointer",
    }, { type: "button", textContent: "×" });
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", leave);
    frame = make("iframe", {
      width: "100%", height: isPhone ? "calc(85dvh - 48px)" : "min(34rem, calc(100dvh - 96px))", border: "0", background: "Canvas",
    }, { src: source, title: words.name });
    box.replaceChildren(close, frame);
    frame.focus();
  }

  function leave() {
    box.remove();
    frame = null;
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== house) return;
    if (event.data.veren === "survey-close") leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.isConnected) leave();
  });
  setTimeout(() => { if (mayAsk()) ask(); }, isPreview ? 0 : number(told.afterSeconds, 20) * 1000);
})();
